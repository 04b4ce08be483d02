"""(a) The steady state: what Spark, the ledger and the table cost beside decoding and the model."""

from functools import partial

from tests.bench import configurations
from tests.bench.measuring import cpu_ms, interleaved, rates, run
from tests.bench.plan import Plan, say
from tests.bench.report import Row
from tests.bench.spread import Spread, ratios

GOAL = 0.92


def measure(plan: Plan) -> list[Row]:
    """Pictures/s of `verger stream --drain` against the bare loop, from the difference of two sizes."""
    say("(a) steady state against the bare loop")
    sizes = {size: plan.source.small(size) for size in (plan.pictures, 3 * plan.pictures)}
    candidates = (configurations.verger(plan.weights), configurations.bare_loop(plan.weights))
    runs = interleaved(
        {
            f"{candidate.name} {size}": partial(run, candidate, landing, plan.work, size)
            for size, landing in sizes.items()
            for candidate in candidates
        },
        plan.repeats,
    )
    small, big = sizes
    both = [(runs[f"{c.name} {small}"], runs[f"{c.name} {big}"]) for c in candidates]
    how = f"difference of {small:,} and {big:,} pictures"
    ours, bare = (rates(*pair) for pair in both)
    our_ms, bare_ms = (cpu_ms(*pair) for pair in both)
    return [
        Row(
            "(a) steady state against the bare loop, pictures/s",
            Spread.of(ours), Spread.of(bare), ratios(ours, bare), GOAL, f"{how}; bare loop: a process per core",
            {name: [vars(r) for r in done] for name, done in runs.items()},
        ),
        Row(
            "(a) CPU, ms a picture",
            Spread.of(our_ms), Spread.of(bare_ms), ratios(our_ms, bare_ms),
            how=f"{how}; all processes together",
        ),
    ]  # fmt: skip
