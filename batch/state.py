"""What a refit leaves for the next one: the moments of all that it has folded in. Table `moments`."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
import pyarrow as pa
import pyarrow.dataset as pds
from deltalake import write_deltalake

from batch.gathering import Gathered
from batch.pca.moments import Moments
from batch.retention import remove
from batch.snapshot import Snapshot
from conf.lake import Lake
from schemas.moments import MOMENTS

#: Moments that are older than this when newer ones are written go away; those of a model that is back are made anew.
KEPT = timedelta(days=7)


@dataclass(frozen=True, eq=False)
class State:
    """All current features of `model_id` up to the announcement `last_seq`, as `gathered`; `rows_digest` tells them.

    `since_full` counts the refits since they were computed from all rows: 0 if this one did.
    """

    lake_id: str
    model_id: str
    last_seq: int
    features_version: int
    gathered: Gathered
    rows_digest: str
    since_full: int
    computed_at: datetime

    @classmethod
    def latest(cls, snapshot: Snapshot, model_id: str) -> "State | None":
        """The last one of this lake and model; None if there is none.

        Raises:
            MomentsError: it can't be read back: its columns contradict each other.
        """
        table = snapshot.lake.open(MOMENTS)
        if table is None:
            return None
        ours = (pds.field("lake_id") == snapshot.lake_id) & (pds.field("model_id") == model_id)
        when = table.to_pyarrow_dataset().to_table(columns=["computed_at"], filter=ours)["computed_at"]
        if not len(when):
            return None
        latest = max(when.to_pylist())
        rows = table.to_pyarrow_dataset().to_table(filter=ours & (pds.field("computed_at") == latest))
        return cls._of(rows.to_pylist()[0])

    @classmethod
    def _of(cls, row: dict[str, object]) -> "State":
        n, mean, m2, left_out = (row.pop(name) for name in ("n", "mean", "m2", "left_out"))
        moments = Moments.from_bytes(n, np.array(mean, np.float64), m2)  # type: ignore[arg-type]
        del row["full"]
        return cls(gathered=Gathered(moments, left_out), **row)  # type: ignore[arg-type]

    def write(self, lake: Lake, check: Callable[[], None]) -> None:
        """Append it, in one commit; then let go of what is older than KEPT. Safe to be killed at any point.

        `check` raises where another refit may have the lake by now.
        """
        moments = self.gathered.moments
        row = {
            "lake_id": self.lake_id,
            "model_id": self.model_id,
            "last_seq": self.last_seq,
            "features_version": self.features_version,
            "n": moments.n,
            "left_out": self.gathered.left_out,
            "rows_digest": self.rows_digest,
            "mean": moments.mean.tolist(),
            "m2": moments.to_bytes(),
            "full": self.since_full == 0,
            "since_full": self.since_full,
            "computed_at": self.computed_at,
        }
        table = lake.open_or_create(MOMENTS)
        write_deltalake(table, pa.Table.from_pylist([row], schema=MOMENTS.arrow()), mode="append")
        too_old = f"computed_at < '{self.computed_at - KEPT:%Y-%m-%d %H:%M:%S}+00:00'"
        remove(lake.uri(MOMENTS.name), table, too_old, check)
