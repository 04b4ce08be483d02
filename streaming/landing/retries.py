"""Versions whose latest row is `deferred`: announced again after a back-off that doubles."""

import heapq
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.dataset as pds
from deltalake import DeltaTable
from numpy.typing import NDArray

from conf.lake import Lake, LakeError, max_seq
from schemas.features import FEATURES
from streaming.landing.batches import READ_ROWS, batches
from streaming.landing.ledger import Draft, Ledger
from streaming.landing.waiting import Waiting

#: However often it was tried, a version waits no longer than this between two attempts.
MAX_BACKOFF_S = 300.0

#: Told of the rows of `features` between two seqs, the first one left out.
TakenUp = Callable[[DeltaTable, int, int], None]

#: A version and one of its attempts in one number.
Attempts = NDArray[np.int64]

_COLUMNS = ["seq", "version", "supersedes", "attempt", "path", "etag", "size", "modified", "discovered_at"]


def nobody(features: DeltaTable, after: int, upto: int) -> None:
    """Is told, and does nothing."""


@dataclass
class Retries:
    """What waits for another attempt, read from `features` and nowhere else. `taken_up` is told what was looked at.

    After a restart a version waits its back-off once more: no wall clock is compared with another.
    """

    lake: Lake
    backoff_s: float
    clock: Callable[[], float]
    taken_up: TakenUp = nobody
    seen: int = 0  # rows of `features` up to this seq have been looked at
    _table: DeltaTable = field(init=False)
    _waiting: list[tuple[float, int, Draft]] = field(default_factory=list)  # (due, seq, announcement)
    _since: Waiting = field(default_factory=Waiting)
    _seqs: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        table = self.lake.open(FEATURES)
        if table is None:
            raise LakeError(f"there is no features table in {self.lake.root}")
        self._table = table

    def load(self, ledger: Ledger) -> None:
        """Take up the rows that were deferred before this start and have not been announced again since.

        Holds some 30 bytes for each row that was ever deferred, besides those that are taken up.
        """
        attempts = ["version", "attempt"]
        parts = [_attempts(batch) + 1 for batch in self._deferred(attempts)]
        following = np.unique(np.concatenate([np.empty(0, np.int64), *parts]))
        still = np.ones(len(following), np.bool_)
        if len(following):
            for batch in ledger.batches(attempts, pds.field("attempt") > 1):
                places, there = _find(_attempts(batch), following)
                still[places[there]] = False
        self._take_up(self._followed_by(following[still]))

    def refresh(self, admitted: int) -> None:
        """Take up what the batches up to `admitted` have deferred; free when all of them were seen."""
        if self.seen < admitted:
            self._table.update_incremental()
            self._take_up(self._deferred(_COLUMNS))

    def due(self) -> Iterator[Draft]:
        """The announcements whose time has come; each is given once."""
        while self._waiting and self._waiting[0][0] <= self.clock():
            _, seq, draft = heapq.heappop(self._waiting)
            self._seqs.discard(seq)
            yield draft

    def oldest(self) -> datetime | None:
        """When the oldest of those that wait was announced last."""
        return self._since.oldest(lambda seq: seq not in self._seqs)

    def __len__(self) -> int:
        return len(self._waiting)

    def _take_up(self, deferred: Iterable[pa.RecordBatch]) -> None:
        upto = max_seq(self._table)
        if upto <= self.seen:
            return
        for row in _in_order(deferred):
            seq, attempt, at = row.pop("seq"), row.pop("attempt") + 1, row.pop("discovered_at")
            wait = min(self.backoff_s * 2 ** (attempt - 2), MAX_BACKOFF_S)
            draft = Draft(**row, attempt=attempt, reason="retry")
            heapq.heappush(self._waiting, (self.clock() + wait, seq, draft))
            self._seqs.add(seq)
            self._since.add(seq, at)
        self.taken_up(self._table, self.seen, upto)
        self.seen = upto

    def _deferred(self, columns: list[str]) -> Iterator[pa.RecordBatch]:
        """Rows that have not been looked at, in no order."""
        new = (pds.field("seq") > self.seen) & (pds.field("status") == "deferred")
        return batches(self._table, columns, new)

    def _followed_by(self, attempts: Attempts) -> Iterator[pa.RecordBatch]:
        """Those of them that come before these `attempts`, ascending."""
        if len(attempts):
            for batch in self._deferred(_COLUMNS):
                yield batch.filter(pa.array(_find(_attempts(batch) + 1, attempts)[1]))


def _attempts(batch: pa.RecordBatch) -> Attempts:
    """Version and attempt of each row as one number: enough for a million attempts at each of 8e12 versions."""
    numbers: Attempts = batch["version"].to_numpy() * 2**20 + batch["attempt"].to_numpy()
    return numbers


def _find(wanted: Attempts, among: Attempts) -> tuple[NDArray[np.intp], NDArray[np.bool_]]:
    """The place of each of the `wanted` in `among` (ascending, not empty), and whether it is there."""
    places = np.searchsorted(among, wanted)
    return places, among.take(places, mode="clip") == wanted


def _in_order(found: Iterable[pa.RecordBatch]) -> Iterator[dict[str, Any]]:
    """Their rows by `seq`; few of them as Python objects at a time."""
    if some := [batch for batch in found if batch.num_rows]:
        for batch in pa.Table.from_batches(some).sort_by("seq").to_batches(max_chunksize=READ_ROWS):
            yield from batch.to_pylist()
