"""Refits of made-up pictures, published and read back without Spark."""

from datetime import datetime, timedelta
from typing import Any

import numpy as np
from deltalake import DeltaTable

from batch.pca.components import principal
from batch.pca.drift import drift
from batch.pca.moments import Moments
from batch.projecting import project
from batch.publishing import Published, publish
from batch.refit import Refit, new_id
from batch.snapshot import Snapshot
from conf.lake import Lake
from tests.batch.lakes import no_spark, vectors
from tests.streaming.landing.fakes import NOW


def refit_of(snapshot: Snapshot, when: datetime = NOW, k: int = 2, seed: int = 0, model_id: str = "m") -> Refit:
    """Of 10 made-up pictures: fast, for 10 is the rank."""
    moments = Moments.of(vectors(10, seed))
    return Refit(new_id(when), when, model_id, snapshot.version, snapshot.last_seq, 10, principal(moments, k))


def publish_night(snapshot: Snapshot, night: int, *, model_id: str = "m", whole: bool = True) -> str:
    """Project and publish as the job does; not `whole`: killed before it was published. Gives the refit's id."""
    refit = refit_of(snapshot, NOW + timedelta(days=night), seed=night, model_id=model_id)
    chosen = np.arange(snapshot.last_seq + 1) > 0
    project(no_spark, snapshot, chosen, refit)
    if whole:
        previous = Published.read(snapshot.lake, model_id).previous
        covariance = Moments.of(vectors(10, night)).covariance
        publish(snapshot.lake, refit, drift(refit.components, covariance, {"Kiwi": 5, "Lemon": 5}, previous), [])
    return refit.refit_id


def published(lake: Lake) -> list[dict[str, Any]]:
    """The rows of table `components`, oldest first."""
    rows: list[dict[str, Any]] = DeltaTable(lake.uri("components")).to_pyarrow_table().sort_by("fitted_at").to_pylist()
    return rows


def projected(lake: Lake) -> dict[str, int]:
    """How many rows of table `projection` each refit has."""
    ids = DeltaTable(lake.uri("projection")).to_pyarrow_table(columns=["refit_id"])["refit_id"].to_pylist()
    return {refit_id: ids.count(refit_id) for refit_id in ids}
