"""A real child process, with a decoder that has bugs."""

import os
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import psutil
import pytest

from streaming.featurize.isolation import isolated as module
from streaming.featurize.isolation.bounds import Bounds
from streaming.featurize.isolation.isolated import ChildStartError, Isolated
from streaming.featurize.limits import Limits
from streaming.featurize.model import Featurizer
from streaming.featurize.rows import featurize_one
from streaming.featurize.sniff import READABLE
from streaming.featurize.weights import Model
from tests.streaming.featurize.drawing import drawing, saved
from tests.streaming.hostile.pictures import DECODER, hostile_picture, visits

LIMITS = Limits(1 << 20, 1_000_000, READABLE, exif_orientation=True)
BOUNDS = Bounds(timeout_s=1.5, memory=256 << 20)
JPEG = saved(drawing(), "JPEG")


@pytest.fixture
def isolated(model: Model, monkeypatch: pytest.MonkeyPatch) -> Iterator[Isolated]:
    monkeypatch.syspath_prepend(str(DECODER))
    isolated = Isolated(model.tflite, LIMITS, BOUNDS)
    yield isolated
    isolated.close()


@pytest.mark.parametrize(
    ("bug", "code", "detail"),
    [
        ("segfault", "crashed", "SIGSEGV (Segmentation fault)"),
        ("abort", "crashed", "SIGABRT"),
        ("oom", "crashed", "memory runs out"),
        ("memory", "crashed", "worker_memory"),
        ("exit", "crashed", "code 3"),
        ("spin", "timeout", "not decoded after 1.5 s"),
        ("sleep", "timeout", "not decoded after 1.5 s"),
    ],
)
def test_a_killer_gets_its_row_and_the_next_picture_its_features(
    isolated: Isolated, model: Model, tmp_path: Path, bug: str, code: str, detail: str
) -> None:
    began = time.monotonic()
    bad = isolated.featurize(hostile_picture(JPEG, bug, tmp_path / "log"), "path", "hash")
    took = time.monotonic() - began
    assert (bad.status, bad.error_code, bad.features, bad.content_hash) == ("rejected", code, None, "hash")
    assert detail in (bad.error_detail or "")
    assert took < 15  # 2 s when nothing else runs
    assert visits(tmp_path / "log") == [f"{bug} child"]
    assert isolated.ended_by("hash") == (bug != "memory")
    good = isolated.featurize(JPEG, "path", "hash of another")
    here = featurize_one(JPEG, Featurizer(model.tflite), LIMITS, "path")
    assert (good.status, good.width, good.format, good.error_code) == ("ok", here.width, "JPEG", None)
    np.testing.assert_array_equal(good.features, here.features)


def test_a_child_that_takes_no_alarm_is_killed(
    isolated: Isolated, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(module, "GRACE_S", 1.0)
    row = isolated.featurize(hostile_picture(JPEG, "stop", tmp_path / "log"), "path", "hash")
    assert row.error_code == "timeout"


def test_the_same_bytes_end_no_second_child(isolated: Isolated, tmp_path: Path) -> None:
    killer = hostile_picture(JPEG, "segfault", tmp_path / "log")
    rows = [isolated.featurize(killer, f"copy {i}", "hash") for i in range(20)]
    assert {row.error_code for row in rows} == {"crashed"}
    assert visits(tmp_path / "log") == ["segfault child"]


def test_one_child_serves_all_and_ends_when_it_is_closed(isolated: Isolated) -> None:
    for data, path in ((JPEG, "a"), (b"", "b"), (JPEG[:99], "c\udcff"), (os.urandom(1 << 20), "d")):
        isolated.featurize(data, path, f"hash of {data[:9]!r}")
        (child,) = _children()
    isolated.close()
    assert not child.is_running()


def test_a_child_has_no_credentials(isolated: Isolated, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    isolated.featurize(JPEG, "path", "hash")
    (child,) = _children()
    assert not [name for name in child.environ() if name.startswith(("AWS", "VERGER", "SPARK"))]


def test_no_child_is_an_error_and_no_row(monkeypatch: pytest.MonkeyPatch) -> None:
    isolated = Isolated(b"no model", LIMITS, BOUNDS)
    with pytest.raises(ChildStartError, match="ended with 1"):
        isolated.featurize(JPEG, "path", "hash")
    isolated.close()


def _children() -> list[psutil.Process]:
    return [p for p in psutil.Process().children() if any("isolation.child" in word for word in p.cmdline())]
