"""The points that the page draws: a refit's projection, or a sample of it, each label by its share."""

import sys
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as pds
from numpy.typing import NDArray

from batch.plots.sampling import MAX_POINTS, sampled
from conf.lake import Lake
from schemas.projection import PROJECTION

#: Axes to choose from: so many components of a point are on the page, 4 bytes each.
MAX_AXES = 10


@dataclass(frozen=True, eq=False)
class Points:
    """`m` points of a projection of `n`, in random order, so that none of the labels lies on top.

    `values` (m, axes); `paths`, `labels` (m,) any text; `seqs` (m,) the announcements.
    """

    n: int
    values: NDArray[np.float32]
    paths: list[str]
    labels: list[str]
    seqs: NDArray[np.int64]

    def numbers(self) -> tuple[list[str], NDArray[np.int64]]:
        """The labels in order, and for each point which one it has (m,)."""
        names, numbers = np.unique(np.array(self.labels, dtype=object), return_inverse=True)
        return names.tolist(), numbers

    def some(self, limit: int) -> NDArray[np.int64]:
        """Indices, ascending, of at most `limit` points, each label by its share."""
        return sampled(self.numbers()[1], limit)

    @classmethod
    def read(cls, lake: Lake, refit_id: str, left_out: NDArray[np.int64], limit: int = MAX_POINTS) -> "Points | None":
        """At most `limit` of the refit's points, without the announcements `left_out`; None if there is none.

        First labels alone are read, to choose; then of those chosen the rest: 24 bytes a picture, 200 a point.
        """
        table = lake.open(PROJECTION)
        if table is None:
            return None
        ours = pds.field("refit_id") == refit_id
        labelled = table.to_pyarrow_dataset().to_table(columns=["label", "seq"], filter=ours)
        labelled = labelled.filter(pc.invert(pc.is_in(labelled["seq"], pa.array(left_out))))
        if not labelled.num_rows:
            return None
        numbers = labelled["label"].combine_chunks().dictionary_encode().indices.to_numpy().astype(np.int64)
        seqs = labelled["seq"].to_numpy()[sampled(numbers, limit)]
        rows = table.to_pyarrow_dataset().to_table(
            columns=["path", "label", "seq", "pcaFeatures"], filter=ours & pds.field("seq").isin(pa.array(seqs))
        )
        rows = rows.take(np.random.default_rng(0).permutation(rows.num_rows))
        return cls(
            n=labelled.num_rows,
            values=_values(rows["pcaFeatures"]),
            paths=rows["path"].to_pylist(),
            labels=list(map(sys.intern, rows["label"].to_pylist())),
            seqs=rows["seq"].to_numpy(),
        )


def _values(lists: pa.ChunkedArray) -> NDArray[np.float32]:
    values = lists.combine_chunks().flatten().to_numpy()
    first: NDArray[np.float32] = values.reshape(len(lists), -1)[:, :MAX_AXES].astype(np.float32)
    return first
