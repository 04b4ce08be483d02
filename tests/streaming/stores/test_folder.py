import os
import pickle
import socket
import subprocess
import time
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schemas.errors import PictureError
from streaming.stores.folder import FolderStore
from streaming.stores.names import NamePatterns
from streaming.stores.store import Listed, Skipped, StoreError

ALL = NamePatterns(("*",), hidden=True)


def listed(store: FolderStore) -> dict[str, Listed]:
    return {found.path: found for found in store.list() if isinstance(found, Listed)}


def skipped(store: FolderStore) -> dict[str, str]:
    return {found.name: found.why for found in store.list() if isinstance(found, Skipped)}


def read(store: FolderStore, found: Listed, max_bytes: int = 1 << 20) -> bytes:
    return store.read(found.path, found.etag, max_bytes=max_bytes, timeout_s=5)


def failure(store: FolderStore, found: Listed, max_bytes: int = 1 << 20) -> str:
    with pytest.raises(PictureError) as error:
        read(store, found, max_bytes)
    return error.value.code


@pytest.fixture
def store(tmp_path: Path) -> FolderStore:
    (tmp_path / "landing" / "Apple").mkdir(parents=True)
    return FolderStore(str(tmp_path / "landing"))


@pytest.fixture
def apple(store: FolderStore) -> Listed:
    Path(store.root, "Apple", "1.jpg").write_bytes(b"one")
    (found,) = listed(store).values()
    return found


def test_listing_tells_path_size_and_time(store: FolderStore, apple: Listed) -> None:
    seen = Path(store.root, "Apple", "1.jpg").stat()
    assert apple.path == f"file://{store.root}/Apple/1.jpg"
    assert apple.size == 3
    assert apple.modified.timestamp() == pytest.approx(seen.st_mtime, abs=1e-5)
    assert apple.modified.utcoffset() is not None
    assert store.stat(apple.path) == apple
    assert store.settles


def test_store_pickles(store: FolderStore, apple: Listed) -> None:
    assert read(pickle.loads(pickle.dumps(store)), apple) == b"one"


def test_root_with_a_slash_and_root_behind_a_link(store: FolderStore, apple: Listed, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(store.root)
    assert listed(FolderStore(f"{store.root}/")) == {apple.path: apple}
    assert list(listed(FolderStore(str(tmp_path / "link")))) == [f"file://{tmp_path}/link/Apple/1.jpg"]


ODD = [
    "a b",
    "x+y",
    "100%",
    "%41",
    "%2F",
    "#1",
    "?q",
    "'\"",
    "new\nline",
    "tab\t",
    "ü é",
    "🍎",
    "*[a]",
    "\\",
    "~",
    "-rf",
]


@pytest.mark.parametrize("odd", ODD)
def test_odd_names_are_kept_as_they_are(store: FolderStore, odd: str) -> None:
    folder = Path(store.root, odd)
    folder.mkdir()
    (folder / f"{odd}.jpg").write_bytes(odd.encode())
    found = listed(store)[f"file://{store.root}/{odd}/{odd}.jpg"]
    assert read(store, found) == odd.encode()
    assert store.stat(found.path) == found


NAME_BYTES = st.binary(min_size=1, max_size=255).filter(lambda b: not set(b) & {0, 47} and b not in (b".", b".."))
TEXT_NAMES = st.text(min_size=1, max_size=60).map(lambda s: s.encode("utf-8", "replace"))
NAMES = (NAME_BYTES | TEXT_NAMES).filter(lambda b: not set(b) & {0, 47} and b not in (b".", b".."))


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(folder=NAMES, name=NAMES, content=st.binary(max_size=50))
def test_any_legal_name_is_listed_and_read_or_skipped(
    tmp_path_factory: pytest.TempPathFactory, folder: bytes, name: bytes, content: bytes
) -> None:
    root = tmp_path_factory.mktemp("any")
    path = os.fsencode(root) + b"/" + folder + b"/" + name
    Path(os.fsdecode(path)).parent.mkdir()
    Path(os.fsdecode(path)).write_bytes(content)
    store = FolderStore(str(root), ALL)
    (found,) = store.list()
    try:
        text = path.decode("utf-8")
    except UnicodeDecodeError:
        assert isinstance(found, Skipped)
        assert (found.why, found.name.isprintable()) == ("not UTF-8", True)
        assert len(found.name) <= 200
    else:
        assert isinstance(found, Listed)
        assert found.path == f"file://{text}"
        assert read(store, found) == content


def test_hidden_names_are_left_out_in_silence_and_others_without_a_pattern_are_counted(store: FolderStore) -> None:
    for name in ("a.txt", "x.jpg#12", ".a.jpg", "_b.jpg", ".hid/c.jpg", "_tmp/d.jpg"):
        path = Path(store.root, name)
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"x")
    Path(os.fsdecode(os.fsencode(store.root) + b"/\xff.txt")).write_bytes(b"x")
    os.mkfifo(Path(store.root, "pipe.txt"))
    skipped = [entry for entry in store.list() if isinstance(entry, Skipped)]
    assert {entry.name for entry in skipped} == {"a.txt", "x.jpg#12", "\\xff.txt", "pipe.txt"}
    assert {entry.why for entry in skipped} == {"fits no name pattern"}


