"""What Pillow alone shows wrongly, or not at all, and says nothing."""

import zlib

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from schemas.errors import PictureError
from streaming.featurize.decode import Limits, decode
from streaming.featurize.sniff import READABLE
from tests.streaming.featurize import crafted
from tests.streaming.featurize.drawing import drawing, saved

LIMITS = Limits(1 << 20, 1_000_000, READABLE, exif_orientation=True)
PICTURE = drawing(40, 30)
GREY = PICTURE.convert("L")
SIZE = {256: [40], 257: [30], 278: [30]}
BLACK, WHITE = bytes(4), bytes([255, 255, 255, 0])
#: 8 x 4 pixels, the right half of colour 1.
HALVES = {8: bytes([0, 0, 0, 0, 1, 1, 1, 1] * 4), 4: bytes([0, 0, 0x11, 0x11] * 4)}
#: Of what is seen of such a picture; between them resizing mixes its halves.
LEFT, RIGHT = np.s_[:, :50], np.s_[:, 174:]


def pixels(data: bytes) -> NDArray[np.uint8]:
    return decode(data, LIMITS).pixels


def resized(image: Image.Image) -> NDArray[np.uint8]:
    return np.asarray(image.convert("RGB").resize((224, 224)))


def grey_tiff(values: NDArray[np.generic], kind: int, *, order: str = "<", deflated: bool = False) -> bytes:
    """One strip; `kind`: of samples, 1 unsigned, 2 signed, 3 float."""
    tags = {**SIZE, 258: [8 * values.itemsize], 259: [8 if deflated else 1], 262: [1], 277: [1], 339: [kind]}
    strip = values.astype(f"{order}{values.dtype.str[1:]}").tobytes()
    return crafted.tiff([zlib.compress(strip) if deflated else strip], tags, order)


@pytest.mark.parametrize("order", ["<", ">"])
def test_tiff_planes_of_16_bit_are_not_taken_for_8(order: str) -> None:
    planes = (np.asarray(PICTURE, f"{order}u2") * 257).astype(f"{order}u2")
    tags = {**SIZE, 258: [16] * 3, 262: [2], 277: [3], 284: [2]}
    data = crafted.tiff([planes[:, :, i].tobytes() for i in range(3)], tags, order)
    assert np.array_equal(pixels(data), resized(PICTURE))


@pytest.mark.parametrize("deflated", [False, True])
@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize(("dtype", "kind"), [("i2", 2), ("i4", 2), ("f4", 3)])
def test_tiff_of_signed_and_float_samples_is_read_in_its_byte_order(
    dtype: str, kind: int, order: str, deflated: bool
) -> None:
    data = grey_tiff(np.asarray(GREY, dtype), kind, order=order, deflated=deflated)
    assert np.array_equal(pixels(data), resized(GREY))


