"""What a person sees of a refit: a progress bar for each stage on a terminal, a line for each in a pipe."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

#: How often Spark is asked how many of a job's tasks are done.
LOOK_S = 0.2
#: Columns for a stage's name, bar and time: what is said beside them is left out where it doesn't fit in the rest.
BAR_COLUMNS = 40


class Stages:
    """The stages of a run, in order; `seconds` holds how long each took, without those inside it."""

    def __init__(self, console: Console) -> None:
        self.seconds: dict[str, float] = {}
        self._console = console
        self._inner_s = 0.0
        self._current: list[TaskID] = []
        self._bars = Progress(
            TextColumn("{task.description:<14}"),
            BarColumn(bar_width=None),
            TimeElapsedColumn(),
            TextColumn("{task.fields[fact]}", style="dim"),
            console=console,
            disable=not console.is_interactive,
        )

    @contextmanager
    def shown(self) -> Iterator[None]:
        """Draw the bars while this lasts; they stay when it ends."""
        with self._bars:
            yield

    @contextmanager
    def stage(self, name: str) -> Iterator[list[str]]:
        """A stage called `name`; what is put into the list it gives is shown when it ends."""
        facts: list[str] = []
        began, outer_s = time.monotonic(), self._inner_s
        self._inner_s = 0.0
        self._current.append(self._bars.add_task(name, total=None, fact=""))
        try:
            yield facts
        finally:
            bar, took = self._current.pop(), time.monotonic() - began
            self.seconds[name] = took - self._inner_s
            self._inner_s = outer_s + took
            said = ", ".join(facts)
            self._bars.update(bar, fact=said if len(said) <= self._console.width - BAR_COLUMNS else "")
            self._bars.stop_task(bar)
        self._bars.update(bar, total=1, completed=1)
        if not self._console.is_interactive:
            fact = f": {', '.join(facts)}" if facts else ""
            self._console.print(f"{name}{fact}, {self.seconds[name]:.3f} s", highlight=False, soft_wrap=True)

    def watch(self, spark: "SparkSession") -> None:
        """From now on, fill the current stage's bar by the tasks of the jobs that Spark runs, until Spark stops."""
        if self._console.is_interactive:
            threading.Thread(target=self._follow, args=(spark,), name="progress", daemon=True).start()

    def _follow(self, spark: "SparkSession") -> None:
        tracker = spark.sparkContext.statusTracker()
        while True:
            try:
                stages = [tracker.getStageInfo(number) for number in tracker.getActiveStageIds()]
            except Exception:  # noqa: BLE001  (Spark has stopped; the bars are not worth more)
                return
            total = sum(stage.numTasks for stage in stages if stage)
            if total and self._current:
                done = sum(stage.numCompletedTasks for stage in stages if stage)
                self._bars.update(self._current[-1], total=total, completed=done)
            time.sleep(LOOK_S)
