"""Cleans beside the stream: a thread that takes what is left of time, and whose troubles are only told."""

import logging
import os
import sys
import threading
from contextlib import suppress
from datetime import datetime, timezone

from conf.lake import Lake
from streaming.cleaning.progress import Progress
from streaming.cleaning.sweep import Sweep

log = logging.getLogger(__name__)

#: At most so many objects a second.
PER_S = 100.0
#: The shortest and the longest time between two passes.
_LEAST_S, _MOST_S = 300.0, 3600.0
_NICE = 10
_GRACE_S = 2.0


class Cleaner:
    """One pass at the start, then one whenever rows are due. It ends with its process, at any point.

    Whatever goes wrong is logged, and told by `verger status`; the next pass tries again. The stream never waits for
    it, and never fails with it.
    """

    def __init__(self, sweep: Sweep) -> None:
        self._sweep = sweep
        self._thread = threading.Thread(target=self._run, name="cleaner", daemon=True)

    def start(self) -> None:
        """Begin, in a daemon thread of low priority."""
        self._thread.start()

    def stop(self) -> None:
        """Begin with nothing more; what is being done has a moment to end."""
        self._sweep.stopping.set()
        self._thread.join(_GRACE_S)

    def _run(self) -> None:
        if sys.platform == "linux":  # elsewhere it is the process that has a priority
            with suppress(OSError):
                os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICE)
        while not self._sweep.stopping.is_set():
            self._sweep.stopping.wait(self._pass())

    def _pass(self) -> float:
        """Clean what is due; returns how many seconds to rest."""
        try:
            due = self._sweep.once()
        except Exception as error:
            log.exception("cleaning ended early")
            with suppress(Exception):
                told(self._sweep.lake, str(error))
            return _LEAST_S
        now = datetime.now(timezone.utc)
        return min(_MOST_S, max(_LEAST_S, ((due or now) - now).total_seconds()))


def told(lake: Lake, problem: str) -> None:
    """Write a problem for `verger status`; how far cleaning has come stays as it is."""
    progress = Progress.read(lake)
    progress.problem = " ".join(problem.split())
    progress.at = datetime.now(timezone.utc).isoformat(timespec="seconds")
    progress.write(lake)
