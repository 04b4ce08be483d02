"""A `kill -9` of a sink at any point, also while it merges files and removes what is old: whole batches, each once."""

import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from conf.lake import LAKE_ID, Lake
from schemas.features import FEATURES
from streaming.lake import prepare
from tests.streaming.landing.test_upkeep import KEEP
from tests.streaming.sinking import Writer

pytestmark = pytest.mark.fault

KILLS = 20
#: Batches of two files with two rows each; after every second one it merges, after every fourth it removes.
WRITER = """
import sys
from dataclasses import replace
from itertools import count
from pathlib import Path
from conf.lake import Lake
from streaming import sink
from tests.streaming.sinking import Writer
sink.UPKEEP = replace(sink.UPKEEP, merge_every=2, remove_every=4)
writer = Writer(Lake(sys.argv[1]), Path(sys.argv[2]))
print("up", flush=True)
for first in count(writer.sink.last_seq + 1, 4):
    writer.write([*writer.files(first, first + 2), *writer.files(first + 1, first + 3)], first + 3)
"""


def test_a_kill_at_any_point_leaves_whole_batches(tmp_path: Path) -> None:
    lake, seconds = Lake(str(tmp_path / "lake")), random.Random(6)
    lake.create(FEATURES, {LAKE_ID: "a lake", **dict.fromkeys(KEEP, "interval 0 seconds")})
    prepare(lake)
    ends = [0]
    for _ in range(KILLS):
        with subprocess.Popen(
            [sys.executable, "-c", WRITER, lake.root, str(tmp_path / "checkpoint")], stdout=subprocess.PIPE
        ) as process:
            assert process.stdout
            assert process.stdout.readline() == b"up\n"
            time.sleep(seconds.uniform(0.0, 0.8))
            process.kill()
        seqs = Writer(lake, tmp_path / "checkpoint").seqs()
        assert seqs == list(range(1, len(seqs) + 1))
        assert len(seqs) % 4 == 0
        ends.append(len(seqs))
    assert ends == sorted(ends)
    assert ends[-1] > 10 * KILLS
