"""The ledger: every announcement ever made, appended by one process, counted up without gaps."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any

import pyarrow as pa
import pyarrow.dataset as pds
from deltalake import CommitProperties, DeltaTable, write_deltalake
from deltalake.exceptions import CommitFailedError

from conf.lake import Lake, LakeError, max_seq
from schemas.ledger import LEDGER, DiscoveredBy, Reason


class LedgerConflictError(Exception):
    """Another process has appended to the ledger: this one must not write any more."""


@dataclass(frozen=True, slots=True)
class Draft:
    """An announcement before it has its number. `version` is None for a version not announced before."""

    path: str
    etag: str
    size: int
    modified: datetime
    supersedes: int | None
    version: int | None = None
    attempt: int = 1
    reason: Reason = "new"
    discovered_by: DiscoveredBy = "list"


@dataclass
class Ledger:
    """The table `ledger` at the version that this process knows.

    An append is one Delta commit on exactly that version: it is there whole or not at all, and it is refused
    when anyone else has written (`LedgerConflictError`). After any other error of `append`, it is unknown whether
    the commit was made: open the ledger anew.
    """

    lake: Lake
    head: int = field(init=False)
    _table: DeltaTable = field(init=False)

    def __post_init__(self) -> None:
        table = self.lake.open(LEDGER)
        if table is None:
            raise LakeError(f"there is no ledger in {self.lake.root}")
        self._table, self.head = table, max_seq(table)

    def append(self, drafts: Sequence[Draft]) -> range:
        """Announce the drafts in this order; returns their numbers."""
        numbers = range(self.head + 1, self.head + 1 + len(drafts))
        now = datetime.now(timezone.utc)
        rows = [_row(seq, draft, now) for seq, draft in zip(numbers, drafts, strict=True)]
        try:
            write_deltalake(
                self._table,
                pa.Table.from_pylist(rows, schema=LEDGER.arrow()),
                mode="append",
                commit_properties=CommitProperties(max_commit_retries=0),
            )
        except CommitFailedError as error:
            raise LedgerConflictError(f"another process writes to the ledger in {self.lake.root}") from error
        self.head = numbers[-1]
        return numbers

    def rows(self, after: int, to: int) -> pa.Table:
        """The announcements with after < seq <= to, in order."""
        seq = pds.field("seq")
        found = self._table.to_pyarrow_dataset().to_table(filter=(seq > after) & (seq <= to))
        return found.cast(LEDGER.arrow()).sort_by("seq")

    def batches(self, columns: list[str], where: pds.Expression | None = None) -> Iterator[pa.RecordBatch]:
        """All announcements (or those `where`), these columns, in no order, a bounded number of rows at a time."""
        dataset = self._table.to_pyarrow_dataset()
        yield from dataset.to_batches(columns=columns, filter=where, batch_size=65_536)

    def refresh(self) -> None:
        """See what has been appended since."""
        self._table.update_incremental()
        self.head = max_seq(self._table)


def _row(seq: int, draft: Draft, now: datetime) -> dict[str, Any]:
    return {
        "seq": seq,
        "version": seq if draft.version is None else draft.version,
        "supersedes": draft.supersedes,
        "attempt": draft.attempt,
        "reason": draft.reason,
        "path": draft.path,
        "etag": draft.etag,
        "size": draft.size,
        "modified": draft.modified,
        "announced_at": now,
        "discovered_by": draft.discovered_by,
    }
