"""Whose features a refit takes: the current pictures of one model, and what changed of them since the last time."""

from collections import Counter
from dataclasses import dataclass
from hashlib import sha256

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from batch.errors import RefitError
from batch.snapshot import Chosen, Snapshot
from conf.errors import SettingsError
from schemas.current import current


@dataclass(frozen=True, eq=False)
class Selection:
    """The current pictures with features of `model_id`, in `chosen`; `others` counts those of other models."""

    model_id: str
    chosen: Chosen
    others: int
    _rows: pa.Table

    def __len__(self) -> int:
        return int(self.chosen.sum())

    @property
    def forgotten(self) -> NDArray[np.int64]:
        """(n,) the announcements of which nothing may be known any more, ascending."""
        return np.sort(self._rows.filter(pc.equal(self._rows["error_code"], "forgotten"))["seq"].to_numpy())

    def digest(self, chosen: Chosen) -> str:
        """SHA-256 over the `seq` and `featurized_at` of the `chosen` rows, in order: a row that was replaced shows."""
        times = np.zeros(len(chosen), np.int64)
        times[self._rows["seq"].to_numpy()] = self._rows["featurized_at"].cast(pa.int64()).to_numpy()
        seqs = np.flatnonzero(chosen)
        return sha256(np.column_stack([seqs, times[seqs]]).astype("<i8").tobytes()).hexdigest()

    def changes_since(self, last_seq: int) -> tuple[Chosen, Chosen]:
        """Who entered and who left since `features` ended with `last_seq`: only paths touched since are looked at."""
        seq = self._rows["seq"]
        touched = pc.unique(self._rows.filter(pc.greater(seq, last_seq))["path"])
        rows = self._rows.filter(pc.is_in(self._rows["path"], touched))
        before = _chosen(current(rows, last_seq), self.model_id, len(self.chosen))
        after = _chosen(current(rows), self.model_id, len(self.chosen))
        return after & ~before, before & ~after


def select(snapshot: Snapshot, model_id: str) -> Selection:
    """The current pictures of `model_id`; with "auto" of the model that has most of them.

    Never of two models: their features are different things. Takes 150 bytes a row of the table, in the driver.

    Raises:
        RefitError: no picture has features.
        SettingsError: none has features of this model.
    """
    rows = snapshot.rows()
    now = current(rows)
    models = Counter(now.filter(pc.equal(now["status"], "ok"))["model_id"].to_pylist())
    if not models:
        raise RefitError(f"none of the pictures in {snapshot.lake.root} has features; `verger status` says why")
    chosen_model = max(sorted(models), key=lambda model: models[model]) if model_id == "auto" else model_id
    if chosen_model not in models:
        there = ", ".join(f"{model} ({count:,})" for model, count in models.most_common(5))
        raise SettingsError(f"model_id = {model_id!r} has no current pictures: set it to auto, or to one of {there}.")
    others = models.total() - models[chosen_model]
    return Selection(chosen_model, _chosen(now, chosen_model, snapshot.last_seq + 1), others, rows)


def _chosen(rows: pa.Table, model_id: str, size: int) -> Chosen:
    """Where `rows` have features of this model."""
    ours = pc.and_(pc.equal(rows["status"], "ok"), pc.equal(rows["model_id"], model_id))
    chosen = np.zeros(size, np.bool_)
    chosen[rows.filter(ours)["seq"].to_numpy()] = True
    return chosen
