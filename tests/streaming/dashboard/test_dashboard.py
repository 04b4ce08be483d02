"""What the live page's addresses answer, and to whom."""

import fnmatch
import shlex
import socket
import tracemalloc
import urllib.error
import urllib.request
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from batch.pca.drift import Drift
from batch.publishing import publish
from batch.snapshot import Snapshot
from conf.errors import UserError
from conf.lake import Lake
from conf.settings import Settings
from schemas.features import FEATURES
from streaming.dashboard.cached import Cached
from streaming.dashboard.commands import replay_command
from streaming.dashboard.reading import Reading
from streaming.dashboard.recent import BINS, rejected, window
from streaming.dashboard.serve import run_dashboard
from streaming.last_refit import last_refit
from tests.batch.report.drawing import made_up
from tests.fruits_drawn import EVIL, drawn_lake
from tests.streaming.dashboard.serving import asked, serving
from tests.streaming.landing.fakes import NOW, new_lake, write_features


def status_of(url: str, **headers: str) -> int:
    try:
        with urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=30) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        error.close()
        return error.code


def test_only_its_own_name_is_answered_and_nothing_can_be_changed(tmp_path: Path) -> None:
    with serving(Settings(lake=drawn_lake(tmp_path).root)) as url:
        assert status_of(url) == 200
        assert status_of(url, Host="evil.example") == 400
        assert status_of(f"{url}reports/..%2f..%2ftables") == 404
        assert status_of(f"{url}files/..%2fapp.py") == 404
        assert status_of(f"{url}thumbnails/1") == 200
        assert status_of(f"{url}thumbnails/6") == 404  # rejected
        assert status_of(f"{url}thumbnails/99") == 404
        for number in ("9" * 23, "9" * 5_000, "-1", "x"):
            assert status_of(f"{url}thumbnails/{number}") == 404
            assert status_of(f"{url}now?hours={number}") == 200
        request = urllib.request.Request(f"{url}now", method="POST")
        with pytest.raises(urllib.error.HTTPError, match="405"):
            urllib.request.urlopen(request, timeout=30)


def test_a_lake_that_can_not_be_read_is_a_sentence_and_the_page_goes_on(tmp_path: Path) -> None:
    lake = Lake(str(tmp_path / "lake"))
    lake.create(FEATURES, {"verger.schema_version": "9"})
    with serving(Settings(lake=lake.root)) as url:
        with pytest.raises(urllib.error.HTTPError, match="503") as raised:
            asked(f"{url}rejected")
        assert "schema version 9" in raised.value.read().decode()


def test_the_window_counts_by_time(tmp_path: Path) -> None:
    lake = new_lake(tmp_path)
    for seq, (hours, status) in enumerate([(50, "ok"), (0.99, "ok"), (0.01, "rejected"), (0.01, "ok"), (-1, "ok")], 1):
        at = NOW - timedelta(hours=hours)
        row = {"seq": seq, "status": status, "featurized_at": at, "discovered_at": at - timedelta(seconds=seq)}
        write_features(lake, [row])
    table = lake.open(FEATURES)
    assert table is not None
    found = window(table, 1, NOW)
    assert (sum(found["ok"]), sum(found["rejected"]), found["seconds"]) == (2, 1, 60)
    assert (found["ok"][0], found["ok"][BINS - 1], found["rejected"][BINS - 1]) == (1, 1, 1)
    assert found["waits"]["50"][0] == 2
    assert found["waits"]["50"][BINS - 1] == 3.5
    assert found["waits"]["50"][5] is None


def test_the_window_opens_no_file_from_before_it(tmp_path: Path) -> None:
    lake = new_lake(tmp_path)
    write_features(lake, [{"seq": 1, "featurized_at": NOW - timedelta(days=9)}])
    for file in Path(lake.uri("features")).glob("*.parquet"):
        file.unlink()
    write_features(lake, [{"seq": 2, "featurized_at": NOW}])
    table = lake.open(FEATURES)
    assert table is not None
    assert sum(window(table, 1, NOW)["ok"]) == 1


def test_rejected_ones_are_found_by_code_and_text(tmp_path: Path) -> None:
    table = drawn_lake(tmp_path).open(FEATURES)
    assert table is not None
    assert rejected(table, "", "")["total"] == 4
    assert [row["seq"] for row in rejected(table, "truncated", "")["rows"]] == [18, 6]
    assert [row["seq"] for row in rejected(table, "", "/17.PNG")["rows"]] == [18]
    assert rejected(table, "", ".*")["total"] == 0


def test_the_labels_of_refits_are_not_held(tmp_path: Path) -> None:
    refit = made_up(Snapshot.take(lake := drawn_lake(tmp_path)), 20, 0)
    publish(lake, refit, Drift(0.5, dict.fromkeys(map(str, range(50_000)), 1)), ["a sentence"])
    assert last_refit(lake) == {
        "refit_id": refit.refit_id, "at": "2026-01-02T03:04:05.000+00:00", "model_id": "m", "last_seq": 24, "n": 20,
        "k": 3, "explained_variance_ratio": refit.components.explained_variance_ratio.tolist(),
        "warnings": ["a sentence"],
    }  # fmt: skip
    tracemalloc.start()
    now = Reading(lake).now(24)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert [(found["id"], found["n"], found["warnings"]) for found in now["refits"]] == [
        (refit.refit_id, 20, ["a sentence"])
    ]
    assert peak < 50_000 * 50  # bytes: a label's text and number alone take 110


@pytest.mark.parametrize("name", [*EVIL, "$(reboot) `x` *?[a]!", "-x --all"])
def test_a_command_is_one_line_that_means_just_this_path(name: str) -> None:
    path = f"s3://bucket/{name}.jpg"
    line = replay_command("/data/my lake", path)
    assert line.isprintable()
    *command, pattern = shlex.split(line)
    assert command == ["verger", "replay", "--lake", "/data/my lake", "--path"]
    assert fnmatch.fnmatchcase(path, pattern)
    assert not fnmatch.fnmatchcase(f"{path}x", pattern)


def test_a_slow_answer_is_asked_for_less_often(monkeypatch: pytest.MonkeyPatch) -> None:
    calls, clock = list[int](), [100.0]
    monkeypatch.setattr("streaming.dashboard.cached.time.monotonic", lambda: clock[0])

    def ask() -> int:
        clock[0] += 1.0  # second that it takes
        calls.append(1)
        return len(calls)

    answer = Cached(ask, keep_s=2)
    assert [answer(), answer()] == [1, 1]
    clock[0] += 4.9
    assert answer() == 1
    clock[0] += 0.2
    assert answer() == 2


def test_a_port_that_is_taken_is_one_sentence() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(UserError, match=rf"^port {port} of 127.0.0.1 can't be had \(Address already"):
            run_dashboard(Settings(), Console(file=StringIO()), "127.0.0.1", port)
