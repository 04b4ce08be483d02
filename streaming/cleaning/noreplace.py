"""Renaming a file without ever replacing another one."""

import ctypes
import errno
import os
from functools import lru_cache
from typing import Any

_NOREPLACE = 1
_UNKNOWN = {errno.ENOSYS, errno.EINVAL}


def rename_noreplace(source: str, target: str, source_folder: int, target_folder: int) -> None:
    """Rename, both names relative to open folders.

    Atomic where the kernel and the file system can (Linux, local). Elsewhere a link is made and the old name removed:
    killed in between, both names are there.

    Raises:
        FileExistsError: the target is there.
        OSError: anything else, EXDEV across file systems.
    """
    call = _renameat2()
    if call is None or call(source_folder, os.fsencode(source), target_folder, os.fsencode(target), _NOREPLACE):
        number = errno.ENOSYS if call is None else ctypes.get_errno()
        if number not in _UNKNOWN:
            raise OSError(number, os.strerror(number), target)
        os.link(source, target, src_dir_fd=source_folder, dst_dir_fd=target_folder, follow_symlinks=False)
        os.unlink(source, dir_fd=source_folder)


@lru_cache(maxsize=1)
def _renameat2() -> Any | None:
    call = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if call is not None:
        call.argtypes = [ctypes.c_int, ctypes.c_char_p, ctypes.c_int, ctypes.c_char_p, ctypes.c_uint]
    return call
