"""Whether each object in the landing was announced as it is now, and a sample of those that were."""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import islice

import numpy as np

from streaming.audit.findings import EXAMPLES, Finding
from streaming.audit.landing import Object
from streaming.audit.tables import REASONS, Announced, Bools, Hashes, Ints, Rows, hashes

_CHUNK = 4_096


@dataclass(frozen=True)
class Last:
    """The last version of each path that was announced, sorted by the hash of the path.

    `vanished`: by the row of its latest announcement it was gone, or another one, when it was to be read.
    """

    paths: Hashes
    etags: Hashes
    vanished: Bools

    @classmethod
    def of(cls, ledger: Announced, rows: Rows, latest: Ints) -> "Last":
        """`latest`: the latest announcement of each version."""
        new: Ints = np.flatnonzero(ledger.reason == REASONS.index("new"))
        order = new[np.lexsort((ledger.seq[new], ledger.path[new]))]
        last = np.append(ledger.path[order][1:] != ledger.path[order][:-1], True)[: len(order)]
        vanished = rows.version[rows.vanished & np.isin(rows.seq, latest)]
        return cls(ledger.path[order][last], ledger.etag[order][last], np.isin(ledger.version[order][last], vanished))


@dataclass
class Coverage:
    """Counts of objects, and what is wrong with them. `young`: not announced, and no listing must have met them yet."""

    objects: int = 0
    young: int = 0
    unannounced: int = 0
    examples: list[str] = field(default_factory=list)
    sampled: list[Object] = field(default_factory=list)

    def finding(self) -> Finding:
        """The objects that were never announced as they are, or not again after their row said that they were gone."""
        return Finding("unannounced", self.unannounced, tuple(self.examples))


def cover(objects: Iterator[Object], last: Last, old_us: int, sample: int, advance: Callable[[int], None]) -> Coverage:
    """Look each object up. One that is as it is since `old_us` (microseconds since 1970) must have been announced.

    A sample of those that were is drawn (Vitter's algorithm R): memory holds hashes of the ledger's paths, and a chunk
    of objects. `advance` is told how many more were looked up.
    """
    coverage, chance = Coverage(), random.SystemRandom()
    drawn_from = 0
    while chunk := list(islice(objects, _CHUNK)):
        coverage.objects += len(chunk)
        announced = _announced(chunk, last)
        for found, is_announced in zip(chunk, announced, strict=True):
            if is_announced:
                drawn_from += 1
                _draw(coverage.sampled, found, sample, drawn_from, chance)
            else:
                _count(coverage, found, old_us)
        advance(len(chunk))
    return coverage


def _count(coverage: Coverage, found: Object, old_us: int) -> None:
    if found.since_us > old_us:
        coverage.young += 1
        return
    coverage.unannounced += 1
    if len(coverage.examples) < EXAMPLES:
        coverage.examples.append(found.path)


def _draw(sampled: list[Object], found: Object, size: int, number: int, chance: random.Random) -> None:
    """The `number`th one takes the place of another with the chance size / number."""
    if len(sampled) < size:
        sampled.append(found)
    elif (place := chance.randrange(number)) < size:
        sampled[place] = found


def _announced(chunk: list[Object], last: Last) -> Bools:
    if not len(last.paths):
        return np.zeros(len(chunk), bool)
    path, etag = hashes([o.path for o in chunk]), hashes([o.etag for o in chunk])
    at = np.minimum(np.searchsorted(last.paths, path), len(last.paths) - 1)
    announced: Bools = (last.paths[at] == path) & (last.etags[at] == etag) & ~last.vanished[at]
    return announced
