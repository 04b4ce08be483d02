"""Versions that were gone, or another one, when they were to be read: and that are there after all."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from operator import itemgetter
from typing import Any, NamedTuple

import pyarrow.compute as pc
import pyarrow.dataset as pds
from deltalake import DeltaTable

from schemas.ledger import DiscoveredBy
from streaming.landing.batches import batches
from streaming.landing.ledger import Draft, Ledger
from streaming.stores.store import Listed

CODES = ("gone", "changed")
#: Attempts at a version that is listed and not found when it is read, unless it was put there anew meanwhile: a
#: listing may be older than a row, and S3 tells modification times in whole seconds.
ATTEMPTS = 4
#: Paths that are kept in memory: 30 MB.
MOST = 100_000

_ROW = ["seq", "path", "etag", "attempt", "modified"]
_ANNOUNCED = ["seq", "path", "version", "supersedes", "attempt"]


class _Row(NamedTuple):
    seq: int
    etag: str
    attempt: int
    modified: datetime


@dataclass
class Vanished:
    """What `features` says was gone or changed, by path: some 300 bytes each, of the latest MOST.

    S3's ETag is of the content: a picture that is deleted, or overwritten, before it is read, and then put back with
    the same bytes, is the version that was announced already. So are the files of a disk that was away for a moment.
    They are announced again, as another attempt. A listing shows them again and again; what an event told is kept
    until the rows are there.
    """

    _rows: dict[str, _Row] = field(default_factory=dict)
    _kept: deque[tuple[int, Listed]] = field(default_factory=lambda: deque(maxlen=MOST))

    def take_up(self, features: DeltaTable, after: int, upto: int) -> None:
        """There are rows up to `upto`, of which those up to `after` are known."""
        seq = pds.field("seq")
        lost = pds.field("error_code").isin(CODES) & (seq > after) & (seq <= upto)
        oldest = 0  # of MOST, once there are more
        for batch in batches(features, _ROW, lost):
            for row in batch.filter(pc.greater(batch["seq"], oldest)).to_pylist():
                self._note(row.pop("path"), _Row(**row))
            if len(self._rows) > MOST:
                self._rows = dict(sorted(self._rows.items(), key=lambda item: item[1].seq)[-MOST:])
                oldest = next(iter(self._rows.values())).seq

    def _note(self, path: str, row: _Row) -> None:
        if path not in self._rows or self._rows[path].seq < row.seq:
            self._rows[path] = row

    def keep(self, objects: Sequence[Listed], head: int) -> None:
        """These were there when `head` was announced: rows that are still to come may say that they were not."""
        self._kept.extend((head, o) for o in objects)

    def kept(self, seen: int) -> list[Listed]:
        """Those whose rows have come by now, as there are rows up to `seen`; each is given once."""
        ready = []
        while self._kept and self._kept[0][0] <= seen:
            ready.append(self._kept.popleft()[1])
        return ready

    def found_again(self, objects: Sequence[Listed], ledger: Ledger, by: DiscoveredBy) -> list[Draft]:
        """Announcements of those that are there as they were announced; each is given once for a row."""
        there = {o.path: o for o in objects if (row := self._rows.get(o.path)) and _is_back(row, o)}
        if not there:
            return []
        rows = {path: self._rows.pop(path) for path in there}
        latest = _latest(ledger, rows)
        return [
            Draft(
                path, there[path].etag, there[path].size, there[path].modified, last["supersedes"], last["version"],
                last["attempt"] + 1, "replay", by,
            )
            for path, row in rows.items()
            if (last := latest[path])["seq"] == row.seq  # else it has been announced since
        ]  # fmt: skip


def _is_back(row: _Row, now: Listed) -> bool:
    return now.etag == row.etag and (row.attempt < ATTEMPTS or now.modified > row.modified)


def _latest(ledger: Ledger, rows: dict[str, _Row]) -> dict[str, dict[str, Any]]:
    """The latest announcement of each path."""
    wanted = pds.field("path").isin(list(rows)) & (pds.field("seq") >= min(row.seq for row in rows.values()))
    found = [row for batch in ledger.batches(_ANNOUNCED, wanted) for row in batch.to_pylist()]
    return {row["path"]: row for row in sorted(found, key=itemgetter("seq"))}
