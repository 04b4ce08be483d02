"""What the source tells the driver and `verger status`: a small file in the lake, replaced whole."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path

from streaming.stores.store import Listed, Skipped

#: Where it lies, in the lake.
NEWS_FILE = "discovery.json"

#: Names that could not be taken are shown up to this many; all are counted.
MAX_NAMES = 20


@dataclass
class News:
    """The source's state. Nothing depends on it but drain, the live line and what people read."""

    run: str = ""
    listings: int = 0  # complete ones since the start, all they found announced or counted
    settling: int = 0  # files seen once
    retries: int = 0  # deferred, waiting for another attempt
    requests: int = 0  # replays that are asked for, and not yet announced to their end
    rows_seen: int = 0  # rows of `features` up to this seq have been looked at for deferred ones
    head: int = 0  # the ledger's last seq
    oldest_pending_at: str | None = None  # announcement of the oldest that waits, ISO 8601, UTC
    skipped: dict[str, int] = field(default_factory=dict)  # why -> names, in the last listing
    skipped_names: list[str] = field(default_factory=list)
    error: str | None = None  # why objects can't be found right now
    caught_up: bool = True  # with events: the queue was seen empty since the start, and none of its messages is held
    events: dict[str, int] = field(default_factory=dict)  # what became of messages and events since the start
    reconciled_at: str | None = None  # with events: when the last reconcile was over, ISO 8601, UTC
    missed: int = 0  # objects that it found whose events should have come, but had not
    oldest_missed_s: float = 0.0  # age of the oldest of them, then

    def count_listing(self, skipped: "SkippedNames") -> None:
        """A listing came to its end."""
        self.listings += 1
        self.skipped, self.skipped_names = dict(skipped.counts), skipped.names

    @classmethod
    def read(cls, path: Path) -> "News":
        """What was published last; empty if nothing was."""
        try:
            return cls(**json.loads(path.read_text("utf-8")))
        except (OSError, ValueError, TypeError):
            return cls()

    def publish(self, path: Path) -> None:
        """Replace the file at once: a reader sees the old one or the new one."""
        fresh = path.with_suffix(".new")
        fresh.write_text(json.dumps(asdict(self)), "utf-8")
        fresh.replace(path)


@dataclass
class SkippedNames:
    """Counts the names of one listing that can't be taken, by reason."""

    counts: Counter[str] = field(default_factory=Counter)
    names: list[str] = field(default_factory=list)

    def sift(self, entries: Iterable[Listed | Skipped]) -> Iterator[Listed]:
        """The objects; what can't be taken is counted."""
        for entry in entries:
            if isinstance(entry, Skipped):
                self.add(entry.name, entry.why)
            else:
                yield entry

    def add(self, name: str, why: str) -> None:
        """Count one; the first few are kept by name."""
        self.counts[why] += 1
        if len(self.names) < MAX_NAMES:
            self.names.append(f"{name} ({why})")