@pytest.mark.parametrize(("bits", "photometric", "kind"), [(12, 1, 1), (16, 0, 1), (32, 0, 3), (32, 1, 1), (8, 1, 2)])
def test_tiff_layout_that_would_be_misread_is_unsupported(bits: int, photometric: int, kind: int) -> None:
    tags = {**SIZE, 258: [bits], 262: [photometric], 277: [1], 339: [kind]}
    with pytest.raises(PictureError, match="unsupported"):
        decode(crafted.tiff([bytes(40 * 30 * bits // 8)], tags), LIMITS)


@pytest.mark.parametrize("compression", [1, 8])
def test_tiff_with_alpha_in_a_plane_of_its_own_is_unsupported(compression: int) -> None:
    planes = [np.asarray(GREY).tobytes(), bytes([255]) * 1200]
    tags = {**SIZE, 258: [8, 8], 259: [compression], 262: [1], 277: [2], 284: [2], 338: [2]}
    with pytest.raises(PictureError, match="unsupported"):
        decode(crafted.tiff([zlib.compress(p) if compression == 8 else p for p in planes], tags), LIMITS)


@pytest.mark.parametrize("value", [-3.4028235e38, 1e20, 2.0**53, -7.0])
def test_float_tiff_of_one_value_is_black(value: float) -> None:
    assert not pixels(grey_tiff(np.full((30, 40), value, np.float32), 3)).any()


@pytest.mark.parametrize("bits", [4, 8])
@pytest.mark.parametrize("offset", [None, 0, 54])
def test_bmp_of_black_and_white_has_the_bits_that_it_says(bits: int, offset: int | None) -> None:
    seen = pixels(crafted.bmp(bits, HALVES[bits], BLACK + WHITE, 2, offset))
    assert not seen[LEFT].any()
    assert (seen[RIGHT] == 255).all()


def test_bmp_whose_palette_has_room_for_more_is_read_where_its_pixels_are() -> None:
    seen = pixels(crafted.bmp(8, HALVES[8], BLACK + WHITE + bytes([9]) * 1016, 2))
    assert (seen[RIGHT] == 255).all()


def test_bmp_of_16_greys_is_not_taken_for_256() -> None:
    palette = b"".join(bytes([i, i, i, 0]) for i in range(16))
    assert (pixels(crafted.bmp(4, bytes([0x99] * 16), palette)) == 9).all()


def test_bmp_colour_beyond_its_palette_is_black() -> None:
    assert not pixels(crafted.bmp(8, bytes([2] * 32), BLACK + WHITE, 2)).any()


def test_bmp_whose_alpha_nobody_has_filled_is_opaque() -> None:
    assert (pixels(crafted.bmp_with_alpha(bytes(32))) == (200, 20, 10)).all()
    seen = pixels(crafted.bmp_with_alpha(bytes([0, 0, 0, 0, 255, 255, 255, 255] * 4)))
    assert (seen[LEFT] == 255).all()
    assert (seen[RIGHT] == (200, 20, 10)).all()


@pytest.mark.parametrize(("bits", "clear"), [(1, 1), (2, 1), (2, 2), (4, 5), (4, 15), (8, 7), (16, 7)])
def test_clear_grey_of_a_png_is_of_its_depth(bits: int, clear: int) -> None:
    seen = pixels(crafted.png_with_clear_colour([0] * 8 + [clear] * 8, bits, [clear]))
    assert not seen[LEFT].any()
    assert (seen[RIGHT] == 255).all()


@pytest.mark.parametrize("bits", [8, 16])
def test_clear_colour_of_a_png_is_of_its_depth(bits: int) -> None:
    """What has the same high bytes is clear, too: more of 16 bits Pillow doesn't hand out."""
    scale = 1 << bits - 8
    clear, other = [9 * scale + 1, 8 * scale, 7 * scale], [1 * scale, 2 * scale, 3 * scale + 9]
    seen = pixels(crafted.png_with_clear_colour(other * 8 + clear * 8, bits, clear))
    assert (seen[LEFT] == [v // scale for v in other]).all()
    assert (seen[RIGHT] == 255).all()


def test_what_the_first_frame_of_a_gif_leaves_free_is_white() -> None:
    gif = saved(PICTURE.quantize(16), "GIF")
    expected = Image.new("RGB", (60, 50), "white")
    expected.paste(PICTURE.quantize(16).convert("RGB"), (7, 9))
    assert np.array_equal(pixels(crafted.gif_on_canvas(gif, (7, 9, 60, 50))), resized(expected))


def test_transparent_index_of_a_gif_may_be_none_of_its_colours() -> None:
    gif = saved(PICTURE.quantize(16), "GIF")
    clear = b"\x21\xf9\x04\x01\0\0\xff\0"
    expected = Image.new("RGB", (60, 50), "white")
    expected.paste(PICTURE.quantize(16).convert("RGB"), (7, 9))
    assert np.array_equal(pixels(crafted.gif_on_canvas(gif, (7, 9, 60, 50), clear)), resized(expected))
