"""What cleaning does with one row's object, be it in a folder or in a bucket, and what comes of it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

#: done: moved, deleted or tagged. other: not there, or there is another version: nothing to do, ever.
#: later: not yet. failed: it could not be done. unreachable: nor could anything else be done now.
What = Literal["done", "other", "later", "failed", "unreachable"]


@dataclass(frozen=True, slots=True)
class FinishedRow:
    """A row of `features`. Its object is cleaned only if `clean`; else one that was set aside is put back."""

    path: str
    etag: str
    size: int
    modified: datetime
    seq: int
    version: int
    content_hash: str | None
    clean: bool = True


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of the object of one row; `why` is for a person where it is not done."""

    seq: int
    what: What
    why: str = ""


class Way(Protocol):
    """Moves, deletes or tags: always exactly the version in the row, never another one."""

    def begun(self) -> set[int]:
        """The rows that a run which was killed had begun with and not ended: `clean` must be given them first."""

    def clean(self, rows: Sequence[FinishedRow]) -> Iterator[Outcome]:
        """Deal with the rows, one outcome each. Safe to be killed at any point, and to be repeated."""
