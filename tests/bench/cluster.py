"""(cluster) Two workers of one core against one, beside what the bare loop gains from a second process."""

import shutil
import tempfile
import time
from functools import partial
from pathlib import Path

import pytest

from conf.settings import Settings
from tests.bench import configurations
from tests.bench.measuring import Run, RunError, interleaved, rates, reap_orphans, run
from tests.bench.outputs import from_lake
from tests.bench.plan import Plan, say
from tests.bench.report import Row
from tests.bench.spread import Spread, ratios
from tests.cluster.job import Driver
from tests.cluster.machines import cluster
from tests.cluster.packed import packed

GOAL = 0.9
TIMEOUT_S = 3600.0
_WHATS = ("cluster", "bare")


def measure(plan: Plan) -> list[Row]:
    """Speed-up of `verger stream --drain` on a standalone cluster, from the difference of two sizes."""
    say("(cluster) two workers of one core against one")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("VERGER_WEIGHTS", str(plan.weights))
        dist = packed(plan.work / "dist")
    sizes = {size: plan.source.small(size) for size in (plan.pictures, 3 * plan.pictures)}
    once = {}
    for cores in (1, 2):
        bare = configurations.bare_loop(plan.weights, cores)
        for size, landing in sizes.items():
            once[f"cluster {cores} {size}"] = partial(on_cluster, dist, landing, plan.work, size, cores)
            once[f"bare {cores} {size}"] = partial(run, bare, landing, plan.work, size)
    runs = interleaved(once, plan.repeats)
    speeds = {
        f"{what} {cores}": rates(*(runs[f"{what} {cores} {size}"] for size in sizes))
        for what in _WHATS
        for cores in (1, 2)
    }
    gains = {what: [b / a for a, b in zip(speeds[f"{what} 1"], speeds[f"{what} 2"], strict=True)] for what in _WHATS}
    how = f"difference of {' and '.join(f'{size:,}' for size in sizes)} pictures, in a folder; packed archive, no S3"
    return [
        Row(
            "(cluster) gain by a second worker, against the bare loop's by a second process",
            Spread.of(gains["cluster"]), Spread.of(gains["bare"]), ratios(gains["cluster"], gains["bare"]), GOAL, how,
            {name: [vars(r) for r in done] for name, done in runs.items()},
        ),
        *(
            Row(
                f"(cluster) pictures/s, {cores} of one core",
                Spread.of(speeds[f"cluster {cores}"]), Spread.of(speeds[f"bare {cores}"]),
                ratios(speeds[f"cluster {cores}"], speeds[f"bare {cores}"]), how=how,
            )
            for cores in (1, 2)
        ),
    ]  # fmt: skip


def on_cluster(dist: Path, landing: Path, work: Path, pictures: int, workers: int) -> Run:
    """One job on a new cluster, from spark-submit to its end. Raises RunError."""
    out = Path(tempfile.mkdtemp(prefix=f"cluster-{workers}-", dir=work))
    settings = Settings(landing=str(landing), lake=str(out / "lake"), weights=str(dist / "model.zip"))
    named = {name: str(getattr(settings, name)) for name in ("landing", "lake", "weights")}
    variables = {f"VERGER_{name.upper()}": value for name, value in named.items()}
    with cluster(out / "machines", {}, workers) as machines:
        driver = Driver.on(machines, dist, variables, settings, workers)
        began = time.perf_counter()
        code = driver.submit("stream", "--drain").wait(TIMEOUT_S)
        wall_s = time.perf_counter() - began
    reap_orphans()
    if code or (found := len(from_lake(out / "lake"))) != pictures:
        raise RunError(f"{code or f'{found} features for {pictures} pictures'}: {driver.printed()[-2000:]}")
    shutil.rmtree(out)
    say(f"  cluster of {workers}, {pictures} pictures: {wall_s:.1f} s")
    return Run(pictures, wall_s, float("nan"), float("nan"), float("nan"))
