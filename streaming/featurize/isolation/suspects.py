"""Content on which processes of this machine ended, by its SHA-256: remembered over restarts."""

import fcntl
import logging
import mmap
import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path

from streaming.featurize.model_cache import default_cache_dir

log = logging.getLogger(__name__)
_DIGITS = 64
_NOBODY = b" " * _DIGITS
#: Who sends more killers than this costs his oldest ones another worker.
_MOST = 1000


class Suspects:
    """Each process has a note: what it is at. It writes there before it decodes, and wipes it out afterwards.

    So a note with something on it, whose process is gone (it no longer holds the lock), names a suspect: an empty file
    under its hash. All of it is an aid: where `folder` can't be written, a killer costs a worker each time it comes.
    """

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._known: set[str] = set()
        self._note: mmap.mmap | None = None

    def gather(self) -> None:
        """Read what is known, and take up the notes of the dead: at the start of a task."""
        if self._folder is None:
            return
        try:
            self._open_note(self._folder / "notes")
            for note in (self._folder / "notes").iterdir():
                self._take_up(note)
            self._known = {entry.name for entry in self._folder.iterdir() if len(entry.name) == _DIGITS}
        except OSError as e:
            log.warning("pictures that end a worker can't be remembered in %s: %s", self._folder, e)
            self._folder = None

    def __contains__(self, digest: str) -> bool:
        return digest in self._known

    @contextmanager
    def at(self, digest: str) -> Iterator[None]:
        """If this process ends in the block, `digest` is a suspect."""
        if self._note is None:
            yield
            return
        self._note[:] = digest.encode()
        try:
            yield
        finally:
            self._note[:] = _NOBODY

    def add(self, digest: str) -> None:
        """It is known to end a process."""
        self._known.add(digest)
        if self._folder is not None:
            with suppress(OSError):
                (self._folder / digest).touch()
                self._forget_the_oldest(self._folder)

    def discard(self, digest: str) -> None:
        """It was innocent: its process ended for another reason."""
        self._known.discard(digest)
        if self._folder is not None:
            with suppress(OSError):
                (self._folder / digest).unlink(missing_ok=True)

    def _open_note(self, notes: Path) -> None:
        if self._note is not None:
            return
        notes.mkdir(parents=True, exist_ok=True, mode=0o700)
        note = os.open(notes / uuid.uuid4().hex, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        fcntl.flock(note, fcntl.LOCK_EX)
        os.pwrite(note, _NOBODY, 0)  # its room on the disk is taken now: what comes later overwrites
        self._note = mmap.mmap(note, _DIGITS)  # a write to the file would cost its inode's journal, too

    def _take_up(self, path: Path) -> None:
        with suppress(FileNotFoundError, BlockingIOError):  # taken up by another, or its process lives
            note = os.open(path, os.O_RDONLY)
            try:
                fcntl.flock(note, fcntl.LOCK_EX | fcntl.LOCK_NB)
                content = os.read(note, _DIGITS)
                if content:  # else it is just being made
                    if len(content) == _DIGITS and content.isalnum():
                        self.add(content.decode("ascii"))
                    path.unlink()
            finally:
                os.close(note)

    @staticmethod
    def _forget_the_oldest(folder: Path) -> None:
        known = [entry for entry in folder.iterdir() if len(entry.name) == _DIGITS]
        for entry in sorted(known, key=lambda e: e.stat().st_mtime)[:-_MOST]:
            entry.unlink(missing_ok=True)


@cache
def suspects() -> Suspects:
    """Those of this machine, with the note of this process."""
    try:
        return Suspects(default_cache_dir() / "suspects")
    except RuntimeError:  # a user without a home
        return Suspects(None)
