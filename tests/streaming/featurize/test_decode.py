"""Pixels: as Pillow's default resize of the full RGB picture, whatever the file's format and mode."""

import io
from itertools import product

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from streaming.featurize import resize
from streaming.featurize.decode import Decoded, Limits, decode
from streaming.featurize.jpeg import draft_scale
from streaming.featurize.sniff import READABLE
from tests.streaming.featurize import crafted
from tests.streaming.featurize.drawing import drawing, saved, speckled, with_orientation

LIMITS = Limits(64 << 20, 100_000_000, READABLE, exif_orientation=True)
UNTURNED = Limits(64 << 20, 100_000_000, READABLE, exif_orientation=False)


def pixels(data: bytes, limits: Limits = LIMITS) -> NDArray[np.uint8]:
    return decode(data, limits).pixels


def resized(image: Image.Image) -> NDArray[np.uint8]:
    return np.asarray(image.convert("RGB").resize((224, 224)))


def difference(a: NDArray[np.uint8], b: NDArray[np.uint8]) -> float:
    """Mean, in levels of 255."""
    return float(np.abs(a.astype(int) - b.astype(int)).mean())


def test_small_jpeg_is_what_the_notebook_saw() -> None:
    data = saved(speckled(100, 100), "JPEG")
    assert np.array_equal(pixels(data), np.asarray(Image.open(io.BytesIO(data)).resize((224, 224))))


@pytest.mark.parametrize("size", [(1300, 900), (1301, 1300), (3001, 897), (1793, 1791), (5000, 1), (447, 449)])
@pytest.mark.parametrize(("mode", "subsampling"), [*product(("RGB", "L"), (0, 1, 2)), ("CMYK", 0)])
def test_jpeg_is_bit_identical_to_pillow_with_draft(size: tuple[int, int], mode: str, subsampling: int) -> None:
    data = saved(drawing(*size).convert(mode), "JPEG", subsampling=subsampling, progressive=size[0] % 2 == 0)
    image = Image.open(io.BytesIO(data))
    image.draft("RGB", (448, 448))
    assert np.array_equal(pixels(data), resized(image))


