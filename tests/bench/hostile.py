"""A batch with pictures that end or hang their worker beside a clean one; and what the protection costs good ones."""

import json
import os
import sys
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from tests.bench import configurations
from tests.bench.measuring import Run, interleaved, run, timed
from tests.bench.plan import ROOT, Plan, say
from tests.bench.report import Row
from tests.bench.spread import Spread
from tests.streaming.hostile.landing import GOOD, HANGS, KILLERS, ODD, clean_pictures, hostile_pictures, put_at_once
from tests.streaming.hostile.pictures import DECODER

PICTURES = GOOD + ODD + len(KILLERS) + len(HANGS)
SETTINGS = {"picture_timeout_s": 2, "worker_memory": "256MiB", "max_objects_per_batch": PICTURES}
GOAL_S = 60.0
GOAL_RATIO = 1 / 1.03


def measure(plan: Plan) -> list[Row]:
    """Seconds that 500 pictures take with bad ones among them, and without; the cost of the protection."""
    say("(hostile) pictures that end or hang their worker")
    done = interleaved({"clean": lambda: _stream(plan, False), "hostile": lambda: _stream(plan, True)}, plan.repeats)
    wall = {name: [r.wall_s for r in runs] for name, runs in done.items()}
    more = [bad - good for bad, good in zip(wall["hostile"], wall["clean"], strict=True)]
    costs = [_protection(plan) for _ in range(plan.repeats)]
    return [
        Row(
            f"(hostile) {PICTURES} pictures, {len(KILLERS)} end and {len(HANGS)} hang their worker: more than clean, s",
            Spread.of(more), goal=GOAL_S,
            how=f"`verger stream --drain`, {Spread.of(wall['hostile']).median:.1f} s against "
            f"{Spread.of(wall['clean']).median:.1f} s; {ODD} more are broken; picture_timeout_s 2",
            runs={name: [vars(r) for r in runs] for name, runs in done.items()},
        ),
        Row(
            "(hostile) good pictures, speed with the protection over without it",
            Spread.of([cost["with"] for cost in costs]), Spread.of([cost["without"] for cost in costs]),
            Spread.of([cost["without"] / cost["with"] for cost in costs]), GOAL_RATIO,
            how=f"CPU seconds of {plan.pictures:,} pictures of 100 x 100 in one process, each both ways by turns",
        ),
    ]  # fmt: skip


def _stream(plan: Plan, hostile: bool) -> Run:
    """One batch, in a landing of its own."""
    folder = Path(tempfile.mkdtemp(prefix="hostile-", dir=plan.work))
    (folder / "landing").mkdir()
    if hostile:
        pictures = {name: data for name, (data, _) in hostile_pictures(plan.source.fruits, folder / "visits").items()}
    else:
        pictures = clean_pictures(plan.source.fruits, PICTURES)
    put_at_once(folder / "landing", "Fruit", pictures)
    return run(_with_bugs(plan), folder / "landing", plan.work, GOOD if hostile else PICTURES)


def _with_bugs(plan: Plan) -> configurations.Configuration:
    """Verger with a decoder that has bugs, which a clean batch doesn't meet."""
    plain = configurations.verger(plan.weights, **SETTINGS)
    path = {"PYTHONPATH": os.pathsep.join((str(DECODER), str(ROOT)))}
    variables: Callable[[Path, Path], Mapping[str, str]] = lambda *places: {**plain.variables(*places), **path}  # noqa: E731
    return replace(plain, variables=variables)


def _protection(plan: Plan) -> dict[str, float]:
    out = Path(tempfile.mkdtemp(prefix="protection-", dir=plan.work))
    command = [sys.executable, "-m", "tests.bench.protection", plan.source.small(plan.pictures), plan.weights]
    seconds: dict[str, float] = json.loads(timed([str(c) for c in command], {}, out).output.splitlines()[-1])
    say(f"  good pictures: {seconds['with']:.2f} s with, {seconds['without']:.2f} s without the protection")
    return seconds
