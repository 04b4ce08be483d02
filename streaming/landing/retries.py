"""Versions whose latest row is `deferred`: announced again after a back-off that doubles."""

import heapq
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

import pyarrow.dataset as pds
from deltalake import DeltaTable

from conf.lake import Lake, LakeError, max_seq
from schemas.features import FEATURES
from streaming.landing.ledger import Draft, Ledger
from streaming.landing.waiting import Waiting

#: However often it was tried, a version waits no longer than this between two attempts.
MAX_BACKOFF_S = 300.0

#: Told of the rows of `features` between two seqs, the first one left out.
TakenUp = Callable[[DeltaTable, int, int], None]

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
        """Take up the rows that were deferred before this start and have not been announced again since."""
        announced: set[tuple[int, int]] = set()
        for batch in ledger.batches(["version", "attempt"], pds.field("attempt") > 1):
            announced.update(zip(*(column.to_pylist() for column in batch.columns), strict=True))
        self._take_up(announced)

    def refresh(self, admitted: int) -> None:
        """Take up what the batches up to `admitted` have deferred; free when all of them were seen."""
        if self.seen < admitted:
            self._table.update_incremental()
            self._take_up(set())

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

    def _take_up(self, announced: set[tuple[int, int]]) -> None:
        upto = max_seq(self._table)
        if upto <= self.seen:
            return
        rows = self._table.to_pyarrow_dataset().to_table(
            columns=_COLUMNS, filter=(pds.field("seq") > self.seen) & (pds.field("status") == "deferred")
        )
        for row in rows.sort_by("seq").to_pylist():
            seq, attempt, at = row.pop("seq"), row.pop("attempt") + 1, row.pop("discovered_at")
            if (row["version"], attempt) not in announced:
                wait = min(self.backoff_s * 2 ** (attempt - 2), MAX_BACKOFF_S)
                draft = Draft(**row, attempt=attempt, reason="retry")
                heapq.heappush(self._waiting, (self.clock() + wait, seq, draft))
                self._seqs.add(seq)
                self._since.add(seq, at)
        self.taken_up(self._table, self.seen, upto)
        self.seen = upto
