"""A landing that is a folder."""

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import ClassVar

from schemas.errors import PictureError
from streaming.stores.folder_listing import listed, walk
from streaming.stores.folder_reading import ABSENT, picture_error, read_version
from streaming.stores.names import NamePatterns
from streaming.stores.openat import open_root, opened, parent_of
from streaming.stores.store import Listed, Skipped, StoreError

URI = "file://"
_NEVER_NAMES = frozenset({"", ".", ".."})


@dataclass(frozen=True, slots=True)
class FolderStore:
    """Regular files below `root`. Links are not followed, at any level; `root` itself may be one.

    The ETag is made of modification time, change time and size, as git's index does it: a file that is
    overwritten with as many bytes and given its old time back has changed. What it can't tell: two writes of
    the same size within one tick of the file system's clock (4 ms on most), which is what settling is for.
    """

    root: str
    names: NamePatterns = field(default_factory=NamePatterns)
    settles: ClassVar[bool] = True

    def list(self) -> Iterator[Listed | Skipped]:
        """See Store. Memory holds the folders still to be visited, not their files."""
        try:
            yield from walk(self.root, self._base, self.names)
        except OSError as e:
            raise StoreError(f"landing {self.root} can't be listed: {e.strerror}") from e

    def stat(self, path: str) -> Listed | None:
        """See Store."""
        relative = self.relative(path)
        if relative is None:
            return None
        try:
            with opened(open_root(self.root)) as root, parent_of(root, relative) as (folder, name):
                return listed(path, os.stat(name, dir_fd=folder, follow_symlinks=False))
        except OSError as e:
            if e.errno in ABSENT:
                return None
            raise StoreError(f"{path} can't be looked at: {e.strerror}") from e

    def read(self, path: str, etag: str, *, max_bytes: int, timeout_s: float) -> bytes:
        """See Store. One read that hangs in the kernel (a dead network share) is not cut short."""
        relative = self.relative(path)
        if relative is None:
            raise PictureError("gone", "not a name below the landing")
        try:
            root = open_root(self.root)
        except OSError as e:
            raise PictureError("unreachable", f"landing folder: {e.strerror}") from e
        try:
            with opened(root), parent_of(root, relative) as (folder, name):
                return read_version(folder, name, etag, max_bytes, timeout_s)
        except OSError as e:
            raise picture_error(e) from e

    @property
    def _base(self) -> str:
        return URI + self.root.rstrip("/") + "/"

    def relative(self, path: str) -> str | None:
        """The name below `root` that a URI stands for; None if it is not below it."""
        relative = path.removeprefix(self._base)
        if relative == path or "\0" in relative or not _NEVER_NAMES.isdisjoint(relative.split("/")):
            return None
        return relative
