"""Before anything is timed: every configuration that will be gives the features that Keras gives in float32."""

import shutil
import tempfile
from pathlib import Path

import numpy as np

from tests.bench import configurations
from tests.bench.configurations import Configuration
from tests.bench.measuring import run_for_features
from tests.bench.outputs import Features
from tests.bench.plan import Plan, say

#: Norm of the difference over the norm of Keras's vector.
TOLERANCE = 1e-5
#: The memory and latency of Verger need no baseline.
_NEEDED = {
    "a": ("verger", "bare loop"),
    "b": ("verger", "notebook"),
    "c": ("verger", "notebook as a stream"),
    "cluster": ("bare loop",),
    "refit": ("bare loop",),  # whose features fill its tables
}


class WrongFeaturesError(Exception):
    """A configuration is fast at something else."""


def check_features(plan: Plan, only: list[str]) -> dict[str, float]:
    """The greatest relative difference of each configuration. It warms their caches, too: jars, model, files.

    Raises WrongFeaturesError.
    """
    say(f"checking features of {plan.checked} pictures, which warms up, too")
    landing = plan.source.small(plan.checked)
    right = _features(configurations.keras(plan.weights), landing, plan.work)
    needed = {name for measurement in only for name in _NEEDED.get(measurement, ("verger",))}
    differences = {}
    for configuration in _all(plan):
        if configuration.name in needed:
            difference = greatest_difference(_features(configuration, landing, plan.work), right)
            if not difference <= TOLERANCE:
                raise WrongFeaturesError(f"{configuration.name} differs from Keras by {difference:.1e}")
            differences[configuration.name] = difference
            say(f"  {configuration.name}: agrees with Keras to {difference:.1e}")
    return differences


def greatest_difference(features: Features, right: Features) -> float:
    """The greatest of norm(difference) / norm(right); infinite if there aren't the same pictures in both."""
    if features.keys() != right.keys():
        return float("inf")
    return max(float(np.linalg.norm(features[name] - value) / np.linalg.norm(value)) for name, value in right.items())


def _all(plan: Plan) -> list[Configuration]:
    return [
        configurations.verger(plan.weights),
        configurations.bare_loop(plan.weights),
        configurations.notebook(plan.weights),
        configurations.notebook_stream(plan.weights, plan.checked),
    ]


def _features(configuration: Configuration, landing: Path, work: Path) -> Features:
    out = Path(tempfile.mkdtemp(prefix="check-", dir=work))
    features = run_for_features(configuration, landing, out)
    shutil.rmtree(out)
    return features
