"""What an ordinary user may not read: the test, run as root, steps down in a process of its own."""

import os
import pickle
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import pytest

from schemas.errors import PictureError
from streaming.stores.folder import FolderStore
from streaming.stores.store import Listed, Skipped, StoreError

pytestmark = pytest.mark.skipif(os.getuid() != 0, reason="only root has files that another user may not read")
NOBODY = 65534
T = TypeVar("T")


def as_ordinary_user(task: Callable[[], T]) -> T:
    """The task's result from a child without root's rights."""
    result, into = os.pipe()
    if os.fork() == 0:
        answer = b""
        try:
            os.setuid(NOBODY)
            answer = pickle.dumps(task())
        finally:
            os.write(into, answer)
            os._exit(0)
    os.close(into)
    with os.fdopen(result, "rb") as pipe:
        answer = pipe.read()
    os.wait()
    value: T = pickle.loads(answer)
    return value


@pytest.fixture
def store() -> Iterator[FolderStore]:
    with tempfile.TemporaryDirectory() as name:  # pytest's own folders are closed to others
        root = Path(name)
        root.chmod(0o755)
        for folder, mode in (("open", 0o755), ("closed", 0), ("names-only", 0o744), ("enter-only", 0o711)):
            (root / folder).mkdir()
            (root / folder / "1.jpg").write_bytes(b"x")
            (root / folder).chmod(mode)
        (root / "open" / "secret.jpg").write_bytes(b"x")
        (root / "open" / "secret.jpg").chmod(0)
        yield FolderStore(str(root))


def test_closed_folders_and_files_are_named(store: FolderStore) -> None:
    found = as_ordinary_user(lambda: list(store.list()))
    paths = {f.path.removeprefix(f"file://{store.root}/") for f in found if isinstance(f, Listed)}
    assert paths == {"open/1.jpg", "open/secret.jpg"}
    assert {(f.name, f.why) for f in found if isinstance(f, Skipped)} == {
        ("closed/", "unreadable folder: Permission denied"),
        ("enter-only/", "unreadable folder: Permission denied"),
        ("names-only/1.jpg", "unreadable: Permission denied"),
    }


def test_closed_file_is_forbidden_and_closed_landing_an_error(store: FolderStore) -> None:
    def code(name: str) -> str:
        path = f"{store.root}/{name}"
        found = next(f for f in everything if isinstance(f, Listed) and f.path == f"file://{path}")
        try:
            return store.read(found.path, found.etag, max_bytes=9, timeout_s=1).decode()
        except PictureError as e:
            return e.code

    def closed_landing() -> str:
        try:
            return str(list(FolderStore(f"{store.root}/closed").list()))
        except StoreError as e:
            return str(e)

    everything = list(store.list())
    assert as_ordinary_user(lambda: code("open/secret.jpg")) == "forbidden"
    assert as_ordinary_user(lambda: code("closed/1.jpg")) == "forbidden"
    assert as_ordinary_user(lambda: code("enter-only/1.jpg")) == "x"
    assert as_ordinary_user(closed_landing).endswith("can't be listed: Permission denied")
