"""The newest event seen of each path, as far back as memory is allowed to go."""

from collections import OrderedDict
from hashlib import blake2b
from typing import NamedTuple

#: 300 bytes each. What is forgotten costs one HEAD when its path is written again.
MAX_PATHS = 65_536


class Newest(NamedTuple):
    """An event that no other seen event of its path is newer than."""

    order: int  #: of its sequencer
    etag: str
    announced: bool  #: it is known to be what was announced last: a greater sequencer is news, not only another one


class NewestEvents:
    """Path -> Newest; of the paths beyond `max_paths`, those recorded longest ago are forgotten."""

    def __init__(self, max_paths: int = MAX_PATHS) -> None:
        self._max_paths = max_paths
        self._newest: OrderedDict[bytes, Newest] = OrderedDict()

    def get(self, path: str) -> Newest | None:
        """The newest event of a path; None if none is remembered."""
        return self._newest.get(_digest(path))

    def record(self, path: str, newest: Newest) -> None:
        """Remember it instead of what was remembered for the path."""
        digest = _digest(path)
        self._newest[digest] = newest
        self._newest.move_to_end(digest)
        if len(self._newest) > self._max_paths:
            self._newest.popitem(last=False)

    def forget(self, path: str) -> None:
        """Remember nothing of a path."""
        self._newest.pop(_digest(path), None)

    def __len__(self) -> int:
        return len(self._newest)


def _digest(path: str) -> bytes:
    return blake2b(path.encode(), digest_size=16).digest()
