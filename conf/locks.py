"""One stream, one refit, one source for each lake: a file's lock in a folder, a lease in S3."""

import fcntl
import os
import socket
import time
from collections.abc import Callable
from datetime import datetime, timezone
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Protocol, TextIO

from conf.lake import Lake, LakeError
from conf.locations import is_s3

if TYPE_CHECKING:
    from conf.lease_object import LeaseObject, Record

#: How often a lock that is held is asked for again.
LOOK_S = 0.2
#: How long, and how often, a lease is asked for again where S3 gives no answer.
PATIENCE_S, AGAIN_S = 10.0, 0.5


class LockedError(Exception):
    """Another process holds the lock; `holder` is what it wrote about itself."""

    def __init__(self, holder: str) -> None:
        super().__init__(holder)
        self.holder = holder


class Hold(Protocol):
    """A lake is ours to write until it is closed, or the process ends, however it does.

    `token` tells it from all others, for `guard` in another process; empty where the kernel guards.
    """

    @property
    def token(self) -> str: ...  # noqa: D102

    def check(self) -> None:
        """Raise FailedError unless nobody else can have it for the next moment."""

    def __enter__(self) -> "Hold": ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


class FileHold:
    """A lock on a file: the kernel keeps it for as long as the process lives, so that nobody else ever has it."""

    token = ""

    def __init__(self, file: TextIO) -> None:
        self._file = file

    def check(self) -> None:
        """Nothing can have happened."""

    def __enter__(self) -> "FileHold":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()


def lock_lake(lake: Lake, job: str) -> Hold:
    """Be the one `job` ("stream", "refit") of this lake.

    Raises:
        LakeError: another one works on it; the sentence names the holder.
        LeaseError: the lake in S3 can't be reached, or not be written; within 15 s.
    """
    holder = f"process {os.getpid()} on {socket.gethostname()}"
    since = f"{datetime.now(timezone.utc):%F %T} UTC"
    try:
        if is_s3(lake.root):
            return _lease(lake, job, holder)
        return FileHold(lock_file(lake.beside(f"{job}.lock"), wait_s=1.0, holder=f"{holder} since {since}"))
    except LockedError as error:
        raise LakeError(
            f"another {job} works on {lake.root} ({error.holder}): stop it first, or set VERGER_LAKE to another lake"
        ) from None
    except OSError as error:
        raise LakeError(f"the lake {lake.root} can't be written: {error.strerror}") from None


def guard(lake: Lake, job: str, token: str) -> Callable[[], None]:
    """What a process that works for the holder of `token` calls before it writes.

    It raises LeaseLostError where the lease is another's by now, in one request to S3, and NoAnswerError where that
    can't be told for PATIENCE_S. Where the token is empty, it does nothing.
    """
    if not token:
        return lambda: None
    from conf.lease import LeaseLostError
    from conf.lease_object import LeaseObject

    place = LeaseObject(_lease_uri(lake, job), timeout_s=5.0)

    def check() -> None:
        found = _read(place)
        if found is None or found[0].free or found[0].token != token:
            raise LeaseLostError(f"{place.uri} is another's by now: nothing more is written")

    return check


def is_at_work(lake: Lake, job: str) -> bool:
    """Whether this lake has such a job, as far as this machine can see."""
    if not is_s3(lake.root):
        return is_locked(lake.beside(f"{job}.lock"))
    from conf.lease_object import LeaseObject, NoAnswerError

    try:
        return LeaseObject(_lease_uri(lake, job), timeout_s=5.0).was_renewed()
    except NoAnswerError:
        return False


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


def _lease(lake: Lake, job: str, holder: str) -> Hold:
    from conf.lease import Lease, LeaseHeldError

    try:
        return Lease.take(_lease_uri(lake, job), holder)
    except LeaseHeldError as error:
        raise LockedError(f"{error.record.holder} since {error.record.since}") from error


def _read(place: "LeaseObject") -> "tuple[Record, str] | None":
    """What the object holds: to ask again changes nothing."""
    from conf.lease_object import NoAnswerError

    until = time.monotonic() + PATIENCE_S
    while True:
        try:
            return place.read()
        except NoAnswerError:
            if time.monotonic() > until:
                raise
            time.sleep(AGAIN_S)


def _lease_uri(lake: Lake, job: str) -> str:
    return f"{lake.root}/{job}.lease"
