"""The most similar pictures of each picture: by the angle between their features, not by where the plot puts them."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from batch.report.points import Points
from batch.snapshot import Snapshot, read
from schemas.matrix import matrix

#: Of more pictures, so many are compared, each label by its share: time grows with the square. 2 s on two cores.
AMONG = 6_000
#: Neighbours that are kept of each.
NEAREST = 8
_BLOCK = 1_000


@dataclass(frozen=True, eq=False)
class Neighbours:
    """`of` (m,): the points that were compared; `nearest` (m, q): points, most similar first; `cosines` (m, q)."""

    of: NDArray[np.int64]
    nearest: NDArray[np.int64]
    cosines: NDArray[np.float32]


def neighbours(snapshot: Snapshot, points: Points, among: int = AMONG) -> Neighbours:
    """Those of at most `among` of the points, among each other. Takes 10 KB a picture that is compared."""
    some = points.some(among)
    place = {int(seq): int(index) for seq, index in zip(points.seqs[some], some, strict=True)}
    chosen = np.zeros(snapshot.last_seq + 1, np.bool_)
    chosen[points.seqs[some]] = True
    features, of = [np.empty((0, 1), np.float32)][:0], list[int]()
    for batch in read(snapshot.lake, snapshot.files_with(chosen), chosen, ["features"]):
        rows, usable = matrix(batch["features"])
        features.append(rows)
        of += [place[seq] for seq in batch["seq"].to_numpy()[usable].tolist()]
    return nearest(np.concatenate(features), np.array(of)) if of else _none()


def nearest(features: NDArray[np.float32], of: NDArray[np.int64], count: int = NEAREST) -> Neighbours:
    """The `count` rows of `features` (m, d) with the greatest cosine to each row, itself left out; named by `of` (m,).

    O(m^2 d) in time, a block of rows at a time.
    """
    lengths = np.linalg.norm(features, axis=1, keepdims=True)
    unit = features / np.where(lengths == 0, 1, lengths)
    count = min(count, len(of) - 1)
    if count < 1:
        return _none()
    found, cosines = [], []
    for start in range(0, len(of), _BLOCK):
        similar = unit[start : start + _BLOCK] @ unit.T
        rows = np.arange(len(similar))
        similar[rows, start + rows] = -2.0
        best = np.argpartition(-similar, count - 1, axis=1)[:, :count]
        values = np.take_along_axis(similar, best, axis=1)
        order = np.argsort(-values, axis=1, kind="stable")
        found.append(of[np.take_along_axis(best, order, axis=1)])
        cosines.append(np.take_along_axis(values, order, axis=1))
    return Neighbours(of, np.concatenate(found), np.concatenate(cosines))


def _none() -> Neighbours:
    empty = np.empty((0, 0))
    return Neighbours(np.empty(0, np.int64), empty.astype(np.int64), empty.astype(np.float32))
