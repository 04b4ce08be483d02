"""Replays, in the process that writes the ledger: taken up one after the other, announced a chunk at a time."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Any

import numpy as np
import pyarrow.dataset as pds

from conf.lake import Lake
from conf.locations import is_s3
from streaming.landing.ledger import Draft, Ledger
from streaming.requests.box import Box, open_box
from streaming.requests.matching import Seqs, matching
from streaming.requests.request import Replay
from streaming.requests.waiting import Waiting, look

log = logging.getLogger(__name__)

#: How often it is looked for requests: in S3 each look is a request that costs.
LOOK_S, LOOK_S3_S = 1.0, 10.0
#: Announcements in one commit of the ledger at most.
MOST = 10_000

_COLUMNS = ["seq", "version", "supersedes", "attempt", "path", "etag", "size", "modified"]
_NONE = np.empty(0, np.int64)


@dataclass
class Replaying:
    """What people want announced again. Killed at any point, the next start goes on, and announces nothing twice.

    For what a request has announced comes after its `upto`, and so is not meant by it any more; nor is a picture that
    was announced by others while it waited for room. The file is removed when nothing is left. Requests that can't be
    read are left where they are, for `verger status` to name.
    """

    lake: Lake
    ledger: Ledger
    clock: Callable[[], float]
    _box: Box = field(init=False)
    _waiting: dict[str, Replay] = field(default_factory=dict)
    _under_way: str | None = None
    _left: Seqs = field(default_factory=lambda: _NONE)
    _seen: int = 0  # the announcement up to which what is left was found
    _look_at: float = float("-inf")
    _done: set[str] = field(default_factory=set)  # announced whole, but the file could not be removed yet
    _told: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._box = open_box(self.lake)
        self.look()

    def __len__(self) -> int:
        """Requests that are not done."""
        return len(self._waiting)

    def look(self) -> None:
        """See what is asked, if that wasn't done just now. A box that can't be read is logged, and read later."""
        if self.clock() < self._look_at:
            return
        self._look_at = self.clock() + (LOOK_S3_S if is_s3(self.lake.root) else LOOK_S)
        try:
            waiting = look(self._box, self.ledger.head)
        except OSError as error:
            self._say(f"requests can't be read: {error}")
            return
        self._take_up(waiting)

    def drafts(self, room: int) -> list[Draft]:
        """The next announcements to be made again, at most `room`; who asks for more has announced these."""
        if not self._left.size:
            self._finish()
            self._begin()
        chunk, self._left = np.split(self._left, [max(0, min(room, MOST))])
        return self._drafts(chunk) if chunk.size else []

    def _take_up(self, waiting: Waiting) -> None:
        for problem in waiting.problems():
            self._say(problem)
        for request_id in self._done & waiting.requests.keys():
            self._remove(request_id)
        self._waiting = {key: asked for key, asked in waiting.of(Replay).items() if key not in self._done}
        if self._under_way not in self._waiting:  # taken back
            self._under_way, self._left = None, _NONE

    def _begin(self) -> None:
        if self._waiting:
            self._under_way, asked = next(iter(self._waiting.items()))
            self._left = matching(self.lake, self.ledger, asked)
            self._seen = self.ledger.head
            log.info("%s: %d pictures are announced again", asked, self._left.size)

    def _finish(self) -> None:
        """All of it is in the ledger."""
        if self._under_way is not None:
            self._remove(self._under_way)
            self._waiting.pop(self._under_way)
            self._under_way = None

    def _remove(self, request_id: str) -> None:
        self._done.add(request_id)
        try:
            self._box.remove(request_id)
        except OSError as error:
            self._say(f"a request that is done can't be removed: {error}")

    def _drafts(self, seqs: Seqs) -> list[Draft]:
        seq = pds.field("seq")
        rows = self.ledger.batches(_COLUMNS, (seq >= int(seqs[0])) & (seq <= int(seqs[-1])) & seq.isin(seqs))
        found = sorted((row for batch in rows for row in batch.to_pylist()), key=itemgetter("seq"))
        since = self._announced_since([row["path"] for row in found])
        return [_again(**row) for row in found if row["path"] not in since]

    def _announced_since(self, paths: list[str]) -> set[str]:
        """Those of the paths that another one, or another attempt, was announced of meanwhile."""
        later = self.ledger.batches(["path"], (pds.field("seq") > self._seen) & pds.field("path").isin(paths))
        return {path for batch in later for path in batch["path"].to_pylist()}

    def _say(self, sentence: str) -> None:
        """Log it, once."""
        if sentence not in self._told:
            self._told.add(sentence)
            log.warning("%s", sentence)


def _again(*, seq: int, attempt: int, **known: Any) -> Draft:  # noqa: ARG001  (a draft has no number yet)
    return Draft(**known, attempt=attempt + 1, reason="replay", discovered_by="request")
