"""`verger stream` as a user runs it: real Spark, real Delta, the real model, real pictures."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from deltalake import DeltaTable

from tests.conf.emf_lines import read_line, total
from tests.conf.test_outlet import wait_for
from tests.streaming.killing import kill_at_random
from tests.streaming.metrics.test_page import free_port, scraped
from tests.streaming.service import Service, counted

pytestmark = pytest.mark.spark


def test_the_fruits_become_features_that_agree_with_the_notebook(weights: str, fruits: Path, tmp_path: Path) -> None:
    service = Service(tmp_path, weights, {"landing": fruits / "images"})
    service.landing = fruits / "images"
    service.drain()
    rows = service.rows("path", "label", "seq", "status", "features")
    assert counted(rows, "status") == {"ok": 2400}
    assert sorted(counted(rows, "label").values()) == [100] * 24
    by_name = {"/".join(row["path"].rsplit("/", 2)[1:]): row["features"] for row in rows}
    for case in json.loads((fruits / "notebook_features.json").read_text()):
        head = case["features_head"]
        np.testing.assert_allclose(by_name[case["image"]][: len(head)], head, atol=2e-5)
    vectors = np.array([row["features"] for row in rows], np.float32)
    assert vectors.shape == (2400, 1280)
    assert len(np.unique(vectors.round(3), axis=0)) > 2390
    files = pa.table(DeltaTable(str(service.lake / "tables/features")).get_add_actions(flatten=True))
    assert sum(files["size_bytes"].to_pylist()) <= 0.67 * vectors.nbytes


def test_odd_files_get_their_codes_and_good_ones_their_features(weights: str, fruits: Path, tmp_path: Path) -> None:
    service = Service(tmp_path, weights, {"metrics": tmp_path / "metrics"})
    expected = {f"odd/{name}": outcome for name, outcome in put_odd_files(service).items()}
    for picture in sorted((fruits / "images" / "Kiwi").glob("*.jpg")):
        service.put(f"Kiwi/{picture.name}", picture.read_bytes())
        expected[f"Kiwi/{picture.name}"] = "ok"
    service.drain()
    root = f"file://{service.landing}/"
    seen = {r["path"].removeprefix(root): r["error_code"] or r["status"] for r in service.rows()}
    assert seen == expected
    service.assert_law()
    assert_counted((tmp_path / "metrics").read_text().splitlines(), service.rows())


def assert_counted(lines: list[str], rows: list[dict[str, Any]]) -> None:
    """What the metrics counted is what the table holds, and the seconds of their stages make sense."""
    statuses, codes = counted(rows, "status"), counted([r for r in rows if r["status"] == "rejected"], "error_code")
    assert total(lines, "Seen") == len(rows)
    for name, status in (("Ok", "ok"), ("Rejected", "rejected"), ("Deferred", "deferred")):
        assert total(lines, name) == statuses[status]
    assert {code: total(lines, "Rejected", code) for code in codes} == codes
    assert total(lines, "FeaturizeSeconds") == pytest.approx(sum(r["featurize_ms"] for r in rows) / 1000, abs=0.1)
    batches = [line for line in map(read_line, lines) if "Seen" in line]
    assert all(0 < b["CommitSeconds"] < b["BatchSeconds"] for b in batches)
    timed = [b for b in batches if "TriggerSeconds" in b]  # the last one may end with its JVM before Spark tells
    assert all(0 < b["ReadSeconds"] < b["TriggerSeconds"] - b["BatchSeconds"] for b in timed)
    assert (batches[-1]["Pending"], batches[-1]["OldestPendingSeconds"]) == (0, 0)
    assert (total(lines, "Started"), total(lines, "DroppedLines")) == (1, 0)
    beats = [line for line in map(read_line, lines) if line.get("Heartbeat")]
    assert min(beats[0][name] for name in ("DiskFreeBytes", "DriverMemoryBytes", "WorkerMemoryBytes")) > 10e6
    assert not any("/" in line.replace("Count/Second", "") for line in lines), "names of pictures are in no line"


def put_odd_files(service: Service) -> dict[str, str]:
    from tests.streaming.featurize.odd_files import odd_files

    outcomes = {}
    for name, (data, outcome) in odd_files().items():
        service.put(f"odd/{name}", data)
        outcomes[name] = outcome
    assert len(outcomes) >= 25
    return outcomes


def test_an_overwritten_picture_gets_a_second_row_and_overwritten_back_a_third(
    weights: str, fruits: Path, tmp_path: Path
) -> None:
    port = free_port()
    service = Service(tmp_path, weights, {"metrics_port": port})
    first, second = (p.read_bytes() for p in sorted((fruits / "images" / "Kiwi").glob("*.jpg"))[:2])
    with service.running():
        for count, data in enumerate((first, second, first), 1):
            service.put("Kiwi/a.jpg", data)
            service.wait_for_rows(count)
        wait_for(lambda: scraped(port)["verger_trigger_seconds_count"] == 3)
        assert scraped(port)["verger_ok_total"] == 3
    rows = service.of("Kiwi/a.jpg")
    assert [row["version"] for row in rows] == [1, 2, 3]
    assert [row["supersedes"] for row in rows] == [None, 1, 2]
    assert rows[0]["features"] == rows[2]["features"] != rows[1]["features"]
    service.assert_law()


def test_restarts_double_nothing_and_lose_nothing(weights: str, fruits: Path, tmp_path: Path) -> None:
    service = Service(tmp_path, weights)
    shutil.copytree(fruits / "images" / "Kiwi", service.landing / "Kiwi")
    service.drain()
    service.drain()
    assert service.row_count() == 100
    service.put("Kiwi/late.jpg", b"no picture")
    service.drain()
    assert service.row_count() == 101
    service.assert_law()


@pytest.mark.fault
@pytest.mark.faults
@pytest.mark.timeout(900)
def test_kills_at_random_moments_lose_and_double_nothing(weights: str, fruits: Path, tmp_path: Path) -> None:
    service = Service(tmp_path, weights, {"max_objects_per_batch": 40})
    kill_at_random(service, fruits, rounds=6, seed=3)  # each victim at any moment, and after a row
    service.assert_law()
    assert {row["error_code"] for row in service.rows()} <= {None, "changed"}  # some were overwritten while unread
    assert "Traceback" not in service.printed()


@pytest.mark.parametrize("asked_with", [signal.SIGTERM, pytest.param(signal.SIGINT, marks=pytest.mark.faults)])
def test_asked_to_stop_it_finishes_its_batch_and_exits_0(
    weights: str, fruits: Path, tmp_path: Path, asked_with: signal.Signals
) -> None:
    service = Service(tmp_path, weights, {"max_objects_per_batch": 150, "target_batch_s": 600})
    shutil.copytree(fruits / "images", service.landing, dirs_exist_ok=True)
    with service.running() as stream:
        service.wait_for_rows(1)
        time.sleep(1.0)
        stream.send_signal(asked_with)
        assert stream.wait(60) == 0
    assert "stopped: " in service.printed()
    assert 150 <= service.row_count() < 2400
    assert service.row_count() % 150 == 0


@pytest.mark.parametrize(
    "to_all",
    [
        pytest.param(False, id="without grace", marks=pytest.mark.faults),
        pytest.param(True, id="sent to JVM and workers, too"),
    ],
)
def test_a_batch_that_may_not_finish_is_undone_and_done_by_the_next_start(
    weights: str, fruits: Path, tmp_path: Path, to_all: bool
) -> None:
    service = Service(tmp_path, weights, {"max_objects_per_batch": 300, "stop_grace_s": 0})
    for label in ("Kiwi", "Lemon", "Limes", "Pear", "Mango", "Orange", "Banana"):
        shutil.copytree(fruits / "images" / label, service.landing / label)
    with service.running() as stream:
        service.wait_for_rows(1)
        time.sleep(1.5)
        if to_all:  # as systemd does
            os.killpg(stream.pid, signal.SIGTERM)
        else:
            stream.send_signal(signal.SIGTERM)
        assert stream.wait(60) == 0, service.printed()
    assert "stopped" in service.printed()
    assert "Traceback" not in service.printed()
    service.drain()
    assert service.row_count() == 700
    service.assert_law()


def test_asked_twice_it_stops_at_once(weights: str, fruits: Path, tmp_path: Path) -> None:
    service = Service(tmp_path, weights)
    shutil.copytree(fruits / "images", service.landing, dirs_exist_ok=True)
    with service.running() as stream:
        service.wait_for_rows(0)
        while "watching" not in service.printed():
            time.sleep(0.1)
        time.sleep(12)
        stream.send_signal(signal.SIGTERM)
        time.sleep(0.3)
        stream.send_signal(signal.SIGTERM)
        assert stream.wait(5) == 128 + signal.SIGTERM


def test_a_second_stream_on_the_lake_refuses_and_names_the_first(weights: str, tmp_path: Path) -> None:
    service = Service(tmp_path, weights)
    with service.running() as first:
        while not (service.lake / "stream.lock").exists():
            time.sleep(0.1)
        time.sleep(1.0)
        second = service.start()
        assert second.wait(30) == 2
        assert f"another stream works on {service.lake} (process {first.pid} " in service.printed()


def test_everything_outside_the_lake_may_be_lost(weights: str, fruits: Path, tmp_path: Path) -> None:
    """Progress is in the table: a copy of the lake elsewhere goes on where the first one stopped."""
    service = Service(tmp_path / "first", weights)
    shutil.copytree(fruits / "images" / "Kiwi", service.landing / "Kiwi")
    service.drain()
    service.lake = Path(shutil.copytree(service.lake, tmp_path / "second" / "lake"))
    service.put("Kiwi/late.jpg", (fruits / "images" / "Kiwi").glob("*.jpg").__next__().read_bytes())
    service.drain()
    assert service.row_count() == 101
    service.assert_law()


def test_status_agrees_with_the_tables_and_starts_no_jvm(weights: str, fruits: Path, tmp_path: Path) -> None:
    service = Service(tmp_path, weights)
    shutil.copytree(fruits / "images" / "Kiwi", service.landing / "Kiwi")
    service.put("Kiwi/broken.jpg", b"")
    service.drain()
    began = time.monotonic()
    out = subprocess.run(
        [sys.executable, "-m", "verger", "status", "--json", "--lake", str(service.lake)],
        capture_output=True,
        check=True,
        env={"PATH": "", "JAVA_HOME": ""},
        timeout=60,
    ).stdout
    took = time.monotonic() - began
    status = json.loads(out)
    assert (status["versions"], status["ok"], status["rejected"], status["pending"]) == (101, 100, {"empty": 1}, 0)
    assert status["law_holds"]
    assert took < 10  # under 2 s on an idle machine: `make bench` measures it
