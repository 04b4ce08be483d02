"""A backup that is copied beside a running stream, by the README's own words, is a lake that goes on."""

import re
import shutil
import subprocess
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from conf.lake import Lake, LakeError
from streaming.lake import prepare
from streaming.landing import ledger
from streaming.landing.ledger import Draft, Ledger
from streaming.requests.box import drop, open_box
from streaming.requests.request import Replay
from streaming.status import read_status
from tests.readme import README
from tests.streaming.landing.fakes import NOW, new_lake, write_features

(BACKUP,) = re.findall(r"<!-- backup -->\n```bash\n(.*?)```", README.read_text("utf-8"), re.DOTALL)


def announce(lake: Lake, ledger: Ledger, count: int) -> None:
    """Announce one after the other, each with its row."""
    for _ in range(count):
        seq = ledger.append([Draft(f"file:///{ledger.head + 1}.jpg", "A", 1, NOW, None)])[0]
        write_features(lake, [{"seq": seq, "path": f"file:///{seq}.jpg"}])


def beside_a_writer(lake: Lake, copy: Callable[[], None]) -> int:
    """Call `copy` while announcements and rows come; returns how many there were before it."""
    ledger, ended = Ledger(lake), threading.Event()

    def write() -> None:
        while not ended.is_set():
            announce(lake, ledger, 1)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        while ledger.head < 15:
            time.sleep(0.01)
        before = ledger.head
        copy()
        seen = ledger.head
        while ledger.head < seen + 3:  # it was running indeed
            time.sleep(0.01)
    finally:
        ended.set()
        writer.join()
    return before


def backup(lake: Lake, target: Path, commands: str = BACKUP) -> None:
    places = {"LAKE": lake.root, "COPY": str(target), "PATH": "/usr/bin:/bin"}
    subprocess.run(["bash", "-c", commands], env=places, check=False, timeout=60)


def assert_goes_on(lake: Lake, least: int) -> None:
    prepare(lake)
    status = read_status(lake)
    assert status.law_holds
    assert status.ok >= least - 1  # the last one may have had no row yet
    ledger = Ledger(lake)
    pending = range(status.last_seq + 1, ledger.head + 1)
    write_features(lake, [{"seq": seq, "path": f"file:///{seq}.jpg"} for seq in pending])
    announce(lake, ledger, 12)
    status = read_status(lake)
    assert (status.law_holds, status.pending, status.ok) == (True, 0, ledger.head)


def test_copied_beside_a_running_stream_it_goes_on_elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ledger, "UPKEEP", replace(ledger.UPKEEP, merge_every=7, remove_every=14))
    lake, copy = new_lake(tmp_path), tmp_path / "backup"
    slowly = BACKUP.replace("mkdir", "sleep 0.5\n mkdir")
    before = beside_a_writer(lake, lambda: backup(lake, copy, slowly))
    restored = shutil.copytree(copy, tmp_path / "elsewhere" / "lake")
    shutil.rmtree(lake.root)
    assert_goes_on(Lake(str(restored)), before)


def test_the_other_order_is_refused(tmp_path: Path) -> None:
    lake, copy = new_lake(tmp_path), tmp_path / "backup"
    ledger = Ledger(lake)
    announce(lake, ledger, 3)
    first, second = (BACKUP.replace("features ledger", table) for table in ("ledger", "features"))
    backup(lake, copy, first)
    announce(lake, ledger, 1)
    backup(lake, copy, second)
    with pytest.raises(LakeError, match="the ledger is older than the table; restore both from the same backup"):
        prepare(Lake(str(copy)))


def test_a_copy_whose_log_has_a_gap_is_refused(tmp_path: Path) -> None:
    lake, copy = new_lake(tmp_path), tmp_path / "backup"
    announce(lake, Ledger(lake), 4)
    backup(lake, copy)
    (copy / "tables/features/_delta_log" / f"{2:020}.json").unlink()
    with pytest.raises(LakeError, match="can't be read"):
        prepare(Lake(str(copy)))


def test_a_request_of_what_came_after_the_backup_is_named_and_not_taken_up(tmp_path: Path) -> None:
    lake = new_lake(tmp_path)
    announce(lake, Ledger(lake), 3)
    drop(open_box(lake), Replay(upto=9, everything=True))
    status = read_status(lake)
    assert (status.requests, len(status.problems)) == ((), 1)
    assert "it was asked at announcement 9, and the ledger ends at 3" in status.problems[0]
