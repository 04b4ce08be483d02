"""The last refit, as table `components` has it: for `verger status`, without a JVM."""

from typing import Any

import pyarrow.compute as pc
import pyarrow.dataset as pds

from conf.lake import Lake
from schemas.components import COMPONENTS

_SHOWN = ["refit_id", "fitted_at", "model_id", "last_seq", "n", "k", "explained_variance_ratio"]


def last_refit(lake: Lake) -> dict[str, Any] | None:
    """Its id, time, n, k, shares of the variance and warnings; None before the first refit.

    Raises:
        LakeError: the table has another schema version.
    """
    table = lake.open(COMPONENTS)
    refits = None if table is None else table.to_pyarrow_dataset()
    times = None if refits is None else refits.to_table(columns=["fitted_at"])["fitted_at"]
    if refits is None or not times:
        return None
    columns = {**{name: pds.field(name) for name in _SHOWN}, "warnings": pds.field("drift", "warnings")}
    row: dict[str, Any] = refits.to_table(columns, filter=pds.field("fitted_at") == pc.max(times)).to_pylist()[0]
    row["at"] = row.pop("fitted_at").isoformat(timespec="milliseconds")
    return row
