"""What the live page shows, read from the lake's tables."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any

import pyarrow.dataset as pds
from deltalake import DeltaTable

from conf.lake import Lake
from conf.locks import is_at_work
from schemas.components import COMPONENTS
from schemas.errors import MEANINGS
from schemas.features import FEATURES
from schemas.text import printable
from streaming.dashboard.cached import Cached
from streaming.dashboard.commands import replay_code_command, replay_command
from streaming.dashboard.recent import last_error, latest, per_second, rejected, window
from streaming.status import read_status

Json = dict[str, Any]
#: Windows of the charts, in hours.
HOURS = (1, 6, 24, 168)
REFITS = 10


@dataclass
class Reading:
    """Reads `lake`, each answer at most some seconds old; each method raises LakeError, or what delta-rs raises."""

    lake: Lake

    def __post_init__(self) -> None:
        self._table: Callable[[], DeltaTable | None] = Cached(lambda: self.lake.open(FEATURES), 1.0)
        self._now: Callable[[], Json] = Cached(self._read_now)
        self._rows: Callable[[], Json] = Cached(self._read_rows)
        self._windows = {hours: Cached(partial(self._read_window, hours), 5.0) for hours in HOURS}

    def now(self, hours: int) -> Json:
        """All but the rejected pictures; `hours` is one of HOURS."""
        return {**self._now(), **self._rows(), "window": self._windows[hours]()}

    def rejected(self, code: str, text: str) -> Json:
        """The latest of them that fit, each with the command that has it featured again."""
        table = self._table()
        if table is None:
            return {"total": 0, "rows": []}
        found = rejected(table, code, text)
        return {"total": found["total"], "rows": [self._with_command(row) for row in found["rows"]]}

    def version(self, seq: int) -> tuple[str, str, str] | None:
        """Path, ETag and SHA-256 of an announcement that is `ok`; None if there is none."""
        table = self._table()
        wanted = (pds.field("seq") == seq) & (pds.field("status") == "ok")
        columns = ["path", "etag", "content_hash"]
        rows = [] if table is None else table.to_pyarrow_dataset().to_table(columns, filter=wanted).to_pylist()
        return (rows[0]["path"], rows[0]["etag"], rows[0]["content_hash"] or "") if rows else None

    def refit_ids(self) -> set[str]:
        """Those whose pages may be asked for."""
        table = self.lake.open(COMPONENTS)
        return (
            set() if table is None else set(table.to_pyarrow_dataset().to_table(["refit_id"])["refit_id"].to_pylist())
        )

    def _read_now(self) -> Json:
        status = asdict(read_status(self.lake))
        texts = ("problems", "requests")
        return {
            **{
                name: status[name]
                for name in ("versions", "ok", "pending", "deferred", "oldest_pending_s", "law_holds")
            },
            **{name: [printable(text) for text in status[name]] for name in texts},
            "lake": printable(self.lake.root),
            "there": self._table() is not None,
            "last_batch": status["last_batch"],
            "working": is_at_work(self.lake, "stream"),
            "codes": [
                {"code": code, "count": number, "meaning": MEANINGS.get(code, ""), "command": self._command(code)}
                for code, number in status["rejected"].items()
            ],
            "refits": self._refits(),
        }

    def _read_rows(self) -> Json:
        table = self._table()
        if table is None:
            return {"latest": [], "per_second": 0.0, "last_error": None}
        return {"latest": latest(table), "per_second": per_second(table), "last_error": last_error(table)}

    def _read_window(self, hours: int) -> Json | None:
        table = self._table()
        return None if table is None else window(table, hours)

    def _refits(self) -> list[Json]:
        table = self.lake.open(COMPONENTS)
        if table is None:
            return []
        dataset, newest = table.to_pyarrow_dataset(), [("fitted_at", "descending")]
        times = dataset.to_table(["fitted_at"]).sort_by(newest)["fitted_at"][:REFITS].to_pylist()
        names = ("refit_id", "fitted_at", "n", "k", "explained_variance_ratio")
        columns = {**{name: pds.field(name) for name in names}, "warnings": pds.field("drift", "warnings")}
        rows = dataset.to_table(columns, filter=pds.field("fitted_at").isin(times)).sort_by(newest)
        return [
            {
                **{name: row[name] for name in ("n", "k")},
                "id": row["refit_id"],
                "at": row["fitted_at"].isoformat(timespec="seconds"),
                "share": sum(row["explained_variance_ratio"]),
                "warnings": [printable(warning) for warning in row["warnings"]],
            }
            for row in rows[:REFITS].to_pylist()
        ]

    def _with_command(self, row: Json) -> Json:
        return row | {"command": replay_command(self.lake.root, row.pop("raw"))}

    def _command(self, code: str) -> str:
        return replay_code_command(self.lake.root, code)
