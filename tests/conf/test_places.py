"""Landing and lake as they are on the disk."""

import errno
import os
from pathlib import Path

import pytest

from conf.errors import SettingsError
from conf.places import check_landing, check_places
from conf.settings import Settings


def settings(landing: Path | str, lake: Path | str) -> Settings:
    return Settings(landing=str(landing), lake=str(lake))


def test_a_landing_and_a_lake_still_to_be_made_are_fine(tmp_path: Path) -> None:
    (tmp_path / "landing").mkdir()
    check_places(settings(tmp_path / "landing", tmp_path / "deep" / "down" / "lake"))


def test_places_in_s3_are_not_asked() -> None:
    check_places(settings("s3://b/landing", "s3://b/lake"))


def test_a_missing_landing_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=f"landing = '{tmp_path}/landing' does not exist: create"):
        check_places(settings(tmp_path / "landing", tmp_path / "lake"))


def test_a_landing_that_is_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "landing").touch()
    with pytest.raises(SettingsError, match="is not a folder"):
        check_places(settings(tmp_path / "landing", tmp_path / "lake"))


def test_a_landing_that_links_nowhere_is_refused(tmp_path: Path) -> None:
    (tmp_path / "landing").symlink_to(tmp_path / "nowhere")
    with pytest.raises(SettingsError, match="is not a folder"):
        check_places(settings(tmp_path / "landing", tmp_path / "lake"))


def test_a_landing_in_a_folder_that_may_not_be_entered_is_not_said_to_be_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuses(_: Path) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(Path, "stat", refuses)  # not chmod: see below
    with pytest.raises(SettingsError, match=r"can't be looked at \(Permission denied\): give this user"):
        check_landing(f"{tmp_path}/closed/landing")


def test_a_lake_below_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "landing").mkdir()
    (tmp_path / "file").touch()
    with pytest.raises(SettingsError, match="is a file"):
        check_places(settings(tmp_path / "landing", tmp_path / "file" / "lake"))


def test_an_archive_below_a_file_is_refused_where_pictures_are_moved_to_it(tmp_path: Path) -> None:
    (tmp_path / "landing").mkdir()
    (tmp_path / "file").touch()
    given = settings(tmp_path / "landing", tmp_path / "lake").model_copy(update={"clean_to": f"{tmp_path}/file/done"})
    check_places(given)
    with pytest.raises(SettingsError, match=f"clean_to = '{tmp_path}/file/done' can't be a folder.*set clean_to to"):
        check_places(given.model_copy(update={"clean_source": "move"}))


@pytest.mark.parametrize(("locked", "words"), [("landing", "can't be read"), ("above", "can't be written")])
def test_places_without_permission_are_refused(
    locked: str, words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("landing", "above"):
        (tmp_path / name).mkdir()
    # Not chmod: root, whom a container runs as, may do everything.
    monkeypatch.setattr(os, "access", lambda path, mode: Path(path) != tmp_path / locked)
    with pytest.raises(SettingsError, match=words):
        check_places(settings(tmp_path / "landing", tmp_path / "above" / "lake"))
