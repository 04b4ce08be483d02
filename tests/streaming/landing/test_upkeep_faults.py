"""A `kill -9` while the ledger is merged, its log cleaned, its old files removed: nothing is lost, nothing stays."""

import random
import subprocess
import sys
import time
from pathlib import Path

import pytest
from deltalake import DeltaTable

from conf.lake import Lake
from streaming.landing.ledger import Ledger
from tests.streaming.landing.fakes import new_lake
from tests.streaming.landing.test_upkeep import announce, assert_whole, keep_nothing, otherwise

pytestmark = pytest.mark.fault

KILLS = 20
#: Looks after the ledger at every second append, so that most kills fall into it.
WRITER = """
import sys
from conf.lake import Lake
from dataclasses import replace
from streaming.landing import ledger as module
from streaming.landing.ledger import Ledger
from tests.streaming.landing.test_upkeep import announce
module.UPKEEP = replace(module.UPKEEP, merge_every=2, remove_every=4)
ledger = Ledger(Lake(sys.argv[1]))
print("up", flush=True)
announce(ledger, 10_000, rows=3)
"""


def test_a_kill_at_any_point_leaves_a_whole_ledger(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lake, seconds = new_lake(tmp_path), random.Random(7)
    keep_nothing(lake)
    heads = [0]
    while len(heads) <= KILLS or heads[-1] <= 10 * KILLS:  # a slow machine needs more kills for as many appends
        _write_and_kill(lake, seconds.uniform(0.0, 0.8))
        ledger = Ledger(lake)
        assert_whole(ledger, ledger.head)
        heads.append(ledger.head)
    assert heads == sorted(heads)
    _assert_nothing_is_left_over(lake, monkeypatch)


def _write_and_kill(lake: Lake, after_s: float) -> None:
    with subprocess.Popen([sys.executable, "-c", WRITER, lake.root], stdout=subprocess.PIPE) as writer:
        assert writer.stdout
        writer.stdout.readline()
        time.sleep(after_s)
        writer.kill()


def _assert_nothing_is_left_over(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    otherwise(monkeypatch, merge_every=2, remove_every=2)
    announce(Ledger(lake), 4)
    table = DeltaTable(lake.uri("ledger"))
    table.vacuum(dry_run=False, full=True)
    assert {file.name for file in Path(lake.uri("ledger")).glob("*.parquet")} == {
        Path(uri).name for uri in table.file_uris()
    }
    assert len(list(Path(lake.uri("ledger"), "_delta_log").iterdir())) < 20
