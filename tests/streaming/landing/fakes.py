"""A landing in memory, and a lake in a folder, for tests of the source without Spark."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pyarrow as pa
from deltalake import write_deltalake

from conf.lake import Lake
from schemas.features import FEATURES
from streaming.lake import prepare
from streaming.stores.store import Listed, Skipped, StoreError

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=timezone.utc)


@dataclass
class FakeStore:
    """Objects by path; `error` makes its listing fail."""

    objects: dict[str, str] = field(default_factory=dict)
    skipped: list[Skipped] = field(default_factory=list)
    settles: bool = False
    error: str | None = None

    def list(self) -> Iterator[Listed | Skipped]:
        if self.error:
            raise StoreError(self.error)
        yield from self.skipped
        for path in list(self.objects):
            entry = self.stat(path)
            if entry:
                yield entry

    def stat(self, path: str) -> Listed | None:
        etag = self.objects.get(path)
        return None if etag is None else Listed(path, etag, len(etag), NOW)

    def read(self, path: str, etag: str, *, max_bytes: int, timeout_s: float) -> bytes:
        raise NotImplementedError


def new_lake(folder: Path) -> Lake:
    """An empty lake."""
    lake = Lake(str(folder / "lake"))
    prepare(lake)
    return lake


def features_row(seq: int, **values: object) -> dict[str, object]:
    """A row of `features`; what is not given is made up."""
    made_up = {
        "path": "file:///x.jpg", "label": "x", "etag": "A", "size": 1, "modified": NOW, "attempt": 1, "reason": "new",
        "status": "ok", "model_id": "m", "discovered_at": NOW, "featurized_at": NOW, "featurize_ms": 1.0,
    }  # fmt: skip
    return {**made_up, "seq": seq, "version": seq, **values}


def write_features(lake: Lake, rows: list[dict[str, Any]]) -> None:
    """Append rows to `features`; columns not given are made up."""
    full = [features_row(**row) for row in rows]
    write_deltalake(lake.uri("features"), pa.Table.from_pylist(full, schema=FEATURES.arrow()), mode="append")
