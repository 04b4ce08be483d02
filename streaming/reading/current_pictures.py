"""The current pictures of a lake with their features, a batch at a time: for show, export and compare."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as pds
from deltalake import DeltaTable
from numpy.typing import NDArray

from conf.errors import SettingsError, UserError
from conf.lake import Lake, max_seq
from schemas.current import DECIDING, current
from schemas.features import FEATURE_COUNT, FEATURES
from schemas.matrix import matrix

#: Rows in memory at once: 2.6 MB of features.
BATCH_ROWS = 512


@dataclass(frozen=True, eq=False)
class CurrentPictures:
    """Those that have features of `model_id`, in one version of `features`; `others` counts those of other models.

    `chosen`: (last seq + 1,), true at the announcement of each.
    """

    table: DeltaTable
    model_id: str
    chosen: NDArray[np.bool_]
    others: int

    @classmethod
    def of(cls, lake: Lake, model_id: str = "auto") -> "CurrentPictures":
        """As the lake is now; "auto": the model of most pictures. Takes 150 bytes a row of the table.

        Raises:
            UserError: there is no table, or no picture with features.
            SettingsError: none of this model.
        """
        table = opened(lake)
        rows = current(table.to_pyarrow_dataset().to_table(columns=[*DECIDING, "model_id"]))
        ok = rows.filter(pc.equal(rows["status"], "ok"))
        models = Counter(ok["model_id"].to_pylist())
        if not models:
            raise UserError(f"none of the pictures in {lake.root} has features: `verger status` says why")
        chosen_model = max(sorted(models), key=lambda model: models[model]) if model_id == "auto" else model_id
        if chosen_model not in models:
            there = ", ".join(f"{model} ({count:,})" for model, count in models.most_common(5))
            raise SettingsError(
                f"model_id = {model_id!r} has no current pictures: set it to auto, or to one of {there}."
            )
        chosen = np.zeros(max_seq(table) + 1, np.bool_)
        chosen[ok.filter(pc.equal(ok["model_id"], chosen_model))["seq"].to_numpy()] = True
        return cls(table, chosen_model, chosen, models.total() - models[chosen_model])

    def __len__(self) -> int:
        return int(self.chosen.sum())

    def batches(self, columns: Sequence[str]) -> Iterator[pa.RecordBatch]:
        """`columns` of each, in no order, at most BATCH_ROWS at a time."""
        names = ["seq", *(name for name in columns if name != "seq")]
        ok = (pds.field("status") == "ok") & (pds.field("model_id") == self.model_id)
        for batch in self.table.to_pyarrow_dataset().to_batches(
            columns=names, filter=ok, batch_size=BATCH_ROWS, batch_readahead=1, fragment_readahead=1, use_threads=False
        ):
            chosen = batch.filter(pa.array(self.chosen[batch["seq"].to_numpy()]))
            if chosen.num_rows:
                yield chosen.select(list(columns))

    def vectors(self) -> Iterator[tuple[list[str], list[str], NDArray[np.float32]]]:
        """(paths, labels, (n, FEATURE_COUNT) features) of each batch; rows that are not such numbers are left out."""
        for batch in self.batches(["path", "label", "features"]):
            values, usable = matrix(batch["features"])
            told = batch.filter(pa.array(usable))
            yield told["path"].to_pylist(), told["label"].to_pylist(), values.reshape(-1, FEATURE_COUNT)


def opened(lake: Lake) -> DeltaTable:
    """Table `features`. Raises UserError where there is none."""
    table = lake.open(FEATURES)
    if table is None:
        raise UserError(f"there is no lake at {lake.root}: set --lake to one, or run `verger stream`")
    return table
