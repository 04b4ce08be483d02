"""What a person sees while the stream runs: a live line on a terminal, one line a batch in a pipe or a log."""

import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from rich.console import Console
from rich.live import Live
from rich.text import Text

from streaming.landing.news import News
from streaming.metrics.recorder import Recorder
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
    """Prints what happens, and hands it to the metrics. The live line is drawn again and again on a terminal."""

    def __init__(self, console: Console, status: Status, recorder: Recorder) -> None:
        self._recorder = recorder
        self._console = console
        self._totals = Totals(status.ok, sum(status.rejected.values()), last_seq=status.last_seq)
        self._codes: Counter[str] = Counter()
        self._began = time.monotonic()
        self._live: Live | None = None

    @contextmanager
    def live(self) -> Iterator[None]:
        """Draw the live line while this lasts; nothing of it in a pipe."""
        if not self._console.is_terminal:
            yield
            return
        with Live(console=self._console, transient=True, refresh_per_second=4) as self._live:
            yield
        self._live = None

    def batch(self, batch: Batch) -> None:
        """A batch was committed."""
        self._recorder.batch(batch)
        self._totals.add(batch)
        self._codes += batch.codes
        rows = batch.statuses.total()
        parts = [f"{count} {status}" for status, count in batch.statuses.items()]
        codes = ", ".join(f"{code} {count}" for code, count in batch.codes.items())
        self._console.print(
            f"batch to {batch.last_seq}: {', '.join(parts)}" + (f" ({codes})" if codes else "")
            + f" in {batch.seconds:.1f} s, {rows / batch.seconds:.0f} pictures/s",
            highlight=False,
        )  # fmt: skip

    def tick(self, news: News, *, working: bool) -> None:
        """Draw the live line anew."""
        self._recorder.look(news)
        if self._live is not None:
            self._live.update(Text(self._line(news, working=working), overflow="ellipsis", no_wrap=True))

    def say(self, sentence: str) -> None:
        """Print a sentence as it is."""
        self._console.print(sentence, highlight=False, markup=False, soft_wrap=True)

    def ended(self, how: str) -> None:
        """Say what was done in all."""
        totals = self._totals
        codes = ", ".join(f"{code} {count}" for code, count in self._codes.most_common())
        self.say(
            f"{how}: {totals.done} pictures in {time.monotonic() - self._began:.1f} s; the lake has {totals.ok} ok, "
            f"{totals.rejected} rejected" + (f" (this run: {codes})" if codes else "")
        )

    def _line(self, news: News, *, working: bool) -> str:
        totals = self._totals
        head = max(news.head, totals.last_seq)
        waiting = f", {news.retries} to be tried again" if news.retries else ""
        trouble = f" | {news.error}" if news.error else ""
        return (
            f"{'working' if working else 'watching'}: {head} seen, {totals.ok} ok, {totals.rejected} rejected, "
            f"{head - totals.last_seq} pending{waiting}, {self._rate():.0f} pictures/s{trouble}"
        )

    def _rate(self) -> float:
        recent = [f for f in self._totals.finished if time.monotonic() - f[0] < RATE_WINDOW_S]
        if not recent:
            return 0.0
        span = time.monotonic() - max(self._began, time.monotonic() - RATE_WINDOW_S)
        return sum(rows for _, rows in recent) / span
