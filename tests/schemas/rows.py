"""Rows of `features` by what decides which is current, and the definition once more, naively."""

from collections.abc import Sequence
from typing import NamedTuple

import pyarrow as pa
from hypothesis import strategies as st

from schemas.features import FEATURES

OUT_OF_REACH = ("archived", "forbidden", "timeout", "unreachable")
UNREAD = ("gone", *OUT_OF_REACH)


class Row(NamedTuple):
    """One announcement's outcome. `outcome`: ok, deferred, or the error code of a rejection."""

    seq: int
    version: int
    outcome: str = "ok"
    path: str = "file:///a.jpg"

    @property
    def status(self) -> str:
        return self.outcome if self.outcome in {"ok", "deferred"} else "rejected"

    @property
    def error_code(self) -> str | None:
        return {"ok": None, "deferred": "timeout"}.get(self.outcome, self.outcome)


def table(rows: Sequence[Row]) -> pa.Table:
    """The rows as refit and readers get them."""
    names = ("path", "version", "seq", "status", "error_code")
    schema = pa.schema([FEATURES.arrow().field(name) for name in names])
    return pa.table({name: [getattr(row, name) for row in rows] for name in names}, schema=schema)


def naive_current(rows: Sequence[Row], last_seq: int | None = None) -> dict[str, int]:
    """The seq of each path's current row, by the words of the definition, one path after the other."""
    current = {}
    for path in {row.path for row in rows}:
        mine = [row for row in rows if row.path == path and (last_seq is None or row.seq <= last_seq)]
        mine = [row for row in mine if row.status != "deferred" and row.outcome not in {"changed", "gone"}]
        if mine:
            greatest = max(row.version for row in mine)
            of_it = [row for row in mine if row.version == greatest]
            current[path] = max(row.seq for row in [row for row in of_it if row.outcome not in OUT_OF_REACH] or of_it)
    return current


@st.composite
def histories(draw: st.DrawFn) -> list[Row]:
    """Announcements in the order of their seq: of new versions, or of any earlier version of any path again."""
    rows: list[Row] = []
    for seq in range(1, draw(st.integers(0, 30)) + 1):
        outcome = draw(st.sampled_from(["ok", "ok", "ok", "deferred", "truncated", "bad_output", "changed", *UNREAD]))
        before = st.sampled_from([(row.path, row.version) for row in rows] or [("file:///a.jpg", 1)])
        anew = st.sampled_from([(f"file:///{name}.jpg", seq) for name in "abcd"])
        path, version = draw(st.one_of(before, anew))
        rows.append(Row(seq, version, outcome, path))
    return rows
