"""What a landing looks like to the rest of the stream, be it a folder or a bucket."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from conf.errors import UserError

MAX_NAME = 200


class StoreError(UserError):
    """The landing itself can't be listed: one sentence for a person, with what was tried."""


@dataclass(frozen=True, slots=True)
class Listed:
    """One object as a listing saw it."""

    path: str  #: full URI, the key as it is: never percent-encoded
    etag: str  #: names the content at one time
    size: int  #: bytes
    modified: datetime  #: UTC


@dataclass(frozen=True, slots=True)
class Skipped:
    """A name that can't be taken, or that fits no name pattern: counted, so that nobody looks for it in vain."""

    name: str  #: printable, escapes shown, at most 200 characters
    why: str  #: for a person: "a link", "not UTF-8", ...


def skipped(name: str, why: str) -> Skipped:
    r"""`name` may hold anything a file system allows: bytes that are no text are shown as `\xff`."""
    text = name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    shown = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
    return Skipped(shown if len(shown) <= MAX_NAME else f"{shown[: MAX_NAME - 1]}…", why)


class Store(Protocol):
    """A prefix that is watched. Pickles, holds no secrets, opens its clients where it is used."""

    @property
    def settles(self) -> bool:
        """True where an object can be seen half written: it must look the same twice before it counts."""

    def list(self) -> Iterator[Listed | Skipped]:
        """Everything below the prefix that is not hidden, streamed, in any order: what can't be taken as Skipped.

        Raises StoreError, at any point of the iteration, when the listing can't be completed.
        """

    def stat(self, path: str) -> Listed | None:
        """The object as it is now; None if it is gone or no longer something that can be read.

        Raises StoreError when the store does not tell.
        """

    def read(self, path: str, etag: str, *, max_bytes: int, timeout_s: float) -> bytes:
        """The whole content of exactly the version `etag`, at most `max_bytes`.

        Raises PictureError: changed, gone, forbidden, archived, unreachable, timeout or too_large. Ends
        after at most twice `timeout_s`. Safe to call again, and from several threads.
        """