def test_scale_is_that_of_draft_for_all_sides() -> None:
    data = saved(drawing(8, 8), "JPEG")
    for side in (1, 224, 447, 448, 895, 896, 897, 1791, 1792, 3583, 3584, 9000):
        sized = crafted.jpeg_frame(data, 4, side >> 8)
        for at, byte in ((5, side & 255), (6, 9000 >> 8), (7, 9000 & 255)):
            sized = crafted.jpeg_frame(sized, at, byte)
        image = Image.open(io.BytesIO(sized))
        image.draft("RGB", (448, 448))
        scale = draft_scale(9000, side)
        assert image.size == (-(-9000 // scale), -(-side // scale))


@pytest.mark.parametrize("size", [(300, 1), (300, 256), (300, 257), (700, 800), (300, 700)])
@pytest.mark.parametrize("mode", ["L", "CMYK", "P", "RGBA"])
def test_bands_give_the_same_pixels_as_the_whole(
    size: tuple[int, int], mode: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = saved(speckled(*size).convert(mode), "TIFF")
    whole = pixels(data)
    assert np.array_equal(whole, resized(speckled(*size).convert(mode)))
    monkeypatch.setattr(resize, "_WHOLE_PIXELS", 0)
    # See resize.py: Pillow 13 begins with a tall picture's columns.
    assert difference(pixels(data), whole) <= (0.6 if size == (300, 700) else 0)


def test_same_picture_gives_near_equal_pixels_in_each_format() -> None:
    image = drawing()
    expected = resized(image)
    for data, tolerance in (
        (saved(image, "PNG"), 0.0),
        (saved(image, "BMP"), 0.0),
        (saved(image, "TIFF", compression="tiff_lzw"), 0.0),
        (saved(image, "WEBP", lossless=True), 0.0),
        (saved(image, "JPEG", quality=95), 2.0),
        (saved(image, "WEBP", quality=95), 3.0),
        (saved(image.quantize(256), "PNG"), 4.0),
        (saved(image.convert("RGBA"), "PNG"), 0.0),
        (saved(image.convert("CMYK"), "TIFF"), 1.0),
    ):
        assert difference(pixels(data), expected) <= tolerance


@pytest.mark.parametrize("kind", ["PNG", "TIFF"])
def test_16_bit_grey_is_scaled_and_not_clipped(kind: str) -> None:
    grey = drawing().convert("L")
    sixteen = Image.fromarray(np.asarray(grey, np.uint16) * 257)
    assert np.array_equal(pixels(saved(sixteen, kind)), resized(grey))


def test_float_tiff_is_scaled_by_its_range() -> None:
    grey = drawing().convert("L")
    values = np.asarray(grey, np.float32)
    for white in (1 / 255, 1.0, 257.0):
        assert difference(pixels(saved(Image.fromarray(values * white), "TIFF")), resized(grey)) < 0.5


def test_values_that_are_no_numbers_are_black() -> None:
    values = np.full((50, 50), 0.5, np.float32)
    values[:, 25:] = np.nan
    seen = pixels(saved(Image.fromarray(values), "TIFF"))
    assert seen[100, 50, 0] == 128
    assert seen[100, 200, 0] == 0


@pytest.mark.parametrize(("kind", "mode"), [("PNG", "RGBA"), ("PNG", "LA"), ("WEBP", "RGBA"), ("TIFF", "RGBA")])
def test_alpha_is_laid_over_white(kind: str, mode: str) -> None:
    image = drawing().convert("RGBA")
    image.putalpha(0)
    options = {"exact": True, "lossless": True} if kind == "WEBP" else {}
    assert pixels(saved(image.convert(mode), kind, **options)).min() == 255


@pytest.mark.parametrize("kind", ["PNG", "GIF"])
def test_transparent_palette_entry_is_white(kind: str) -> None:
    image = Image.new("P", (20, 20), 1)
    image.putpalette([255, 0, 0, 0, 0, 255])
    assert pixels(saved(image, kind))[0, 0].tolist() == [0, 0, 255]
    assert pixels(saved(image, kind, transparency=1)).min() == 255


def test_one_bit_is_black_and_white() -> None:
    image = Image.new("1", (64, 64), 1)
    image.paste(0, (0, 0, 32, 64))
    seen = pixels(saved(image, "PNG"))
    assert (seen[:, :100] == 0).all()
    assert (seen[:, 124:] == 255).all()


def test_first_frame_of_an_animation_is_taken() -> None:
    frames = [drawing(), drawing().rotate(180)]
    for kind, options in (("GIF", {}), ("WEBP", {"lossless": True}), ("PNG", {}), ("TIFF", {})):
        data = saved(frames[0], kind, save_all=True, append_images=frames[1:], **options)
        assert difference(pixels(data), resized(frames[0])) < 4


TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF"])
def test_orientation_is_undone(orientation: int, kind: str) -> None:
    upright = drawing(160, 100)
    stored = upright.transpose(TURNS[orientation]) if orientation > 1 else upright
    data = saved(stored, kind, exif=with_orientation(orientation))
    turned, unturned = decode(data, LIMITS), decode(data, UNTURNED)
    assert difference(turned.pixels, resized(upright)) < 5
    assert (turned.width, turned.height) == upright.size
    assert difference(unturned.pixels, resized(stored)) < 5
    assert (unturned.width, unturned.height) == stored.size


@pytest.mark.parametrize("exif", [b"Exif\0\0", b"Exif\0\0II*\0\xff\xff\xff\x7f", b"Exif\0\0" + b"\xff" * 50])
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_malformed_exif_never_fails_a_picture(exif: bytes, kind: str) -> None:
    assert decode(saved(drawing(), kind, exif=exif), LIMITS).width == 120


def test_size_and_format_are_those_of_the_whole_picture() -> None:
    seen = decode(saved(drawing(2000, 1500), "JPEG"), LIMITS)
    assert isinstance(seen, Decoded)
    assert (seen.width, seen.height, seen.format) == (2000, 1500, "JPEG")


def test_one_pixel_fills_the_picture() -> None:
    assert (pixels(saved(Image.new("RGB", (1, 1), (9, 80, 200)), "PNG")) == (9, 80, 200)).all()


def test_harmless_oddities_change_no_pixel() -> None:
    plain = saved(drawing(), "JPEG")
    for odd in (
        crafted.with_stray_bytes(plain),
        plain[:-2] + bytes(7) + crafted.EOI,
        plain + b"appended by a phone",
        plain.replace(b"JFIF\0\x01", b"JFIF\0\x09"),
    ):
        assert odd != plain
        assert np.array_equal(pixels(odd), pixels(plain))
