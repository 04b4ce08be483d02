"""Rows of features as a matrix."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from schemas.features import FEATURE_COUNT


def matrix(features: pa.ListArray) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """The usable rows (m, FEATURE_COUNT), and which of the n rows they are (n,): m of them are true.

    A row is usable if it has FEATURE_COUNT numbers, all of them finite.
    """
    complete = np.asarray(pc.fill_null(pc.equal(pc.list_value_length(features), FEATURE_COUNT), fill_value=False))
    whole = features if complete.all() else features.filter(pa.array(complete))  # mostly all: no copy
    values = whole.flatten().to_numpy(zero_copy_only=False)
    rows = values.astype(np.float32, copy=False).reshape(-1, FEATURE_COUNT)
    finite = np.isfinite(rows).all(axis=1)
    if finite.all():
        return rows, complete
    complete[complete] = finite
    return rows[finite], complete
