"""What a run leaves in the folder for temporary files."""

import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from conf.errors import FailedError
from conf.work import SPARK_LOG, work_folder
from tests.conftest import ROOT

RUN = """
import time
from conf.work import work_folder
with work_folder() as work:
    print(work, flush=True)
    time.sleep(60)
"""


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    return tmp_path


def left(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def test_a_run_that_ends_leaves_nothing(temporary: Path) -> None:
    with work_folder() as work:
        (work / "checkpoint").mkdir()
        (work / "checkpoint" / "offsets").touch()
    with pytest.raises(FailedError, match=r"^no room$"), work_folder():
        raise FailedError("no room")  # before Spark had a log
    assert not list(temporary.iterdir())


def test_a_run_that_fails_leaves_the_log_that_its_error_names(temporary: Path) -> None:
    def fail() -> None:
        with work_folder() as work:
            (work / SPARK_LOG).touch()
            (work / "blocks").mkdir()
            (work / "blocks" / "1").touch()
            raise FailedError("lost")

    with pytest.raises(FailedError, match=r"^lost; Spark's log is .+spark\.log$"):
        fail()
    with work_folder():
        pass
    (log,) = temporary.rglob("*.log")
    assert left(temporary) == [str(log.relative_to(temporary))]


def test_what_a_killed_run_left_goes_at_the_next_start_and_nothing_of_a_live_one(temporary: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", RUN], cwd=ROOT, stdout=subprocess.PIPE, text=True) as run:
        assert run.stdout
        theirs = Path(run.stdout.readline().strip())
        (theirs / SPARK_LOG).touch()
        (temporary / "verger-of-a-person").mkdir()
        with work_folder() as ours:
            assert theirs.exists()
            run.send_signal(signal.SIGKILL)
            run.wait()
            with work_folder():
                assert ours.exists()
                assert not theirs.exists()
    assert left(temporary) == []
    assert (temporary / "verger-of-a-person").exists()
