"""Takes all that is known of some pictures out of `features` and the ledger, by who alone writes them."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timezone

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as pds
from deltalake import CommitProperties, WriterProperties, write_deltalake
from numpy.typing import NDArray

from conf.lake import Lake, LakeError
from conf.purge import NO_HOOKS, purge
from schemas.errors import FORGOTTEN
from schemas.features import FEATURES
from schemas.ledger import LEDGER
from schemas.table import Table
from streaming.landing.ledger import Ledger
from streaming.requests.request import Forget, matcher

Seqs = NDArray[np.int64]
#: Announcements that one commit covers, blanked or not: 100 MB of features.
WINDOW = 20_000

#: What columns say of a forgotten picture, beside its path; the others stay.
_BLANK: dict[str, object] = {
    "label": "",
    "etag": "",
    "size": 0,
    "modified": datetime.fromtimestamp(0, timezone.utc),
    "status": "rejected",
    "error_code": "forgotten",
    **dict.fromkeys(("error_detail", "features", "width", "height", "format", "content_hash")),
}


@dataclass(frozen=True)
class Version:
    """One announcement that a request is for."""

    seq: int
    path: str
    etag: str


@dataclass(frozen=True)
class Forgetting:
    """`check` raises where the lake may be another's by now. Nobody else may write, or read, these two tables.

    The rows stay, as the law counts them: their announcements keep seq, version, attempt and times. Killed at any
    point and begun again, it ends the same: the ledger, which names the rows, comes last, and then all that is not of
    the latest versions is removed, in any case.
    """

    lake: Lake
    check: Callable[[], None]

    def versions(self, asked: Forget) -> list[Version]:
        """What was announced up to `asked.upto` with such a path, in order."""
        fits = matcher(asked.path)
        rows = Ledger(self.lake).batches(["seq", "path", "etag"], pds.field("seq") <= asked.upto)
        found = (Version(**row) for batch in rows for row in batch.to_pylist() if fits(row["path"]))
        return sorted((v for v in found if not v.path.startswith(FORGOTTEN)), key=lambda version: version.seq)

    def blank(self, versions: Iterable[Version]) -> None:
        """Overwrite their rows in both tables, a window of announcements in each commit."""
        seqs = np.array([version.seq for version in versions], np.int64)
        for schema in (FEATURES, LEDGER):
            for window in np.unique(seqs // WINDOW):
                self._overwrite(schema, int(window) * WINDOW, seqs)

    def purge(self) -> None:
        """Remove from both tables what has been overwritten, for good."""
        for schema in (FEATURES, LEDGER):
            self._purge(schema)

    def _overwrite(self, schema: Table, first: int, seqs: Seqs) -> None:
        """Not `DeltaTable.update`, which writes strings of a kind that other readers can't compare."""
        self.check()
        table = self.lake.open(schema)
        if table is None:
            raise LakeError(f"there is no table {schema.name} in {self.lake.root}")
        seq = pds.field("seq")
        rows = table.to_pyarrow_dataset().to_table(filter=(seq >= first) & (seq < first + WINDOW))
        if not rows.num_rows:
            return  # of announcements that are pending
        write_deltalake(
            table,
            blanked(rows.cast(schema.arrow()), seqs),
            mode="overwrite",
            predicate=f"seq >= {first} AND seq < {first + WINDOW}",
            writer_properties=WriterProperties(compression="ZSTD"),
            commit_properties=CommitProperties(max_commit_retries=0),
            post_commithook_properties=NO_HOOKS,
        )

    def _purge(self, schema: Table) -> None:
        self.check()
        purge(self.lake, schema, self.check)


def blanked(rows: pa.Table, seqs: Seqs) -> pa.Table:
    """The rows, with nothing of their pictures in those of `seqs`."""
    gone = pc.is_in(rows["seq"], pa.array(seqs))
    names = pc.binary_join_element_wise(FORGOTTEN, pc.cast(rows["seq"], pa.string()), "")
    for at, column in enumerate(rows.schema):
        if column.name == "path":
            rows = rows.set_column(at, column, pc.if_else(gone, names, rows["path"]))
        elif column.name in _BLANK:
            nothing = pa.scalar(_BLANK[column.name], column.type)
            rows = rows.set_column(at, column, pc.if_else(gone, nothing, rows[column.name]))
    return rows.sort_by("seq")
