"""What one run of the benchmark measures with, and how much of it: but `rows` and `known`, all from `pictures`."""

import sys
from dataclasses import dataclass
from pathlib import Path

from tests.bench.pictures import Pictures

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Plan:
    """`work`: a scratch folder. `pictures`: of a run of the whole process; 2,400 gives the published numbers.

    `rows`: of the tables that are refitted, ascending; `known`: versions of the lakes that grow, ascending.
    """

    source: Pictures
    work: Path
    repeats: int
    pictures: int
    rows: tuple[int, ...] = (20_000, 100_000)
    known: tuple[int, ...] = (1_000, 100_000, 1_000_000)

    @property
    def weights(self) -> Path:
        """The real weights."""
        return self.source.weights

    @property
    def many(self) -> int:
        """Small pictures where many are: 10,000."""
        return self.pictures * 25 // 6

    @property
    def long(self) -> int:
        """Small pictures of a run that shows whether memory grows: 50,000."""
        return self.pictures * 125 // 6

    @property
    def large(self) -> int:
        """Photos of 8 to 12 megapixels where whole processes are measured: 200."""
        return self.pictures // 12

    @property
    def checked(self) -> int:
        """Pictures whose features are compared with Keras: 100."""
        return min(100, self.pictures)

    @property
    def batch(self) -> int:
        """Pictures of a micro-batch where batches are measured: 200."""
        return self.pictures // 12

    @property
    def photos(self) -> int:
        """Photos of 8 to 12 megapixels where memory is measured: 64."""
        return min(64, max(8, self.pictures // 6))

    @property
    def pngs(self) -> int:
        """12-megapixel PNGs where memory is measured: 24."""
        return min(24, max(4, self.pictures // 100))

    @property
    def drops(self) -> int:
        """Pictures dropped one by one where latency is measured: 20."""
        return min(20, max(2, self.pictures // 120))

    @property
    def idle_s(self) -> float:
        """Seconds of idling that are watched: 30."""
        return min(30.0, max(3.0, self.pictures / 80))


def say(sentence: str) -> None:
    """Progress, for the person who waits."""
    print(sentence, file=sys.stderr, flush=True)
