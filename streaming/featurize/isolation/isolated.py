"""A worker's child process: one picture at a time, and another child after a picture that ended it."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from multiprocessing.connection import Connection, Pipe
from pathlib import Path

from schemas.errors import PictureError
from streaming.featurize.isolation.bounds import Bounds
from streaming.featurize.isolation.deaths import cause_of_death
from streaming.featurize.isolation.messages import READY, receive_result, send_order
from streaming.featurize.limits import Limits
from streaming.featurize.rows import Result, result_row

#: To import and to load the model takes 0.3 s; much longer on a machine that is busy.
START_S = 60.0
#: A child's own alarm comes first. This is for one that takes no alarm any more.
GRACE_S = 5.0
#: All that a child is told of this process's environment: no keys.
_PASSED_ON = ("PATH", "LD_LIBRARY_PATH", "LANG", "LC_ALL", "TZ")
_ROOT = str(Path(__file__).parents[3])


class ChildStartError(Exception):
    """No child could be started: the machine's fault and not a picture's, so the task fails."""


class Child:
    """One process. `featurize` raises PictureError when the picture ended it: `crashed` or `timeout`."""

    def __init__(self, tflite: bytes, limits: Limits, bounds: Bounds) -> None:
        self._bounds = bounds
        self._pipe, theirs = Pipe()
        with theirs:
            self._process = _start(theirs)
        try:
            with self._deadline(START_S):
                send_order(self._pipe, tflite, limits, bounds)
                ready = self._pipe.recv_bytes()
        except (EOFError, OSError) as e:
            raise ChildStartError(f"the process for suspect pictures ended with {self._end()}") from e
        assert ready == READY, ready  # noqa: S101

    def featurize(self, data: bytes, path: str, digest: str) -> Result:
        """The row of one picture. After a PictureError the process is gone."""
        parts, late = (path.encode(errors="replace"), data, digest.encode()), threading.Event()
        try:
            with self._deadline(self._bounds.timeout_s + GRACE_S, late):
                for part in parts:
                    self._pipe.send_bytes(part)
                return receive_result(self._pipe)
        except ValueError as e:
            self.close()
            raise PictureError("crashed", f"the process that decoded it answered with {e}") from e
        except (EOFError, OSError) as e:
            code = self._end()
            if late.is_set():
                raise PictureError("timeout", f"not decoded after {self._bounds.timeout_s:g} s") from e
            raise cause_of_death(code, self._bounds.timeout_s) from e

    def close(self) -> None:
        """End the process."""
        self._pipe.close()
        self._process.kill()
        self._process.wait()

    def _end(self) -> int:
        """The exit code of a process that has ended, or is about to."""
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(GRACE_S)
        self.close()
        return self._process.returncode

    @contextmanager
    def _deadline(self, seconds: float, late: threading.Event | None = None) -> Iterator[None]:
        """Kill the process after so long, which ends what waits for it: reads and writes alike."""

        def kill() -> None:
            if late is not None:
                late.set()
            self._process.kill()

        timer = threading.Timer(seconds, kill)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()


class Isolated:
    """Pictures in a child, which is started when it is needed. Call `close` in the end. Not for threads."""

    def __init__(self, tflite: bytes, limits: Limits, bounds: Bounds) -> None:
        self.bounds = bounds
        self._new = partial(Child, tflite, limits, bounds)
        self._child: Child | None = None
        self._killers: dict[str, PictureError] = {}  # the same bytes under another name end it no second time

    def featurize(self, data: bytes, path: str, digest: str) -> Result:
        """The row of one picture: `crashed` or `timeout` if it ended the child. Raises ChildStartError."""
        began = time.perf_counter()
        try:
            if digest in self._killers:
                raise self._killers[digest]
            self._child = self._child or self._new()
            return self._child.featurize(data, path, digest)
        except PictureError as e:
            if digest not in self._killers:
                self._killers[digest], self._child = e, None
            return result_row(e, None, digest, (time.perf_counter() - began) * 1000, "rejected")

    def ended_by(self, digest: str) -> bool:
        """Whether these bytes ended a child."""
        return digest in self._killers

    def close(self) -> None:
        """End the child, if there is one."""
        if self._child is not None:
            self._child.close()
            self._child = None


def _start(theirs: Connection) -> "subprocess.Popen[bytes]":
    # Where this process imports from, without what Spark put there: see conf.worker_path.
    path = os.pathsep.join(dict.fromkeys([_ROOT, *filter(None, sys.path)]))
    passed = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    return subprocess.Popen(
        [sys.executable, "-m", "streaming.featurize.isolation.child", str(theirs.fileno())],
        env={**passed, "PYTHONPATH": path, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        pass_fds=(theirs.fileno(),),
    )
