"""All that the tables know of one picture."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.dataset as pds

from conf.lake import Lake
from conf.settings import Settings
from schemas.current import current
from schemas.features import FEATURE_COUNT, FEATURES
from schemas.projection import PROJECTION
from streaming.landing.ledger import Ledger
from streaming.last_refit import last_refit
from streaming.reading.current_pictures import CurrentPictures, opened
from streaming.showing.finding import find
from streaming.showing.neighbours import Neighbour, nearest

_ANNOUNCED = ["seq", "version", "supersedes", "attempt", "reason", "etag", "size", "modified", "announced_at",
              "discovered_by"]  # fmt: skip
_ROW = [column.name for column in FEATURES.columns if column.name != "features"]


@dataclass(frozen=True)
class Facts:
    """`announcements`: rows of the ledger, in order; `rows`: of `features`, without these; `current`: its seq.

    `pca`: coordinates in the last refit `refit_id`, if it was in it. `neighbours`: the nearest first.
    """

    path: str
    announcements: list[dict[str, Any]]
    rows: list[dict[str, Any]]
    current: int | None
    refit_id: str | None
    pca: list[float] | None
    neighbours: list[Neighbour]

    @property
    def state(self) -> str:
        """That of its latest version: ok, rejected, deferred, or waiting where there is no row yet."""
        by_seq = {row["seq"]: str(row["status"]) for row in self.rows}
        latest = max(announcement["version"] for announcement in self.announcements)
        last = max(a["seq"] for a in self.announcements if a["version"] == latest)
        return by_seq.get(last, "waiting")


def read_facts(settings: Settings, asked: str, neighbours: int) -> Facts:
    """Features first, then the ledger, so that each row that is seen has its announcement.

    Raises:
        UserError: there is no lake, or no such picture in it.
    """
    lake = Lake(settings.lake)
    features, ledger = opened(lake), Ledger(lake)
    path = find(ledger, settings, asked)
    of_it = pds.field("path") == path
    rows = features.to_pyarrow_dataset().to_table(columns=_ROW, filter=of_it).sort_by("seq")
    announced = [a for batch in ledger.batches(_ANNOUNCED, of_it) for a in batch.to_pylist()]
    chosen = current(rows)
    seq = chosen["seq"][0].as_py() if chosen.num_rows else None
    refit_id, pca = _projected(lake, path)
    near = _near(lake, path, seq, neighbours) if seq and chosen["status"][0].as_py() == "ok" and neighbours else []
    return Facts(path, sorted(announced, key=lambda a: int(a["seq"])), rows.to_pylist(), seq, refit_id, pca, near)


def _near(lake: Lake, path: str, seq: int, count: int) -> list[Neighbour]:
    """Those of the same model."""
    found = opened(lake).to_pyarrow_dataset().to_table(columns=["features", "model_id"], filter=pds.field("seq") == seq)
    features = np.asarray(found["features"][0].as_py() or [], np.float32)
    if features.shape != (FEATURE_COUNT,):
        return []
    return nearest(CurrentPictures.of(lake, found["model_id"][0].as_py()), features, path, count)


def _projected(lake: Lake, path: str) -> tuple[str | None, list[float] | None]:
    refit, table = last_refit(lake), lake.open(PROJECTION)
    if refit is None or table is None:
        return None, None
    where = (pds.field("refit_id") == refit["refit_id"]) & (pds.field("path") == path)
    found: pa.Table = table.to_pyarrow_dataset().to_table(columns=["pcaFeatures"], filter=where)
    return refit["refit_id"], found["pcaFeatures"][0].as_py() if found.num_rows else None
