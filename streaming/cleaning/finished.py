"""Which rows of `features` are finished with: read from the tables, a bounded number of rows at a time."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as pds
from deltalake import DeltaTable
from numpy.typing import NDArray

from conf.lake import Lake, LakeError, max_seq
from schemas.features import FEATURES
from schemas.ledger import LEDGER
from streaming.cleaning.way import FinishedRow
from streaming.lake import lake_id

Seqs = NDArray[np.int64]

#: Rows that are looked at together: 5 MB.
WINDOW = 5_000
_COLUMNS = [
    "path", "etag", "size", "modified", "seq", "version", "content_hash", "status", "error_code", "featurized_at",
]  # fmt: skip
#: The picture may have features after all: with other settings, on a faster machine, or once Verger is mended.
_MENDABLE = pa.array(["too_large", "too_many_pixels", "unsupported", "timeout", "crashed", "bad_output"])


@dataclass(frozen=True)
class Window:
    """Rows to clean, in order; all up to `upto` have been looked at. The row after it is of `next_at` (None: none)."""

    rows: list[FinishedRow]
    upto: int
    next_at: datetime | None


class Finished:
    """The rows whose objects nobody needs any more.

    These are rows that are committed, of the latest announcement of their version, of the latest version of their
    path, `ok` or `rejected`, whose content was read (what was never read may be fine), and not rejected for what a
    setting, the machine or a fault of ours may have decided.

    `features` is read first, then the ledger: an announcement that is pending is in it, whatever was announced since.
    """

    def __init__(self, lake: Lake) -> None:
        features = lake.open(FEATURES)
        if features is None:
            raise LakeError(f"there is no lake at {lake.root} yet: run `verger stream`")
        self._lake, self._features = lake, features
        self.lake_id = lake_id(features)

    def last_seq(self) -> int:
        """The last row as of now."""
        self._features.update_incremental()
        return max_seq(self._features)

    def window(self, after: int, cutoff: datetime) -> Window:
        """The rows after the seq `after` that were featurized before `cutoff`, up to the first one that wasn't."""
        self._features.update_incremental()  # a pass over a long backlog takes hours
        seq = pds.field("seq")
        rows = self._read((seq > after) & (seq <= after + WINDOW))
        young = pc.greater(rows["featurized_at"], pa.scalar(cutoff, rows["featurized_at"].type))
        first = pc.index(young, value=True).as_py()
        due = rows if first < 0 else rows.slice(0, first)
        upto = due["seq"][-1].as_py() if due.num_rows else after
        next_at = None if first < 0 else rows["featurized_at"][first].as_py()
        return Window([row for row in self._judged(due) if row.clean], upto, next_at)

    def these(self, seqs: Collection[int]) -> list[FinishedRow]:
        """Rows by their seq, whether they are to be cleaned or not; whatever their age."""
        return self._judged(self._read(pds.field("seq").isin(list(seqs)))) if seqs else []

    def _read(self, where: pds.Expression) -> pa.Table:
        """In order of seq; only files whose statistics fit are opened, in this thread."""
        dataset = self._features.to_pyarrow_dataset()
        return dataset.to_table(columns=_COLUMNS, filter=where, use_threads=False).sort_by("seq")

    def _judged(self, rows: pa.Table) -> list[FinishedRow]:
        if not rows.num_rows:
            return []
        was_read = pc.and_(pc.is_valid(rows["content_hash"]), pc.is_in(rows["status"], pa.array(["ok", "rejected"])))
        mendable = pc.is_in(rows["error_code"], _MENDABLE)
        seqs, versions = rows["seq"].to_numpy(), rows["version"].to_numpy()
        stale = _announced_since(self._ledger(), seqs, versions)
        clean = pc.and_(was_read, pc.invert(mendable)).to_numpy() & ~stale
        told = rows.drop_columns(["status", "error_code", "featurized_at"]).to_pylist()
        return [FinishedRow(**row, clean=bool(ok)) for row, ok in zip(told, clean, strict=True)]

    def _ledger(self) -> DeltaTable:
        """As it is now. It is opened anew: its writer merges files, and cleans its log."""
        ledger = self._lake.open(LEDGER)
        if ledger is None:
            raise LakeError(f"there is no ledger in {self._lake.root}")
        return ledger


def _announced_since(ledger: DeltaTable, seqs: Seqs, versions: Seqs) -> NDArray[np.bool_]:
    """(n,) which rows were followed by an announcement of their version, or of one that supersedes it."""
    distinct, which = np.unique(versions, return_inverse=True)
    latest, superseded = np.zeros(len(distinct), np.int64), np.zeros(len(distinct), np.bool_)
    columns, later = ["seq", "version", "supersedes"], pds.field("seq") > int(distinct[0])
    for batch in ledger.to_pyarrow_dataset().to_batches(columns=columns, filter=later, use_threads=False):
        again = batch.filter(pc.is_in(batch["version"], pa.array(distinct)))
        np.maximum.at(latest, np.searchsorted(distinct, again["version"].to_numpy()), again["seq"].to_numpy())
        superseded |= np.isin(distinct, batch["supersedes"].drop_null().to_numpy())
    return (latest[which] > seqs) | superseded[which]
