"""One stream, one refit, one source for each lake on this machine: locks on files, which end with their process."""

import fcntl
import os
import socket
import time
from datetime import datetime, timezone
from pathlib import Path
from typing import TextIO

from conf.lake import Lake, LakeError

#: How often a lock that is held is asked for again.
LOOK_S = 0.2


class LockedError(Exception):
    """Another process holds the lock; `holder` is what it wrote about itself."""

    def __init__(self, holder: str) -> None:
        super().__init__(holder)
        self.holder = holder


def lock_lake(lake: Lake, job: str) -> TextIO:
    """Be the one `job` ("stream", "refit") of this lake, until the returned file is closed or the process ends.

    Raises:
        LakeError: another one works on it; the sentence names the holder.
    """
    holder = f"process {os.getpid()} on {socket.gethostname()} since {datetime.now(timezone.utc):%F %T} UTC"
    try:
        return lock_file(lock_path(lake, job), wait_s=1.0, holder=holder)
    except LockedError as error:
        raise LakeError(
            f"another {job} works on {lake.root} ({error.holder}): stop it first, or set VERGER_LAKE to another lake"
        ) from None
    except OSError as error:
        raise LakeError(f"the lake {lake.root} can't be written: {error.strerror}") from None


def lock_path(lake: Lake, job: str) -> Path:
    """The file that a job of this lake holds its lock on."""
    return Path(lake.root) / f"{job}.lock"


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
            time.sleep(LOOK_S)
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
