"""(c) Both as streams: seconds of a micro-batch, in steady state."""

from functools import partial

from tests.bench import configurations
from tests.bench.configurations import Configuration
from tests.bench.measuring import Run, interleaved, run
from tests.bench.plan import Plan, say
from tests.bench.report import Row
from tests.bench.spread import Spread, difference_quotient, ratios

GOAL, OVERHEAD_GOAL_S = 25.0, 0.9
#: Micro-batches of the two runs whose difference counts; the notebook gets fewer, because it is slow.
OURS, NOTEBOOK = (4, 12), (1, 3)


def measure(plan: Plan) -> list[Row]:
    """Seconds a batch; the ratio says how many times faster Verger is."""
    say(f"(c) streams in micro-batches of {plan.batch}")
    ours = configurations.verger(plan.weights, max_objects_per_batch=plan.batch)
    baselines = [configurations.notebook_stream(plan.weights, plan.batch, fresh=fresh) for fresh in (False, True)]
    bare = configurations.bare_loop(plan.weights)
    runs = interleaved(
        {
            f"{candidate.name} {batches}": partial(_run, plan, candidate, batches * plan.batch)
            for candidate, sizes in ((ours, OURS), (bare, OURS), *((theirs, NOTEBOOK) for theirs in baselines))
            for batches in sizes
        },
        plan.repeats,
    )

    def seconds(candidate: Configuration, sizes: tuple[int, int]) -> list[float]:
        small, big = (runs[f"{candidate.name} {batches}"] for batches in sizes)
        return _batch_s(small, big, plan.batch)

    our_s = seconds(ours, OURS)
    beside_s = [batch - pictures for batch, pictures in zip(our_s, seconds(bare, OURS), strict=True)]
    return [
        Row(
            "(c) of it beside the pictures' own work, s", Spread.of(beside_s), goal=OVERHEAD_GOAL_S,
            how=f"less what {plan.batch} pictures take the bare loop",
        ),
        *(
            Row(
                f"(c) a micro-batch of {plan.batch} pictures, s, against {theirs.name}",
                Spread.of(our_s), Spread.of(their_s), ratios(their_s, our_s), GOAL,
                f"difference of {OURS[0]} and {OURS[1]} batches; of {NOTEBOOK[0]} and {NOTEBOOK[1]} the notebook's, "
                "because it is slow",
                {name: [vars(r) for r in done] for name, done in runs.items()},
            )
            for theirs, their_s in ((theirs, seconds(theirs, NOTEBOOK)) for theirs in baselines)
        ),
    ]  # fmt: skip


def _run(plan: Plan, candidate: Configuration, pictures: int) -> Run:
    return run(candidate, plan.source.small(pictures), plan.work, pictures)


def _batch_s(small: list[Run], big: list[Run], batch: int) -> list[float]:
    pairs = zip(small, big, strict=True)
    return [batch / difference_quotient((s.pictures, s.wall_s), (b.pictures, b.wall_s)) for s, b in pairs]
