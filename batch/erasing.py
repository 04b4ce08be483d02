"""What the refit's own tables hold of pictures that were forgotten since: out of them, and off the disk."""

import numpy as np
import pyarrow.dataset as pds
from numpy.typing import NDArray

from batch.refit import Refit
from conf.lake import Lake
from conf.purge import purge
from schemas.moments import MOMENTS
from schemas.projection import PROJECTION


def erase_forgotten(lake: Lake, forgotten: NDArray[np.int64], refit: Refit) -> int:
    """Remove projections of earlier refits that have one of these, and all moments from before this refit.

    `forgotten` (n,): announcements, ascending. For when `refit` is published, which has none of them. Readers of
    earlier refits fail. Returns how many refits' projections went. Safe to be killed at any point: the projections,
    which tell that there is something to do, go last.
    """
    projection, moments = lake.open(PROJECTION), lake.open(MOMENTS)
    if projection is None or moments is None or not len(forgotten):
        return 0
    old, found = pds.field("refit_id") != refit.refit_id, set[str]()
    dataset = projection.to_pyarrow_dataset()
    for batch in dataset.to_batches(columns=["seq", "refit_id"], filter=old & (pds.field("seq") <= int(forgotten[-1]))):
        within = np.isin(batch["seq"].to_numpy(), forgotten)
        found.update(np.unique(batch["refit_id"].to_numpy(zero_copy_only=False)[within]))
    if found:
        moments.delete(f"computed_at < '{refit.fitted_at.isoformat(' ')}'")
        purge(lake, MOMENTS)
        projection.delete(f"refit_id IN ({', '.join(map(repr, sorted(found)))})")
        purge(lake, PROJECTION)
    return len(found)
