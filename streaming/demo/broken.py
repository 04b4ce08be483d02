"""Files that are no good pictures, as landings have them."""

import io
import struct
import zipfile
import zlib
from pathlib import Path

import numpy as np
from PIL import Image

from streaming.demo.fruits import FRUITS
from streaming.demo.scenes import scene

PAGE = b"<!doctype html><html><head><title>404 Not Found</title></head><body>No such picture</body></html>\n"


def draw_broken(folder: Path) -> dict[str, str]:
    """Writes ten broken files to `folder`; returns for each name what is wrong, for a person."""
    folder.mkdir(parents=True, exist_ok=True)
    whole = _jpeg()
    contents = {
        "empty.jpg": (b"", "no bytes at all"),
        "half_uploaded.jpg": (whole[: len(whole) // 2], "the second half is missing"),
        "not_found.jpg": (PAGE, "a web page saved as a picture"),
        "shopping_list.jpg": (b"apples\nbananas\ngrapes\n", "plain text"),
        "album.jpg": (_zip(whole), "a zip archive with a picture in it"),
        "bomb.png": (_huge_png(30_000), "30,000 x 30,000 pixels in a few bytes"),
        "noise.jpg": (np.random.default_rng(1).bytes(20_000), "random bytes"),
        "layers.jpg": (
            _photoshop(32),
            "a Photoshop file",
        ),
        "phone.jpg": (_heic(), "a HEIC photo"),
        "one_byte.png": (b"\x89", "one byte"),
    }
    for name, (content, _) in contents.items():
        (folder / name).write_bytes(content)
    return {name: hint for name, (_, hint) in contents.items()}


def _jpeg() -> bytes:
    pixels = scene(FRUITS["Apple"], 160, 160, np.random.default_rng(7))
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "JPEG", quality=90)
    return file.getvalue()


def _zip(content: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(zipfile.ZipInfo("apple.jpg"), content)
    return file.getvalue()


def _huge_png(side: int) -> bytes:
    """A valid header and a beginning of data: whoever trusts the header asks for gigabytes."""
    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(bytes(100_000))), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_png_chunk(kind, data) for kind, data in chunks)


def _png_chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _photoshop(side: int) -> bytes:
    """A whole PSD of one colour: header, three empty sections, raw pixels."""
    header = b"8BPS\x00\x01" + bytes(6) + struct.pack(">HIIHH", 3, side, side, 8, 3)
    return header + bytes(12) + bytes(2) + b"\xb0" * (3 * side * side)


def _heic() -> bytes:
    """The boxes that say `HEIC`, without a picture after them."""
    brand = b"ftypheic" + bytes(4) + b"mif1heic"
    return struct.pack(">I", len(brand) + 4) + brand + struct.pack(">I", 16) + b"meta" + bytes(8)
