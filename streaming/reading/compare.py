"""`verger compare`: our features against those that another program once wrote, picture by picture."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from rich.console import Console

from conf.errors import UserError
from conf.lake import Lake
from conf.settings import Settings
from streaming.reading.current_pictures import CurrentPictures
from streaming.reading.progress import bar
from streaming.reading.spelling import spellings
from streaming.reading.theirs import Theirs, read_theirs

T = TypeVar("T")

#: Paths that are named of those that are missing, or differ.
SHOWN = 5


@dataclass
class Comparison:
    """Of each picture that both have: |ours - theirs| / |theirs|, and the cosine between the two.

    `by`: how pictures were matched, "path" or "label and name". `only_ours`, `only_theirs`: how many the other side
    lacks, and the first few. `worst`: the path with the greatest difference.
    """

    model_id: str
    unusable: int
    by: str = "path"
    differences: list[float] = field(default_factory=list)
    cosines: list[float] = field(default_factory=list)
    worst: str = ""
    only_ours: int = 0
    only_theirs: int = 0
    named_ours: list[str] = field(default_factory=list)
    named_theirs: list[str] = field(default_factory=list)

    def agrees(self, tolerance: float) -> bool:
        """Whether pictures were matched, and none differs by more."""
        return bool(self.differences) and max(self.differences) <= tolerance

    def add(self, path: str, ours: NDArray[np.float32], theirs: NDArray[np.float32]) -> None:
        """Compare one picture: (d,) and (d,)."""
        a, b = ours.astype(np.float64), theirs.astype(np.float64)
        length = float(np.linalg.norm(b)) or 1.0
        difference = float(np.linalg.norm(a - b)) / length
        if difference > max(self.differences, default=-1.0):
            self.worst = path
        self.differences.append(difference)
        self.cosines.append(float(a @ b) / (length * (float(np.linalg.norm(a)) or 1.0)))


def run_compare(settings: Settings, console: Console, location: str) -> Comparison:
    """Compare the lake's current features with the Parquet at `location`.

    Matched by path, whether it says s3a:// or s3://, file: or none, percent-encoded or not. If not one fits so, by the
    last two parts of the path, where these are unique on both sides: a bucket that was copied. Theirs are held in
    memory, 5 KB a picture; ours are read some megabytes at a time.

    Raises:
        UserError: one of the two can't be read, or nothing in them fits.
    """
    pictures, theirs = CurrentPictures.of(Lake(settings.lake), settings.model_id), read_theirs(location)
    ours = [path for batch in pictures.batches(["path"]) for path in batch["path"].to_pylist()]
    found = Comparison(pictures.model_id, theirs.unusable)
    pairs = _by_path(ours, theirs.paths)
    if not pairs:
        found.by, pairs = "label and name", _by_end(ours, theirs.paths)
    if not pairs:
        raise UserError(
            f"none of the {len(theirs.paths):,} pictures in {location} is among the {len(ours):,} of {settings.lake}: "
            f"theirs are called {_first(theirs.paths)}, ours {_first(ours)}"
        )
    _count_missing(found, ours, theirs, pairs)
    with bar(console, "compare", len(pictures)) as advance:
        for paths, _, vectors in pictures.vectors():
            for path, vector in zip(paths, vectors, strict=True):
                if path in pairs:
                    found.add(path, vector, theirs.features[pairs[path]])
            advance(len(paths))
    if not found.differences:
        raise UserError(
            f"the pictures in {location} have no usable features in {settings.lake}: look at `verger status`"
        )
    return found


def _by_path(ours: Sequence[str], theirs: Sequence[str]) -> dict[str, int]:
    """Our paths, and where the same picture is among theirs."""
    known = set(ours)
    pairs: dict[str, int] = {}
    for i, path in enumerate(theirs):
        for spelling in spellings(path):
            if spelling in known:
                pairs.setdefault(spelling, i)
    return pairs


def _by_end(ours: Sequence[str], theirs: Sequence[str]) -> dict[str, int]:
    there = dict(_unique((_end(spellings(path)[-1]), i) for i, path in enumerate(theirs)))
    return {path: there[end] for end, path in _unique((_end(path), path) for path in ours) if end in there}


def _unique(pairs: Iterator[tuple[str, T]]) -> Iterator[tuple[str, T]]:
    kept = list(pairs)
    counts = Counter(end for end, _ in kept)
    return ((end, value) for end, value in kept if counts[end] == 1)


def _end(path: str) -> str:
    return "/".join(path.rsplit("/", 2)[-2:])


def _count_missing(found: Comparison, ours: Sequence[str], theirs: Theirs, pairs: dict[str, int]) -> None:
    there = set(pairs.values())
    only_ours = [path for path in ours if path not in pairs]
    only_theirs = [path for i, path in enumerate(theirs.paths) if i not in there]
    found.only_ours, found.named_ours = len(only_ours), sorted(only_ours)[:SHOWN]
    found.only_theirs, found.named_theirs = len(only_theirs), sorted(only_theirs)[:SHOWN]


def _first(paths: Sequence[str]) -> str:
    return paths[0] if paths else "nothing"
