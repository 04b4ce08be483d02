"""Case 36: `kill -9` right before a refit is published, and right after it."""

from pathlib import Path

import pytest

from tests.batch.command import WAIT_S, assert_tidy, assert_whole, refit_to_the_end, running
from tests.batch.lakes import append, pictures
from tests.faults.case import Case
from tests.streaming.landing.fakes import new_lake

pytestmark = [pytest.mark.spark, pytest.mark.fault, pytest.mark.faults]


@pytest.mark.parametrize("place", ["refit-publishing", "refit-published"])
def test_a_refit_killed_here_is_there_whole_or_not_at_all(
    tmp_path: Path, case: Case, place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    case.did(36, f"kill -9 of all at {place}")
    lake, log = new_lake(tmp_path), tmp_path / "log"
    append(lake, pictures(60))
    refit_to_the_end(lake, log)
    old = assert_whole(lake)
    append(lake, pictures(10, 61, seed=1))
    with monkeypatch.context() as armed:
        armed.setenv("VERGER_FAILPOINT", f"{place}:group")
        with running(lake, log) as process:
            assert process.wait(WAIT_S) == -9, log.read_text()
    seen = assert_whole(lake)
    assert (seen == old) == (place == "refit-publishing")
    refit_to_the_end(lake, log)
    assert_tidy(lake, assert_whole(lake))
    case.saw(f"readers saw the {'old' if seen == old else 'new'} refit whole; the next one tidied up")
