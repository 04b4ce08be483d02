import errno
import os
import shutil
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from streaming.cleaning import folder_archive
from streaming.cleaning.archive_name import archive_name
from streaming.cleaning.aside import Aside
from streaming.cleaning.folder_cleaning import FolderCleaning
from streaming.cleaning.noreplace import rename_noreplace
from streaming.cleaning.way import FinishedRow, Outcome
from streaming.stores.folder import FolderStore
from streaming.stores.names import ASIDE, NamePatterns
from tests.streaming.cleaning.orchard import WEEK, Orchard
from tests.streaming.stores.test_folder import ODD

ALL = NamePatterns(("*",), hidden=True)


@pytest.fixture
def orchard(tmp_path: Path) -> Orchard:
    (tmp_path / "landing").mkdir()
    return Orchard(tmp_path, FolderStore(str(tmp_path / "landing"), ALL))


def way(orchard: Orchard, archive: str = "") -> FolderCleaning:
    return FolderCleaning(FolderStore(f"{orchard.folder}/landing"), orchard.id, archive, wait_s=0.05)


def put(orchard: Orchard, name: str, content: bytes) -> Path:
    path = orchard.folder / "landing" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def landing(orchard: Orchard) -> dict[str, bytes]:
    return files(orchard.folder / "landing")


def test_what_has_its_row_is_deleted_and_the_rest_stays(orchard: Orchard) -> None:
    put(orchard, "Kiwi/a.jpg", b"one")
    put(orchard, "Kiwi/b.jpg", b"two")
    orchard.featured()
    put(orchard, "Kiwi/b.jpg", b"other")
    put(orchard, "Kiwi/c.jpg", b"new")
    sweep = orchard.sweep(way(orchard))
    assert sweep.once() is None
    assert landing(orchard) == {"Kiwi/b.jpg": b"other", "Kiwi/c.jpg": b"new"}
    assert sweep.cleaned == 1
    orchard.featured()
    orchard.sweep(way(orchard)).once()
    assert landing(orchard) == {}
    assert not orchard.new()


def test_odd_names_are_deleted_and_moved_as_they_are(orchard: Orchard, tmp_path: Path) -> None:
    contents = {f"{name}.jpg": name.encode() for name in ODD} | {"in {} 日本/a.jpg": b"x", f"{'é' * 125}.jpg": b"long"}
    for name, content in contents.items():
        put(orchard, name, content)
    orchard.featured()
    assert orchard.sweep(way(orchard, f"{tmp_path}/done")).once() is None
    assert landing(orchard) == {}
    assert sorted(files(tmp_path / "done").values()) == sorted(contents.values())


def test_a_move_keeps_every_version_and_what_a_name_says(orchard: Orchard, tmp_path: Path) -> None:
    archive = tmp_path / "far" / "done"
    for content in (b"one", b"two", b"one"):
        path = put(orchard, "Kiwi/a.b.jpg", content)
        os.utime(path, ns=(1, 10**18))
        orchard.featured()
        orchard.sweep(way(orchard, str(archive)), task="move").once()
    assert sorted(files(archive).values()) == [b"one", b"one", b"two"]
    assert all(name.startswith("Kiwi/a.b.") and name.endswith(".jpg") for name in files(archive))
    assert {path.stat().st_mtime_ns for path in archive.rglob("*.jpg")} == {10**18}


