"""Announced paths in sorted arrays: 32 bytes each, searched a whole chunk at a time."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Positions = NDArray[np.int64]


@dataclass
class SortedPaths:
    """Of n paths, each once, ascending: digest S16 (n,), hash of the ETag int64 (n,), version int64 (n,)."""

    digests: NDArray[np.bytes_]
    etags: NDArray[np.int64]
    versions: NDArray[np.int64]

    @classmethod
    def of(cls, digests: NDArray[np.bytes_], etags: NDArray[np.int64], versions: NDArray[np.int64]) -> "SortedPaths":
        """From announcements in any order; of one path the greatest version counts, of equal ones the last."""
        order = np.lexsort((versions, digests))
        digests = digests[order]
        last = np.append(digests[1:] != digests[:-1], True)[: len(digests)]
        order = order[last]
        return cls(digests[last], etags[order], versions[order])

    def find(self, digests: NDArray[np.bytes_]) -> Positions:
        """Where each of them is (m,), -1 where it isn't. O(m log n)."""
        if not len(self):
            return np.full(len(digests), -1)
        at = np.minimum(np.searchsorted(self.digests, digests), len(self) - 1)
        return np.where(self.digests[at] == digests, at, -1)

    def take_up(self, other: "SortedPaths") -> None:
        """Merge later announcements into these arrays, one after the other: a third of them is there twice at most.

        O(n) in time.
        """
        at = self.find(other.digests)
        newer = at >= 0
        newer[newer] = other.versions[newer] >= self.versions[at[newer]]
        self.etags[at[newer]], self.versions[at[newer]] = other.etags[newer], other.versions[newer]
        fresh = at < 0
        before = np.searchsorted(self.digests, other.digests[fresh])
        self.digests = np.insert(self.digests, before, other.digests[fresh])
        self.etags = np.insert(self.etags, before, other.etags[fresh])
        self.versions = np.insert(self.versions, before, other.versions[fresh])

    def __len__(self) -> int:
        return len(self.digests)

    @property
    def nbytes(self) -> int:
        """Bytes held."""
        return self.digests.nbytes + self.etags.nbytes + self.versions.nbytes
