"""What table `components` says of the refits, for the page: the one that is shown and those before it."""

import math
from typing import Any

import pyarrow.dataset as pds

from conf.lake import Lake
from schemas.components import COMPONENTS

#: Nights in the page's charts.
NIGHTS = 90

Row = dict[str, Any]
#: All but what takes 40 KB a refit.
COLUMNS = ["refit_id", "fitted_at", "model_id", "last_seq", "n", "k", "explained_variance_ratio", "drift"]


def refits(lake: Lake, model_id: str | None = None) -> list[Row]:
    """Rows of all refits, or of those of one model, in order of time, COLUMNS alone."""
    table = lake.open(COMPONENTS)
    if table is None:
        return []
    ours = None if model_id is None else pds.field("model_id") == model_id
    rows = table.to_pyarrow_dataset().to_table(columns=COLUMNS, filter=ours)
    found: list[Row] = rows.sort_by([("fitted_at", "ascending"), ("refit_id", "ascending")]).to_pylist()
    return found


def nights(rows: list[Row]) -> list[Row]:
    """The last NIGHTS of them as the page shows them: angles in degrees, shares 0 to 1."""
    return [_night(row) for row in rows[-NIGHTS:]]


def _night(row: Row) -> Row:
    drift = row["drift"]
    return {
        "at": row["fitted_at"].isoformat(timespec="seconds"),
        "n": row["n"],
        "share": sum(row["explained_variance_ratio"]),
        "angle": math.degrees(max(drift["angles"])) if drift["angles"] else None,
        "lost": None if drift["captured"] is None else max(0.0, drift["capturable"] - drift["captured"]),
        "shift": drift["relative_mean_shift"],
        "warnings": list(drift["warnings"]),
    }
