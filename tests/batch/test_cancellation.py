"""When nearly all of the spread leaves, what is left of the incremental moments must not be its rounding."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest

from batch.errors import RefitError
from batch.folding import AGREEMENT, Folded, difference
from batch.gathering import Gathered
from batch.pca.components import principal
from batch.pca.moments import Moments
from tests.batch.lakes import Row, append, pictures, vectors
from tests.batch.states import Folder
from tests.streaming.landing.fakes import NOW, new_lake


def folded_after_they_left(folder: Path, staying: list[Row], leaving: list[Row]) -> Folded:
    """Tonight's moments; `leaving` were there last night and are rejected now."""
    append(lake := new_lake(folder), [*staying, *leaving])
    Folder(lake).fold()
    first_seq = max(row.seq for row in (*staying, *leaving)) + 1
    rejected = [
        Row(seq, path=row.path, status="rejected", error_code="empty") for seq, row in enumerate(leaving, first_seq)
    ]
    append(lake, rejected)
    return Folder(lake).fold(when=NOW + timedelta(days=1))


@pytest.mark.parametrize("factor", [1e3, 1e6, 1e12])
def test_a_picture_with_huge_features_leaves_no_trace(tmp_path: Path, factor: float) -> None:
    *staying, odd = pictures(21)
    assert odd.features is not None
    leaving = [replace(odd, features=odd.features * np.float32(factor))]
    folded = folded_after_they_left(tmp_path, staying, leaving)
    off = difference(folded.gathered, Gathered(Moments.of(vectors(21)[:20])))
    assert off < AGREEMENT


def test_pictures_that_are_all_the_same_once_the_others_have_left_have_no_components(tmp_path: Path) -> None:
    same = [replace(row, features=vectors(1)[0]) for row in pictures(20, first_seq=21)]
    folded = folded_after_they_left(tmp_path, same, pictures(20))
    assert folded.gathered.moments.n == 20
    with pytest.raises(RefitError, match="all 20 pictures have the same features"):
        principal(folded.gathered.moments, k=2)
