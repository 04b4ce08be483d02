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
from tests.streaming.featurize.drawing import drawing

LIMITS = Limits(1 << 20, 1_000_000, READABLE, exif_orientation=True)
PICTURE = drawing(40, 30)
GREY = PICTURE.convert("L")
SIZE = {256: [40], 257: [30], 278: [30]}


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
