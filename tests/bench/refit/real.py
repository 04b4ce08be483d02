"""Real features, and as many more like them as a table needs."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from schemas.features import FEATURE_COUNT
from tests.bench import configurations
from tests.bench.measuring import run_for_features
from tests.bench.plan import Plan

#: Standard deviation of the logarithm of what each value is multiplied by.
NOISE = 0.1


@dataclass(frozen=True, eq=False)
class Real:
    """`features`: float32 (m, FEATURE_COUNT), of m pictures; `labels` (m,)."""

    labels: NDArray[np.str_]
    features: NDArray[np.float32]

    @classmethod
    def of(cls, plan: Plan) -> "Real":
        """Of the plan's pictures, by the bare loop: our decoder and model without Spark. Raises RunError."""
        out = plan.work / "real"
        out.mkdir()
        found = run_for_features(configurations.bare_loop(plan.weights), plan.source.small(plan.pictures), out)
        names = sorted(found)
        return cls(np.array([name.partition("/")[0] for name in names]), np.array([found[name] for name in names]))

    def resampled(self, count: int, rng: np.random.Generator) -> tuple[NDArray[np.str_], NDArray[np.float32]]:
        """Labels (count,) and features (count, FEATURE_COUNT) of pictures drawn with replacement, with noise.

        Each value is multiplied by a log-normal number of its own: none gets negative, exact zeros stay zeros, and the
        covariance has full rank.
        """
        drawn = rng.integers(len(self.labels), size=count)
        noise = np.exp(np.float32(NOISE) * rng.standard_normal((count, FEATURE_COUNT), np.float32))
        return self.labels[drawn], self.features[drawn] * noise
