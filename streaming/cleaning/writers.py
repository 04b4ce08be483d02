"""Whether someone has a file open for writing: asked of the kernel, by a lease."""

import errno
import fcntl
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress


@contextmanager
def no_writers(fd: int) -> Iterator[Callable[[], bool]]:
    """Whether nobody has `fd`'s file open for writing, nor has tried to since the block began.

    Linux tells it of files of our own user (any, with CAP_LEASE) on local file systems. Where it doesn't tell, the
    answer is yes. Who wants to write meanwhile waits for the end of the block.
    """
    lease, none = getattr(fcntl, "F_SETLEASE", None), fcntl.F_UNLCK
    if lease is None:
        yield lambda: True
        return
    try:
        # The kernel reports who waits by a signal; the usual one would end this process.
        fcntl.fcntl(fd, fcntl.F_SETSIG, signal.SIGURG)
        fcntl.fcntl(fd, lease, fcntl.F_RDLCK)
    except OSError as error:
        written = error.errno == errno.EAGAIN
        yield lambda: not written
        return
    try:
        yield lambda: fcntl.fcntl(fd, fcntl.F_GETLEASE) == fcntl.F_RDLCK
    finally:
        with suppress(OSError):
            fcntl.fcntl(fd, lease, none)
