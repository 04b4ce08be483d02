"""The limits are those of the settings, and each refusal names its setting."""

import pytest

from conf.errors import SettingsError
from conf.load import load_settings
from conf.settings import Settings
from schemas.errors import PictureError
from streaming.featurize.limits import Limits
from streaming.featurize.sniff import READABLE
from streaming.featurize.tally import PIECE, Tally

LIMITS = Limits(100, 1000, ("PNG",), True, max_image_frames=2, max_aspect_ratio=4.0, max_metadata_bytes=10 * PIECE)


def refusal(of: str, *arguments: object) -> str:
    with pytest.raises(PictureError) as e:
        getattr(LIMITS, f"check_{of}")(*arguments)
    return f"{e.value.code}: {e.value.detail}"


def test_defaults_are_those_of_the_settings() -> None:
    settings = Settings()
    limits = Limits(settings.max_image_bytes, settings.max_image_pixels, READABLE, exif_orientation=True)
    for name in ("max_image_frames", "max_aspect_ratio", "max_metadata_bytes"):
        assert getattr(limits, name) == getattr(settings, name)


def test_refusals_name_their_setting() -> None:
    assert refusal("bytes", 101) == "too_large: 101 bytes; max_image_bytes is 100"
    assert refusal("pixels", 40, 26) == "too_many_pixels: 40 x 26 pixels; max_image_pixels is 1,000"
    assert refusal("pixels", 41, 10) == "too_many_pixels: 41 x 10 pixels; max_aspect_ratio is 4"
    assert "image_formats (PNG)" in refusal("format", "JPEG")
    assert "max_image_pixels is 1,000" in refusal("scans", 65, 1000)


def test_what_is_within_the_limits_passes() -> None:
    LIMITS.check_bytes(100)
    LIMITS.check_pixels(40, 10)
    LIMITS.check_pixels(0, 0)
    LIMITS.check_scans(64, 1000)
    LIMITS.check_scans(640, 100)


def test_frames_are_counted() -> None:
    tally = Tally(LIMITS)
    tally.frame()
    tally.frame()
    with pytest.raises(PictureError, match="max_image_frames is 2"):
        tally.frame()


def test_small_pieces_of_metadata_count_as_larger_ones() -> None:
    tally = Tally(LIMITS)
    for _ in range(10):
        tally.piece(0)
    tally.pixels(10**9)
    with pytest.raises(PictureError, match="max_metadata_bytes is 2,560"):
        tally.pixels(PIECE - 1)


@pytest.mark.parametrize("name", ["EPS", "PS", "PDF", "SVG", "jpeg,EPS"])
def test_formats_that_run_programs_or_read_files_cannot_be_named(name: str) -> None:
    with pytest.raises(SettingsError, match="image_formats"):
        load_settings(assignments=[f"image_formats={name}"])
