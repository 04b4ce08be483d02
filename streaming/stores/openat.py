"""Opening what lies below a folder without ever following a link."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

#: O_PATH lets through folders that may be entered but not listed; macOS has no such flag.
_ENTER = getattr(os, "O_PATH", os.O_RDONLY) | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_LIST = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
#: Never waits for the other end of a pipe that took a picture's name.
_READ = os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC


@contextmanager
def opened(fd: int) -> Iterator[int]:
    """Closes `fd` at the end."""
    try:
        yield fd
    finally:
        os.close(fd)


def open_root(folder: str) -> int:
    """The landing itself, which may be reached through links."""
    return os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)


def open_folder(root: int, relative: str) -> int:
    """A folder to be listed: `relative` is "" for the root itself, else "a/b/"."""
    if not relative:
        return os.open(".", _LIST, dir_fd=root)
    with parent_of(root, relative[:-1]) as (folder, name):
        return os.open(name, _LIST, dir_fd=folder)


def open_file(folder: int, name: str) -> int:
    """A file for reading; ELOOP if it is a link."""
    return os.open(name, _READ, dir_fd=folder)


@contextmanager
def parent_of(root: int, relative: str) -> Iterator[tuple[int, str]]:
    """The folder that holds `relative`, reached name by name, and its base name."""
    *folders, name = relative.split("/")
    here = os.dup(root)
    try:
        for folder in folders:
            below = os.open(folder, _ENTER, dir_fd=here)
            os.close(here)
            here = below
        yield here, name
    finally:
        os.close(here)
