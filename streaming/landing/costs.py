"""What a picture costs, learned from pictures that are done: by what its name says it is, and by its size."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

#: Before anything is learned: the model and Python around it, then reading and decoding by a picture's bytes.
#: Measured on one core of a 2-core x86-64 machine: 9 ms for 5 KB, 45 ms for 2.7 MB.
FIXED_MS, MS_PER_MIB = 9.0, 13.0
#: A picture that gets its row without being decoded has been read.
LEAST_MS = 0.5
#: Of a class never seen, pictures are taken to cost so many times as much; as if that many such had been seen.
CAUTION, CAUTIOUS = 8.0, 2.0
#: So many of a class count: what came before them fades.
LASTING = 500.0

#: The end of a name, and the bytes in powers of four.
Class = tuple[str, int]


@dataclass(frozen=True)
class _Seen:
    """Pictures of one class; the milliseconds that they took, and those that they were expected to at first."""

    pictures: float = 0.0
    ms: float = 0.0
    expected_ms: float = 0.0

    def plus(self, ms: NDArray[np.float64], expected_ms: NDArray[np.float64]) -> "_Seen":
        pictures = self.pictures + len(ms)
        kept = min(1.0, LASTING / pictures)
        return _Seen(pictures * kept, (self.ms + ms.sum()) * kept, (self.expected_ms + expected_ms.sum()) * kept)

    def ratio(self, caution: float) -> float:
        """How many times as much as expected one costs; an even mix of `caution` and of what was seen at first."""
        seen = self.ms / self.expected_ms if self.pictures else caution
        return (CAUTIOUS * caution + self.pictures * seen) / (CAUTIOUS + self.pictures)


class Costs:
    """Milliseconds of one core by class of picture. One thread learns while another one asks."""

    def __init__(self) -> None:
        self._seen: dict[Class, _Seen] = {}

    def learn(self, paths: Sequence[str], sizes: NDArray[np.int64], ms: NDArray[np.float64]) -> None:
        """These pictures took so long."""
        members: defaultdict[Class, list[int]] = defaultdict(list)
        for index, kind in enumerate(_classes(paths, sizes)):
            members[kind].append(index)
        expected, took, seen = expected_ms(sizes), np.maximum(ms, LEAST_MS), dict(self._seen)
        for kind, indices in members.items():
            seen[kind] = seen.get(kind, _Seen()).plus(took[indices], expected[indices])
        self._seen = seen  # replaced whole, for the thread that asks

    def predict(self, paths: Sequence[str], sizes: NDArray[np.int64], caution: float = CAUTION) -> NDArray[np.float64]:
        """Milliseconds of one core for each, with `caution` about what is little known."""
        kinds, seen = _classes(paths, sizes), self._seen
        ratios = {kind: seen.get(kind, _Seen()).ratio(caution) for kind in set(kinds)}
        work: NDArray[np.float64] = expected_ms(sizes) * np.array([ratios[kind] for kind in kinds], np.float64)
        return work

    def least_ms(self) -> float:
        """What no picture is predicted to take less than, as things stand."""
        return FIXED_MS * min([CAUTION, *(seen.ratio(CAUTION) for seen in self._seen.values())])


def expected_ms(sizes: NDArray[np.int64]) -> NDArray[np.float64]:
    """Milliseconds of one core that each picture takes, as far as its bytes tell."""
    work: NDArray[np.float64] = FIXED_MS + sizes / 2**20 * MS_PER_MIB
    return work


def _classes(paths: Sequence[str], sizes: NDArray[np.int64]) -> list[Class]:
    """Names lie, but mostly not; of an end that goes on for long only the last letters count."""
    ends = (path.rpartition(".")[2][-4:].lower() for path in paths)
    return [(end, size.bit_length() // 2) for end, size in zip(ends, sizes.tolist(), strict=True)]
