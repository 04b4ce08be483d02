"""`verger stream` on pictures that end or hang its workers: real Spark, and a decoder with bugs."""

import os
import re
from pathlib import Path

import pytest

from tests.streaming.hostile.landing import HANGS, KILLERS, clean_pictures, hostile_pictures, put_at_once
from tests.streaming.hostile.pictures import DECODER, visits
from tests.streaming.service import Service

pytestmark = [pytest.mark.spark, pytest.mark.fault]
#: Little memory, so that taking all of it takes no time.
SETTINGS = {"picture_timeout_s": 2, "worker_memory": "256MiB", "max_objects_per_batch": 500}
GOAL_S = 60.0


def test_killers_and_hangs_cost_a_row_each_and_the_stream_a_minute_at_most(
    weights: str, fruits: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(DECODER), os.environ.get("PYTHONPATH", "")]))
    service, log = Service(tmp_path, weights, dict(SETTINGS)), tmp_path / "log"
    service.log = tmp_path / "printed"
    clean, hostile = clean_pictures(fruits, 500), hostile_pictures(fruits, log)
    bad = {name: data for name, (data, code) in hostile.items() if code in ("crashed", "timeout")}
    assert (len(clean), len(hostile), len(bad)) == (500, 500, len(KILLERS) + len(HANGS))
    with service.running():
        for label, files in {
            "Warm": dict(list(clean.items())[:20]),
            "Clean": clean,
            "Hostile": {name: data for name, (data, _) in hostile.items()},
            "Again": bad,  # what ended a worker before is known, under any name
        }.items():
            before = service.row_count()
            put_at_once(service.landing, label, files)
            service.wait_for_rows(before + len(files), 300)
            if label == "Hostile":
                first = visits(log)
    rows = service.rows("seq", "path", "status", "error_code", "error_detail", "features")
    seen = {row["path"].split("/")[-1]: row for row in rows if "/Hostile/" in row["path"]}
    assert {name: row["error_code"] or row["status"] for name, row in seen.items()} == {
        name: code for name, (_, code) in hostile.items()
    }
    assert sum(len(row["features"] or ()) == 1280 for row in seen.values()) == 470
    assert all(row["error_detail"] for row in seen.values() if row["status"] != "ok")
    assert len({row["error_detail"] for row in seen.values() if row["error_code"] == "crashed"}) == len(KILLERS)
    service.assert_law()
    assert any(visit.endswith(" worker") for visit in first)
    assert {visit for visit in visits(log)[len(first) :] if visit.endswith(" worker")} <= {"memory worker"}
    _, clean_s, hostile_s = (float(s) for s in re.findall(r"in ([\d.]+)\s+s,", service.printed())[:3])
    print(f"500 pictures: {clean_s} s clean, {hostile_s} s with {len(bad)} that end or hang their worker")
    assert hostile_s - clean_s < GOAL_S
