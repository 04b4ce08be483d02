"""An uploader that does what it likes while the landing is cleaned: no bytes without a row ever disappear."""

import hashlib
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from deltalake import DeltaTable

from streaming.cleaning.folder_cleaning import FolderCleaning
from streaming.cleaning.s3_cleaning import S3Cleaning
from streaming.stores.folder import FolderStore
from streaming.stores.names import ASIDE
from streaming.stores.s3 import S3Store
from tests.servers.fixtures import S3
from tests.servers.server import Server
from tests.streaming.cleaning.orchard import Orchard
from tests.streaming.cleaning.test_folder_cleaning import files
from tests.streaming.cleaning.test_s3_cleaning import NONE, objects, put

ROUNDS = 12
NAMES = [f"{number}.jpg" for number in range(6)]


class Uploader:
    """Overwrites in place, bit by bit, by renaming, and deletes; remembers what it left under each name."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.folder, self.random, self.count = folder, np.random.default_rng(seed), 0
        self.last: dict[str, bytes | None] = {}

    def act(self) -> None:
        name = str(self.random.choice(NAMES))
        ways = (self.truncate, self.patch, self.replace, self.delete)
        way = ways[self.random.choice(4, p=[0.4, 0.3, 0.25, 0.05])]
        self.count += 1
        content = b"%08d" % self.count  # always as many bytes
        with suppress(FileNotFoundError):
            self.last[name] = way(self.folder / name, content)

    def truncate(self, path: Path, content: bytes) -> bytes:
        with path.open("wb") as file:
            self.pause()
            file.write(content)
        return content

    def patch(self, path: Path, content: bytes) -> bytes:
        with path.open("r+b") as file:
            self.pause()
            file.write(content)
        return content

    def replace(self, path: Path, content: bytes) -> bytes:
        beside = path.with_name(".beside")
        beside.write_bytes(content)
        beside.replace(path)
        return content

    def delete(self, path: Path, content: bytes) -> None:
        path.unlink()

    def pause(self) -> None:
        time.sleep(float(self.random.choice([0, 0.002, 0.05])))


@contextmanager
def busy(act: Any) -> Iterator[None]:
    """Call it all the time from a thread."""
    over, failures = threading.Event(), list[BaseException]()

    def run() -> None:
        try:
            while not over.is_set():
                act()
        except BaseException as error:
            failures.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join(30)
    assert failures == []


def hashes(orchard: Orchard) -> set[str]:
    table = DeltaTable(orchard.lake.uri("features")).to_pyarrow_table(columns=["status", "content_hash"])
    return {row["content_hash"] for row in table.to_pylist() if row["status"] == "ok"}


@pytest.mark.parametrize(("mode", "seed"), [("delete", 1), ("delete", 2), ("move", 3)])
def test_in_a_folder(tmp_path: Path, mode: str, seed: int) -> None:
    landing, archive = tmp_path / "landing", tmp_path / "done"
    landing.mkdir()
    store = FolderStore(str(landing))
    mine, uploader = Orchard(tmp_path, store), Uploader(landing, seed)
    way = FolderCleaning(store, mine.id, str(archive) if mode == "move" else "", wait_s=0.02)
    cleaned = 0
    with busy(uploader.act):
        for _ in range(ROUNDS):
            mine.featured()
            time.sleep(float(uploader.random.choice([0, 0.01])))
            sweep = mine.sweep(way)
            sweep.once()
            cleaned = sweep.cleaned
    there = files(landing)
    kept = {content for name, content in there.items() if name.startswith(ASIDE)}
    for name, content in uploader.last.items():
        if content is not None and there.get(name) != content:
            assert content in kept or hashlib.sha256(content).hexdigest() in hashes(mine), name
    if mode == "move":
        assert {hashlib.sha256(content).hexdigest() for content in files(archive).values()} <= hashes(mine)
        assert len(files(archive)) == cleaned
    for _ in range(10):  # a file that was put back under its name is a version of its own, for its change time
        mine.featured()
        if mine.sweep(way).once() is None and files(landing).keys() <= {".beside"}:
            break
    assert {name for name in files(landing) if not name.startswith(ASIDE)} <= {".beside"}
    assert mine.sweep(way).once() is None


@pytest.mark.s3
@pytest.mark.parametrize("mode", ["delete", "move"])
def test_in_a_bucket(s3: Any, moto_server: Server, bucket: str, tmp_path: Path, mode: Any) -> None:
    server, store = S3(moto_server, s3, bucket), S3Store(bucket, "in/")
    mine, random, last = Orchard(tmp_path, store), np.random.default_rng(4), dict[str, bytes]()
    way = S3Cleaning(store, mode, NONE, mine.id, (bucket, "done/"))

    def upload() -> None:
        name, content = str(random.choice(NAMES)), os.urandom(8)
        put(server, name, content)
        last[name] = content
        time.sleep(float(random.choice([0, 0.01])))

    with busy(upload):
        for _ in range(ROUNDS):
            mine.featured()
            mine.sweep(way).once()
    there = objects(server)
    for name, content in last.items():
        assert there.get(f"in/{name}") == content or hashlib.sha256(content).hexdigest() in hashes(mine)
    mine.featured()
    sweep = mine.sweep(way)
    sweep.once()
    assert objects(server) == {}
    assert sweep.cleaned > 0
