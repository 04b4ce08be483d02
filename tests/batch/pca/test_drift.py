"""Drift: nothing where nothing changed, and known sizes for known changes."""

import numpy as np
import pytest

from batch.pca.components import Components, principal
from batch.pca.drift import Previous, drift, eigengap
from batch.pca.moments import Floats, Moments
from tests.batch.pca.rows import orthonormal, with_spectrum

D = 10
COUNTS = {"Kiwi": 3, "Lemon": 4}


def rows_with(variances: list[float]) -> Floats:
    return with_spectrum(np.array(variances), orthonormal(len(variances), D), n=100)


def fitted(variances: list[float], k: int = 2) -> tuple[Components, Floats]:
    moments = Moments.of(rows_with(variances))
    return principal(moments, k=k), moments.covariance


def test_the_same_data_have_no_drift() -> None:
    new, covariance = fitted([4, 2, 1, 1])
    found = drift(new, covariance, COUNTS, Previous(new.mean, new.components, COUNTS))
    assert max(found.angles) < 1e-12
    assert found.captured == pytest.approx(6 / 8)
    assert found.capturable == pytest.approx(6 / 8)
    assert found.mean_shift == found.relative_mean_shift == 0
    assert found.counts_by_label == found.counts_before == COUNTS


def test_a_known_turn_is_its_angle_and_costs_its_share() -> None:
    new, covariance = fitted([4, 2, 1, 1])
    angle = 0.3
    a, b, c = principal(Moments.of(rows_with([4, 2, 1, 1])), k=3).components
    previous = Previous(new.mean, np.array([a, np.cos(angle) * b + np.sin(angle) * c]), {})
    found = drift(new, covariance, COUNTS, previous)
    assert found.angles == pytest.approx((0, angle))
    assert found.captured == pytest.approx((4 + 2 * np.cos(angle) ** 2 + np.sin(angle) ** 2) / 8)
    assert found.capturable == pytest.approx(6 / 8)


def test_a_shift_of_the_mean_is_told_in_both_units() -> None:
    new, covariance = fitted([4, 2, 1, 2])
    found = drift(new, covariance, COUNTS, Previous(new.mean - np.eye(D)[0] * 6, new.components, {}))
    assert found.mean_shift == pytest.approx(6)
    assert found.relative_mean_shift == pytest.approx(6 / 3)


@pytest.mark.parametrize(("k", "gap"), [(1, 0.5), (2, 0.5), (3, 0.0), (4, 1.0), (5, 0.0)])
def test_the_eigengap_is_relative_to_the_last_component(k: int, gap: float) -> None:
    new, _ = fitted([4, 2, 1, 1], k=4)
    assert eigengap(Components(new.mean, np.eye(D)[:k], new.spectrum[:k], new.spectrum)) == pytest.approx(gap, abs=1e-9)


def test_all_directions_kept_leave_a_whole_gap() -> None:
    rows = np.random.default_rng(0).normal(size=(50, 3))
    assert eigengap(principal(Moments.of(rows), k=3)) == 1.0


def test_the_first_refit_has_a_gap_and_counts_alone() -> None:
    new, covariance = fitted([4, 2, 1, 1])
    found = drift(new, covariance, COUNTS)
    assert found.eigengap == pytest.approx(0.5)
    assert found.counts_by_label == COUNTS
    assert found.angles == ()
    assert found.captured is found.capturable is found.mean_shift is found.relative_mean_shift is None


def test_other_features_than_before_are_not_compared() -> None:
    new, covariance = fitted([4, 2, 1, 1])
    found = drift(new, covariance, COUNTS, Previous(np.zeros(D + 1), orthonormal(2, D + 1), COUNTS))
    assert found.angles == ()
    assert found.captured is None


@pytest.mark.parametrize("k_old", [1, 3])
def test_another_k_than_before_is_compared_as_far_as_it_goes(k_old: int) -> None:
    new, covariance = fitted([4, 2, 1, 1])
    found = drift(new, covariance, COUNTS, Previous(new.mean, orthonormal(k_old, D, seed=9), {}))
    assert len(found.angles) == min(2, k_old)
    assert found.captured is not None
    assert found.capturable is not None
    assert 0 < found.captured < found.capturable
