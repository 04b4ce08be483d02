"""Memory of Spark's Python workers on big pictures."""

from pathlib import Path

from tests.bench import configurations
from tests.bench.measuring import run
from tests.bench.plan import Plan, say
from tests.bench.report import Row
from tests.bench.spread import Spread
from tests.bench.watching import watched

GOAL_MB = 200.0
EVERY_S = 0.1


def measure(plan: Plan) -> list[Row]:
    """The peak of each worker, on JPEG photos and on PNGs of 12 megapixels."""
    say("(memory) Python workers on big pictures")
    landings = {
        f"{plan.photos} photos of 8-12 MP": (plan.source.photos(plan.photos), 2 * plan.photos),
        f"{plan.pngs} PNGs of 12 MP": (plan.source.pngs(plan.pngs), 2 * plan.pngs),
    }
    return [_row(plan, name, landing, count) for name, (landing, count) in landings.items()]


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
