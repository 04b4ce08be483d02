"""Notes of living and dead processes."""

import subprocess
import sys
from pathlib import Path

import pytest

from streaming.featurize.isolation import suspects as module
from streaming.featurize.isolation.suspects import Suspects

FIRST, SECOND = "1" * 64, "2" * 64
_PROGRAM = """
import sys, os
from pathlib import Path
from streaming.featurize.isolation.suspects import Suspects
suspects = Suspects(Path(sys.argv[1]))
suspects.gather()
with suspects.at("1" * 64):
    print(flush=True)
    sys.stdin.read()
    os._exit(0)
"""


def gathered(folder: Path) -> Suspects:
    suspects = Suspects(folder)
    suspects.gather()
    return suspects


def test_what_a_process_is_at_is_suspect_once_it_is_gone(tmp_path: Path) -> None:
    command = [sys.executable, "-c", _PROGRAM, str(tmp_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout
        process.stdout.readline()
        assert FIRST not in gathered(tmp_path)
        process.kill()
    assert FIRST in gathered(tmp_path)
    assert FIRST in gathered(tmp_path)  # and stays
    assert len(list((tmp_path / "notes").iterdir())) <= 3  # those of this process, whose files are not closed yet


def test_a_process_that_was_done_with_it_leaves_no_suspect(tmp_path: Path) -> None:
    suspects = gathered(tmp_path)
    with suspects.at(FIRST):
        pass
    del suspects
    assert FIRST not in gathered(tmp_path)


def test_what_is_added_is_known_to_others_and_what_is_discarded_is_not(tmp_path: Path) -> None:
    suspects = gathered(tmp_path)
    suspects.add(FIRST)
    suspects.add(SECOND)
    suspects.discard(FIRST)
    other = gathered(tmp_path)
    assert FIRST not in suspects
    assert FIRST not in other
    assert SECOND in other


def test_only_the_newest_are_remembered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_MOST", 2)
    suspects = gathered(tmp_path)
    for digit in "123":
        suspects.add(digit * 64)
    other = gathered(tmp_path)
    assert [digit * 64 in other for digit in "123"] == [False, True, True]


@pytest.mark.parametrize("folder", [None, Path("/proc/suspects")])
def test_without_a_folder_it_remembers_what_it_saw_itself(
    folder: Path | None, caplog: pytest.LogCaptureFixture
) -> None:
    suspects = Suspects(folder)
    suspects.gather()
    with suspects.at(FIRST):
        suspects.add(SECOND)
    assert SECOND in suspects
    assert ("can't be remembered" in caplog.text) == (folder is not None)
