"""The folder that cleaned files are moved to."""

import errno
import os
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

from streaming.cleaning.noreplace import rename_noreplace
from streaming.stores.folder_reading import CHUNK_BYTES
from streaming.stores.openat import open_file, open_root, opened

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_NEW = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC


def file_hash(folder: int, name: str, copy_to: int | None = None) -> str:
    """SHA-256 of a file, hexadecimal, which is copied on the way if asked for."""
    digest = sha256()
    with opened(open_file(folder, name)) as fd:
        while chunk := os.read(fd, CHUNK_BYTES):
            digest.update(chunk)
            while copy_to is not None and chunk:
                chunk = chunk[os.write(copy_to, chunk) :]
    return digest.hexdigest()


def check_archive(archive: str) -> None:
    """Make the folder where it is missing.

    Raises:
        OSError: nothing can be moved there.
    """
    try:
        Path(archive).mkdir(parents=True, exist_ok=True)
        if not os.access(archive, os.W_OK | os.X_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    except OSError as error:
        raise OSError(error.errno, f"clean_to = {archive!r} can't be written: {error.strerror}") from error


def move(folder: int, name: str, archive: str, relative: str, content_hash: str) -> None:
    """Move a file to `relative` below the folder `archive`.

    Another file system gets a copy, which has that name only when it is whole. Replaces nothing. Killed at any point,
    and repeated, the file is in one of the places whole, or in both.

    Raises:
        FileExistsError: something else has that name.
        OSError: it can't be moved.
    """
    *folders, target = relative.split("/")
    with opened(_made(archive, folders)) as there:
        try:
            _put(folder, name, there, target, content_hash)
        except FileExistsError:
            if file_hash(there, target) != content_hash:
                raise
            os.unlink(name, dir_fd=folder)  # killed once before: it is there already


def _put(folder: int, name: str, there: int, target: str, content_hash: str) -> None:
    try:
        rename_noreplace(name, target, folder, there)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        _copy(folder, name, there, target, content_hash)
        os.unlink(name, dir_fd=folder)


def _copy(folder: int, name: str, there: int, target: str, content_hash: str) -> None:
    part = f".{target}.part"
    seen = os.stat(name, dir_fd=folder)
    try:
        with opened(os.open(part, _NEW, 0o666, dir_fd=there)) as out:
            if file_hash(folder, name, out) != content_hash:
                raise OSError(errno.EIO, "it changed while it was copied")
            os.utime(out, ns=(seen.st_atime_ns, seen.st_mtime_ns))
            os.fsync(out)
        rename_noreplace(part, target, there, there)
    except OSError:
        with suppress(OSError):
            os.unlink(part, dir_fd=there)  # its name is that of this version, which nobody copies again
        raise
    os.fsync(there)


def _made(archive: str, folders: list[str]) -> int:
    """The open folder, made where it is missing; below `archive` without following links."""
    Path(archive).mkdir(parents=True, exist_ok=True)
    here = open_root(archive)
    for name in folders:
        with opened(here) as above:
            with suppress(FileExistsError):
                os.mkdir(name, dir_fd=above)
            here = os.open(name, _FOLDER, dir_fd=above)
    return here
