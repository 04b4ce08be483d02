"""Thirty nights: each night's moments, made from the last ones and what changed, are those of all pictures."""

from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from deltalake import DeltaTable

from batch.folding import Folded, Folding, difference
from batch.selection import select
from batch.snapshot import Snapshot
from batch.state import State
from tests.batch.lakes import no_spark
from tests.batch.oracle import Truth, truth
from tests.batch.orchard import Orchard
from tests.batch.running import held
from tests.streaming.landing.fakes import NOW, new_lake

NIGHTS = 30
TOLERANCE = 1e-9


def assert_true(folded: Folded, expected: Truth) -> None:
    moments = folded.gathered.moments
    assert (moments.n, folded.gathered.left_out) == (expected.n, expected.left_out)
    for found, true in ((moments.mean, expected.mean), (moments.covariance, expected.covariance)):
        assert np.linalg.norm(found - true) < TOLERANCE * np.linalg.norm(true)


@pytest.mark.parametrize(("seed", "models"), [(1, "m"), (2, "mmn")])
def test_every_night_goes_on_from_the_last_one_and_equals_a_full_refit(tmp_path: Path, seed: int, models: str) -> None:
    lake = new_lake(tmp_path)
    orchard = Orchard(lake, seed)
    for night in range(NIGHTS):
        orchard.night(night)
        model = models[night % len(models)]
        snapshot = Snapshot.take(lake)
        selection = select(snapshot, model)
        expected = truth(orchard.rows, model)
        assert np.flatnonzero(selection.chosen).tolist() == expected.seqs
        folding = Folding(snapshot, selection, no_spark)
        folded = folding.fold(full=False, full_every=0)
        assert bool(folded.why) == (night < len(models) and models.index(model) == night)
        assert_true(folded, expected)
        assert difference(folded.gathered, folding.fold(full=True, full_every=0).gathered) < TOLERANCE
        State(
            lake_id=snapshot.lake_id,
            model_id=model,
            last_seq=snapshot.last_seq,
            features_version=snapshot.version,
            gathered=folded.gathered,
            rows_digest=selection.digest(selection.chosen),
            since_full=folded.since_full,
            computed_at=NOW + timedelta(days=night),
        ).write(lake, held)
    assert len(DeltaTable(lake.uri("moments")).to_pyarrow_table(columns=["n"])) == 8  # a week and tonight


def test_the_nights_have_all_that_can_happen(tmp_path: Path) -> None:
    orchard = Orchard(new_lake(tmp_path), 1)
    for night in range(NIGHTS):
        orchard.night(night)
    by_version: dict[int, list[str]] = {}
    for row in orchard.rows:
        by_version.setdefault(row.version, []).append(f"{row.error_code or row.status} {row.model_id}")
    histories = [" > ".join(history) for history in by_version.values()]
    for part in (
        "timeout m > ok m",
        "ok m > ok n",
        "ok n > ok m",
        "ok m > truncated",
        "ok m > changed",
        "timeout m > t",
    ):
        assert any(part in history for history in histories), part
    late = [row for row in orchard.rows if row.status == "ok" and row.seq > row.version]
    newer = {row.path: row.version for row in orchard.rows}
    assert any(newer[row.path] > row.version for row in late)  # ok at last, when a newer version was there
    assert 40 * NIGHTS < len(orchard.rows) < 100 * NIGHTS
