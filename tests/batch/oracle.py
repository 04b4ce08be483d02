"""What a refit must find, computed from all rows that were ever written, with none of the code that is tested."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tests.batch.lakes import Row


@dataclass(frozen=True, eq=False)
class Truth:
    """`seqs` of the current pictures of the model; mean and covariance (float64) of the `n` usable ones."""

    seqs: list[int]
    n: int
    left_out: int
    mean: NDArray[np.float64]
    covariance: NDArray[np.float64]


def truth(rows: Sequence[Row], model_id: str) -> Truth:
    """By the definition: the greatest version that was read to an end, of it the last row, if that one is `ok`.

    A row of it that could not be read counts less than any other.
    """
    current: dict[str, Row] = {}
    for row in rows:
        best = current.get(row.path)
        read = row.status in {"ok", "rejected"} and row.error_code not in {"changed", "gone"}
        if read and (best is None or _rank(row) > _rank(best)):
            current[row.path] = row
    ours = [row for row in current.values() if row.status == "ok" and row.model_id == model_id]
    usable = [row.features for row in ours if _usable(row)]
    matrix = np.array(usable, np.float64)
    return Truth(
        seqs=sorted(row.seq for row in ours),
        n=len(usable),
        left_out=len(ours) - len(usable),
        mean=matrix.mean(axis=0),
        covariance=np.cov(matrix, rowvar=False),
    )


def _rank(row: Row) -> tuple[int, bool, int]:
    out_of_reach = {"archived", "forbidden", "timeout", "unreachable"}
    return row.version, row.error_code not in out_of_reach, row.seq


def _usable(row: Row) -> bool:
    return row.features is not None and len(row.features) == 1280 and bool(np.isfinite(row.features).all())
