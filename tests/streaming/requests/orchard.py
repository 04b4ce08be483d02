"""A lake with rows, an announcer on it as the source has one, and requests; without Spark."""

from pathlib import Path
from typing import Any

from streaming.landing.announcer import Announcer
from streaming.landing.ledger import Draft, Ledger
from streaming.landing.options import LandingOptions
from streaming.requests.box import open_box
from streaming.requests.request import Replay
from tests.streaming.landing.fakes import NOW, new_lake, write_features

OUTCOMES: dict[str, dict[str, Any]] = {
    "ok": {"content_hash": "h", "features": [1.0] * 1280, "width": 100, "height": 90, "format": "JPEG"},
    "deferred": {"status": "deferred", "error_code": "timeout", "error_detail": "no answer"},
}


class Orchard:
    """`announce` and `feature` do what the stream does: rows for all announcements up to now."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.lake = folder, new_lake(folder)
        self.box, self.written = open_box(self.lake), 0
        (folder / "landing").mkdir()

    def uri(self, name: str) -> str:
        return f"file://{self.folder}/landing/{name}"

    def announce(self, *names: str, etag: str = "A", **columns: Any) -> None:
        Ledger(self.lake).append([Draft(**{"path": self.uri(n), "etag": f"{etag}-{n}", "size": 7, "modified": NOW,
                                           "supersedes": None, **columns}) for n in names])  # fmt: skip

    def feature(self, *outcomes: str, **columns: Any) -> None:
        """Rows for the announcements that have none yet, as far as there are outcomes."""
        rows = self.ledger()[self.written : self.written + len(outcomes)]
        told = ("seq", "version", "supersedes", "attempt", "reason", "path", "etag", "size", "modified")
        given = [OUTCOMES.get(outcome, {"status": "rejected", "error_code": outcome}) for outcome in outcomes]
        write_features(
            self.lake,
            [
                {
                    **{name: row[name] for name in told},
                    "label": (["", *row["path"].split("/")])[-2],
                    **outcome,
                    **columns,
                }
                for row, outcome in zip(rows, given, strict=True)
            ],
        )
        self.written += len(outcomes)

    def ledger(self) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = Ledger(self.lake).rows(0, 10**9).to_pylist()
        return rows

    def rows(self) -> list[dict[str, Any]]:
        from deltalake import DeltaTable

        rows: list[dict[str, Any]] = DeltaTable(self.lake.uri("features")).to_pyarrow_table().sort_by("seq").to_pylist()
        return rows

    def announcer(self, max_objects: int = 1_000) -> Announcer:
        """As after a start: all rows that are there have been handed out."""
        options = LandingOptions(
            str(self.folder / "landing"), self.lake.root, max_objects_per_batch=max_objects, retry_backoff_s=1e6
        )
        return Announcer(options, self.lake.beside("discovery.json"), lambda: self.written)

    def ask(self, upto: int | None = None, **asked: Any) -> Replay:
        return Replay(upto=self.written if upto is None else upto, **asked)
