"""Small files that crash, hang or bloat a careless decoder, or fool it; all are built by code."""

import io
import struct
import zlib
from collections.abc import Iterable

from PIL import TiffImagePlugin

from tests.streaming.featurize import crafted
from tests.streaming.featurize.drawing import drawing, saved, speckled

#: More than the limit for bytes of metadata, and for its pieces.
MUCH, MANY = 17 << 20, 70_000
FRAMES = 1001


def crashers() -> dict[str, tuple[bytes, str]]:
    """File name -> (bytes, expected code or "ok"), with the settings' own limits."""
    return {**_jpegs(), **_pngs(), **_gifs(), **_webps(), **_tiffs(), **_bmps(), **two_in_one()}


def _jpegs() -> dict[str, tuple[bytes, str]]:
    jpeg = saved(drawing(), "JPEG")
    comment = b"\xff\xfe\xff\xff" + bytes(65_533)
    scans = list(crafted.scan_starts(progressive := saved(speckled(), "JPEG", progressive=True)))
    many_scans = progressive[: scans[-1]] + progressive[scans[-1] : -2] * 60 + crafted.EOI
    scan = jpeg.index(b"\xff\xda")
    return {
        "scan without a header.jpg": (jpeg[:scan] + b"\xff\xda\0\2", "truncated"),
        "comments.jpg": (after(jpeg, 2, comment * (MUCH // len(comment))), "too_large"),
        "empty comments.jpg": (after(jpeg, 2, b"\xff\xfe\x00\x02" * MANY), "too_large"),
        "empty tables.jpg": (after(jpeg, 2, b"\xff\xc4\x00\x02" * MANY), "too_large"),
        "fill bytes.jpg": (after(jpeg, 2, b"\xff" * 500_000), "ok"),
        "repeated scans.jpg": (many_scans, "truncated"),
        "scans of 100 megapixels.jpg": (sized(many_scans, 10_000, 10_000), "too_many_pixels"),
        "scans without a picture.jpg": (b"\xff\xd8" + b"\xff\xda\x00\x08\x01\x01\x00\x00\x3f\x00" * 999, "truncated"),
        "no components.jpg": (crafted.jpeg_frame(jpeg, 8, 0), "truncated"),
        "sampled by 0.jpg": (crafted.jpeg_frame(jpeg, 10, 0), "unsupported"),
        "no such table.jpg": (crafted.jpeg_frame(jpeg, 11, 9), "truncated"),
        "two frames.jpg": (jpeg[:-2] + jpeg[jpeg.index(b"\xff\xc0") :], "truncated"),
        "65,000 x 1,500 in 60 KB.jpg": (sized(jpeg + bytes(60_000), 65_000, 1500), "truncated"),
        "1 x 20,000.jpg": (sized(jpeg, 1, 20_000), "too_many_pixels"),
    }


def _pngs() -> dict[str, tuple[bytes, str]]:
    bomb = zlib.compress(bytes(8 << 20))
    fooled = b"".join(_text(key) for key in ("transparency", "interlace", "bbox", "exif", "default_image"))
    ends = crafted.png(8, 8, bytes(72))[:-12]
    return {
        "text that inflates.png": (with_chunks(crafted.png_chunk(b"zTXt", b"a\0\0" + bomb)), "ok"),
        "profile that inflates.png": (with_chunks(crafted.png_chunk(b"iCCP", b"a\0\0" + bomb)), "ok"),
        "texts named like facts.png": (with_chunks(fooled), "ok"),
        "text.png": (with_chunks(crafted.png_chunk(b"tEXt", b"a\0" + bytes(MUCH))), "too_large"),
        "empty texts.png": (with_chunks(crafted.png_chunk(b"tEXt", b"") * MANY), "too_large"),
        "empty pixel chunks.png": (ends + crafted.png_chunk(b"IDAT", b"") * MANY, "too_large"),
        "frames.png": (with_chunks(crafted.png_chunk(b"fcTL", bytes(26)) * FRAMES), "too_large"),
        "no pixels.png": (crafted.png(0, 8, b""), "truncated"),
        "2 x 10^9 pixels wide.png": (crafted.png(2**31 - 1, 1, b""), "too_many_pixels"),
        "chunk of 4 GB.png": (ends + b"\xff\xff\xff\xffIDAT" + bytes(99), "truncated"),
        "pixels that inflate.png": (crafted.png(8, 8, bytes(8 << 20)), "ok"),
        "palette of 300.png": (_palette_png(300), "truncated"),
        "colours beyond the palette.png": (_palette_png(2, bytes([0, 7] * 36)), "truncated"),
        "two palettes.png": (after(palette := _palette_png(8), 33, palette[33 : 33 + 12 + 24]), "truncated"),
        "text amid the pixels.png": (
            crafted.png(8, 8, bytes(72))[:-12] + _text("a") + ends[41:] + crafted.png(8, 8, b"")[-12:],
            "truncated",
        ),
        "unknown vital chunk.png": (with_chunks(crafted.png_chunk(b"ITAT", bytes(9))), "truncated"),
        "chunk without a name.png": (with_chunks(crafted.png_chunk(b"ac\0\0", b"")), "truncated"),
        "unknown compression.png": (_with_header(ends, 26, 64), "truncated"),
        "unknown interlace.png": (_with_header(ends, 28, 2), "truncated"),
        "two headers.png": (with_chunks(crafted.png(9, 9, b"")[8:33]), "truncated"),
        "header behind the pixels.png": (ends[:8] + ends[33:] + ends[8:33] + crafted.png(8, 8, b"")[-12:], "truncated"),
        "chunk with a flipped bit.png": (
            with_chunks(b"\0\0\0\0tEXu" + crafted.png_chunk(b"tEXt", b"")[-4:]),
            "truncated",
        ),
        "pixels that inflate, black.png": (crafted.png(4, 4, bytes(8 << 20)), "ok"),
        "palette is missing.png": (_palette_png(0), "truncated"),
    }


def _gifs() -> dict[str, tuple[bytes, str]]:
    gif = saved(drawing(8, 8), "GIF")
    frame = gif[_first_frame(gif) : -1]
    comment = b"\x21\xfe" + b"\xff".join([b"", *[bytes(255)] * 255]) + b"\0"
    return {
        "frames.gif": (after(gif, -1, frame * FRAMES), "too_large"),
        "comments.gif": (after(gif, -1, comment * (MUCH // len(comment))), "too_large"),
        "empty extensions.gif": (after(gif, -1, b"\x21\xf9\x00" * MANY), "too_large"),
        "colours beyond the palette.gif": (_gif_of_two_colours(), "truncated"),
        "rows missing.gif": (_taller(gif), "truncated"),
        "rows missing, transparent.gif": (_taller(saved(drawing(8, 8), "GIF", transparency=5)), "truncated"),
        "codes of 0 bits.gif": (with_byte(gif, _first_frame(gif) + 10, 0), "truncated"),
        "no frame.gif": (gif[: _first_frame(gif)] + b";", "truncated"),
        "code size of 200.gif": (with_byte(gif, _first_frame(gif) + 10, 200), "truncated"),
    }


def _webps() -> dict[str, tuple[bytes, str]]:
    pictures = [drawing(8, 8).rotate(90 * turn) for turn in range(2)]
    webp = saved(pictures[0], "WEBP", save_all=True, append_images=pictures[1:])
    return {
        "frames.webp": (riff(webp[12:] + (b"ANMF" + bytes(4)) * FRAMES), "too_large"),
        "metadata.webp": (riff(webp[12:] + b"XMP " + struct.pack("<I", MUCH) + bytes(MUCH)), "too_large"),
        "empty chunks.webp": (riff(webp[12:] + (b"EXIF" + bytes(4)) * MANY), "too_large"),
        "first frame is empty.webp": (webp.replace(b"ANMF", b"ANMG", 1), "ok"),
    }


def _tiffs() -> dict[str, tuple[bytes, str]]:
    tiff = saved(drawing(16, 16), "TIFF")
    return {
        "pages.tif": (saved(drawing(1, 1), "TIFF", save_all=True, append_images=[drawing(1, 1)] * FRAMES), "too_large"),
        "page that is its own next.tif": (_own_next(tiff), "ok"),
        "tags that overlap.tif": (_overlapping(tags=60, size=1 << 20), "ok"),
        "metadata.tif": (_overlapping(tags=1, size=MUCH), "too_large"),
        "tiles of 4 gigapixels.tif": (_tiled(65_535), "too_many_pixels"),
        "tiles without a size.tif": (_tiled(0), "truncated"),
        "directory beyond the end.tif": (tiff[:4] + b"\xff\xff\xff\x7f" + tiff[8:], "truncated"),
        "fax with a flipped bit.tif": (
            _flipped(saved(speckled().convert("1"), "TIFF", compression="group4")),
            "truncated",
        ),
        "deflated with a flipped bit.tif": (
            _flipped(saved(speckled(), "TIFF", compression="tiff_deflate")),
            "truncated",
        ),
        "jpeg inside, cut.tif": (_zeroed(saved(speckled(), "TIFF", compression="jpeg")), "truncated"),
        "rows in strips of 0.tif": (crafted.tiff_with_tag(tiff, 278, 0), "truncated"),
        "60,000 samples.tif": (crafted.tiff_with_tag(tiff, 277, 60_000), "truncated"),
        "unknown compression.tif": (crafted.tiff_with_tag(tiff, 259, 60_000), "unsupported"),
        "strip shorter than its rows.tif": (_short_strip(), "truncated"),
    }


def _bmps() -> dict[str, tuple[bytes, str]]:
    bmp = saved(drawing(8, 8), "BMP")
    fields = {
        "width below 0.bmp": (18, 2**32 - 8, "too_many_pixels"),
        "2 x 10^9 pixels wide.bmp": (18, 2**31 - 1, "too_many_pixels"),
        "2 x 10^9 rows upside down.bmp": (22, 2**31, "too_many_pixels"),
        "pixels beyond the end.bmp": (10, 2**31, "truncated"),
        "compressed in a way that is none.bmp": (30, 99, "unsupported"),
    }
    return {name: (with_word(bmp, at, value), code) for name, (at, value, code) in fields.items()}


def two_in_one() -> dict[str, tuple[bytes, str]]:
    gif, jpeg = saved(drawing(), "GIF"), saved(drawing(), "JPEG")
    eps = b"\xc5\xd0\xd3\xc6" + struct.pack("<6I", 28, 9, 0, 0, 0, 0) + b"%!PS\nquit"
    return {
        "a zip archive behind.gif": (gif + b"PK\x03\x04" + bytes(40) + crafted.ZIP_END, "ok"),
        "a program behind.jpg": (jpeg + b"<?php system('id') ?>", "ok"),
        "postscript in a wrapper.tif": (eps, "unsupported"),
        "postscript that runs.jpg": (b"%!PS\n(%pipe%id) (r) file\n", "unsupported"),
        "document with a picture.jpg": (b"%PDF-1.7\n" + jpeg, "not_an_image"),
    }


def after(data: bytes, at: int, more: bytes) -> bytes:
    return data[:at] + more + data[at:]


def with_byte(data: bytes, at: int, value: int) -> bytes:
    return data[:at] + bytes([value]) + data[at + 1 :]


def with_word(data: bytes, at: int, value: int) -> bytes:
    return data[:at] + struct.pack("<I", value) + data[at + 4 :]


def with_chunks(chunks: bytes) -> bytes:
    """A grey PNG with these behind its header."""
    return after(crafted.png(8, 8, bytes(72)), 33, chunks)


def sized(jpeg: bytes, width: int, height: int) -> bytes:
    """Another size in the frame header."""
    for at, byte in enumerate(struct.pack(">HH", height, width), 4):
        jpeg = crafted.jpeg_frame(jpeg, at, byte)
    return jpeg


def riff(chunks: bytes) -> bytes:
    return b"RIFF" + struct.pack("<I", 4 + len(chunks)) + b"WEBP" + chunks


def tiff_of(entries: Iterable[tuple[int, int, int, int]], more: bytes = b"") -> bytes:
    """Little-endian, one directory: (tag, type, count, value or offset); `more` behind it."""
    packed = [struct.pack("<HHII", *entry) for entry in sorted(entries)]
    return b"II*\0\x08\0\0\0" + struct.pack("<H", len(packed)) + b"".join(packed) + bytes(4) + more


def _text(key: str) -> bytes:
    return crafted.png_chunk(b"tEXt", key.encode() + b"\0nonsense")


def _with_header(png: bytes, at: int, value: int) -> bytes:
    """A byte of the header changed, its checksum right."""
    header = with_byte(png, at, value)[16:29]
    return png[:8] + crafted.png_chunk(b"IHDR", header) + png[33:] + crafted.png_chunk(b"IEND", b"")


def _palette_png(colours: int, pixels: bytes = bytes(72)) -> bytes:
    header = struct.pack(">IIBBBBB", 8, 8, 8, 3, 0, 0, 0)
    palette = crafted.png_chunk(b"PLTE", bytes(3 * colours)) if colours else b""
    chunks = crafted.png_chunk(b"IHDR", header) + palette + crafted.png_chunk(b"IDAT", zlib.compress(pixels))
    return b"\x89PNG\r\n\x1a\n" + chunks + crafted.png_chunk(b"IEND", b"")


def _first_frame(gif: bytes) -> int:
    return gif.index(b"\x2c", 13 + 3 * 2 ** ((gif[10] & 7) + 1))


def _gif_of_two_colours() -> bytes:
    """16 colours are used, the palette is cut to 2."""
    gif = saved(drawing(8, 8).quantize(16), "GIF")
    return with_byte(gif[:19] + gif[_first_frame(gif) :], 10, gif[10] & ~7)


def _taller(gif: bytes) -> bytes:
    """Canvas and frame have 20 rows, the data 8."""
    return with_byte(with_byte(gif, 8, 20), _first_frame(gif) + 7, 20)


def _own_next(tiff: bytes) -> bytes:
    start = int.from_bytes(tiff[4:8], "little")
    return with_word(tiff, start + 2 + 12 * int.from_bytes(tiff[start : start + 2], "little"), start)


def _overlapping(tags: int, size: int) -> bytes:
    """Each tag points to the same bytes."""
    picture = [(256, 4, 1, 1), (257, 4, 1, 1), (258, 3, 1, 8), (262, 3, 1, 1), (273, 4, 1, 8), (279, 4, 1, 1)]
    return tiff_of([*picture, *((50_000 + i, 7, size, 8) for i in range(tags))], bytes(size))


def _flipped(data: bytes) -> bytes:
    return with_byte(data, len(data) // 2, data[len(data) // 2] ^ 1)


def _zeroed(tiff: bytes) -> bytes:
    """The second half of each strip is zero."""
    whole = bytearray(tiff)
    tags = TiffImagePlugin.TiffImageFile(io.BytesIO(tiff)).tag_v2
    for offset, count in zip(tags[273], tags[279], strict=True):
        whole[offset + count // 2 : offset + count] = bytes(count - count // 2)
    return bytes(whole)


def _short_strip() -> bytes:
    """Two strips of 20 rows, the first one with half its bytes: Pillow's own reader goes on with the second."""
    tags = {256: [40], 257: [40], 258: [8], 262: [1], 277: [1], 278: [20]}
    return crafted.tiff([bytes([50]) * 400, bytes([200]) * 800], tags)


def _tiled(side: int) -> bytes:
    """One pixel, deflated, in a tile of side x side."""
    body = zlib.compress(bytes(1 << 20))
    size = [(256, 4, 1, 1), (257, 4, 1, 1), (258, 3, 1, 8), (259, 3, 1, 8), (262, 3, 1, 1)]
    tile = [(322, 4, 1, side), (323, 4, 1, side), (324, 4, 1, 122), (325, 4, 1, len(body))]
    return tiff_of([*size, *tile], body)
