"""Case 8: killed at random."""

from pathlib import Path

import pytest

from tests.faults.case import Case
from tests.streaming.killing import kill_at_random
from tests.streaming.service import Service

ROUNDS, SEED = 50, 8


@pytest.mark.spark
@pytest.mark.fault
@pytest.mark.faults
@pytest.mark.timeout(7200)
def test_fifty_kills_at_random_moments_lose_and_double_nothing(
    weights: str, fruits: Path, tmp_path: Path, case: Case
) -> None:
    case.did(8, f"{ROUNDS} rounds of start, feed, kill -9 of all, of the JVM or of the driver, seed {SEED}")
    service = Service(tmp_path, weights, {"max_objects_per_batch": 40})
    kill_at_random(service, fruits, ROUNDS, SEED)
    case.audited(service)
    assert "Traceback" not in service.printed()
