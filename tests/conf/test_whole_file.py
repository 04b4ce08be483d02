"""Files that are there whole or not at all, and only in the place of files."""

import os
from pathlib import Path

import pytest

from conf.errors import UserError
from conf.whole_file import as_target, save


def test_a_file_is_replaced_whole(tmp_path: Path) -> None:
    path = tmp_path / "reports" / "7" / "pca_plot.png"
    save(b"one", path)
    save(b"two", path)
    assert path.read_bytes() == b"two"
    assert [file.name for file in path.parent.iterdir()] == ["pca_plot.png"]


def test_a_write_that_fails_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "pca_plot.png"
    save(b"one", path)
    monkeypatch.setattr("os.fsync", lambda _: (_ for _ in ()).throw(OSError("no space left")))
    with pytest.raises(OSError, match="no space"):
        save(b"two", path)
    assert path.read_bytes() == b"one"
    assert len(list(tmp_path.iterdir())) == 1


def test_a_link_stays_and_what_it_leads_to_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "file")
    save(b"new", as_target(tmp_path / "link"))
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "file").read_bytes() == b"new"


def test_only_files_are_replaced(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for other in (tmp_path / "pipe", tmp_path):
        with pytest.raises(UserError, match="is there and is no file: name another one"):
            as_target(other)
