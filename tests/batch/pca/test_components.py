"""Principal components: equal to an SVD of the centred rows, and defined for every degenerate input."""

import numpy as np
import pytest

from batch.errors import RefitError
from batch.pca.angles import principal_angles
from batch.pca.components import choose_k, positive_largest, principal
from batch.pca.moments import Floats, Moments
from tests.batch.pca.rows import decaying, orthonormal, with_spectrum


def test_variances_and_subspaces_are_those_of_an_svd_of_the_centred_rows() -> None:
    rows = decaying()
    found = principal(Moments.of(rows), k=40)
    _, singular, vt = np.linalg.svd(rows - rows.mean(axis=0), full_matrices=False)
    variances = singular**2 / (len(rows) - 1)
    np.testing.assert_allclose(found.spectrum, variances, rtol=1e-9, atol=0)
    np.testing.assert_allclose(found.explained_variance_ratio, variances[:40] / variances.sum(), rtol=1e-9)
    assert found.total_variance == pytest.approx(variances.sum(), rel=1e-12)
    for k in (1, 4, 40):
        assert principal_angles(found.components[:k], vt[:k]).max() <= 1e-6


def test_components_are_orthonormal_with_their_largest_loading_positive() -> None:
    components = principal(Moments.of(decaying(300, 60)), k=10).components
    np.testing.assert_allclose(components @ components.T, np.eye(10), atol=1e-12)
    assert (components.max(axis=1) == np.abs(components).max(axis=1)).all()


def test_the_sign_is_the_same_for_both_signs_of_a_row() -> None:
    rows = orthonormal(5, 9)
    np.testing.assert_array_equal(positive_largest(rows), positive_largest(-rows))


@pytest.mark.parametrize(("target", "k"), [(0.01, 1), (0.5, 1), (0.51, 2), (0.8, 2), (0.81, 3), (1.0, 3)])
def test_k_is_the_smallest_that_reaches_the_target(target: float, k: int) -> None:
    assert choose_k(np.array([5.0, 3.0, 2.0, 0.0]), target) == k


@pytest.mark.parametrize("target", [0.0, -1.0, 1.01, float("nan")])
def test_a_target_that_is_no_share_is_refused(target: float) -> None:
    with pytest.raises(ValueError, match="above 0 and at most 1"):
        choose_k(np.ones(3), target)


def test_a_target_of_everything_takes_the_rank_and_no_more() -> None:
    rows = with_spectrum(np.array([4.0, 2.0, 1.0]), orthonormal(3, 20), n=10)
    found = principal(Moments.of(rows), variance_target=1.0)
    assert found.components.shape == (3, 20)
    assert found.explained_variance_ratio.sum() == pytest.approx(1.0)


def test_fewer_pictures_than_features_have_n_minus_1_components() -> None:
    moments = Moments.of(np.random.default_rng(0).normal(size=(5, 30)))
    assert (principal(moments, k=4).explained_variance > 0).all()
    with pytest.raises(RefitError, match="set k to between 1 and 4"):
        principal(moments, k=5)
    assert len(principal(moments, variance_target=1.0).components) == 4


def test_more_components_than_features_cant_be_had() -> None:
    with pytest.raises(RefitError, match="set k to between 1 and 3"):
        principal(Moments.of(np.random.default_rng(0).normal(size=(50, 3))), k=4)


def test_rank_one_has_one_variance_and_zeros() -> None:
    rng = np.random.default_rng(0)
    rows = np.outer(rng.normal(size=40), rng.normal(size=8)) + 3
    found = principal(Moments.of(rows), k=4)
    assert found.explained_variance_ratio[0] == pytest.approx(1.0)
    assert (found.explained_variance[1:] == 0).all()
    np.testing.assert_allclose(found.components @ found.components.T, np.eye(4), atol=1e-12)


def test_constant_features_have_no_part_in_the_components() -> None:
    rows = np.random.default_rng(0).normal(size=(40, 8))
    rows[:, 5] = 0.1
    assert np.abs(principal(Moments.of(rows), k=7).components[:, 5]).max() < 1e-12


@pytest.mark.parametrize("row", [np.zeros(6), np.full(6, 0.1), np.linspace(0, 1e6, 6) / 3])
def test_equal_pictures_have_no_components(row: Floats) -> None:
    with pytest.raises(RefitError, match="all 5,000 pictures have the same features"):
        principal(Moments.of(np.tile(row, (5000, 1))), k=1)


@pytest.mark.parametrize("n", [0, 1])
def test_too_few_pictures_are_one_sentence(n: int) -> None:
    with pytest.raises(RefitError, match="at least 2 pictures"):
        principal(Moments.of(np.ones((n, 3))), k=1)
