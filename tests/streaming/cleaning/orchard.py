"""A landing, and a lake with rows for what is in it: what the stream would have written, without Spark."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from conf.lake import Lake
from streaming.cleaning.sweep import Sweep
from streaming.cleaning.way import Way
from streaming.landing.ledger import Draft, Ledger
from streaming.stores.store import Listed, Store
from tests.streaming.landing.fakes import new_lake, write_features

MONTH_AGO = datetime.now(timezone.utc) - timedelta(days=30)
WEEK = timedelta(days=7)


@dataclass
class Orchard:
    """`featured` announces what is new in the store and gives it rows, as the stream does."""

    folder: Path
    store: Store
    seen: dict[str, Listed] = field(default_factory=dict)  # by path, as announced last
    versions: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.lake: Lake = new_lake(self.folder)
        self.ledger = Ledger(self.lake)

    @property
    def id(self) -> str:
        from streaming.cleaning.finished import Finished

        return Finished(self.lake).lake_id

    def listed(self) -> list[Listed]:
        return sorted((found for found in self.store.list() if isinstance(found, Listed)), key=lambda found: found.path)

    def new(self) -> list[Listed]:
        known = {path: found.etag for path, found in self.seen.items()}
        return [found for found in self.listed() if known.get(found.path) != found.etag]

    def announce(self, found: Iterable[Listed]) -> list[int]:
        """Announce new versions; returns their numbers."""
        objects = list(found)
        drafts = [Draft(o.path, o.etag, o.size, o.modified, self.versions.get(o.path)) for o in objects]
        numbers = list(self.ledger.append(drafts)) if drafts else []
        for number, entry in zip(numbers, objects, strict=True):
            self.seen[entry.path], self.versions[entry.path] = entry, number
        return numbers

    def featured(self, at: datetime = MONTH_AGO, **columns: Any) -> list[int]:
        """Announce all that is new and write its rows; returns their numbers."""
        objects = self.new()
        rows = [
            self.row(number, entry, at, **columns)
            for number, entry in zip(self.announce(objects), objects, strict=True)
        ]
        if rows:
            write_features(self.lake, rows)
        return [row["seq"] for row in rows]

    def row(self, seq: int, entry: Listed, at: datetime = MONTH_AGO, **columns: Any) -> dict[str, Any]:
        """The row of one announcement, with the hash of what is read now; else `gone` or `changed`."""
        told = {name: getattr(entry, name) for name in ("path", "etag", "size", "modified")}
        return {"seq": seq, **told, **self._read(entry), "featurized_at": at, **columns}

    def _read(self, entry: Listed) -> dict[str, Any]:
        from schemas.errors import PictureError

        try:
            content = self.store.read(entry.path, entry.etag, max_bytes=1 << 30, timeout_s=10)
        except PictureError as error:
            return {"status": "rejected", "error_code": error.code}
        return {"content_hash": hashlib.sha256(content).hexdigest()}

    def sweep(self, way: Way, after: timedelta = WEEK, task: str = "delete") -> Sweep:
        return Sweep(self.lake, way, task, after)
