"""Files that are set aside within the landing, where no listing sees them, before they are removed for good."""

import os
import stat
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from streaming.cleaning.noreplace import rename_noreplace
from streaming.stores.folder_reading import ABSENT, etag_of
from streaming.stores.names import ASIDE
from streaming.stores.openat import open_root, opened, parent_of


@dataclass(frozen=True)
class Aside:
    """The open folder `.verger-clean` of a landing, and the files in it that belong to one lake.

    A file is set aside by one rename, which takes whatever has its name at that moment: so it is looked at once more
    here, where nobody can overwrite it. What should not have been taken is put back by one rename that never replaces
    a file which has that name by now. Killed at any point, the file has one of its two names.
    """

    root: int
    folder: int
    lake_id: str

    @classmethod
    @contextmanager
    def opened(cls, landing: str, lake_id: str, *, make: bool) -> "Iterator[Aside | None]":
        """None if there is no such folder, and it shall not be made. Links are not followed."""
        with opened(open_root(landing)) as root:
            if make:
                with suppress(FileExistsError):
                    os.mkdir(ASIDE, 0o700, dir_fd=root)
            try:
                folder = os.open(ASIDE, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=root)
            except FileNotFoundError:
                yield None
                return
            with opened(folder):
                yield cls(root, folder, lake_id)

    def names(self) -> dict[str, int]:
        """The files of this lake, each with the seq of the row that it was taken for."""
        found = {}
        with os.scandir(self.folder) as entries:
            for entry in entries:
                if entry.name.startswith(f"{self.lake_id}_"):
                    with suppress(ValueError):
                        found[entry.name] = int(entry.name.split("_")[1])
        return found

    def take(self, relative: str, etag: str, seq: int) -> bool:
        """Set the file aside if it is `etag`; False if it isn't, or isn't there."""
        try:
            with parent_of(self.root, relative) as (folder, name):
                seen = os.stat(name, dir_fd=folder, follow_symlinks=False)
                if not stat.S_ISREG(seen.st_mode) or etag_of(seen) != etag:
                    return False
                own = f"{self.lake_id}_{seq}_{uuid.uuid4().hex}"
                os.rename(name, own, src_dir_fd=folder, dst_dir_fd=self.folder)
                return True
        except OSError as error:
            if error.errno in ABSENT:
                return False
            raise

    def put_back(self, own: str, relative: str) -> None:
        """Give the file its name again.

        Raises:
            FileExistsError: another file has it.
        """
        with parent_of(self.root, relative) as (folder, name):
            try:
                rename_noreplace(own, name, self.folder, folder)
            except FileExistsError:
                if not self._is_same(own, folder, name):
                    raise
                os.unlink(own, dir_fd=self.folder)  # killed once before: it has both names

    def _is_same(self, own: str, folder: int, name: str) -> bool:
        mine = os.stat(own, dir_fd=self.folder, follow_symlinks=False)
        return os.path.samestat(mine, os.stat(name, dir_fd=folder, follow_symlinks=False))