def test_links_are_named_and_never_followed(store: FolderStore, apple: Listed, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret.jpg").write_bytes(b"secret")
    root = Path(store.root)
    (root / "out.jpg").symlink_to(outside / "secret.jpg")
    (root / "in.jpg").symlink_to("Apple/1.jpg")
    (root / "broken.jpg").symlink_to("nowhere")
    (root / "folder").symlink_to(outside)
    (root / "loop").symlink_to(".")
    (root / "note.txt").symlink_to(outside / "secret.jpg")
    assert listed(store) == {apple.path: apple}
    assert skipped(store) == dict.fromkeys(["out.jpg", "in.jpg", "broken.jpg", "folder", "loop"], "a link")
    for name in ("out.jpg", "in.jpg", "folder/secret.jpg", "loop/Apple/1.jpg", "../outside/secret.jpg"):
        path = f"file://{store.root}/{name}"
        assert store.stat(path) is None
        assert failure(store, Listed(path, apple.etag, 3, apple.modified)) == "gone"


@pytest.mark.timeout(20)
def test_what_is_no_file_hangs_nothing(store: FolderStore, apple: Listed, monkeypatch: pytest.MonkeyPatch) -> None:
    root = Path(store.root)
    os.mkfifo(root / "pipe.jpg")
    monkeypatch.chdir(root)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("socket.jpg")
        assert skipped(store) == dict.fromkeys(["pipe.jpg", "socket.jpg"], "not a regular file")
        for name in ("pipe.jpg", "socket.jpg", "Apple"):
            path = f"file://{store.root}/{name}"
            assert store.stat(path) is None
            assert failure(store, Listed(path, apple.etag, 3, apple.modified)) == "gone"


@pytest.mark.parametrize(
    "foreign", ["file:///etc/hostname", "s3://bucket/a.jpg", "a.jpg", "file://{}", "file://{}/\0.jpg"]
)
def test_paths_outside_the_landing_are_not_read(store: FolderStore, apple: Listed, foreign: str) -> None:
    path = foreign.format(store.root)
    assert store.stat(path) is None
    assert failure(store, Listed(path, apple.etag, 3, apple.modified)) == "gone"


@pytest.mark.parametrize("ns", [-(10**18), -1, 0, 10**18, 4 * 10**18])
def test_any_modification_time_is_taken(store: FolderStore, apple: Listed, ns: int) -> None:
    os.utime(Path(store.root, "Apple", "1.jpg"), ns=(ns, ns))
    (found,) = listed(store).values()
    assert 1 <= found.modified.year <= 9999
    assert read(store, found) == b"one"


@pytest.mark.parametrize(("ns", "year"), [(-(10**30), 1), (10**30, 9999), (0, 1970)])
def test_times_beyond_a_timestamp_are_clamped(ns: int, year: int) -> None:
    from streaming.stores.folder_listing import timestamp

    assert timestamp(ns).year == year


def test_overwritten_before_the_read_is_changed(store: FolderStore, apple: Listed) -> None:
    path = Path(store.root, "Apple", "1.jpg")
    before = path.stat()
    time.sleep(0.02)
    path.write_bytes(b"two")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert path.stat().st_mtime_ns == before.st_mtime_ns
    assert failure(store, apple) == "changed"
    (now,) = listed(store).values()
    assert read(store, now) == b"two"


def test_overwritten_during_the_read_is_changed(store: FolderStore, monkeypatch: pytest.MonkeyPatch) -> None:
    path = Path(store.root, "big.jpg")
    path.write_bytes(b"x" * (3 << 20))
    found = listed(store)[f"file://{path}"]
    system_read, calls = os.read, []

    def overwriting(fd: int, count: int) -> bytes:
        calls.append(count)
        if len(calls) == 2:
            time.sleep(0.02)
            path.write_bytes(b"y" * (3 << 20))
        return system_read(fd, count)

    monkeypatch.setattr(os, "read", overwriting)
    assert failure(store, found, 4 << 20) == "changed"


def test_deleted_before_the_read_is_gone(store: FolderStore, apple: Listed) -> None:
    Path(store.root, "Apple", "1.jpg").unlink()
    assert store.stat(apple.path) is None
    assert failure(store, apple) == "gone"
    Path(store.root, "Apple").rmdir()
    assert failure(store, apple) == "gone"
    Path(store.root).rmdir()
    assert failure(store, apple) == "unreachable"


def test_more_bytes_than_allowed_are_too_large(store: FolderStore, apple: Listed) -> None:
    assert read(store, apple, 3) == b"one"
    assert failure(store, apple, 2) == "too_large"


def test_slow_disk_is_a_timeout(store: FolderStore, apple: Listed) -> None:
    with pytest.raises(PictureError) as error:
        store.read(apple.path, apple.etag, max_bytes=10, timeout_s=0)
    assert error.value.code == "timeout"


def test_disk_fault_is_unreachable(store: FolderStore, apple: Listed, monkeypatch: pytest.MonkeyPatch) -> None:
    def faulty(fd: int, count: int) -> bytes:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(os, "read", faulty)
    assert failure(store, apple) == "unreachable"


def test_missing_or_replaced_landing_is_an_error(store: FolderStore, apple: Listed, tmp_path: Path) -> None:
    listing = store.list()
    next(listing)
    Path(store.root).rename(tmp_path / "away")
    with pytest.raises(StoreError, match="can't be listed"):
        list(listing)
    Path(store.root).mkdir()
    for root in (tmp_path / "nowhere", tmp_path / "away" / "Apple" / "1.jpg"):
        with pytest.raises(StoreError, match="can't be listed"):
            list(FolderStore(str(root)).list())


def test_folder_that_vanishes_while_listed_is_fine(store: FolderStore) -> None:
    for name in ("a", "b", "c"):
        Path(store.root, name).mkdir()
        Path(store.root, name, "1.jpg").write_bytes(b"x")
    listing = store.list()
    first = next(listing)
    assert isinstance(first, Listed)
    for name in {"a", "b", "c"} - {Path(first.path).parent.name}:
        Path(store.root, name).rename(Path(store.root).parent / name)
    assert list(listing) == []


@pytest.fixture
def deep(tmp_path: Path) -> Iterator[Path]:
    """A folder of which `rm` knows how to get rid, and pytest doesn't."""
    folder = tmp_path / "deep"
    folder.mkdir()
    yield folder
    subprocess.run(["rm", "-rf", str(folder)], check=True)


def test_deep_trees_and_long_paths_are_listed(deep: Path) -> None:
    """1,500 levels, and a path longer than the kernel takes in one call."""
    here = os.open(deep, os.O_RDONLY)
    for level in range(1500):
        os.mkdir(f"{level:04d}", dir_fd=here)
        below = os.open(f"{level:04d}", os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = below
    with os.fdopen(os.open("x.jpg", os.O_WRONLY | os.O_CREAT, dir_fd=here), "wb") as file:
        file.write(b"deep")
    os.close(here)
    store = FolderStore(str(deep))
    (found,) = listed(store).values()
    assert len(found.path) > 4096
    assert read(store, found) == b"deep"


def test_big_folder_is_streamed(store: FolderStore) -> None:
    for i in range(20_000):
        os.close(os.open(f"{store.root}/Apple/{i}.jpg", os.O_CREAT | os.O_WRONLY))
    tracemalloc.start()
    try:
        assert sum(isinstance(found, Listed) for found in store.list()) == 20_000
        assert tracemalloc.get_traced_memory()[1] < 100_000
    finally:
        tracemalloc.stop()
    assert len(listed(store)) == 20_000
