"""A refit may be killed at any moment: readers see the old one whole or the new one whole, and the next one works."""

import random
import time
from pathlib import Path

import pytest

from conf.lake import Lake, max_seq
from schemas.features import FEATURES
from tests.batch.command import (
    assert_tidy,
    assert_whole,
    commits,
    refit_to_the_end,
    running,
    wait_until,
)
from tests.batch.lakes import append, pictures
from tests.batch.running import latest
from tests.conf.emf_lines import read_line
from tests.streaming.landing.fakes import new_lake

pytestmark = [pytest.mark.spark, pytest.mark.fault]
SEED = 5


def ten_more(lake: Lake) -> int:
    """Pictures that land before the next refit; how many there are then."""
    features = lake.open(FEATURES)
    assert features is not None
    there = max_seq(features)
    append(lake, pictures(10, there + 1, seed=there))
    return there + 10


def told(metrics: Path) -> list[int]:
    """The pictures of each refit that told of its success."""
    lines = [read_line(line) for line in metrics.read_text().splitlines()]
    assert all(line["RefitSucceeded"] == 1 and 1 < line["RefitSeconds"] < 300 for line in lines)
    return [line["RefitPictures"] for line in lines]


@pytest.mark.timeout(900)
def test_killed_at_any_moment_it_leaves_the_old_refit_whole_or_the_new_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VERGER_METRICS", str(metrics := tmp_path / "metrics"))
    lake, log = new_lake(tmp_path), tmp_path / "log"
    append(lake, pictures(60))
    refit_to_the_end(lake, log)
    old = assert_whole(lake)
    assert told(metrics) == [60]

    # When the new projection is there, and the refit is not published.
    ten_more(lake)
    projections = commits(lake, "projection")
    with running(lake, log) as process:
        wait_until(lambda: commits(lake, "projection") > projections, process, log)
    assert commits(lake, "components") == 2  # made, and the first refit
    assert assert_whole(lake) == old

    # Right after it was published: the copy of the plot is still the old one, or already the new one.
    with running(lake, log) as process:
        wait_until(lambda: commits(lake, "components") == 3, process, log)
    new = assert_whole(lake)
    assert new != old
    assert latest(lake)["n"] == 70
    assert_tidy(lake, new)

    chance = random.Random(SEED)
    for _ in range(3):
        ten_more(lake)
        with running(lake, log):
            time.sleep(chance.uniform(0.5, 9))
        new = assert_whole(lake)

    count = ten_more(lake)
    printed = refit_to_the_end(lake, log)
    assert "Traceback" not in printed
    new = assert_whole(lake)
    assert latest(lake)["n"] == count
    assert told(metrics)[-1] == count
    assert_tidy(lake, new)
