"""A large table is read by Spark's workers: the same comes out as from the driver alone."""

from pathlib import Path

import numpy as np
import pytest

from batch import gathering
from batch.folding import difference
from batch.gathering import gather
from batch.projecting import points, project
from batch.snapshot import Snapshot
from batch.spark import SparkOnDemand
from tests.batch.lakes import Row, append, no_spark, pictures
from tests.batch.refits import refit_of
from tests.batch.running import projection_of
from tests.streaming.landing.fakes import new_lake

pytestmark = pytest.mark.spark


@pytest.fixture
def snapshot(tmp_path: Path) -> Snapshot:
    """Five files, one of them without good rows."""
    lake = new_lake(tmp_path)
    for first in range(1, 41, 10):
        append(lake, pictures(10, first, seed=first))
    holes = [Row(seq, np.full(1280, np.nan, np.float32)) for seq in range(41, 44)]
    append(lake, holes)
    return Snapshot.take(lake)


def test_moments_and_projection_by_many_tasks_equal_the_drivers(
    snapshot: Snapshot, spark: SparkOnDemand, monkeypatch: pytest.MonkeyPatch
) -> None:
    chosen = np.arange(44) % 3 > 0
    alone, refit, other = gather(snapshot, chosen, no_spark), refit_of(snapshot), refit_of(snapshot)
    project(no_spark, snapshot, chosen, refit)
    monkeypatch.setattr(gathering, "TASK_BYTES", 1000)
    with pytest.raises(AssertionError, match="Spark was asked for"):
        gather(snapshot, chosen, no_spark)
    gathered = gather(snapshot, chosen, spark)
    assert (gathered.moments.n, gathered.left_out) == (alone.moments.n, alone.left_out) == (27, 2)
    assert difference(gathered, alone) < 1e-12
    project(spark, snapshot, chosen, other)
    one, two = (projection_of(snapshot.lake, each.refit_id) for each in (refit, other))
    assert one.select(["path", "label", "seq"]) == two.select(["path", "label", "seq"])
    np.testing.assert_allclose(one["pcaFeatures"].to_pylist(), two["pcaFeatures"].to_pylist(), rtol=0, atol=1e-12)
    assert one["seq"].to_pylist() == [seq for seq in range(41) if seq % 3]
    values, labels = points(snapshot.lake, other.refit_id)
    assert sorted(map(tuple, values)) == sorted(map(tuple, two["pcaFeatures"].to_pylist()))
    assert sorted(labels) == sorted(one["label"].to_pylist())
