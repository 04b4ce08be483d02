"""The block that `verger stream` draws on a terminal: how it stands, in a few lines of any width."""

from collections.abc import Iterator
from dataclasses import dataclass

from rich.console import RenderableType
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from schemas.text import printable
from streaming.durations import duration


@dataclass(frozen=True)
class Block:
    """Ages in whole seconds, `rate` in whole pictures/s: two that look the same are equal.

    `codes`: of this run's rejected pictures. `progress`: of a drain, rows made and rows to make in this run.
    """

    state: str
    landing: str
    pending: int
    retries: int
    oldest_s: int | None
    ok: int
    rejected: int
    codes: str
    rate: int
    last_batch: str
    trouble: str
    progress: tuple[int, int] | None

    def look(self) -> RenderableType:
        """A line for each fact; long ones are broken below themselves."""
        grid = Table.grid(padding=(0, 2))
        grid.add_column(no_wrap=True, style="dim")
        grid.add_column(overflow="fold")
        for name, value in self._lines():
            grid.add_row(name, Text(printable(value)))
        if self.progress is not None and self.progress[1]:
            done, total = self.progress
            grid.add_row(f"{done / total:.0%}", ProgressBar(total=total, completed=done))
        return grid

    def _lines(self) -> Iterator[tuple[str, str]]:
        yield self.state, self.landing
        oldest = "" if self.oldest_s is None or not self.pending else f", the oldest for {duration(self.oldest_s)}"
        again = f" ({self.retries} to be tried again)" if self.retries else ""
        yield "pending", f"{self.pending:,}{again}{oldest}"
        yield "done", f"{self.ok:,} ok, {self.rejected:,} rejected" + (f" ({self.codes})" if self.codes else "")
        yield "speed", f"{self.rate:,} pictures/s"
        if self.last_batch:
            yield "last batch", self.last_batch
        if self.trouble:
            yield "trouble", self.trouble
