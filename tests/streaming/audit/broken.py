"""A small lake that is right, written row by row, so that a test can break it in one place."""

import hashlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
from deltalake import write_deltalake
from rich.console import Console

from conf.settings import Settings
from schemas.features import FEATURE_COUNT, FEATURES
from schemas.ledger import LEDGER
from streaming.audit.run import Audit, Extent, audit
from tests.streaming.landing.fakes import NOW, new_lake

Row = dict[str, Any]


@dataclass
class Orchard:
    """A landing, and the rows that its lake is going to have. `write` makes the tables."""

    folder: Path
    ledger: list[Row] = field(default_factory=list)
    features: list[Row] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.landing = self.folder / "landing"
        self.landing.mkdir()

    def put(self, name: str, content: bytes) -> str:
        """A file; its ETag, as the README says it is made."""
        path = self.landing / name
        path.write_bytes(content)
        seen = path.stat()
        return f"{seen.st_mtime_ns:x}-{seen.st_ctime_ns:x}-{seen.st_size:x}"

    def announce(self, name: str, etag: str, **other: Any) -> Row:
        """The next announcement of a file."""
        seq = len(self.ledger) + 1
        row = {
            "seq": seq, "version": seq, "supersedes": None, "attempt": 1, "reason": "new",
            "path": f"file://{self.landing / name}", "etag": etag, "size": 1, "modified": NOW, "announced_at": NOW,
            "discovered_by": "list",
        }  # fmt: skip
        self.ledger.append(row | other)
        return self.ledger[-1]

    def feature(self, announced: Row, content: bytes, **other: Any) -> Row:
        """Its row, as `ok` unless told otherwise."""
        same = {column.name: announced[column.name] for column in LEDGER.columns if column.name in _SHARED}
        row = same | {
            "label": "x", "status": "ok", "features": [1.0] * FEATURE_COUNT, "model_id": "m", "discovered_at": NOW,
            "featurized_at": NOW, "featurize_ms": 1.0, "content_hash": hashlib.sha256(content).hexdigest(),
        }  # fmt: skip
        self.features.append(row | other)
        return self.features[-1]

    def write(self) -> None:
        """The tables as they are to be."""
        lake = new_lake(self.folder)
        for name, table, rows in (("ledger", LEDGER, self.ledger), ("features", FEATURES, self.features)):
            for part in (rows[: len(rows) // 2], rows[len(rows) // 2 :]):
                write_deltalake(lake.uri(name), pa.Table.from_pylist(part, schema=table.arrow()), mode="append")

    def settings(self) -> Settings:
        """What the audit is told."""
        return Settings(landing=str(self.landing), lake=str(self.folder / "lake"))

    def audit(self, **extent: Any) -> Audit:
        """Write it and audit it."""
        self.write()
        return audit(self.settings(), Extent(**extent), Console())


_SHARED = {"seq", "version", "supersedes", "attempt", "reason", "path", "etag", "size", "modified"}


def orchard(folder: Path) -> Orchard:
    """Six announcements: a, overwritten once; b, deferred, tried again, and replayed; c, which waits."""
    made = Orchard(folder)
    first = made.announce("a.jpg", "old")
    made.feature(first, b"old")
    second = made.announce("a.jpg", made.put("a.jpg", b"new"), supersedes=1)
    made.feature(second, b"new")
    third = made.announce("b.jpg", made.put("b.jpg", b"b"))
    made.feature(third, b"b", status="deferred", error_code="timeout", features=None, content_hash=None)
    again = {"version": 3, "attempt": 2, "reason": "retry"}
    made.feature(made.announce("b.jpg", third["etag"], **again), b"b")
    again = {"version": 3, "attempt": 3, "reason": "replay"}
    made.feature(made.announce("b.jpg", third["etag"], **again), b"b", status="rejected", error_code="truncated")
    made.announce("c.jpg", made.put("c.jpg", b"c"))
    return made
