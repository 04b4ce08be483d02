"""Case 6: killed after files were merged, and after a checkpoint was made (at any other point: test_sink_faults.py)."""

import pyarrow as pa
import pytest
from deltalake import DeltaTable, write_deltalake

from conf.lake import Lake
from schemas.features import FEATURES
from streaming.lake import prepare
from streaming.landing.ledger import Draft, Ledger
from streaming.sink import UPKEEP
from tests.faults.case import Case, struck
from tests.streaming.landing.fakes import NOW
from tests.streaming.service import Service

pytestmark = [pytest.mark.spark, pytest.mark.fault, pytest.mark.faults, pytest.mark.timeout(1800)]
#: Commits before the stream's, with which there are as many as are merged.
BEFORE = UPKEEP.merge_every - 1


def fill(service: Service) -> Lake:
    """A lake that has seen so many pictures, one a batch, which are gone by now."""
    lake = Lake(str(service.lake))
    prepare(lake)
    drafts = [Draft(f"file://{service.landing}/gone/{n}.jpg", f"e{n}", 1, NOW, None) for n in range(1, BEFORE + 1)]
    ledger = Ledger(lake)
    ledger.append(drafts)
    for row in ledger.rows(0, BEFORE).to_pylist():
        made = {name: row[name] for name in row.keys() & set(FEATURES.arrow().names)} | {
            "label": "gone", "status": "rejected", "error_code": "gone", "error_detail": "gone", "model_id": "m",
            "discovered_at": NOW, "featurized_at": NOW, "featurize_ms": 0.0,
        }  # fmt: skip
        write_deltalake(lake.uri("features"), pa.Table.from_pylist([made], schema=FEATURES.arrow()), mode="append")
    return lake


@pytest.mark.parametrize("place", ["features-merged", "features-checkpointed"])
def test_killed_while_features_are_looked_after(service: Service, case: Case, place: str) -> None:
    case.did(6, f"kill -9 of all at {place}")
    folder = fill(service).uri("features")
    assert struck(service, f"{place}:group") == -9, service.printed()
    files = len(DeltaTable(folder).file_uris())
    service.put("late.jpg", b"no picture")
    service.drain()
    case.audited(service, f"{files} files in features at the crash")


@pytest.mark.parametrize("place", ["ledger-merged", "ledger-checkpointed"])
def test_killed_while_the_ledger_is_looked_after(service: Service, case: Case, place: str) -> None:
    case.did(6, f"kill -9 of all at {place}")
    lake = Lake(str(service.lake))
    prepare(lake)
    for seq in range(1, 100):  # the stream's first append is the hundredth commit
        Ledger(lake).append([Draft(f"file://{service.landing}/gone/{seq}.jpg", "e", 1, NOW, None)])
    assert struck(service, f"{place}:group") == -9, service.printed()
    files = len(DeltaTable(lake.uri("ledger")).file_uris())
    service.drain()
    case.audited(service, f"{files} files in the ledger at the crash")
