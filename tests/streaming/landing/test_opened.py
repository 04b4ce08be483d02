"""A full batch is followed at once; else the trigger is waited for."""

import time
from pathlib import Path

import pytest

from streaming.landing.opened import OpenedLanding
from streaming.landing.options import LandingOptions


@pytest.fixture
def landing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> OpenedLanding:
    """25 files wait, ten go at a time, and the trigger's next turn is in an hour."""
    monkeypatch.setattr("streaming.landing.opened.leave_with_parent", lambda: None)
    folder = tmp_path / "landing"
    folder.mkdir()
    for number in range(25):
        (folder / f"{number}.jpg").write_bytes(b"x")
    options = LandingOptions(
        path=str(folder), lake=str(tmp_path / "lake"), max_objects_per_batch=10, trigger_interval_s=3600.0,
        poll_interval_s=0.05, settle_s=0.0,
    )  # fmt: skip
    opened = OpenedLanding(options)
    until = time.monotonic() + 30
    while opened.discovery.head < 25:
        assert time.monotonic() < until
        time.sleep(0.02)
    return opened


def test_what_a_full_batch_leaves_waiting_does_not_wait_for_the_trigger(landing: OpenedLanding) -> None:
    try:
        assert [landing.admit() for _ in range(5)] == [10, 20, 25, 25, 25]
    finally:
        landing.discovery.stop()


def test_what_goes_through_the_jvm_is_what_is_known_of_a_picture(landing: OpenedLanding) -> None:
    try:
        assert landing.announcements(0, 25).nbytes / 25 < 500
    finally:
        landing.discovery.stop()


def test_a_picture_of_no_known_kind_is_expected_to_take_what_its_bytes_tell(landing: OpenedLanding) -> None:
    try:
        assert landing.work_ms(landing.announcements(0, 25)).tolist() == pytest.approx([9.0] * 25, abs=0.1)
    finally:
        landing.discovery.stop()
