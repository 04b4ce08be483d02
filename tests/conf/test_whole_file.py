"""Files that are there whole or not at all, and only in the place of files."""

import os
import tempfile
from pathlib import Path

import pytest

from conf.errors import UserError
from conf.whole_file import as_target, save
from tests.streaming.stores.test_folder_rights import as_ordinary_user


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


def test_where_no_file_can_be_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    for name, why in (("x" * 300, "File name too long"), ("loop", "Too many levels of symbolic links")):
        with pytest.raises(UserError, match=f"{name} can't be written: {why}; name another file"):
            as_target(tmp_path / name)


@pytest.mark.skipif(os.getuid() != 0, reason="only root has folders that another user may not enter")
def test_a_folder_that_this_user_may_not_enter_is_one_sentence() -> None:
    def refused() -> str:
        try:
            return str(as_target(Path(name) / "sub" / "model.zip"))
        except UserError as error:
            return str(error)

    with tempfile.TemporaryDirectory() as name:  # mode 700
        assert as_ordinary_user(refused).endswith("model.zip can't be written: Permission denied; name another file")
