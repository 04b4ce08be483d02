"""What table `components` says of the refits, for the page: the one that is shown and those before it."""

import math
from typing import Any

import pyarrow.compute as pc
import pyarrow.dataset as pds

from conf.lake import Lake
from schemas.components import COMPONENTS

#: Nights in the page's charts.
NIGHTS = 90

Row = dict[str, Any]
#: All but what takes 40 KB a refit.
COLUMNS = ["refit_id", "fitted_at", "model_id", "last_seq", "n", "k", "explained_variance_ratio"]
#: All but what takes 171 bytes a label and refit.
DRIFT = ["angles", "captured", "capturable", "relative_mean_shift", "warnings"]

_IN_TIME = [("fitted_at", "ascending"), ("refit_id", "ascending")]


def models(lake: Lake) -> dict[str, str]:
    """The model of each refit by the refit's id, in order of time."""
    table = lake.open(COMPONENTS)
    if table is None:
        return {}
    rows = table.to_pyarrow_dataset().to_table(["refit_id", "fitted_at", "model_id"]).sort_by(_IN_TIME)
    return dict(zip(rows["refit_id"].to_pylist(), rows["model_id"].to_pylist(), strict=True))


def refits(lake: Lake, model_id: str, upto: str | None = None) -> list[Row]:
    """Rows of the last NIGHTS refits of one model up to the refit `upto` (the latest if None), in order of time.

    COLUMNS, and of `drift` what DRIFT names: `counts_by_label` is there in the last two alone.
    """
    ids = [refit_id for refit_id, model in models(lake).items() if model == model_id]
    shown = ids[: len(ids) if upto is None else ids.index(upto) + 1][-NIGHTS:]
    table = lake.open(COMPONENTS)
    if table is None or not shown:
        return []
    dataset = table.to_pyarrow_dataset()
    drift = pc.make_struct(*(pds.field("drift", name) for name in DRIFT), field_names=DRIFT)
    rows = _read(dataset, shown, {**{name: pds.field(name) for name in COLUMNS}, "drift": drift})
    counts = _read(dataset, shown[-2:], {"counts_by_label": pds.field("drift", "counts_by_label")})
    for row, last in zip(rows[-2:], counts, strict=True):
        row["drift"]["counts_by_label"] = last["counts_by_label"]
    return rows


def _read(dataset: pds.Dataset, ids: list[str], columns: dict[str, pds.Expression]) -> list[Row]:
    """One file after the other: Arrow reads all of `drift`, whatever is asked of it."""
    found = dataset.to_table(
        {**{name: pds.field(name) for name, _ in _IN_TIME}, **columns}, filter=pds.field("refit_id").isin(ids),
        batch_readahead=1, fragment_readahead=1, use_threads=False,
    )  # fmt: skip
    rows: list[Row] = found.sort_by(_IN_TIME).to_pylist()
    return rows


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
