"""An ordinary user cleans files that others own: the usual case where pictures are uploaded."""

import hashlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from streaming.cleaning.folder_cleaning import FolderCleaning
from streaming.cleaning.way import FinishedRow, Outcome
from streaming.stores.folder import FolderStore
from streaming.stores.store import Listed
from tests.streaming.stores.test_folder_rights import as_ordinary_user

pytestmark = pytest.mark.skipif(os.getuid() != 0, reason="only root can make files of another user")


@pytest.fixture
def store() -> Iterator[FolderStore]:
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        root.chmod(0o777)
        (root / "a.jpg").write_bytes(b"one")
        yield FolderStore(name)


def row(store: FolderStore) -> FinishedRow:
    (found,) = store.list()
    assert isinstance(found, Listed)
    return FinishedRow(found.path, found.etag, 3, found.modified, 1, 1, hashlib.sha256(b"one").hexdigest())


def cleaned(store: FolderStore, row: FinishedRow) -> list[Outcome]:
    return as_ordinary_user(lambda: list(FolderCleaning(store, "lake", wait_s=0.05).clean([row])))


def test_files_of_others_are_deleted_in_a_folder_that_may_be_written(store: FolderStore) -> None:
    assert cleaned(store, row(store)) == [Outcome(1, "done")]
    assert [path.name for path in Path(store.root).iterdir()] == [".verger-clean"]


def test_one_that_has_changed_is_put_back(store: FolderStore) -> None:
    seen = row(store)
    other = FinishedRow(seen.path, seen.etag, 3, seen.modified, 1, 1, "another hash")
    assert cleaned(store, other) == [Outcome(1, "other")]
    assert (Path(store.root) / "a.jpg").read_bytes() == b"one"


def test_in_a_folder_that_may_not_be_written_it_fails_with_its_name(store: FolderStore) -> None:
    folder = Path(store.root) / "closed"
    folder.mkdir()
    (Path(store.root) / "a.jpg").rename(folder / "a.jpg")
    folder.chmod(0o555)
    assert cleaned(store, row(store)) == [Outcome(1, "failed", f"file://{folder}/a.jpg: Permission denied")]
    assert (folder / "a.jpg").read_bytes() == b"one"
