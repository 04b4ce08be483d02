"""Every odd file gets the code, or the pixels, that a person would expect."""

import pytest

from schemas.errors import PictureError
from streaming.featurize.decode import Limits, decode
from streaming.featurize.sniff import READABLE
from tests.streaming.featurize import crafted
from tests.streaming.featurize.drawing import drawing, saved
from tests.streaming.featurize.odd_files import odd_files

LIMITS = Limits(64 << 20, 100_000_000, READABLE, exif_orientation=True)
ODD = odd_files()


def outcome(data: bytes, limits: Limits = LIMITS) -> str:
    try:
        decoded = decode(data, limits)
    except PictureError as e:
        return e.code
    assert decoded.pixels.shape == (224, 224, 3)
    assert decoded.pixels.dtype == "uint8"
    return "ok"


@pytest.mark.parametrize("name", ODD)
def test_odd_file_gets_the_expected_outcome(name: str) -> None:
    data, expected = ODD[name]
    assert outcome(data) == expected


def test_at_least_25_files_are_bad_and_25_only_odd() -> None:
    fine = sum(expected == "ok" for _, expected in ODD.values())
    assert fine >= 25
    assert len(ODD) - fine >= 25


def test_detail_names_what_it_looks_like() -> None:
    for data, words in {
        b"<html>": "HTML",
        b"%PDF-1.4": "PDF",
        b"PK\x03\x04": "zip",
        crafted.SVG: "SVG",
        crafted.isobmff(b"mif1"): "HEIC",
        b"8BPS": "PSD",
        crafted.isobmff(b"crx "): "camera raw",
    }.items():
        with pytest.raises(PictureError, match=words):
            decode(data, LIMITS)


def test_more_bytes_than_allowed_is_too_large() -> None:
    data = saved(drawing(), "PNG")
    assert outcome(data, Limits(len(data), 10**6, READABLE, True)) == "ok"
    assert outcome(data, Limits(len(data) - 1, 10**6, READABLE, True)) == "too_large"


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF"])
def test_pixel_limit_holds_for_each_format(kind: str) -> None:
    data = saved(drawing(100, 90), kind)
    assert outcome(data, Limits(10**6, 9000, READABLE, True)) == "ok"
    assert outcome(data, Limits(10**6, 8999, READABLE, True)) == "too_many_pixels"


@pytest.mark.parametrize(
    ("format_", "bytes_per_pixel"), [("JPEG", 8), ("PNG", 8), ("TIFF", 8), ("GIF", 8), ("WEBP", 16)]
)
def test_what_decoding_takes_of_memory_is_told_from_the_header(format_: str, bytes_per_pixel: int) -> None:
    data, needed = saved(drawing(), format_), 120 * 90 * bytes_per_pixel
    assert outcome(data, Limits(10**6, 10**6, READABLE, True, max_decode_bytes=needed)) == "ok"
    assert outcome(data, Limits(10**6, 10**6, READABLE, True, max_decode_bytes=needed - 1)) == "too_many_pixels"


def test_format_left_out_of_the_settings_is_unsupported() -> None:
    limits = Limits(10**6, 10**6, ("JPEG",), True)
    assert outcome(saved(drawing(), "PNG"), limits) == "unsupported"
    assert outcome(saved(drawing(), "JPEG"), limits) == "ok"


def test_side_longer_than_any_camera_makes_is_too_many_pixels() -> None:
    """A PNG 1 pixel wide would need 224 pixels of memory for each of its rows."""
    assert outcome(crafted.png(1, 70_000, bytes(140_000))) == "too_many_pixels"


def test_black_picture_is_not_taken_for_missing_rows() -> None:
    assert outcome(crafted.png(40, 40, bytes(41 * 40))) == "ok"


def test_tiff_of_a_camera_raw_thumbnail_is_unsupported() -> None:
    tagged = saved(drawing(), "TIFF", tiffinfo={50706: b"\x01\x04\x00\x00"})
    assert outcome(tagged) == "unsupported"


def test_pillow_alone_would_have_padded() -> None:
    """The reason for the checks: if Pillow raises one day, they can go."""
    import io

    from PIL import Image

    for data in (crafted.jpeg_cut_and_closed(50), crafted.png_with_rows_missing(), crafted.jpeg_without_last_scans()):
        Image.open(io.BytesIO(data)).load()
