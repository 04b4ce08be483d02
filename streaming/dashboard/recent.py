"""What was featured lately, from those files of `features` whose statistics say that they may hold it."""

from datetime import datetime, timedelta, timezone
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as pds
from deltalake import DeltaTable
from numpy.typing import NDArray

from conf.lake import max_seq
from schemas.text import printable

#: Bars in a chart.
BINS = 60
#: Rows in the list of latest pictures, and of rejected ones.
LATEST, REJECTED = 12, 200
#: An error that is further back than so many rows is no news.
LOOKED_AT = 10_000

_SHOWN = [
    "seq", "path", "label", "status", "error_code", "error_detail", "size", "width", "height", "format", "attempt",
    "reason", "discovered_at", "featurized_at", "featurize_ms",
]  # fmt: skip
Row = dict[str, Any]


def window(table: DeltaTable, hours: float, now: datetime | None = None) -> Row:
    """The last `hours` in BINS equal parts: when each begins, rows by status, and seconds from landing to row.

    The waits are the median and the 95th percentile of pictures at their first attempt; None in a part without any.
    """
    now = now or datetime.now(timezone.utc)
    since = now - timedelta(hours=hours)
    rows = table.to_pyarrow_dataset().to_table(
        columns=["status", "attempt", "discovered_at", "featurized_at"],
        filter=(pds.field("featurized_at") > since) & (pds.field("featurized_at") <= now),
    )
    done, found = (_seconds(rows[name]) for name in ("featurized_at", "discovered_at"))
    step = hours * 3600 / BINS
    bins = np.clip(((done - since.timestamp()) / step).astype(int), 0, BINS - 1)
    status = rows["status"].to_numpy()
    first = rows["attempt"].to_numpy() == 1
    return {
        "hours": hours,
        "at": [(since + timedelta(seconds=i * step)).isoformat(timespec="seconds") for i in range(BINS)],
        "seconds": step,
        **{name: np.bincount(bins[status == name], minlength=BINS).tolist() for name in ("ok", "rejected", "deferred")},
        "waits": _percentiles((done - found)[first], bins[first], (50, 95)),
    }


def per_second(table: DeltaTable, seconds: float = 60.0) -> float:
    """Rows that were made in the last so many seconds, for each of them."""
    since = datetime.now(timezone.utc) - timedelta(seconds=seconds)
    return float(table.to_pyarrow_dataset().count_rows(filter=pds.field("featurized_at") > since)) / seconds


def latest(table: DeltaTable) -> list[Row]:
    """The LATEST rows with the greatest `seq`, the newest first."""
    newer = pds.field("seq") > max_seq(table) - LATEST
    rows = table.to_pyarrow_dataset().to_table(columns=_SHOWN, filter=newer)
    return [_shown(row) for row in rows.sort_by([("seq", "descending")]).to_pylist()]


def last_error(table: DeltaTable) -> Row | None:
    """The newest of the last LOOKED_AT rows that is not `ok`."""
    late = (pds.field("seq") > max_seq(table) - LOOKED_AT) & (pds.field("status") != "ok")
    rows = table.to_pyarrow_dataset().to_table(columns=_SHOWN, filter=late)
    return _shown(rows.sort_by([("seq", "descending")])[:1].to_pylist()[0]) if rows.num_rows else None


def rejected(table: DeltaTable, code: str, text: str) -> Row:
    """The latest REJECTED rows with that code (any if empty) and `text` in path or reason, and how many fit.

    `raw` is the path as it is; the others may be shown.
    """
    wanted = pds.field("status") == "rejected"
    if code:
        wanted &= pds.field("error_code") == code
    rows = table.to_pyarrow_dataset().to_table(columns=_SHOWN, filter=wanted)
    if text:
        fits = [
            pc.match_substring(pc.fill_null(rows[name], ""), text, ignore_case=True)
            for name in ("path", "error_detail")
        ]
        rows = rows.filter(pc.or_(*fits))
    newest = pc.select_k_unstable(rows["seq"], REJECTED, [("seq", "descending")])
    found = rows.take(newest).to_pylist()
    return {"total": rows.num_rows, "rows": [_shown(row) | {"raw": row["path"]} for row in found]}


def _shown(row: Row) -> Row:
    return {
        **{name: row[name] for name in ("seq", "status", "size", "width", "height", "attempt", "reason")},
        "path": printable(row["path"]),
        "label": printable(row["label"]) or "(no label)",
        "code": row["error_code"],
        "detail": printable(row["error_detail"] or ""),
        "format": row["format"],
        "at": row["featurized_at"].isoformat(timespec="seconds"),
        "waited": max(0.0, (row["featurized_at"] - row["discovered_at"]).total_seconds()),
        "ms": row["featurize_ms"],
    }


def _seconds(times: pa.ChunkedArray) -> NDArray[np.float64]:
    seconds: NDArray[np.float64] = times.cast(pa.int64()).to_numpy() / 1e6
    return seconds


def _percentiles(values: NDArray[np.float64], bins: NDArray[np.int64], wanted: tuple[int, int]) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {str(percent): [None] * BINS for percent in wanted}
    order = np.argsort(bins, kind="stable")
    edges = np.searchsorted(bins[order], np.arange(BINS + 1))
    for i in range(BINS):
        part = values[order[edges[i] : edges[i + 1]]]
        if len(part):
            for percent, value in zip(wanted, np.percentile(part, wanted), strict=True):
                found[str(percent)][i] = round(max(0.0, float(value)), 3)
    return found
