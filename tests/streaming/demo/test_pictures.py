import time
from pathlib import Path

import pytest
from PIL import Image, ImageStat

from streaming.demo.fruits import FRUITS
from streaming.demo.pictures import draw_pictures
from streaming.stores.folder import FolderStore
from streaming.stores.store import Listed


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("drawn")
    assert draw_pictures(folder, per_label=4, seed=3) == 4 * len(FRUITS)
    return folder


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*.*")}


def test_every_picture_opens_and_shows_something(drawn: Path) -> None:
    for path in drawn.rglob("*.*"):
        with Image.open(path) as picture:
            picture.load()
            assert 144 <= min(picture.size) <= max(picture.size) <= 176
            assert sum(ImageStat.Stat(picture.convert("RGB")).stddev) > 30


def test_labels_are_folders_and_default_patterns_take_all(drawn: Path) -> None:
    assert {path.name for path in drawn.iterdir()} == set(FRUITS)
    assert sum(isinstance(found, Listed) for found in FolderStore(str(drawn)).list()) == 4 * len(FRUITS)


def test_same_seed_gives_the_same_bytes_and_another_does_not(drawn: Path, tmp_path: Path) -> None:
    draw_pictures(tmp_path / "same", per_label=4, seed=3)
    draw_pictures(tmp_path / "fewer", per_label=1, seed=3)
    draw_pictures(tmp_path / "other", per_label=1, seed=4)
    assert contents(tmp_path / "same") == contents(drawn)
    assert contents(tmp_path / "fewer").items() <= contents(drawn).items()
    assert not set(contents(tmp_path / "other").values()) & set(contents(drawn).values())


def test_all_pictures_differ_and_come_in_three_formats(drawn: Path) -> None:
    found = contents(drawn)
    assert len(set(found.values())) == len(found)
    assert {Path(name).suffix for name in found} == {".jpg", ".png", ".webp"}


def test_drawing_is_quick(tmp_path: Path) -> None:
    started = time.process_time()
    draw_pictures(tmp_path, per_label=6, seed=0)
    assert time.process_time() - started < 3
