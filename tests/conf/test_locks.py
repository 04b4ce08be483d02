"""One holder of a lock, freed by the kernel however it ends."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from conf.lake import Lake, LakeError
from conf.locks import LockedError, is_locked, lock_file, lock_lake

HOLD = """
import sys, time; from pathlib import Path; from conf.locks import lock_file
held = lock_file(Path(sys.argv[1]), 0, "the first"); print("held", flush=True); time.sleep(60)
"""


def test_a_second_holder_is_refused_with_the_name_of_the_first(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    with subprocess.Popen([sys.executable, "-c", HOLD, str(path)], stdout=subprocess.PIPE) as first:
        assert first.stdout
        assert first.stdout.readline() == b"held\n"
        with pytest.raises(LockedError, match="the first"):
            lock_file(path, 0, "the second")
        assert is_locked(path)
        first.send_signal(signal.SIGKILL)
    assert not is_locked(path)
    lock_file(path, 0, "the second").close()


def test_a_second_refit_is_refused_in_a_sentence_and_a_stream_is_not(tmp_path: Path) -> None:
    lake = Lake(str(tmp_path))
    with lock_lake(lake, "refit"), lock_lake(lake, "stream"):
        assert is_locked(lake.beside("refit.lock"))
        with pytest.raises(LakeError, match=r"another refit works on .* \(process \d+ on .* since .* UTC\): stop it"):
            lock_lake(lake, "refit")
