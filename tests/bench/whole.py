"""(b) The whole process, from its start to its end, against the notebook's."""

from functools import partial

from tests.bench import configurations
from tests.bench.measuring import interleaved, run
from tests.bench.plan import Plan, say
from tests.bench.report import Row
from tests.bench.spread import Spread, ratios

GOAL = 4.0


def measure(plan: Plan) -> list[Row]:
    """Seconds of both on the same pictures; the ratio says how many times faster Verger is."""
    say("(b) whole process against the notebook")
    landing = plan.source.small(plan.pictures)
    runs = interleaved(
        {
            candidate.name: partial(run, candidate, landing, plan.work, plan.pictures)
            for candidate in (configurations.verger(plan.weights), configurations.notebook(plan.weights))
        },
        plan.repeats,
    )
    ours, theirs = ([r.wall_s for r in runs[name]] for name in ("verger", "notebook"))
    return [
        Row(
            f"(b) whole process, {plan.pictures:,} pictures, s",
            Spread.of(ours), Spread.of(theirs), ratios(theirs, ours), GOAL,
            "ours with the converted model in its cache; baseline: Keras in a pandas UDF, repartition(24)",
            {name: [vars(r) for r in done] for name, done in runs.items()},
        )
    ]  # fmt: skip
