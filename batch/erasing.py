"""What the refit's own tables hold of pictures that were forgotten since: out of them, and off the disk."""

from collections.abc import Callable

import numpy as np
import pyarrow.dataset as pds
from deltalake import CommitProperties, DeltaTable
from numpy.typing import NDArray

from batch.refit import Refit
from conf.delta_log import list_log
from conf.lake import Lake
from conf.purge import purge
from schemas.moments import MOMENTS
from schemas.projection import PROJECTION

#: Marks the commit that removes projections: while there is a log before it, they may be on the disk.
ERASED = "verger.erased"


def erase_forgotten(lake: Lake, forgotten: NDArray[np.int64], refit: Refit, check: Callable[[], None]) -> int:
    """Remove projections of earlier refits that have one of these, and all moments from before this refit.

    `forgotten` (n,): announcements, ascending. For when `refit` is published, which has none of them. Readers of
    earlier refits fail. Returns how many refits' projections went. Safe to be killed at any point: the projections,
    which tell that there is something to do, go last, and the commit that removes them tells it until its log is gone.
    `check` raises where another refit may be at work by now.
    """
    projection, moments = lake.open(PROJECTION), lake.open(MOMENTS)
    if projection is None or moments is None or not len(forgotten):
        return 0
    old, found = pds.field("refit_id") != refit.refit_id, set[str]()
    dataset = projection.to_pyarrow_dataset()
    for batch in dataset.to_batches(columns=["seq", "refit_id"], filter=old & (pds.field("seq") <= int(forgotten[-1]))):
        within = np.isin(batch["seq"].to_numpy(), forgotten)
        found.update(np.unique(batch["refit_id"].to_numpy(zero_copy_only=False)[within]))
    if found or _is_unfinished(lake, projection):
        check()
        moments.delete(f"computed_at < '{refit.fitted_at.isoformat(' ')}'")
        purge(lake, MOMENTS, check)
        if found:
            gone = ", ".join(map(repr, sorted(found)))
            projection.delete(f"refit_id IN ({gone})", commit_properties=CommitProperties({ERASED: "true"}))
        purge(lake, PROJECTION, check)
    return len(found)


def _is_unfinished(lake: Lake, projection: DeltaTable) -> bool:
    """Whether this was killed between that commit and the end."""
    erased = max((commit["version"] for commit in projection.history() if ERASED in commit), default=0)
    return any(file.version is not None and file.version < erased for file in list_log(lake.uri(PROJECTION.name)))
