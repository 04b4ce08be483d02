"""Cleaning a folder: only bytes that have their row are removed, whoever writes at the same time."""

import os
import stat
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from streaming.cleaning.archive_name import archive_name
from streaming.cleaning.aside import Aside
from streaming.cleaning.folder_archive import check_archive, file_hash, move
from streaming.cleaning.way import FinishedRow, Outcome
from streaming.cleaning.writers import no_writers
from streaming.stores.folder import FolderStore
from streaming.stores.names import ASIDE
from streaming.stores.openat import open_file, opened

#: How long a file stays aside before it is looked at: who was just opening it by its old name has it open by then.
WAIT_S = 1.0


@dataclass(frozen=True)
class FolderCleaning:
    """Deletes files of the landing, or moves them to the folder `archive` where one is given.

    A file that looks like its row is set aside (see Aside). After WAIT_S it is removed if nobody has it open for
    writing (see no_writers) and if its content is that of the row, by SHA-256; else, and if that fails, it is put
    back. Files that a killed run has set aside go the same way in the next one. A file that can't be put back, as
    another one has its name, stays aside and is told.
    """

    landing: FolderStore
    lake_id: str
    archive: str = ""
    wait_s: float = WAIT_S

    def begun(self) -> set[int]:
        """See Way."""
        with Aside.opened(self.landing.root, self.lake_id, make=False) as aside:
            return set(aside.names().values()) if aside else set()

    def clean(self, rows: Sequence[FinishedRow]) -> Iterator[Outcome]:
        """See Way. Also puts back what was set aside for a row that is not to be cleaned any more."""
        with Aside.opened(self.landing.root, self.lake_id, make=any(row.clean for row in rows)) as aside:
            outcomes = {row.seq: self._taken(aside, row) for row in rows if aside}
            by_seq = {row.seq: row for row in rows}
            names = {name: seq for name, seq in (aside.names() if aside else {}).items() if seq in by_seq}
            if names:
                time.sleep(self.wait_s)
            for name, seq in names.items():
                if aside:
                    outcomes[seq] = self._ended(aside, name, by_seq[seq])
        yield from outcomes.values()

    def _taken(self, aside: Aside, row: FinishedRow) -> Outcome:
        relative = self.landing.relative(row.path)
        try:
            if row.clean and relative:
                if self.archive:
                    check_archive(self.archive)  # what is put back is a new version, to be featured again
                aside.take(relative, row.etag, row.seq)
        except OSError as error:
            return Outcome(row.seq, "failed", f"{row.path}: {error.strerror}")
        return Outcome(row.seq, "other")

    def _ended(self, aside: Aside, name: str, row: FinishedRow) -> Outcome:
        """Remove the file, or put it back."""
        relative, why = self.landing.relative(row.path) or "", ""
        try:
            if self._removed(aside, name, row, relative):
                return Outcome(row.seq, "done")
        except OSError as error:
            why = f"{row.path}: {error.strerror}"
        try:
            aside.put_back(name, relative)
        except OSError as error:
            why = why or f"{row.path}: {error.strerror}"
            return Outcome(row.seq, "failed", f"{why}; the file is kept as {self.landing.root}/{ASIDE}/{name}")
        return Outcome(row.seq, "failed" if why else "other", why)

    def _removed(self, aside: Aside, name: str, row: FinishedRow, relative: str) -> bool:
        seen = os.stat(name, dir_fd=aside.folder, follow_symlinks=False)
        if not row.clean or row.content_hash is None or not stat.S_ISREG(seen.st_mode) or seen.st_size != row.size:
            return False
        with opened(open_file(aside.folder, name)) as fd, no_writers(fd) as unwritten:
            if file_hash(aside.folder, name) != row.content_hash or not unwritten():
                return False
            if self.archive:
                target = archive_name(row, relative, self.lake_id)
                move(aside.folder, name, self.archive, target, row.content_hash)
            else:
                os.unlink(name, dir_fd=aside.folder)
        return True
