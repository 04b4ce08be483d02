"""Whole pictures of every format that is read, in the ways that they are written."""

import io
from pathlib import Path

import numpy as np
from PIL import Image

from tests.streaming.featurize import crafted
from tests.streaming.featurize.drawing import drawing, saved, speckled, with_orientation
from tests.streaming.featurize.odd_files import odd_files

#: Beside the repository, where it is there.
FRUITS = Path(__file__).parents[3] / "shared" / "fruits" / "images"
_PICTURES = 6


def seeds() -> dict[str, list[bytes]]:
    """Format -> files: photos of fruits, else drawings, saved in many ways, and the odd files that are fine."""
    files: dict[str, list[bytes]] = {}
    for photo in _photos():
        picture = Image.open(io.BytesIO(photo)).convert("RGB")
        for kind, ways in _saved(picture).items():
            files.setdefault(kind, []).extend(ways)
        files["JPEG"].append(photo)
    for name, (data, expected) in odd_files().items():
        if expected == "ok" and len(data) < 60_000 and not name.startswith(("5000", "1x5000")):
            files[_kind(data)].append(data)
    return files


def _photos() -> list[bytes]:
    found = sorted(FRUITS.rglob("*.jpg"))
    if not found:
        return [saved(drawing(100, 100), "JPEG"), saved(speckled(100, 90), "JPEG", quality=90)]
    return [found[i].read_bytes() for i in np.linspace(0, len(found) - 1, _PICTURES).astype(int)]


def _kind(data: bytes) -> str:
    kind = Image.open(io.BytesIO(data)).format
    return "JPEG" if kind in (None, "MPO") else kind


def _saved(picture: Image.Image) -> dict[str, list[bytes]]:
    few, grey, clear = picture.quantize(32), picture.convert("L"), picture.convert("RGBA")
    clear.putalpha(grey)
    small = picture.resize((40, 30))
    frames = [small.rotate(90 * turn) for turn in range(1, 3)]
    facts = {"exif": with_orientation(6), "icc_profile": bytes(500)}
    return {
        "JPEG": [
            *(saved(picture, "JPEG", quality=q, subsampling=s, **facts) for q, s in ((95, 0), (80, 1), (60, 2))),
            saved(picture, "JPEG", progressive=True),
            saved(picture, "JPEG", restart_marker_blocks=4),
            saved(picture.convert("CMYK"), "JPEG"),
        ],
        "PNG": [
            *(saved(image, "PNG") for image in (picture, few, grey, clear, grey.convert("1"))),
            saved(few, "PNG", transparency=3, bits=5),
            saved(picture, "PNG", **facts),
            crafted.png(9, 9, bytes(120), interlaced=True),
            saved(small, "PNG", save_all=True, append_images=frames),
        ],
        "WEBP": [
            saved(picture, "WEBP", **facts),
            saved(picture, "WEBP", lossless=True),
            saved(clear, "WEBP"),
            saved(small, "WEBP", save_all=True, append_images=frames),
        ],
        "GIF": [
            saved(few, "GIF"),
            saved(few, "GIF", interlace=0, transparency=3),
            saved(small, "GIF", save_all=True, append_images=frames, comment=b"three"),
        ],
        "BMP": [
            *(saved(image, "BMP") for image in (picture, few, grey, clear, grey.convert("1"))),
            crafted.bmp_rle(False),
        ],
        "TIFF": [
            *(
                saved(picture, "TIFF", compression=c)
                for c in ("raw", "tiff_lzw", "tiff_adobe_deflate", "packbits", "jpeg")
            ),
            *(saved(grey.convert("1"), "TIFF", compression=c) for c in ("group3", "group4")),
            saved(picture, "TIFF", big_tiff=True, **facts),
            saved(few, "TIFF", save_all=True, append_images=frames),
        ],
    }
