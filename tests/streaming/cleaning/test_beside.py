"""Cleaning beside a stream, by command, and after it was turned off."""

import logging
import time
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from conf.errors import FailedError, SettingsError
from conf.lake import LakeError
from conf.locks import lock_lake
from conf.settings import Settings
from streaming.cleaning.aside import Aside
from streaming.cleaning.beside import cleaned_beside
from streaming.cleaning.progress import Progress
from streaming.cleaning.run import run_clean
from streaming.cleaning.sweep import Sweep
from streaming.status import read_status
from streaming.stores.folder import FolderStore
from tests.streaming.cleaning.orchard import Orchard
from tests.streaming.cleaning.test_folder_cleaning import files


@pytest.fixture
def orchard(tmp_path: Path) -> Orchard:
    landing = tmp_path / "landing"
    landing.mkdir()
    for name in ("a.jpg", "b.jpg"):
        (landing / name).write_bytes(name.encode())
    mine = Orchard(tmp_path, FolderStore(str(landing)))
    mine.featured()
    return mine


def settings(orchard: Orchard, **given: Any) -> Settings:
    return Settings(landing=f"{orchard.folder}/landing", lake=orchard.lake.root, **given)


def ran(given: Settings) -> str:
    console = Console(file=StringIO(), width=200)
    run_clean(given, console)
    assert isinstance(console.file, StringIO)
    return console.file.getvalue()


def test_the_command_does_one_pass_and_says_how_many(orchard: Orchard) -> None:
    given = settings(orchard, clean_source="delete")
    assert ran(given) == "2 pictures deleted\n"
    assert ran(given) == "0 pictures deleted\n"
    assert read_status(orchard.lake).cleaned == 2
    assert files(orchard.folder / "landing") == {}


def test_the_command_moves_where_it_is_told(orchard: Orchard, tmp_path: Path) -> None:
    given = settings(orchard, clean_source="move", clean_to=str(tmp_path / "done"))
    assert ran(given) == "2 pictures moved\n"
    assert sorted(files(tmp_path / "done").values()) == [b"a.jpg", b"b.jpg"]


def test_what_can_not_be_moved_is_put_back_and_ends_the_command_with_a_sentence(
    orchard: Orchard, tmp_path: Path
) -> None:
    (tmp_path / "landing" / "Kiwi").mkdir()
    (tmp_path / "landing" / "Kiwi" / "c.jpg").write_bytes(b"c.jpg")
    orchard.featured()
    (tmp_path / "done").mkdir()
    (tmp_path / "done" / "Kiwi").touch()  # where a folder should be
    with pytest.raises(FailedError, match=r"1 pictures can't be cleaned yet, such as .*/c\.jpg: Not a directory$"):
        ran(settings(orchard, clean_source="move", clean_to=str(tmp_path / "done")))
    assert files(tmp_path / "landing") == {"Kiwi/c.jpg": b"c.jpg"}


def test_without_its_archive_the_command_does_not_begin(orchard: Orchard, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(SettingsError, match=r"clean_to = .* can't be a folder"):
        ran(settings(orchard, clean_source="move", clean_to=str(tmp_path / "file" / "done")))
    assert Progress.read(orchard.lake) == Progress()


def test_the_command_refuses_when_it_is_off_without_a_lake_and_beside_a_stream(
    orchard: Orchard, tmp_path: Path
) -> None:
    with pytest.raises(SettingsError, match="clean_source is off: set it"):
        ran(settings(orchard))
    with pytest.raises(LakeError, match="no lake"):
        ran(Settings(landing=f"{tmp_path}/landing", lake=f"{tmp_path}/none", clean_source="delete"))
    assert not (tmp_path / "none").exists()
    with lock_lake(orchard.lake, "stream"), pytest.raises(LakeError, match="another stream works on"):
        ran(settings(orchard, clean_source="delete"))


def test_a_pass_that_fails_is_a_sentence_and_shown_by_status(orchard: Orchard, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(sweep: Sweep) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Sweep, "once", fails)
    with pytest.raises(FailedError, match="Permission denied"):
        ran(settings(orchard, clean_source="delete"))
    assert "Permission denied" in read_status(orchard.lake).problems[-1]


def wait_for(true: Any) -> None:
    until = time.monotonic() + 10
    while not true():
        assert time.monotonic() < until
        time.sleep(0.02)


def test_beside_a_stream_it_cleans_in_a_thread(orchard: Orchard) -> None:
    with cleaned_beside(settings(orchard, clean_source="delete"), lambda: None):
        wait_for(lambda: Progress.read(orchard.lake).cleaned == 2)
    assert files(orchard.folder / "landing") == {}


def test_its_troubles_never_reach_the_stream_and_are_told(
    orchard: Orchard, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fails(sweep: Sweep) -> None:
        raise RuntimeError("a bug of ours")

    monkeypatch.setattr(Sweep, "once", fails)
    caplog.set_level(logging.CRITICAL + 1)
    with cleaned_beside(settings(orchard, clean_source="delete"), lambda: None):
        wait_for(lambda: Progress.read(orchard.lake).problem)
    assert "a bug of ours" in read_status(orchard.lake).problems[-1]


def test_turned_off_it_puts_back_what_was_aside(orchard: Orchard) -> None:
    landing = orchard.folder / "landing"
    (first, _) = orchard.listed()
    with Aside.opened(str(landing), orchard.id, make=True) as aside:
        assert aside
        assert aside.take("a.jpg", first.etag, 1)
    assert "a.jpg" not in files(landing)
    with cleaned_beside(settings(orchard), lambda: None):
        assert files(landing) == {"a.jpg": b"a.jpg", "b.jpg": b"b.jpg"}


def test_a_replayed_version_that_was_aside_is_put_back(orchard: Orchard) -> None:
    from streaming.landing.ledger import Draft

    landing = orchard.folder / "landing"
    (first, _) = orchard.listed()
    with Aside.opened(str(landing), orchard.id, make=True) as aside:
        assert aside
        assert aside.take("a.jpg", first.etag, 1)
    again = Draft(first.path, first.etag, first.size, first.modified, None, version=1, reason="replay")
    orchard.ledger.append([again])
    assert ran(settings(orchard, clean_source="delete")) == "1 pictures deleted\n"
    assert files(landing) == {"a.jpg": b"a.jpg"}
