"""A replay beside a running stream, and a picture forgotten: real Spark, real Delta, the real model."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from conf.lake import Lake
from streaming.landing.ledger import Draft, Ledger
from streaming.requests.box import drop, open_box
from streaming.requests.request import Forget
from tests.streaming.landing.fakes import NOW
from tests.streaming.service import Service, counted

pytestmark = pytest.mark.spark


def verger(service: Service, *words: str) -> str:
    environment = os.environ | {"VERGER_LAKE": str(service.lake), "VERGER_LANDING": str(service.landing)}
    command = [sys.executable, "-m", "verger", *words]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=200, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def requests(service: Service) -> list[Path]:
    return list((service.lake / "requests").iterdir())


def announced_by_a_killed_stream(service: Service, name: str) -> None:
    """And deleted, and to be forgotten, before it had a row."""
    lake, picture = Lake(str(service.lake)), Draft(f"file://{service.landing}/{name}", "A", 7, NOW, None)
    drop(open_box(lake), Forget(upto=Ledger(lake).append([picture])[0], path=f"*/{name}"))


def test_replayed_beside_new_pictures_and_forgotten_at_the_next_start(
    weights: str, fruits: Path, tmp_path: Path
) -> None:
    service = Service(tmp_path, weights)
    pictures = sorted((fruits / "images" / "Kiwi").glob("*.jpg"))[:12]
    for picture in pictures[:10]:
        service.put(f"Kiwi/{picture.name}", picture.read_bytes())
    cut = service.put("Lemon/cut.jpg", pictures[10].read_bytes()[:-200])
    with service.running() as stream:
        service.wait_for_rows(11)
        assert "10 pictures fit" in verger(service, "replay", "--path", "*/Kiwi/*")
        service.put("Lemon/new.jpg", pictures[11].read_bytes())
        service.wait_for_rows(22)
        again = [row for row in service.rows() if row["reason"] == "replay"]
        assert {(row["attempt"], row["status"]) for row in again} == {(2, "ok")}
        first = {row["version"]: row["features"] for row in service.rows() if row["attempt"] == 1}
        assert [row["features"] for row in again] == [first[row["version"]] for row in again]
        service.assert_law()
        cut.unlink()
        assert "next start" in verger(service, "forget", "--path", "*/Lemon/cut*")
        stream.terminate()
        assert stream.wait(60) == 0
    announced_by_a_killed_stream(service, "Lemon/late.jpg")
    assert len(requests(service)) == 2
    service.put("Lemon/after.jpg", pictures[10].read_bytes())
    service.drain()
    assert "forget path */Lemon/cut*: 1 announcements are blanked" in service.printed()
    assert requests(service) == []
    rows = service.rows()
    assert counted(rows, "error_code") == {None: 22, "forgotten": 2}
    assert [(row["path"], row["label"], row["error_code"]) for row in rows[22:]] == [
        ("forgotten:23", "", "forgotten"), (f"file://{service.landing}/Lemon/after.jpg", "Lemon", None)
    ]  # fmt: skip
    service.assert_law()
    assert not service.of("Lemon/cut.jpg")
    assert "holds: each announcement has one row" in verger(service, "status")