def test_a_move_to_another_file_system_is_a_copy_that_is_whole(
    orchard: Orchard, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not Path("/dev/shm").is_dir() or Path("/dev/shm").stat().st_dev == tmp_path.stat().st_dev:
        pytest.skip("there is no second file system in /dev/shm")
    archive = Path("/dev/shm") / f"verger-{os.getpid()}-{time.monotonic_ns()}"
    try:
        path = put(orchard, "Kiwi/a.jpg", b"x" * 3_000_000)
        os.utime(path, ns=(1, 10**18))
        orchard.featured()
        orchard.sweep(way(orchard, str(archive)), task="move").once()
        (moved,) = (path for path in archive.rglob("*") if path.is_file())
        assert moved.read_bytes() == b"x" * 3_000_000
        assert moved.stat().st_mtime_ns == 10**18
        assert landing(orchard) == {}
    finally:
        shutil.rmtree(archive, ignore_errors=True)


def test_a_file_that_is_written_is_put_back_with_its_bytes(orchard: Orchard) -> None:
    path = put(orchard, "a.jpg", b"one")
    orchard.featured()
    with path.open("r+b") as writer:  # open all the time, not written yet
        orchard.sweep(way(orchard)).once()
        assert landing(orchard) == {"a.jpg": b"one"}
        writer.write(b"two")
    assert path.read_bytes() == b"two"
    (found,) = orchard.new()
    assert found.size == 3


def test_a_reader_does_not_hold_it_up_and_reads_on(orchard: Orchard) -> None:
    path = put(orchard, "a.jpg", b"one")
    orchard.featured()
    with path.open("rb") as reader:
        orchard.sweep(way(orchard)).once()
        assert landing(orchard) == {}
        assert reader.read() == b"one"


def test_overwritten_between_the_look_and_the_rename_it_comes_back(
    orchard: Orchard, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(orchard, "a.jpg", b"one")
    orchard.featured()
    rename = os.rename

    def late(source: str, target: str, **folders: int) -> None:
        put(orchard, "a.jpg", b"two")  # as many bytes
        rename(source, target, **folders)

    monkeypatch.setattr(os, "rename", late)
    orchard.sweep(way(orchard)).once()
    assert landing(orchard) == {"a.jpg": b"two"}
    assert len(orchard.new()) == 1


def test_what_can_not_be_put_back_is_kept_and_told(orchard: Orchard, monkeypatch: pytest.MonkeyPatch) -> None:
    put(orchard, "a.jpg", b"one")
    orchard.featured()
    rename = os.rename

    def late(source: str, target: str, **folders: int) -> None:
        put(orchard, "a.jpg", b"two")
        rename(source, target, **folders)
        put(orchard, "a.jpg", b"three")

    with monkeypatch.context() as patch:
        patch.setattr(os, "rename", late)
        sweep = orchard.sweep(way(orchard))
        sweep.once()
    assert landing(orchard)["a.jpg"] == b"three"
    assert sorted(landing(orchard).values()) == [b"three", b"two"]
    from streaming.cleaning.progress import Progress

    assert "File exists; the file is kept as" in (Progress.read(orchard.lake).problem or "")
    (orchard.folder / "landing" / "a.jpg").unlink()
    orchard.sweep(way(orchard)).once()
    assert landing(orchard) == {"a.jpg": b"two"}
    assert Progress.read(orchard.lake).problem is None


def test_a_writer_that_comes_while_it_is_hashed_waits_and_loses_nothing(
    orchard: Orchard, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It has opened the file aside, as one does that resolved its name just before the rename."""
    put(orchard, "a.jpg", b"one")
    orchard.featured()
    hashed, writers = folder_archive.file_hash, list[threading.Thread]()

    def write(path: str) -> None:
        with open(path, "r+b") as file:  # noqa: PTH123
            file.write(b"two")

    def slow(folder: int, name: str, copy_to: int | None = None) -> str:
        path = f"{orchard.folder}/landing/{ASIDE}/{name}"
        writers.append(threading.Thread(target=write, args=(path,)))
        writers[0].start()
        time.sleep(0.3)
        return hashed(folder, name, copy_to)

    monkeypatch.setattr("streaming.cleaning.folder_cleaning.file_hash", slow)
    orchard.sweep(way(orchard)).once()
    writers[0].join(10)
    assert landing(orchard) == {"a.jpg": b"two"}


def test_links_and_names_outside_are_left_alone(orchard: Orchard, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "a.jpg").write_bytes(b"mine")
    put(orchard, "Kiwi/a.jpg", b"one")
    (entry,) = orchard.new()
    orchard.featured()
    (orchard.folder / "landing" / "Kiwi" / "a.jpg").unlink()
    (orchard.folder / "landing" / "Kiwi").rmdir()
    (orchard.folder / "landing" / "Kiwi").symlink_to(outside)
    orchard.sweep(way(orchard)).once()
    seen = (outside / "a.jpg").stat()
    etag = f"{seen.st_mtime_ns:x}-{seen.st_ctime_ns:x}-{seen.st_size:x}"
    rows = [
        FinishedRow(path, etag, 4, entry.modified, seq, seq, "x")
        for seq, path in enumerate(
            [entry.path, f"file://{outside}/a.jpg", f"file://{tmp_path}/landing/../outside/a.jpg", "s3://b/a.jpg"], 1
        )
    ]
    assert list(way(orchard).clean(rows)) == [Outcome(seq, "other") for seq in (1, 2, 3, 4)]
    assert (outside / "a.jpg").read_bytes() == b"mine"


def test_a_link_in_the_place_of_the_folder_aside_is_not_followed(orchard: Orchard, tmp_path: Path) -> None:
    put(orchard, "a.jpg", b"one")
    orchard.featured()
    (tmp_path / "outside").mkdir()
    (orchard.folder / "landing" / ASIDE).symlink_to(tmp_path / "outside")
    with pytest.raises(OSError, match=r"Not a directory|symbolic links"):
        orchard.sweep(way(orchard)).once()
    assert (orchard.folder / "landing" / "a.jpg").read_bytes() == b"one"


def test_no_listing_sees_what_is_aside(orchard: Orchard) -> None:
    put(orchard, f"{ASIDE}/x_1_y", b"one")
    assert orchard.listed() == []


def test_files_of_another_lake_stay_aside(orchard: Orchard) -> None:
    put(orchard, f"{ASIDE}/other_1_abc", b"one")
    put(orchard, f"{ASIDE}/{orchard.id}_odd", b"one")
    with Aside.opened(f"{orchard.folder}/landing", orchard.id, make=False) as aside:
        assert aside
        assert aside.names() == {}


def test_a_move_replaces_nothing(orchard: Orchard, tmp_path: Path) -> None:
    put(orchard, "a.jpg", b"one")
    orchard.featured()
    (row,) = rows_of(orchard)
    archive = tmp_path / "done"
    archive.mkdir()
    (archive / archive_name(row, "a.jpg", orchard.id)).write_bytes(b"other")
    (outcome,) = way(orchard, str(archive)).clean([row])
    assert outcome.what == "failed"
    assert sorted(files(archive).values()) == [b"other"]
    assert list(landing(orchard).values()) == [b"one"]


def test_while_there_is_no_archive_nothing_is_set_aside(orchard: Orchard, tmp_path: Path) -> None:
    put(orchard, "a.jpg", b"one")
    orchard.featured()
    (tmp_path / "file").touch()
    (outcome,) = way(orchard, f"{tmp_path}/file/done").clean(list(rows_of(orchard)))
    assert (outcome.what, "clean_to = " in outcome.why) == ("failed", True)
    assert landing(orchard) == {"a.jpg": b"one"}
    assert not orchard.new()  # as it was: what is put back is a new version


def _across_file_systems(source: str, target: str, source_folder: int, target_folder: int) -> None:
    if source_folder != target_folder:
        raise OSError(errno.EXDEV, os.strerror(errno.EXDEV))
    rename_noreplace(source, target, source_folder, target_folder)


def test_killed_between_copy_and_removal_a_move_is_repeated(
    orchard: Orchard, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folder_archive, "rename_noreplace", _across_file_systems)
    put(orchard, "a.jpg", b"one")
    orchard.featured()
    (row,) = rows_of(orchard)
    (tmp_path / "done").mkdir()
    (tmp_path / "done" / archive_name(row, "a.jpg", orchard.id)).write_bytes(b"one")
    assert list(way(orchard, f"{tmp_path}/done").clean([row])) == [Outcome(1, "done")]
    assert (landing(orchard), list(files(tmp_path / "done").values())) == ({}, [b"one"])


def test_a_copy_that_fails_leaves_nothing_behind(
    orchard: Orchard, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(folder_archive, "rename_noreplace", _across_file_systems)
    put(orchard, "a.jpg", b"one")
    orchard.featured()
    rows = list(rows_of(orchard))
    monkeypatch.setattr(os, "fsync", full)
    (outcome,) = way(orchard, f"{tmp_path}/done").clean(rows)
    assert (outcome.what, outcome.why.endswith("a.jpg: No space left on device")) == ("failed", True)
    assert (landing(orchard), files(tmp_path / "done")) == ({"a.jpg": b"one"}, {})


def rows_of(orchard: Orchard) -> Iterator[FinishedRow]:
    from datetime import datetime, timezone

    from streaming.cleaning.finished import Finished

    yield from Finished(orchard.lake).window(0, datetime.now(timezone.utc) - WEEK).rows
