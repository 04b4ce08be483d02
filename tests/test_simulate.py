"""`python -m tests.bench.simulate`: the traces, and what comes out."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from streaming.landing.admission import Limits
from tests.bench.simulate import DAY_S, PICTURES, backlog, bursts, day, trace
from tests.bench.simulation import Machine, simulated

ROOT = Path(__file__).parents[1]
MACHINE = Machine(overhead_s=1.0, cold_s=10.0, workers=2)


@pytest.mark.parametrize("arrivals", [day(1_000), bursts(1_000), backlog(500, 500)])
def test_a_trace_has_all_its_pictures_in_order_within_a_day(arrivals: NDArray[np.float64]) -> None:
    assert len(arrivals) == 1_000
    assert (np.diff(arrivals) >= 0).all()
    assert arrivals[0] >= 0
    assert arrivals[-1] <= DAY_S


def test_a_day_is_busiest_at_noon_and_quietest_at_midnight() -> None:
    by_hour = np.histogram(day(240_000), 24, (0, DAY_S))[0]
    assert by_hour.argmax() in {11, 12}
    assert by_hour[0] < 10_000 * 0.3
    assert by_hour.max() == pytest.approx(10_000 * 1.8, rel=0.02)


def test_each_picture_has_its_row_once_after_it_came() -> None:
    made = trace(backlog(5_000, 300), photos=0.2)
    outcome = simulated(made, MACHINE, Limits(2_000, 10**12, 20.0, 2))
    assert sum(batch.pictures for batch in outcome.batches) == 5_300
    assert (outcome.latencies >= MACHINE.overhead_s).all()
    began = [batch.began for batch in outcome.batches]
    ended = [batch.began + batch.seconds for batch in outcome.batches]
    assert began[0] == MACHINE.cold_s
    assert all(end <= begin + 1e-6 for end, begin in zip(ended, began[1:], strict=False))


def test_a_backlog_keeps_the_workers_busy() -> None:
    """Work of the pictures is a lower bound; overheads come to a twentieth or so in batches of 20 s."""
    made = trace(np.zeros(50_000), photos=0.0)
    outcome = simulated(made, MACHINE, Limits(20_000, 10**12, 20.0, 2))
    work_s = 50_000 * PICTURES[0].ms / 1_000 / MACHINE.workers
    took = sum(batch.seconds for batch in outcome.batches)
    assert work_s < took < 1.12 * work_s


def test_it_prints_a_table_and_writes_a_plot(tmp_path: Path) -> None:
    out = tmp_path / "simulation.md"
    sizes = ("--a-day", "500", "--backlog", "2000", "--workers", "1,2", "--out", str(out))
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.simulate", *sizes],
        cwd=ROOT, capture_output=True, text=True, check=True, timeout=120,
    )  # fmt: skip
    assert done.stdout == out.read_text("utf-8")
    assert done.stdout.count("\n| ") == 1 + 1 + 3 * 2
    assert "- backlog: 1 workers, for 95 %" in done.stdout
    assert out.with_suffix(".png").read_bytes().startswith(b"\x89PNG")
