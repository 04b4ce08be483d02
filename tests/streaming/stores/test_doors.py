"""Nothing leads out of a folder landing, also not while it is changed between the listing and the read."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from schemas.errors import PictureError
from streaming.stores.folder import FolderStore
from streaming.stores.store import Listed

SECRET, OWN = b"secret", b"public"


@pytest.fixture
def store(tmp_path: Path) -> FolderStore:
    """A landing with `Apple/1.jpg`, and beside it a folder with a file of the same name, size and times."""
    for folder, content in (("landing/Apple", OWN), ("outside", SECRET)):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "1.jpg").write_bytes(content)
        os.utime(tmp_path / folder / "1.jpg", ns=(10**18, 10**18))
    return FolderStore(str(tmp_path / "landing"))


def pictures(store: FolderStore) -> list[Listed]:
    return [found for found in store.list() if isinstance(found, Listed)]


def content(store: FolderStore, found: Listed) -> bytes | str:
    try:
        return store.read(found.path, found.etag, max_bytes=100, timeout_s=5)
    except PictureError as e:
        return e.code


def test_folder_that_becomes_a_link_between_listing_and_read_is_gone(store: FolderStore, tmp_path: Path) -> None:
    (found,) = pictures(store)
    (tmp_path / "landing" / "Apple").rename(tmp_path / "landing" / "Pear")
    (tmp_path / "landing" / "Apple").symlink_to(tmp_path / "outside")
    assert content(store, found) == "gone"
    assert store.stat(found.path) is None
    assert [p.path for p in pictures(store)] == [f"file://{tmp_path}/landing/Pear/1.jpg"]


def test_file_that_becomes_a_link_is_gone(store: FolderStore, tmp_path: Path) -> None:
    (found,) = pictures(store)
    (tmp_path / "landing" / "Apple" / "1.jpg").unlink()
    (tmp_path / "landing" / "Apple" / "1.jpg").symlink_to(tmp_path / "outside" / "1.jpg")
    assert content(store, found) == "gone"


#: A process of its own: threads of one process would take turns.
SWAP = """
import os, sys
while True:
    os.rename("Apple", ".away"); os.rename("link", "Apple"); os.rename("Apple", "link"); os.rename(".away", "Apple")
"""


@contextmanager
def swapping(landing: Path, outside: Path) -> Iterator[None]:
    """`Apple` is a folder or a link, as fast as they can take turns."""
    (landing / "link").symlink_to(outside)
    process = subprocess.Popen([sys.executable, "-c", SWAP], cwd=landing)
    try:
        yield
    finally:
        process.kill()
        process.wait()


def test_folder_and_link_that_take_turns_never_lead_outside(store: FolderStore, tmp_path: Path) -> None:
    seen, until = set[bytes | str](), time.monotonic() + 3
    with swapping(tmp_path / "landing", tmp_path / "outside"):
        while time.monotonic() < until:
            with suppress(OSError):
                seen |= {content(store, found) for found in pictures(store)}
    assert OWN in seen
    assert seen <= {OWN, "gone", "changed"}


@pytest.mark.parametrize(
    "way", ["../outside/1.jpg", "Apple/../../outside/1.jpg", "/etc/hostname", "./Apple/1.jpg", "Apple//1.jpg"]
)
def test_no_spelling_leads_outside(store: FolderStore, way: str) -> None:
    (found,) = pictures(store)
    assert content(store, Listed(f"file://{store.root}/{way}", found.etag, 6, found.modified)) == "gone"


def test_hard_links_are_files_like_others(store: FolderStore, tmp_path: Path) -> None:
    os.link(tmp_path / "outside" / "1.jpg", tmp_path / "landing" / "Apple" / "2.jpg")
    assert [content(store, found) for found in sorted(pictures(store), key=lambda p: p.path)] == [OWN, SECRET]
