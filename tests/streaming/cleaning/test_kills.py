"""Killed at any point and started again, cleaning ends where it would have ended."""

import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from streaming.cleaning.progress import Progress
from streaming.stores.folder import FolderStore
from tests.servers.fixtures import S3
from tests.streaming.cleaning.orchard import Orchard
from tests.streaming.cleaning.test_folder_cleaning import files
from tests.streaming.cleaning.test_s3_cleaning import objects, orchard, put, tags

MOST_KILLS = 3
pytestmark = pytest.mark.fault
CONTENTS = {f"Kiwi/{number}.jpg": f"bytes of {number}".encode() for number in range(5)}


def run_until_it_ends(lake: str, settings: Mapping[str, object], seed: int) -> int:
    """Start it again and again, killed after a random number of changes; returns how often it was killed."""
    random, kills = np.random.default_rng(seed), 0
    environment = os.environ | {f"VERGER_{name.upper()}": str(value) for name, value in settings.items()}
    environment |= {"VERGER_LAKE": lake, "VERGER_CLEAN_AFTER_H": "1"}
    while True:
        count = str(random.integers(1, 9)) if kills < MOST_KILLS else "10000"
        command = [sys.executable, "-m", "tests.streaming.cleaning.killed", count]
        run = subprocess.run(command, check=False, env=environment, capture_output=True, timeout=60)
        if run.returncode != -signal.SIGKILL:
            assert run.returncode == 0, run.stderr
            return kills
        kills += 1


@pytest.mark.parametrize(("mode", "seed"), [("delete", 1), ("move", 2)])
def test_a_folder_killed_at_random_points(tmp_path: Path, mode: str, seed: int) -> None:
    (tmp_path / "landing" / "Kiwi").mkdir(parents=True)
    for name, content in CONTENTS.items():
        (tmp_path / "landing" / name).write_bytes(content)
    mine = Orchard(tmp_path, FolderStore(f"{tmp_path}/landing"))
    mine.featured()
    (tmp_path / "landing" / "Kiwi" / "1.jpg").write_bytes(b"another version")
    clean_to = tmp_path / "done" if mode == "move" else ""
    settings = {"clean_source": mode, "landing": tmp_path / "landing", "clean_to": clean_to}
    assert run_until_it_ends(mine.lake.root, settings, seed) >= 2
    assert files(tmp_path / "landing") == {"Kiwi/1.jpg": b"another version"}
    assert {found.path for found in mine.new()} == {f"file://{tmp_path}/landing/Kiwi/1.jpg"}
    expected = sorted(content for name, content in CONTENTS.items() if "1" not in name)
    assert sorted(files(tmp_path / "done").values()) == (expected if mode == "move" else [])
    progress = Progress.read(mine.lake)
    assert (progress.upto, progress.left, progress.problem) == (5, [], None)


@pytest.mark.s3
def test_a_bucket_killed_at_random_points(s3_server: S3, tmp_path: Path) -> None:
    mode = {"moto": "tag", "versitygw": "move"}[s3_server.server.name]
    for name, content in CONTENTS.items():
        put(s3_server, name, content)
    mine = orchard(tmp_path, s3_server)
    mine.featured()
    put(s3_server, "Kiwi/1.jpg", b"another version")
    bucket = f"s3://{s3_server.bucket}"
    clean_to = f"{bucket}/done" if mode == "move" else ""
    settings = {"clean_source": mode, "landing": f"{bucket}/in/", "clean_to": clean_to}
    assert run_until_it_ends(mine.lake.root, settings, seed=3) >= 2
    rest = {f"in/{name}": content for name, content in CONTENTS.items()} | {"in/Kiwi/1.jpg": b"another version"}
    if mode == "tag":
        assert objects(s3_server) == rest
        assert {name: len(tags(s3_server, name)) for name in CONTENTS} == {n: int("1" not in n) for n in CONTENTS}
        return
    assert objects(s3_server) == {"in/Kiwi/1.jpg": b"another version"}
    moved: Any = objects(s3_server, "done/")
    assert sorted(moved.values()) == sorted(content for name, content in CONTENTS.items() if "1" not in name)
