"""(large) Photos of 8 to 12 megapixels, the whole process, against the notebook's pattern."""

import tempfile
from functools import partial
from pathlib import Path

import numpy as np

from tests.bench import configurations
from tests.bench.check import WrongFeaturesError
from tests.bench.configurations import Configuration
from tests.bench.measuring import interleaved, run, run_for_features
from tests.bench.outputs import Features
from tests.bench.plan import Plan, say
from tests.bench.report import Row
from tests.bench.spread import Spread, ratios

GOAL = 4.0
#: Large JPEGs are decoded at a reduced scale: not the same pixels, nearly the same features.
COSINE = 0.999


def measure(plan: Plan) -> list[Row]:
    """Seconds of both on the same photos, features compared first."""
    say("(large) photos of 8 to 12 megapixels against the notebook")
    ours = configurations.verger(plan.weights)
    baselines = [configurations.notebook(plan.weights, fresh=fresh) for fresh in (False, True)]
    cosine = _least_cosine(plan, ours)
    landing = plan.source.cropped(plan.large)
    runs = interleaved(
        {c.name: partial(run, c, landing, plan.work, plan.large) for c in (ours, *baselines)}, plan.repeats
    )
    seconds = {name: [r.wall_s for r in done] for name, done in runs.items()}
    return [
        Row(
            f"(large) whole process, {plan.large} photos of 8 to 12 megapixels, s, against {theirs.name}",
            Spread.of(seconds[ours.name]), Spread.of(seconds[theirs.name]),
            ratios(seconds[theirs.name], seconds[ours.name]), GOAL,
            f"features against Keras on the full pixels: least cosine {cosine:.5f}",
            {name: [vars(r) for r in runs[name]] for name in (ours.name, theirs.name)},
        )
        for theirs in baselines
    ]  # fmt: skip


def _least_cosine(plan: Plan, ours: Configuration) -> float:
    """Of a few photos. Raises WrongFeaturesError below `COSINE`."""
    landing = plan.source.cropped(min(8, plan.large))

    def features(configuration: Configuration) -> Features:
        return run_for_features(configuration, landing, Path(tempfile.mkdtemp(prefix="check-", dir=plan.work)))

    found, right = features(ours), features(configurations.keras(plan.weights))
    cosines = [
        float(found[name] @ value / np.linalg.norm(found[name]) / np.linalg.norm(value))
        for name, value in right.items()
    ]
    if min(cosines) < COSINE:
        raise WrongFeaturesError(f"verger's photos differ from Keras's: cosine {min(cosines):.5f}")
    return min(cosines)
