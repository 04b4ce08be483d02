"""Reading one version of a file, or saying why not."""

import errno
import os
import stat
import time

from schemas.errors import ErrorCode, PictureError
from streaming.stores.openat import open_file, opened

CHUNK_BYTES = 1 << 20
#: Nothing by that name that could be read: removed, or replaced by a link, a pipe or a socket.
ABSENT = frozenset({errno.ENOENT, errno.ENOTDIR, errno.ELOOP, errno.ENAMETOOLONG, errno.ENXIO, errno.ENODEV})
_DENIED = frozenset({errno.EACCES, errno.EPERM})


def etag_of(seen: os.stat_result) -> str:
    """Changes with every write: the kernel sets the change time, no program can put it back."""
    return f"{seen.st_mtime_ns:x}-{seen.st_ctime_ns:x}-{seen.st_size:x}"


def read_version(folder: int, name: str, etag: str, max_bytes: int, timeout_s: float) -> bytes:
    """The bytes of `name` in the open `folder`, if they are `etag` before and after the read.

    Raises PictureError (changed, gone, too_large, timeout) and OSError.
    """
    deadline = time.monotonic() + timeout_s
    _check(os.stat(name, dir_fd=folder, follow_symlinks=False), etag, max_bytes)  # before a pipe is opened
    with opened(open_file(folder, name)) as fd:
        _check(os.fstat(fd), etag, max_bytes)
        content = _read(fd, max_bytes, deadline)
        _check(os.fstat(fd), etag, max_bytes)
    return content


def picture_error(error: OSError) -> PictureError:
    """The error of the operating system as one of ours."""
    code: ErrorCode = "unreachable"
    if error.errno in ABSENT:
        code = "gone"
    elif error.errno in _DENIED:
        code = "forbidden"
    return PictureError(code, os.strerror(error.errno) if error.errno else str(error))


def _check(seen: os.stat_result, etag: str, max_bytes: int) -> None:
    if not stat.S_ISREG(seen.st_mode):
        raise PictureError("gone", "replaced by something that is not a regular file")
    if etag_of(seen) != etag:
        raise PictureError("changed", "overwritten since it was announced")
    if seen.st_size > max_bytes:
        raise PictureError("too_large", f"{seen.st_size:,} bytes, at most {max_bytes:,} are read")


def _read(fd: int, max_bytes: int, deadline: float) -> bytes:
    content = bytearray()
    while chunk := os.read(fd, min(CHUNK_BYTES, max_bytes + 1 - len(content))):
        content += chunk
        if len(content) > max_bytes:
            raise PictureError("too_large", f"more than the {max_bytes:,} bytes that are read")
        if time.monotonic() > deadline:
            raise PictureError("timeout", f"only {len(content):,} bytes came in the time allowed")
    return bytes(content)
