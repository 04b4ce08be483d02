"""A worker's attempts at its pictures, with a decoder that has bugs: processes of their own, which end."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from streaming.featurize.weights import Model
from tests.conftest import ROOT
from tests.streaming.featurize.drawing import drawing, saved
from tests.streaming.hostile.pictures import DECODER, hostile_picture, visits

JPEG = saved(drawing(), "JPEG")


class Worker:
    """Attempts at the pictures of one task, on one machine."""

    def __init__(self, folder: Path, model: Model) -> None:
        self.pictures, self.log = folder / "pictures", folder / "visits"
        self.pictures.mkdir()
        self._arguments = [str(self.pictures), str(folder / "suspects"), str(folder / "model")]
        (folder / "model").write_bytes(model.tflite)

    def put(self, **bugs: str) -> None:
        """Pictures by name with their bug, which may be none."""
        for name, bug in bugs.items():
            (self.pictures / name).write_bytes(hostile_picture(JPEG, bug, self.log) if bug else JPEG)

    def attempt(self, *flags: str) -> tuple[int, dict[str, str], str]:
        """Exit code, what became of each picture, what was said."""
        path = os.pathsep.join((str(DECODER), str(ROOT)))
        done = subprocess.run(
            [sys.executable, "-m", "tests.streaming.featurize.isolation.worker", *self._arguments, *flags],
            env={**os.environ, "PYTHONPATH": path}, capture_output=True, text=True, check=False, timeout=120,
        )  # fmt: skip
        return done.returncode, dict(line.split() for line in done.stdout.splitlines()), done.stderr


@pytest.fixture
def worker(tmp_path: Path, model: Model) -> Worker:
    return Worker(tmp_path, model)


def test_the_first_attempt_ends_with_the_killer_the_retry_has_all_rows_and_the_next_task_none_to_fear(
    worker: Worker,
) -> None:
    worker.put(a="", b="segfault", c="oom", d="")
    code, rows, _ = worker.attempt()
    assert (code, rows) == (-signal.SIGSEGV, {"a": "ok"})
    whole = {"a": "ok", "b": "crashed", "c": "crashed", "d": "ok"}
    assert worker.attempt("--retry")[:2] == (0, whole)
    assert visits(worker.log) == ["segfault worker", "segfault child", "oom child"]
    assert worker.attempt()[:2] == (0, whole)  # as a replayed batch, or a copy of the picture
    assert visits(worker.log)[3:] == ["segfault child", "oom child"]


def test_a_replay_after_a_kill_knows_the_suspect_without_a_retry_in_between(worker: Worker) -> None:
    worker.put(a="abort", b="")
    assert worker.attempt()[0] == -signal.SIGABRT
    assert worker.attempt()[:2] == (0, {"a": "crashed", "b": "ok"})


@pytest.mark.parametrize("bug", ["spin", "sleep"])
def test_a_hang_that_holds_the_gil_ends_the_attempt_and_says_where_it_was(worker: Worker, bug: str) -> None:
    worker.put(a="", b=bug)
    code, rows, said = worker.attempt()
    assert (code, rows) == (-signal.SIGALRM, {"a": "ok"})
    assert f"in _{bug}" in said
    assert worker.attempt("--retry")[:2] == (0, {"a": "ok", "b": "timeout"})


def test_what_takes_all_memory_gets_a_second_try_in_a_process_of_its_own(worker: Worker) -> None:
    worker.put(a="memory", b="")
    assert worker.attempt()[:2] == (0, {"a": "crashed", "b": "ok"})
    assert visits(worker.log) == ["memory worker", "memory child"]


def test_an_innocent_suspect_is_cleared(worker: Worker, tmp_path: Path) -> None:
    worker.put(a="")
    worker.attempt()
    note = next((tmp_path / "suspects" / "notes").iterdir())
    digest = subprocess.check_output(["sha256sum", worker.pictures / "a"], text=True).split()[0]
    note.write_text(digest)  # as if it had been killed there, for a reason of its own
    assert worker.attempt()[:2] == (0, {"a": "ok"})
    assert not (tmp_path / "suspects" / digest).exists()
