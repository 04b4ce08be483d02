"""Folding a lake's moments as a refit does, and state that was damaged."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pyarrow as pa
from deltalake import DeltaTable, write_deltalake

from batch.folding import Folded, Folding
from batch.selection import select
from batch.snapshot import Snapshot
from batch.state import State
from conf.lake import Lake
from schemas.moments import MOMENTS
from tests.batch.lakes import no_spark
from tests.batch.running import held
from tests.streaming.landing.fakes import NOW


@dataclass(frozen=True)
class Folder:
    """Folds `lake` without Spark, and leaves the state for the next time."""

    lake: Lake
    full_every: int = 0

    def fold(self, *, full: bool = False, when: datetime = NOW) -> Folded:
        """As a refit at `when` does."""
        snapshot = Snapshot.take(self.lake)
        selection = select(snapshot, "m")
        folded = Folding(snapshot, selection, no_spark).fold(full=full, full_every=self.full_every)
        state = State(
            lake_id=snapshot.lake_id,
            model_id="m",
            last_seq=snapshot.last_seq,
            features_version=snapshot.version,
            gathered=folded.gathered,
            rows_digest=selection.digest(selection.chosen),
            since_full=folded.since_full,
            computed_at=when,
        )
        state.write(self.lake, held)
        return folded


def states(lake: Lake) -> list[dict[str, Any]]:
    """The rows of table `moments`, oldest first."""
    rows: list[dict[str, Any]] = DeltaTable(lake.uri("moments")).to_pyarrow_table().sort_by("computed_at").to_pylist()
    return rows


def damage(lake: Lake, **columns: object) -> None:
    """Give the only state other values in some columns."""
    (row,) = states(lake)
    rows = pa.Table.from_pylist([row | columns], schema=MOMENTS.arrow())
    write_deltalake(lake.uri("moments"), rows, mode="overwrite")
