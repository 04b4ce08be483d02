"""What the benchmark makes of its numbers; and, marked, that it runs. Never how fast anything is."""

import io
import json
import math
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from conf.lake import max_seq, row_count
from schemas.current import DECIDING, current
from schemas.features import FEATURES
from streaming.status import read_status
from tests.bench import plot
from tests.bench.check import greatest_difference
from tests.bench.growth import plot as growth_plot
from tests.bench.growth.lakes import make_lake
from tests.bench.measuring import RunError
from tests.bench.refit.agreement import agreement
from tests.bench.refit.real import Real
from tests.bench.refit.stages import RESOLUTION_S, stage_seconds, total
from tests.bench.refit.tables import Growing
from tests.bench.report import Report, Row, write_report
from tests.bench.spread import Spread, difference_quotient, percentile, ratios

ROOT = Path(__file__).resolve().parent.parent


def bench(*arguments: str, timeout_s: float = 60) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tests.bench", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=timeout_s, check=False)


def test_spread_is_the_median_and_the_extremes() -> None:
    assert Spread.of([3.0, 1.0, 2.0]) == Spread(2.0, 1.0, 3.0)
    assert Spread.of([4.0, 1.0]) == Spread(2.5, 1.0, 4.0)
    assert math.isnan(Spread.of([1.0, math.nan]).median)


def test_the_start_cancels_out_of_the_difference_quotient() -> None:
    start_s, rate = 10.0, 200.0
    runs = [(n, start_s + n / rate) for n in (2400, 7200)]
    assert difference_quotient(*runs) == pytest.approx(rate)
    assert math.isnan(difference_quotient((24, 5.0), (72, 4.9)))


def test_ratios_are_of_neighbouring_runs() -> None:
    # A machine half as fast in the second round changes both values, and no ratio.
    assert ratios([10.0, 20.0], [5.0, 10.0]) == Spread(2.0, 2.0, 2.0)


def test_percentile_is_a_value_that_was_measured() -> None:
    assert percentile([5.0, 1.0, 2.0, 3.0, 4.0], 95) == 5.0
    assert percentile([5.0, 1.0, 2.0, 3.0, 4.0], 50) == 3.0
    assert percentile([7.0], 50) == 7.0


def test_a_missing_or_other_picture_is_a_difference() -> None:
    right = {"a": np.ones(4, np.float32)}
    assert greatest_difference(dict(right), right) == 0.0
    assert greatest_difference({"a": 1.5 * right["a"]}, right) == pytest.approx(0.5)
    assert greatest_difference({}, right) == math.inf


def test_verdicts_are_against_the_ratio_or_the_greatest() -> None:
    one = Spread.of([1.0])
    assert Row("a", one, one, Spread(0.8, 0.7, 0.9), goal=0.8).verdict == "met"
    assert Row("a", one, one, Spread(0.79, 0.7, 0.9), goal=0.8).verdict == "missed"
    assert Row("a", one, one, Spread.of([math.nan]), goal=0.8).verdict == "can't be told"
    assert Row("memory", Spread(150.0, 90.0, 200.0), goal=200.0).verdict == "missed"
    assert Row("memory", one).verdict == ""


def test_the_table_has_a_line_for_each_row() -> None:
    report = Report({"Python": "3"}, {"repeats": 3}, {"verger": 4e-6}, [Row("speed, s", Spread(1.0, 0.5, 1234.5))])
    assert "| speed, s | 1 (0.5 to 1,234) |" in report.markdown()
    assert "verger to 4.0e-06" in report.markdown()


def test_missing_pictures_are_one_sentence(tmp_path: Path) -> None:
    done = bench("--fruits", str(tmp_path / "none"))
    assert done.returncode == 2
    assert done.stderr == f"bench: {tmp_path}/none/images is missing; name the folder of fruit pictures with --fruits\n"


REFIT = """current rows: 20,000 pictures, 0.12 s
Spark, 4.75 s
moments: incremental: 200 entered, 0 left, 0.00 s
components, 1.2 s
time            12.3 s
! 3 pictures are left out: their features are not 1,280 finite numbers
"""


def test_stages_are_read_off_what_a_refit_prints() -> None:
    seconds = stage_seconds(REFIT, ["moments", "components"])
    assert seconds == {"current rows": 0.12, "Spark": 4.75, "moments": RESOLUTION_S, "components": 1.2}
    assert total(seconds, "current rows", "components") == pytest.approx(1.32)
    with pytest.raises(RunError, match="no time of publishing was printed"):
        stage_seconds(REFIT, ["moments", "publishing"])


