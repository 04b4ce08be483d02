"""What is known per path, held compactly: the ETag announced last, and the version it was announced as."""

from collections.abc import Sequence
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

#: Fresh entries are kept in a dict until there are this many (or a sixteenth of all), then merged.
MIN_MERGE = 65_536


class KnownPaths:
    """Path -> (ETag, version), in 32 bytes a path plus a small overlay.

    Three sorted arrays: a 128-bit digest of the path (two of 100 million paths coincide with a probability of
    1e-23), a 64-bit hash of the ETag, and the version. Look-up is a binary search over a whole chunk at once;
    an update goes to a dict that is merged now and then, O(n) each time.
    """

    def __init__(self) -> None:
        self._paths: NDArray[np.bytes_] = np.empty(0, "S16")
        self._etags: NDArray[np.int64] = np.empty(0, np.int64)
        self._versions: NDArray[np.int64] = np.empty(0, np.int64)
        self._fresh: dict[bytes, tuple[int, int]] = {}

    def look_up(self, paths: Sequence[str], etags: Sequence[str]) -> list[int | None]:
        """For each path: None if this ETag is the one announced last, else the version it would supersede (0: none)."""
        digests = [_digest(path) for path in paths]
        stored = self._search(digests)
        answers: list[int | None] = []
        for digest, etag, at in zip(digests, etags, stored, strict=True):
            known = self._fresh.get(digest)
            if known is None and at >= 0:
                known = int(self._etags[at]), int(self._versions[at])
            if known is None:
                answers.append(0)
            else:
                answers.append(None if known[0] == hash(etag) else known[1])
        return answers

    def record(self, paths: Sequence[str], etags: Sequence[str], versions: Sequence[int]) -> None:
        """Remember announcements; of one path, the greatest version counts, whatever the order."""
        stored = self._search(digests := [_digest(path) for path in paths])
        for digest, etag, version, at in zip(digests, etags, versions, stored, strict=True):
            known = self._fresh[digest][1] if digest in self._fresh else -1
            if known < 0 and at >= 0:
                known = int(self._versions[at])
            if version >= known:
                self._fresh[digest] = hash(etag), version
        if len(self._fresh) > max(MIN_MERGE, len(self._paths) // 16):
            self._merge()

    def __len__(self) -> int:
        self._merge()
        return len(self._paths)

    @property
    def nbytes(self) -> int:
        """Bytes held, without the overlay."""
        return self._paths.nbytes + self._etags.nbytes + self._versions.nbytes

    def _search(self, digests: list[bytes]) -> NDArray[np.int64]:
        """Index of each digest in the sorted arrays, -1 where it isn't."""
        if not len(self._paths):
            return np.full(len(digests), -1)
        wanted = np.array(digests, "S16")
        at = np.minimum(np.searchsorted(self._paths, wanted), len(self._paths) - 1)
        return np.where(self._paths[at] == wanted, at, -1)

    def _merge(self) -> None:
        if not self._fresh:
            return
        keys = sorted(self._fresh)
        paths = np.array(keys, "S16")
        etags = np.array([self._fresh[key][0] for key in keys], np.int64)
        versions = np.array([self._fresh[key][1] for key in keys], np.int64)
        at = self._search(keys)
        old, new = at >= 0, at < 0
        self._etags[at[old]], self._versions[at[old]] = etags[old], versions[old]
        before = np.searchsorted(self._paths, paths[new])
        self._paths = np.insert(self._paths, before, paths[new])
        self._etags = np.insert(self._etags, before, etags[new])
        self._versions = np.insert(self._versions, before, versions[new])
        self._fresh.clear()


def _digest(path: str) -> bytes:
    return blake2b(path.encode(), digest_size=16).digest()
