"""Alignment: components keep their places from night to night, and their variances stay true."""

from dataclasses import replace

import numpy as np
import pytest

from batch.pca.alignment import NEAR_EQUAL, align
from batch.pca.angles import principal_angles
from batch.pca.components import Components, principal
from batch.pca.moments import Floats, Moments
from tests.batch.pca.rows import orthonormal, with_spectrum

D = 12


def fitted(variances: list[float], directions: Floats) -> tuple[Components, Floats]:
    """The first components, one for each of `variances`, and the covariance they were fitted to."""
    moments = Moments.of(with_spectrum(np.array(variances), directions, n=200))
    return principal(moments, k=len(variances)), moments.covariance


def along(rows: Floats, covariance: Floats) -> Floats:
    """The variance (k,) along each of `rows` (k, d)."""
    variances: Floats = ((rows @ covariance) * rows).sum(axis=1)
    return variances


def rotation(degrees: float) -> Floats:
    c, s = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    return np.array([[c, -s], [s, c]])


def test_a_flipped_component_is_flipped_back() -> None:
    new, _ = fitted([4, 3, 2, 1], orthonormal(4, D))
    previous = new.components * np.array([1, -1, 1, -1])[:, None]
    aligned = align(new, previous)
    np.testing.assert_allclose(aligned.components, previous, atol=1e-12)
    np.testing.assert_array_equal(aligned.explained_variance, new.explained_variance)


@pytest.mark.parametrize("degrees", [10.0, 45.0, 90.0, 137.0])
def test_a_pair_of_equal_variance_is_turned_back(degrees: float) -> None:
    new, covariance = fitted([4, 2, 2, 1], orthonormal(4, D))
    previous = new.components.copy()
    previous[1:3] = rotation(degrees) @ previous[1:3]
    aligned = align(new, previous)
    np.testing.assert_allclose(aligned.components, previous, atol=1e-9)
    np.testing.assert_allclose(aligned.explained_variance, along(aligned.components, covariance), rtol=1e-9)


def test_a_reflected_pair_is_reflected_back() -> None:
    new, _ = fitted([2, 2, 1], orthonormal(3, D))
    previous = new.components[[1, 0, 2]]
    np.testing.assert_allclose(align(new, previous).components, previous, atol=1e-9)


def test_variances_of_turned_components_are_those_along_them() -> None:
    new, covariance = fitted([4, 2, 2 * (1 - NEAR_EQUAL / 2), 1], orthonormal(4, D))
    previous = new.components.copy()
    previous[1:3] = rotation(30) @ previous[1:3]
    aligned = align(new, previous)
    np.testing.assert_allclose(aligned.explained_variance, along(aligned.components, covariance), rtol=1e-9)
    np.testing.assert_allclose(aligned.explained_variance, new.explained_variance, rtol=NEAR_EQUAL)
    assert aligned.explained_variance.sum() == pytest.approx(new.explained_variance.sum(), rel=1e-12)
    np.testing.assert_array_equal(aligned.spectrum, new.spectrum)


def test_distinct_variances_are_never_turned() -> None:
    new, _ = fitted([4, 2, 2 * (1 - 2 * NEAR_EQUAL), 1], orthonormal(4, D))
    previous = new.components.copy()
    previous[1:3] = rotation(30) @ previous[1:3]
    np.testing.assert_allclose(align(new, previous).components, new.components, atol=1e-12)


def test_a_slow_decay_is_not_one_group() -> None:
    variances = [(1 - 0.6 * NEAR_EQUAL) ** i for i in range(10)]
    new, _ = fitted(variances, orthonormal(10, D))
    aligned = align(new, orthonormal(10, 10, seed=3) @ new.components)
    np.testing.assert_allclose(aligned.explained_variance, new.explained_variance, rtol=NEAR_EQUAL)


def test_aligned_components_stay_orthonormal_and_span_the_same() -> None:
    new, _ = fitted([4, 2, 2, 2, 1], orthonormal(5, D))
    aligned = align(new, orthonormal(5, D, seed=7))
    np.testing.assert_allclose(aligned.components @ aligned.components.T, np.eye(5), atol=1e-12)
    assert principal_angles(aligned.components, new.components).max() < 1e-9


@pytest.mark.parametrize("k_old", [1, 2, 3])
def test_a_refit_with_more_components_keeps_the_old_ones(k_old: int) -> None:
    new, _ = fitted([4, 2, 2, 1], orthonormal(4, D))
    previous = -new.components[:k_old]
    aligned = align(new, previous)
    np.testing.assert_allclose(aligned.components[:k_old], previous, atol=1e-9)
    np.testing.assert_allclose(aligned.components @ aligned.components.T, np.eye(4), atol=1e-12)


def test_a_refit_with_fewer_components_takes_the_first() -> None:
    new, _ = fitted([4, 2], orthonormal(2, D))
    previous = np.vstack([-new.components, np.eye(D)[:1]])
    np.testing.assert_allclose(align(new, previous).components, previous[:2], atol=1e-9)


def test_components_that_changed_places_keep_their_sign() -> None:
    new, _ = fitted([4, 2, 1], orthonormal(3, D))
    aligned = align(new, -new.components[[1, 0, 2]])
    np.testing.assert_allclose(aligned.components, -new.components, atol=1e-9)


def test_without_a_counterpart_the_own_sign_stays() -> None:
    new, _ = fitted([4, 2], np.eye(D)[:2])
    np.testing.assert_allclose(align(new, np.eye(D)[5:7]).components, new.components, atol=1e-12)


def test_other_features_than_before_are_not_aligned() -> None:
    new, _ = fitted([4, 2], orthonormal(2, D))
    assert align(new, orthonormal(2, D + 1)) is new
    assert align(new, np.zeros((0, D))) is new


def test_aligning_twice_changes_nothing() -> None:
    new, _ = fitted([4, 2, 2, 1], orthonormal(4, D))
    once = align(new, orthonormal(4, D, seed=5))
    again = align(replace(new), once.components)
    np.testing.assert_allclose(again.components, once.components, atol=1e-9)
