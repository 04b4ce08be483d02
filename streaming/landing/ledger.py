"""The ledger: every announcement ever made, appended by one process, counted up without gaps."""

import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any

import pyarrow as pa
import pyarrow.dataset as pds
from deltalake import CommitProperties, DeltaTable, Transaction, WriterProperties, write_deltalake
from deltalake.exceptions import CommitFailedError, DeltaError

from conf.failpoints import failpoint
from conf.lake import Lake, LakeError, max_seq, row_count
from conf.purge import NO_HOOKS
from schemas.ledger import LEDGER, DiscoveredBy, Reason
from streaming.landing.batches import batches
from streaming.upkeep import Upkeep

#: Merging a hundred files takes 0.2 s; some 3,600 names are listed where there is an append a second; 16 MiB are some
#: 400,000 rows, and a row group is the least that is read of them for the rows of a batch.
UPKEEP = Upkeep(
    "ledger", merge_every=100, remove_every=1_000, small=256 * 2**10, big=16 * 2**20, many=64,
    written=WriterProperties(compression="ZSTD", max_row_group_size=16_384),
)  # fmt: skip

#: Names the transaction whose number is the time of the last reconcile, in seconds since 1970.
RECONCILED = "verger.reconciled"


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
    when anyone else has written (`LedgerConflictError`). That is told from a lost answer of S3 by reading the commit
    back. After any other error of `append`, it is unknown whether the commit was made: open the ledger anew. Now and
    then an append is followed by upkeep; who else wrote meanwhile is found then.
    """

    lake: Lake
    guard: Callable[[], None] = lambda: None  # raises if it may not be written any more
    head: int = field(init=False)
    _table: DeltaTable = field(init=False)
    _since: int = field(init=False)  # the version at which it was opened or looked after

    def __post_init__(self) -> None:
        self._open()
        self.head = max_seq(self._table)

    def append(self, drafts: Sequence[Draft]) -> range:
        """Announce the drafts in this order; returns their numbers."""
        numbers = range(self.head + 1, self.head + 1 + len(drafts))
        now = datetime.now(timezone.utc)
        self._commit([_row(seq, draft, now) for seq, draft in zip(numbers, drafts, strict=True)])
        return numbers

    def mark_reconciled(self, at: datetime) -> None:
        """Keep in the table's log that a reconcile was over then; as an `append` of nothing."""
        self._commit([], Transaction(RECONCILED, int(at.timestamp())))

    def reconciled_at(self) -> datetime | None:
        """When the last reconcile was over, in whole seconds; None if none ever was."""
        seconds = self._table.transaction_version(RECONCILED)
        return None if seconds is None else datetime.fromtimestamp(seconds, timezone.utc)

    def rows(self, after: int, to: int, columns: list[str] | None = None) -> pa.Table:
        """The announcements with after < seq <= to, in order; of `columns`, seq must be among them."""
        seq, schema = pds.field("seq"), LEDGER.arrow()
        found = self._table.to_pyarrow_dataset().to_table(columns, filter=(seq > after) & (seq <= to))
        return found.cast(pa.schema([schema.field(name) for name in found.column_names])).sort_by("seq")

    def batches(self, columns: list[str], where: pds.Expression | None = None) -> Iterator[pa.RecordBatch]:
        """All announcements (or those `where`), these columns, in no order, a bounded number of rows at a time."""
        yield from batches(self._table, columns, where)

    def refresh(self) -> None:
        """See what has been appended since."""
        self._table.update_incremental()
        self.head = max_seq(self._table)

    def _open(self) -> None:
        table = self.lake.open(LEDGER)
        if table is None:
            raise LakeError(f"there is no ledger in {self.lake.root}")
        self._table, self._since = table, table.version()

    def _commit(self, rows: list[dict[str, Any]], *transactions: Transaction) -> None:
        self.guard()
        mark = uuid.uuid4().hex
        try:
            write_deltalake(
                self._table,
                pa.Table.from_pylist(rows, schema=LEDGER.arrow()),
                mode="append",
                commit_properties=CommitProperties({"userMetadata": mark}, 0, list(transactions)),
                post_commithook_properties=NO_HOOKS,
            )
        except (DeltaError, OSError) as error:
            if not self._is_there(mark):
                if isinstance(error, CommitFailedError):
                    raise self._conflict() from error
                raise
        failpoint("ledger-appended")
        self.head += len(rows)
        if UPKEEP.is_due(self._since, self._table.version()):
            self._look_after()

    def _is_there(self, mark: str) -> bool:
        """Whether a commit whose answer was an error is the table's latest all the same: the answer was lost."""
        table = self.lake.open(LEDGER)
        if table is None or table.history(limit=1)[0].get("userMetadata") != mark:
            return False
        self._table = table
        return True

    def _look_after(self) -> None:
        """That nobody else has written meanwhile, the rows tell."""
        self.guard()
        UPKEEP.look_after(self.lake, self._table, self._since, self.guard)
        self._open()
        if not row_count(self._table) == max_seq(self._table) == self.head:
            raise self._conflict()

    def _conflict(self) -> LedgerConflictError:
        return LedgerConflictError(f"another process writes to the ledger in {self.lake.root}")


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
