"""Principal angles: exact where cosines lose their digits."""

import numpy as np
import pytest

from batch.pca.angles import principal_angles
from tests.batch.pca.rows import orthonormal

D = 9


def test_the_same_subspace_in_another_basis_has_no_angle() -> None:
    rows = orthonormal(4, D)
    assert principal_angles(rows, orthonormal(4, 4, seed=1) @ rows).max() < 1e-14


@pytest.mark.parametrize("angle", [1e-12, 1e-6, 0.1, np.pi / 4, 1.2, np.pi / 2])
def test_a_known_turn_is_its_angle(angle: float) -> None:
    rows = orthonormal(4, D)
    turned = np.vstack([rows[0], np.cos(angle) * rows[1] + np.sin(angle) * rows[3]])
    np.testing.assert_allclose(principal_angles(rows[:2], turned), [0, angle], rtol=1e-9, atol=1e-15)


def test_angles_come_in_ascending_order() -> None:
    rows = orthonormal(6, D)
    turned = [np.cos(a) * rows[i] + np.sin(a) * rows[i + 3] for i, a in enumerate([1.0, 1e-5, 0.2])]
    np.testing.assert_allclose(principal_angles(rows[:3], np.array(turned)), [1e-5, 0.2, 1.0], rtol=1e-9)


def test_a_subspace_inside_another_has_no_angle_to_it() -> None:
    rows = orthonormal(4, D)
    assert principal_angles(rows[1:3], rows).tolist() == pytest.approx([0, 0], abs=1e-14)
    assert principal_angles(rows, rows[1:3]).tolist() == pytest.approx([0, 0], abs=1e-14)


def test_other_spaces_have_no_angles() -> None:
    with pytest.raises(ValueError, match="9 and of 8"):
        principal_angles(orthonormal(2, 9), orthonormal(2, 8))
