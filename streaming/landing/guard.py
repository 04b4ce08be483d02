"""One writer of the ledger, and none that has lost its driver.

The source's process outlives a `kill -9` of the JVM or of the driver's Python for a while (seen: 15 s).
"""

import fcntl
import os
import threading
import time
from pathlib import Path
from typing import TextIO

#: An orphan leaves within WATCH_S; a new source waits this long for it before it gives up.
WAIT_S = 20.0
WATCH_S = 0.2


class LockedError(Exception):
    """Another process holds the lock; `holder` is what it wrote about itself."""

    def __init__(self, holder: str) -> None:
        super().__init__(holder)
        self.holder = holder


def leave_with_parent() -> None:
    """End this process at once when the one that started it is gone."""
    parent = os.getppid()

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(WATCH_S)
        os._exit(1)

    threading.Thread(target=watch, name="parent-watch", daemon=True).start()


def lock_file(path: Path, wait_s: float, holder: str) -> TextIO:
    """Take the lock on `path` for as long as the returned file is open, and the process alive.

    The kernel releases it (`flock`) however the process ends. `holder` is written into the file for people.

    Raises:
        LockedError: another process still has it after `wait_s` seconds.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    file = path.open("a+")
    until = time.monotonic() + wait_s
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            break
        except BlockingIOError:
            if time.monotonic() >= until:
                file.seek(0)
                raise LockedError(file.read().strip() or "another process") from None
            time.sleep(WATCH_S)
    file.truncate(0)
    file.write(holder + "\n")
    file.flush()
    return file


def is_locked(path: Path) -> bool:
    """Whether some process holds the lock on `path`, as far as this machine can see."""
    try:
        with path.open() as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False
