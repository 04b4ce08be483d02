"""Listing a folder: streamed, without recursion, without following links."""

import os
import stat
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path

from streaming.stores.folder_reading import ABSENT, etag_of
from streaming.stores.names import NO_PATTERN, NamePatterns
from streaming.stores.openat import open_folder, open_root, opened
from streaming.stores.store import Listed, Skipped, skipped

EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
_FIRST_US = (datetime.min.replace(tzinfo=timezone.utc) - EPOCH) // timedelta(microseconds=1)
_LAST_US = (datetime.max.replace(tzinfo=timezone.utc) - EPOCH) // timedelta(microseconds=1)


def walk(root: str, base: str, names: NamePatterns) -> Iterator[Listed | Skipped]:
    """Every picture below `root`; `base` is the URI of `root` with a slash at its end.

    Raises OSError if `root` can't be listed, or has been removed or replaced before the end.
    """
    with opened(open_root(root)) as top:
        pending = [""]
        while pending:
            yield from _folder(top, pending.pop(), base, names, pending)
        if not os.path.samestat(Path(root).stat(), os.fstat(top)):
            raise OSError(0, "it was replaced while it was listed")


def _folder(top: int, relative: str, base: str, names: NamePatterns, pending: list[str]) -> Iterator[Listed | Skipped]:
    """The pictures of one folder; its subfolders go to `pending`. One that has vanished is empty."""
    try:
        with opened(open_folder(top, relative)) as fd, os.scandir(fd) as entries:
            for entry in entries:
                if not names.hides(entry.name):
                    yield from _entry(entry, relative, base, names, pending)
    except OSError as e:
        if not relative:
            raise
        if e.errno not in ABSENT:
            yield skipped(relative, f"unreadable folder: {e.strerror}")


def _entry(
    entry: os.DirEntry[str], relative: str, base: str, names: NamePatterns, pending: list[str]
) -> Iterator[Listed | Skipped]:
    name = relative + entry.name
    if entry.is_dir(follow_symlinks=False):
        if is_text(entry.name):
            pending.append(f"{name}/")
        else:
            yield skipped(f"{name}/", "not UTF-8")
    elif entry.is_symlink():
        if names.matches(entry.name) or _leads_to_folder(entry):
            yield skipped(name, "a link")
    elif names.matches(entry.name):
        yield from _file(entry, name, base)
    else:
        yield skipped(name, NO_PATTERN)


def _file(entry: os.DirEntry[str], name: str, base: str) -> Iterator[Listed | Skipped]:
    if not is_text(entry.name):
        yield skipped(name, "not UTF-8")
        return
    try:
        found = listed(base + name, entry.stat(follow_symlinks=False))
    except OSError as e:
        if e.errno not in ABSENT:
            yield skipped(name, f"unreadable: {e.strerror}")
        return
    yield found or skipped(name, "not a regular file")


def _leads_to_folder(link: os.DirEntry[str]) -> bool:
    try:
        return link.is_dir()
    except OSError:
        return False


def listed(path: str, seen: os.stat_result) -> Listed | None:
    """None for what is not a regular file."""
    if not stat.S_ISREG(seen.st_mode):
        return None
    return Listed(path, etag_of(seen), seen.st_size, timestamp(seen.st_mtime_ns))


def timestamp(ns: int) -> datetime:
    """Nanoseconds since 1970 as UTC, cut to microseconds and to the years 1 to 9999."""
    return EPOCH + timedelta(microseconds=min(max(ns // 1000, _FIRST_US), _LAST_US))


def is_text(name: str) -> bool:
    """False for a name whose bytes are not UTF-8."""
    try:
        return name.isascii() or bool(name.encode())
    except UnicodeEncodeError:
        return False
