"""Table `components`: the commit that publishes a refit, and what was published before."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta, timezone
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as pds
from deltalake import DeltaTable, write_deltalake

from batch.pca.drift import Drift, Previous
from batch.refit import Refit
from batch.retention import remove
from conf.failpoints import failpoint
from conf.lake import Lake
from schemas.components import COMPONENTS
from schemas.projection import PROJECTION

#: Projections of this many refits stay: a reader that looked up the last refit has two nights to read it.
KEPT_PROJECTIONS = 3

_LONG_AGO = datetime(1970, 1, 1, tzinfo=timezone.utc)


@dataclass(frozen=True)
class Published:
    """The refits published so far, in order; the time of the last; and the last of one model, to compare with."""

    refit_ids: tuple[str, ...]
    last_at: datetime
    previous: Previous | None

    def next_time(self) -> datetime:
        """Now, UTC; but later than the last refit, though a clock was set back: the latest is the one that counts."""
        return max(datetime.now(timezone.utc), self.last_at + timedelta(milliseconds=1))

    @classmethod
    def read(cls, lake: Lake, model_id: str) -> "Published":
        """What table `components` says now."""
        table = lake.open(COMPONENTS)
        if table is None:
            return cls((), _LONG_AGO, None)
        refits = table.to_pyarrow_dataset().to_table(columns=["refit_id", "fitted_at", "model_id"])
        refits = refits.sort_by([("fitted_at", "ascending"), ("refit_id", "ascending")])
        ours = refits.filter(pc.equal(refits["model_id"], model_id))["refit_id"].to_pylist()
        last_at = max(refits["fitted_at"].to_pylist(), default=_LONG_AGO)
        return cls(tuple(refits["refit_id"].to_pylist()), last_at, _previous(table, ours[-1]) if ours else None)


def publish(lake: Lake, refit: Refit, drift: Drift, warnings: list[str]) -> None:
    """Append the refit's row: from this commit on, readers see the new refit whole; before it, the old one."""
    row = row_of(refit, drift, warnings)
    table = lake.open_or_create(COMPONENTS)
    failpoint("refit-publishing")
    write_deltalake(table, pa.Table.from_pylist([row], schema=COMPONENTS.arrow()), mode="append")
    failpoint("refit-published")


def row_of(refit: Refit, drift: Drift, warnings: list[str]) -> dict[str, Any]:
    """The refit as table `components` has it."""
    components = refit.components
    return {
        "refit_id": refit.refit_id,
        "fitted_at": refit.fitted_at,
        "model_id": refit.model_id,
        "features_version": refit.features_version,
        "last_seq": refit.last_seq,
        "n": refit.n,
        "k": refit.k,
        "mean": components.mean.tolist(),
        "components": components.components.tolist(),
        "explained_variance": components.explained_variance.tolist(),
        "explained_variance_ratio": components.explained_variance_ratio.tolist(),
        "drift": _drift(drift, warnings),
    }


def tidy(lake: Lake, published: Published, check: Callable[[], None]) -> None:
    """Remove projections that no reader needs: of refits that were never published, and of all but the last ones.

    `check` raises where another refit may have the lake by now.
    """
    table = lake.open(PROJECTION)
    if table is None:
        return
    there = {partition["refit_id"] for partition in table.partitions()}
    if unneeded := sorted(there - set(published.refit_ids[-KEPT_PROJECTIONS:])):
        remove(lake.uri(PROJECTION.name), table, f"refit_id IN ({', '.join(map(_sql, unneeded))})", check)


def _sql(text: str) -> str:
    """As a literal: the ids come from names in the table's folder, which others may have made."""
    return "'" + text.replace("'", "''") + "'"


def _previous(table: DeltaTable, refit_id: str) -> Previous:
    row = table.to_pyarrow_dataset().to_table(filter=pds.field("refit_id") == refit_id).to_pylist()[0]
    return Previous(np.array(row["mean"]), np.array(row["components"]), dict(row["drift"]["counts_by_label"]))


def _drift(drift: Drift, warnings: list[str]) -> dict[str, Any]:
    """As the columns of the struct: what was before is in the previous row."""
    row = asdict(drift) | {"angles": list(drift.angles), "warnings": warnings}
    del row["counts_before"]
    return row
