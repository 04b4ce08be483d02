from pathlib import Path

import pytest
from PIL import Image

from streaming.demo.broken import draw_broken
from streaming.stores.names import NamePatterns

READ = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF")


@pytest.mark.filterwarnings("error::PIL.Image.DecompressionBombWarning")
def test_none_of_the_broken_ones_can_be_decoded(tmp_path: Path) -> None:
    hints = draw_broken(tmp_path / "Broken")
    assert {path.name for path in (tmp_path / "Broken").iterdir()} == set(hints)
    for name in hints:
        with pytest.raises((OSError, Image.DecompressionBombError, ValueError)):
            Image.open(tmp_path / "Broken" / name, formats=READ).load()


def test_photoshop_file_is_a_whole_one(tmp_path: Path) -> None:
    draw_broken(tmp_path)
    with Image.open(tmp_path / "layers.jpg") as picture:
        picture.load()
        assert (picture.format, picture.size) == ("PSD", (32, 32))


def test_broken_ones_are_small_hinted_and_taken_by_the_default_patterns(tmp_path: Path) -> None:
    hints = draw_broken(tmp_path)
    assert 8 <= len(hints) <= 10
    assert all(hints.values())
    assert all(path.stat().st_size < 25_000 for path in tmp_path.iterdir())
    assert all(NamePatterns().takes(name) for name in hints)


def test_bomb_has_a_valid_header(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    draw_broken(tmp_path)
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", None)
    with Image.open(tmp_path / "bomb.png") as bomb:
        assert (bomb.format, bomb.size) == ("PNG", (30_000, 30_000))


def test_two_runs_write_the_same(tmp_path: Path) -> None:
    draw_broken(tmp_path / "a")
    draw_broken(tmp_path / "b")
    for path in (tmp_path / "a").iterdir():
        assert path.read_bytes() == (tmp_path / "b" / path.name).read_bytes()
