"""Spark's Python workers: memory on big pictures and over many, and what their start costs."""

from pathlib import Path

from tests.bench import configurations
from tests.bench.measuring import run
from tests.bench.plan import Plan, say
from tests.bench.report import Row
from tests.bench.spread import Spread
from tests.bench.watching import watched

GOAL_MB = 200.0
GROWTH_GOAL_MB = 10.0
START_GOAL_S = 1.0
EVERY_S = 0.1


def measure(plan: Plan) -> list[Row]:
    """The peak of each worker, on JPEG photos and on PNGs of 12 megapixels; its start; whether it grows."""
    say("(memory) Python workers")
    landings = {
        f"{plan.photos} photos of 8-12 MP": (plan.source.photos(plan.photos), 2 * plan.photos),
        f"{plan.pngs} PNGs of 12 MP": (plan.source.pngs(plan.pngs), 2 * plan.pngs),
    }
    rows = [_row(plan, name, landing, count) for name, (landing, count) in landings.items()]
    return [*rows, _start(plan), _growth(plan)]


def _row(plan: Plan, name: str, landing: Path, count: int) -> Row:
    with watched(EVERY_S, shares=True) as watch:
        done = run(configurations.verger(plan.weights), landing, plan.work, count)
    workers = [seen for seen in watch.of("worker") if seen.rss]
    shares = [f"{kind} {max(getattr(seen, kind.lower()) for seen in workers):.0f} MB" for kind in ("PSS", "USS")]
    return Row(
        f"memory of a Python worker, {name}, peak RSS in MB",
        Spread.of([seen.rss for seen in workers]),
        goal=GOAL_MB,
        how=f"one run, {len(workers)} workers, as many small pictures beside; greatest {', '.join(shares)}",
        runs={"run": vars(done), "processes": [vars(seen) for seen in watch.seen.values()]},
    )


def _start(plan: Plan) -> Row:
    with watched(EVERY_S) as watch:
        done = run(configurations.verger(plan.weights), plan.source.small(2), plan.work, 2)
    return Row(
        "CPU of a Python worker with at most two pictures, s",
        Spread.of([seen.cpu_s for seen in watch.of("worker")]),
        goal=START_GOAL_S,
        how="forked from Spark's daemon, until it ends",
        runs={"run": vars(done)},
    )


def _growth(plan: Plan) -> Row:
    """Of the workers that have featured: RSS in the last quarter of a run, less that in its second one."""
    with watched(1.0) as watch:
        done = run(configurations.verger(plan.weights), plan.source.small(plan.long), plan.work, plan.long)
    workers = watch.of("worker")
    busy = [seen.trace for seen in workers if seen.cpu_s > max(other.cpu_s for other in workers) / 4]
    quarters = [(trace[len(trace) // 4 : len(trace) // 2], trace[-len(trace) // 4 :]) for trace in busy]
    return Row(
        f"growth of a Python worker over {plan.long:,} pictures, MB",
        Spread.of([max(late) - max(early, default=0.0) for early, late in quarters]),
        goal=GROWTH_GOAL_MB,
        how="greatest RSS in the last quarter of its life, less that in the second; "
        f"{len(busy)} workers, at most {max(max(late) for _, late in quarters):.0f} MB in the last",
        runs={"run": vars(done), "traces": busy},
    )
