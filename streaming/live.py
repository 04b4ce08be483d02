"""What a person sees while the stream runs: a block that is drawn anew on a terminal, one line a batch elsewhere."""

import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timezone

from streaming.block import Block
from streaming.landing.news import News
from streaming.metrics.recorder import Recorder
from streaming.screen import Screen
from streaming.sink import Batch
from streaming.status import Status

#: The rate shown is that of the batches in the last so many seconds.
RATE_WINDOW_S = 60.0


@dataclass
class Totals:
    """Counts over the whole lake: what the tables held at the start, and what each batch added since."""

    ok: int = 0
    rejected: int = 0
    done: int = 0  # pictures that this run gave a row
    last_seq: int = 0
    finished: list[tuple[float, int]] = field(default_factory=list)  # (monotonic time, rows) of late batches

    def add(self, batch: Batch) -> None:
        """Count a batch that is in the table."""
        rows = batch.statuses.total()
        self.ok += batch.statuses["ok"]
        self.rejected += batch.statuses["rejected"]
        self.done += rows
        self.last_seq = batch.last_seq
        now = time.monotonic()
        self.finished = [f for f in self.finished if now - f[0] < RATE_WINDOW_S] + [(now, rows)]


class Report:
    """Tells what happens to the screen, and hands it to the metrics. Nothing here waits for a reader."""

    def __init__(self, screen: Screen, landing: str, status: Status, recorder: Recorder, *, drain: bool) -> None:
        self._screen, self._landing, self._recorder, self._drain = screen, landing, recorder, drain
        self._totals = Totals(status.ok, sum(status.rejected.values()), last_seq=status.last_seq)
        self._began_at = status.last_seq
        self._codes: Counter[str] = Counter()
        self._began = time.monotonic()
        self._last = ""

    def batch(self, batch: Batch) -> None:
        """A batch was committed. On a terminal the block says so."""
        self._recorder.batch(batch)
        self._totals.add(batch)
        self._codes += batch.codes
        counts = ", ".join(f"{count} {status}" for status, count in batch.statuses.items())
        codes = f" ({_codes(batch.codes)})" if batch.codes else ""
        rate = batch.statuses.total() / batch.seconds
        self._last = f"{counts}{codes} in {batch.seconds:.1f} s, {rate:.0f} pictures/s"
        if not self._screen.draws:
            self.say(f"batch to {batch.last_seq}: {self._last}")

    def tick(self, news: News, *, working: bool) -> None:
        """Say how it stands now."""
        self._recorder.look(news)
        if self._screen.draws:
            block = self._block(news, working=working)
            self._screen.draw((block, block.look))

    def say(self, sentence: str) -> None:
        """Print a sentence as it is."""
        self._screen.say(sentence)

    def ended(self, how: str) -> None:
        """Say what was done in all."""
        totals = self._totals
        self._screen.draw(None)
        self.say(
            f"{how}: {totals.done} pictures in {time.monotonic() - self._began:.1f} s; the lake has {totals.ok} ok, "
            f"{totals.rejected} rejected" + (f" (this run: {_codes(self._codes)})" if self._codes else "")
        )

    def _block(self, news: News, *, working: bool) -> Block:
        totals = self._totals
        head = max(news.head, totals.last_seq)
        return Block(
            state=("working" if working else "watching") if news.listings or totals.done else "starting",
            landing=self._landing,
            pending=head - totals.last_seq + news.retries,
            retries=news.retries,
            oldest_s=_age_s(news.oldest_pending_at),
            ok=totals.ok,
            rejected=totals.rejected,
            codes=_codes(self._codes),
            rate=round(self._rate()),
            last_batch=self._last,
            trouble=news.error or "",
            progress=(totals.last_seq - self._began_at, head - self._began_at) if self._drain else None,
        )

    def _rate(self) -> float:
        recent = [f for f in self._totals.finished if time.monotonic() - f[0] < RATE_WINDOW_S]
        if not recent:
            return 0.0
        span = time.monotonic() - max(self._began, time.monotonic() - RATE_WINDOW_S)
        return sum(rows for _, rows in recent) / span


def _codes(codes: Counter[str]) -> str:
    return ", ".join(f"{code} {count}" for code, count in codes.most_common())


def _age_s(since: str | None) -> int | None:
    """Whole seconds: what changes more often would be drawn more often."""
    if since is None:
        return None
    return max(0, int((datetime.now(timezone.utc) - datetime.fromisoformat(since)).total_seconds()))