def real() -> Real:
    features = np.random.default_rng(0).uniform(size=(5, 1280)).astype(np.float32)
    features[:, ::3] = 0.0
    return Real(np.array(["Kiwi", "Kiwi", "Lemon", "Limes", "Mango"]), features)


def test_resampled_features_are_near_real_ones_and_zero_where_they_are() -> None:
    labels, features = real().resampled(40, np.random.default_rng(1))
    drawn = real().features[[np.abs(real().features - row).sum(axis=1).argmin() for row in features]]
    assert features.dtype == np.float32
    assert (features >= 0).all()
    assert ((features == 0) == (drawn == 0)).all()
    assert 0.05 < np.linalg.norm(features - drawn) / np.linalg.norm(drawn) < 0.2
    assert set(labels) <= {"Kiwi", "Lemon", "Limes", "Mango"}


def test_a_growing_lake_has_new_rows_and_overwritten_ones(tmp_path: Path) -> None:
    table = Growing.new(tmp_path / "lake", real(), 50)
    grown = table.copied(tmp_path / "copy").with_new(20, file_rows=8).with_overwritten(10)
    before, after = (lake.open_or_create(FEATURES) for lake in (table.lake, grown.lake))
    assert (row_count(before), row_count(after), max_seq(after), grown.paths) == (50, 80, 80, 70)
    assert len(after.file_uris()) == 1 + 3 + 1
    rows = after.to_pyarrow_table(columns=[*DECIDING, "supersedes"])
    now, left = set(current(rows)["seq"].to_pylist()), set(rows["supersedes"].drop_null().to_pylist())
    assert (len(now), len(left), now & left) == (70, 10, set())


def test_components_agree_whatever_their_signs() -> None:
    ours, ratios_ = np.eye(4, 1280), np.array([0.4, 0.3, 0.2, 0.1])
    assert agreement(ours, ratios_, -ours, ratios_).angle < 1e-12
    assert agreement(ours, ratios_, np.eye(5, 1280)[1:], 1.5 * ratios_).angle == pytest.approx(math.pi / 2)
    assert agreement(ours, ratios_, ours, 2 * ratios_).variance == pytest.approx(0.5)


def test_a_lake_that_knows_many_versions_is_as_a_stream_leaves_it(tmp_path: Path) -> None:
    status = read_status(make_lake(tmp_path / "lake", 40_000))
    assert (status.versions, status.ok, status.last_seq) == (40_000, 40_000, 40_000)
    assert status.law_holds
    assert not status.problems


def test_the_plot_of_what_grows_is_drawn_from_the_rows_of_a_report() -> None:
    spread = {"median": 1.0, "least": 1.0, "greatest": 1.0}
    lines = {(what, side) for panel in growth_plot.PANELS.values() for _, what, side, _, _ in panel}
    rows = [
        {"ours": None, "baseline": None, side: spread, "runs": {"what": what, "known": known}}
        for known in (1_000, 10_000)
        for what, side in lines
    ]
    assert growth_plot.draw({"rows": rows}).startswith(b"\x89PNG")


def test_ratios_with_a_goal_are_bars_of_a_plot(tmp_path: Path) -> None:
    one = Spread.of([1.0])
    rows = [Row(f"(x) {n}", one, one, Spread(float(n), 0.5, 40.0), goal=2.0) for n in (1, 2, 3)]
    write_report(Report({}, {"repeats": 1}, {}, [*rows, Row("(x) no ratio", one, goal=2.0)]), tmp_path / "bench.md")
    written = json.loads((tmp_path / "bench.json").read_text("utf-8"))["rows"]
    heights = [Image.open(io.BytesIO(plot.draw(drawn))).height for drawn in (written[:2], written[:3], written)]
    assert heights[0] < heights[1] == heights[2]


def test_sizes_are_numbers() -> None:
    done = bench("--rows", "20000,many")
    assert done.returncode == 2
    assert "20000,many" in done.stderr


@pytest.mark.bench
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("only", ["a", "b", "c", "memory", "latency", "events", "refit", "growth", "cluster"])
def test_it_runs_at_a_tiny_size(only: str, fruits: Path, tmp_path: Path) -> None:
    out = tmp_path / "bench.md"
    sizes = ("--pictures", "24", "--rows", "200,300", "--known", "200,300")
    arguments = ("--only", only, "--repeats", "1", *sizes, "--fruits")
    done = bench(*arguments, str(fruits), "--out", str(out), timeout_s=1800)
    assert done.returncode == 0, done.stderr
    assert out.read_text("utf-8").startswith("| what |")
    assert json.loads(out.with_suffix(".json").read_text("utf-8"))["rows"]
