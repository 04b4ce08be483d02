"""What is known per path, held compactly: the ETag announced last, and the version it was announced as."""

from collections.abc import Iterable, Sequence
from hashlib import blake2b

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from streaming.landing.sorted_paths import SortedPaths

#: A run of announcements is merged into the one before it as soon as that isn't so many times as long. So there are
#: few runs to search (7 for a million paths), and an announcement is moved some 30 times until there are a million.
RATIO = 8


class KnownPaths:
    """Path -> (ETag, version), in 32 bytes a path; while the longest runs are merged, at most 16 + 4 more.

    A path is a 128-bit digest (two of 100 million coincide with a probability of 1e-23), an ETag a 64-bit hash. They
    lie in sorted runs, each at least RATIO times as long as the next (a log-structured merge), so that recording
    costs O(log n) a path on average and one merge O(n); looking up a chunk is a binary search in each run.
    """

    def __init__(self) -> None:
        self._runs: list[SortedPaths] = []  # the longest first

    def look_up(self, paths: Sequence[str], etags: Sequence[str]) -> list[int | None]:
        """For each path: None if this ETag is the one announced last, else the version it would supersede (0: none)."""
        digests, hashes = _digests(paths), _hashes(etags)
        versions, same = np.zeros(len(digests), np.int64), np.zeros(len(digests), bool)
        for run in self._runs:
            at = run.find(digests)
            later = np.where(at >= 0, run.versions[at], -1) >= np.maximum(versions, 1)
            versions[later] = run.versions[at[later]]
            same[later] = run.etags[at[later]] == hashes[later]
        return [None if s else v for s, v in zip(same.tolist(), versions.tolist(), strict=True)]

    def record(self, paths: Sequence[str], etags: Sequence[str], versions: Sequence[int]) -> None:
        """Remember announcements (versions from 1); of one path, the greatest version counts, whatever the order."""
        if len(paths):
            self._add(SortedPaths.of(_digests(paths), _hashes(etags), np.asarray(versions, np.int64)))

    def load(self, batches: Iterable[pa.RecordBatch]) -> None:
        """Remember a ledger's announcements: batches with the columns path, etag, version. 1.5 s a million."""
        for batch in batches:
            self.record(*(batch[name].to_numpy(zero_copy_only=False) for name in ("path", "etag", "version")))
        pa.default_memory_pool().release_unused()  # which is more than what is known, and stays else

    def __len__(self) -> int:
        while len(self._runs) > 1:
            self._merge_last()
        return sum(map(len, self._runs))

    @property
    def nbytes(self) -> int:
        """Bytes held."""
        return sum(run.nbytes for run in self._runs)

    def _add(self, run: SortedPaths) -> None:
        self._runs.append(run)
        while len(self._runs) > 1 and len(self._runs[-2]) < RATIO * len(self._runs[-1]):
            self._merge_last()

    def _merge_last(self) -> None:
        last = self._runs.pop()
        self._runs[-1].take_up(last)


def _digests(paths: Sequence[str]) -> NDArray[np.bytes_]:
    """S16 (n,)."""
    return np.frombuffer(b"".join(blake2b(path.encode(), digest_size=16).digest() for path in paths), "S16")


def _hashes(etags: Sequence[str]) -> NDArray[np.int64]:
    """int64 (n,)."""
    return np.fromiter(map(hash, etags), np.int64, len(etags))
