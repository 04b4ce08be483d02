"""(b) The whole process, from its start to its end, against the notebook's."""

from functools import partial

from tests.bench import configurations
from tests.bench.measuring import interleaved, run
from tests.bench.plan import Plan, say
from tests.bench.report import Row
from tests.bench.spread import Spread, ratios

GOAL = 5.0


def measure(plan: Plan) -> list[Row]:
    """Seconds of both on the same pictures; the ratio says how many times faster Verger is."""
    say("(b) whole process against the notebook")
    landing = plan.source.small(plan.pictures)
    ours = configurations.verger(plan.weights)
    baselines = [configurations.notebook(plan.weights, fresh=fresh) for fresh in (False, True)]
    runs = interleaved(
        {
            candidate.name: partial(run, candidate, landing, plan.work, plan.pictures)
            for candidate in (ours, *baselines)
        },
        plan.repeats,
    )
    seconds = {name: [r.wall_s for r in done] for name, done in runs.items()}
    return [
        Row(
            f"(b) whole process, {plan.pictures:,} pictures, s, against {theirs.name}",
            Spread.of(seconds[ours.name]), Spread.of(seconds[theirs.name]),
            ratios(seconds[theirs.name], seconds[ours.name]), GOAL,
            "ours with the converted model in its cache",
            {name: [vars(r) for r in runs[name]] for name in (ours.name, theirs.name)},
        )
        for theirs in baselines
    ]  # fmt: skip
