"""(a) The steady state: what Spark, the ledger and the table cost beside decoding and the model."""

from functools import partial

from tests.bench import configurations
from tests.bench.measuring import Run, interleaved, run
from tests.bench.plan import Plan, say
from tests.bench.report import Row
from tests.bench.spread import Spread, difference_quotient, ratios

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
    rates = {c.name: _rates(runs[f"{c.name} {small}"], runs[f"{c.name} {big}"]) for c in candidates}
    cpu_ms = {c.name: _cpu_ms(runs[f"{c.name} {small}"], runs[f"{c.name} {big}"]) for c in candidates}
    how = f"difference of {small:,} and {big:,} pictures"
    ours, bare = rates["verger"], rates["bare loop"]
    return [
        Row(
            "(a) steady state against the bare loop, pictures/s",
            Spread.of(ours), Spread.of(bare), ratios(ours, bare), GOAL, f"{how}; bare loop: a process per core",
            {name: [vars(r) for r in done] for name, done in runs.items()},
        ),
        Row(
            "(a) CPU, ms a picture",
            Spread.of(cpu_ms["verger"]), Spread.of(cpu_ms["bare loop"]), ratios(cpu_ms["verger"], cpu_ms["bare loop"]),
            how=f"{how}; all processes together",
        ),
    ]  # fmt: skip


def _rates(small: list[Run], big: list[Run]) -> list[float]:
    pairs = zip(small, big, strict=True)
    return [difference_quotient((s.pictures, s.wall_s), (b.pictures, b.wall_s)) for s, b in pairs]


def _cpu_ms(small: list[Run], big: list[Run]) -> list[float]:
    pairs = zip(small, big, strict=True)
    return [1000 / difference_quotient((s.pictures, s.cpu_s), (b.pictures, b.cpu_s)) for s, b in pairs]
