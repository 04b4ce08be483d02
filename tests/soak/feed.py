"""What is put into the landing: at random, and the same again with the same seed."""

import hashlib
from collections import Counter
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import numpy as np

from tests.streaming.featurize.drawing import drawing, saved, speckled
from tests.streaming.featurize.odd_files import odd_files

#: Beside the repository, where it is there.
FRUITS = Path(__file__).parents[3] / "shared" / "fruits"
#: Of a new name; all are such that a landing takes them.
ODD = ("", "", "", "a b ", "ü", "苹果 ", "🍎", "50% ", "a+b", "no#1 ", "who? ", "it's ", '"q" ', "t\tb", "l\nf",
       "&amp;", "c:d", "~", "=,;", "long " * 30)  # fmt: skip
SUFFIXES = (".jpg", ".jpg", ".JPG", ".jpeg", ".png")
LABELS = ("Apple", "Banana", "Cherry 1", "Poire été", "100%", "a/b", "#9")
#: How often each happens, in parts of all steps.
KINDS = {"new": 0.62, "overwrite": 0.16, "back": 0.06, "delete": 0.10, "odd": 0.06}


@dataclass(frozen=True)
class Content:
    """Bytes, and what must come of them: `ok`, or an error code."""

    data: bytes = field(repr=False)
    expected: str = "ok"

    @property
    def sha256(self) -> str:
        """Hexadecimal."""
        return hashlib.sha256(self.data).hexdigest()


@dataclass(frozen=True)
class Step:
    """One change: the file named so (below the landing) gets this content, or goes (None).

    `renamed`: it appears whole, by a rename; else it is written in its place.
    """

    kind: str
    name: str
    content: Content | None
    renamed: bool


@cache
def contents() -> tuple[list[Content], list[Content]]:
    """Pictures (fruits where they are there, else drawings), and odd or broken files."""
    photos = sorted((FRUITS / "images").glob("*/*.jpg"))
    fine = [photo.read_bytes() for photo in photos] or [
        saved(speckled(60 + n, 80, seed=n) if n % 2 else drawing(50 + n, 70), "JPEG") for n in range(200)
    ]
    return [Content(data) for data in fine], [Content(data, code) for data, code in odd_files().values()]


class Feed:
    """Endless steps. `there`: what the landing holds after all steps so far; `counts`: steps by kind."""

    def __init__(self, seed: int) -> None:
        self._random = np.random.default_rng(seed)
        self._fine, self._odd = contents()
        self._past: dict[str, list[Content]] = {}
        self.there: dict[str, Content] = {}
        self.counts: Counter[str] = Counter()

    def step(self) -> Step:
        """The next one."""
        kind = str(self._random.choice(list(KINDS), p=list(KINDS.values())))
        name = self._old_name() if kind in ("overwrite", "back", "delete") else None
        if name is None:
            kind = kind if kind == "odd" else "new"
            name = self._new_name()
        content = self._content(kind, name)
        if content is None:
            self.there.pop(name)
        else:
            self.there[name] = content
            self._past.setdefault(name, []).append(content)
        self.counts[kind] += 1
        return Step(kind, name, content, bool(self._random.integers(2)))

    def _content(self, kind: str, name: str) -> Content | None:
        if kind == "delete":
            return None
        if kind == "back":
            past = self._past[name]
            return past[int(self._random.integers(len(past)))]
        kept = self._odd if kind == "odd" or self._random.random() < 0.03 else self._fine
        return kept[int(self._random.integers(len(kept)))]

    def _old_name(self) -> str | None:
        """One that is there, mostly of the latest."""
        names = list(self.there)
        if not names:
            return None
        age = int(self._random.exponential(60)) if self._random.random() < 0.7 else self._random.integers(len(names))
        return names[-1 - min(int(age), len(names) - 1)]

    def _new_name(self) -> str:
        label, odd, suffix = (str(self._random.choice(of)) for of in (LABELS, ODD, SUFFIXES))
        return f"{label}/{odd}{sum(self.counts.values())}{suffix}"
