"""What is printed and drawn, on terminals of each kind; and that nobody waits for a reader."""

import os
import re
import time
from collections import Counter
from contextlib import closing
from io import StringIO

import pytest
from rich.console import Console

from streaming.landing.news import News
from streaming.live import Report
from streaming.metrics.recorder import Recorder
from streaming.screen import CLOSE_S, MOST, Screen
from streaming.sink import Batch
from streaming.status import Status
from tests.streaming.screen.terminal import lines, on_terminal

#: A stream's report, without a stream: two looks, a batch, a look, the end.
SCRIPT = """
import time
from collections import Counter
from contextlib import closing
from rich.console import Console
from streaming.landing.news import News
from streaming.live import Report
from streaming.metrics.recorder import Recorder
from streaming.screen import Screen
from streaming.sink import Batch
from streaming.status import Status
from conf.terminal import tolerate_encodings
tolerate_encodings()
with closing(Screen(Console())) as screen:
    report = Report(screen, "/home/orchard/pictures of the 21st century/\u00b0C", Status("/lake"), Recorder([], dict), drain=True)
    report.say("starting Spark \u2014 21 \u00b0C")
    report.tick(News(head=300, listings=1, retries=3, error=None), working=True)
    time.sleep(0.8)
    report.batch(Batch(1, 200, Counter(ok=190, rejected=10), Counter(truncated=7, empty=3), 1.7, 1.0, 0.3))
    report.tick(News(head=300, listings=1, error="the bucket can't be reached"), working=True)
    time.sleep(0.8)
    report.ended("drained")
"""  # noqa: E501
COLOUR = r"\x1b\[[0-9;]*(?:3[0-8]|4[0-8]|9[0-7])[0-9;]*m"


def report(screen: Screen) -> Report:
    return Report(screen, "/landing", Status("/lake"), Recorder([], dict), drain=False)


def batch(last_seq: int) -> Batch:
    return Batch(1, last_seq, Counter(ok=2, rejected=1), Counter(truncated=1), 0.5, 0.1, 0.1)


@pytest.mark.parametrize("columns", [80, 40])
def test_a_terminal_shows_a_block_that_fits_and_is_gone_at_the_end(columns: int) -> None:
    written = on_terminal(SCRIPT, columns, {"PYTHONUTF8": "1"})
    drawn = lines(written)
    assert max(map(len, drawn)) <= columns
    for start in ("working", "pending", "done", "speed", "last batch", "trouble", " 67%"):
        assert any(line.startswith(start.strip()) for line in drawn), start
    assert not any(line.startswith("batch to") for line in drawn)
    assert written.count("pending") <= 3  # twice, and once more when it goes; not at each look
    assert " ".join(" ".join(drawn).split()).endswith("190 ok, 10 rejected (this run: truncated 7, empty 3)")


def test_no_color_is_minded() -> None:
    assert re.search(COLOUR, on_terminal(SCRIPT, 80, {"PYTHONUTF8": "1"}))
    assert not re.search(COLOUR, on_terminal(SCRIPT, 80, {"PYTHONUTF8": "1", "NO_COLOR": "1"}))


def test_a_terminal_without_utf8_gets_what_it_can_show() -> None:
    written = on_terminal(SCRIPT, 80, {"PYTHONIOENCODING": "ascii"})
    assert written.isascii()
    assert r"starting Spark \u2014 21 \xb0C" in written


def test_a_dumb_terminal_gets_lines() -> None:
    written = on_terminal(SCRIPT, 80, {"PYTHONUTF8": "1", "TERM": "dumb"})
    assert any(line.startswith("batch to 200: 190 ok, 10 rejected (truncated 7") for line in lines(written))
    assert "pending" not in written


def test_a_pipe_gets_a_line_for_each_batch() -> None:
    console = Console(file=(out := StringIO()))
    with closing(Screen(console)) as screen:
        told = report(screen)
        told.tick(News(head=3), working=True)
        told.batch(batch(3))
        told.ended("drained")
    first, last = out.getvalue().splitlines()
    assert first == "batch to 3: 2 ok, 1 rejected (truncated 1) in 0.5 s, 6 pictures/s"
    assert last.startswith("drained: 3 pictures in 0.0 s; the lake has 2 ok, 1 rejected")


def test_a_reader_that_hangs_holds_up_nothing() -> None:
    reading, writing = os.pipe()
    with os.fdopen(writing, "w") as file:
        screen = Screen(Console(file=file))
        told, began = report(screen), time.monotonic()
        for seq in range(3, 3 * (MOST + 2_000), 3):
            told.batch(batch(seq))
        assert time.monotonic() - began < 2
        assert screen.dropped > 0
        began = time.monotonic()
        screen.close()
        assert time.monotonic() - began < CLOSE_S + 1
        os.close(reading)


def test_a_reader_that_has_gone_is_no_reason_to_stop() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w") as file, closing(Screen(Console(file=file))) as screen:
        for seq in range(3, 30, 3):
            report(screen).batch(batch(seq))
            time.sleep(0.01)


BARS = """
from batch.stages import Stages
from conf.terminal import open_console, tolerate_encodings
from streaming.reading.progress import bar
tolerate_encodings()
stages = Stages(console := open_console())
with stages.shown(), stages.stage("moments") as facts:
    facts.append("all 2,400 computed anew (there is no earlier state)")
with bar(console, "export", 2400) as advance:
    advance(1200)
    console.print("a word that is much longer than forty columns can take".replace(" ", "_"), overflow="ellipsis", no_wrap=True)
"""  # noqa: E501


@pytest.mark.parametrize("variables", [{"PYTHONUTF8": "1"}, {"PYTHONIOENCODING": "ascii"}])
def test_bars_fit_a_narrow_terminal_of_any_encoding(variables: dict[str, str]) -> None:
    written = on_terminal(BARS, 40, variables)
    drawn = lines(written)
    assert max(map(len, drawn)) == 40
    assert any(line.startswith("moments") and line.endswith("0:00:00") for line in map(str.rstrip, drawn))
    assert any(line.startswith("export") and "1200/2400" in line for line in drawn)
    assert any(line.startswith("a_word") and line[-1] in "~\N{HORIZONTAL ELLIPSIS}" for line in map(str.rstrip, drawn))
    assert written.isascii() == ("PYTHONIOENCODING" in variables)
