"""Files that no encoder writes: put together byte by byte."""

import struct
import zlib
from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate

from PIL import Image

from tests.streaming.featurize.drawing import drawing, saved, speckled

EOI = b"\xff\xd9"
SVG = b'<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"></svg>'
ZIP_END = b"PK\x05\x06" + bytes(18)


def png_chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png(width: int, height: int, body: bytes, bits: int = 8, interlaced: bool = False) -> bytes:
    """A grey PNG with `body` for its inflated pixels, all checksums right."""
    header = struct.pack(">IIBBBBB", width, height, bits, 0, 0, 0, int(interlaced))
    chunks = png_chunk(b"IHDR", header) + png_chunk(b"IDAT", zlib.compress(body)) + png_chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + chunks


def png_with_clear_colour(pixels: Sequence[int], bits: int, colour: Sequence[int]) -> bytes:
    """One row of samples, grey or RGB, and the colour of its transparent pixels."""
    row = int("".join(f"{sample:0{bits}b}" for sample in pixels), 2).to_bytes(len(pixels) * bits // 8, "big")
    header = struct.pack(">IIBBBBB", len(pixels) // len(colour), 1, bits, 2 if len(colour) == 3 else 0, 0, 0, 0)
    clear = png_chunk(b"tRNS", struct.pack(f">{len(colour)}H", *colour))
    chunks = png_chunk(b"IHDR", header) + clear + png_chunk(b"IDAT", zlib.compress(b"\0" + row))
    return b"\x89PNG\r\n\x1a\n" + chunks + png_chunk(b"IEND", b"")


def png_of_apple() -> bytes:
    """As its tools write it for its telephones."""
    whole = saved(drawing(), "PNG")
    return whole[:8] + png_chunk(b"CgBI", b"\x50\0\x20\x06") + whole[8:]


def png_bomb(side: int = 20_000) -> bytes:
    """50 KB that inflate to 400 megapixels."""
    return png(side, side, bytes(side * (1 + side // 8)), bits=1)


def png_with_half_its_data() -> bytes:
    """The pixel chunk cut in half, its checksum and length right, the end chunk in its place."""
    whole = saved(speckled(), "PNG")
    start = whole.index(b"IDAT") - 4
    length = int.from_bytes(whole[start : start + 4], "big")
    body = whole[start + 8 : start + 8 + length // 2]
    return whole[:start] + png_chunk(b"IDAT", body) + png_chunk(b"IEND", b"")


def png_with_rows_missing(interlaced: bool = False) -> bytes:
    return png(40, 40, b"".join(b"\0" + bytes([200]) * 40 for _ in range(20)), interlaced=interlaced)


def png_with_damage() -> bytes:
    whole = bytearray(saved(speckled(), "PNG"))
    whole[len(whole) // 2] ^= 0x55
    return bytes(whole)


def jpeg_cut_and_closed(percent: int, progressive: bool = False) -> bytes:
    """Cut in its coded data and given an end marker: Pillow pads it without a word."""
    whole = saved(speckled(), "JPEG", quality=90, progressive=progressive)
    return whole[: len(whole) * percent // 100] + EOI


def jpeg_without_last_scans() -> bytes:
    """A progressive file cut exactly between two scans: libjpeg doesn't even warn."""
    whole = saved(speckled(), "JPEG", quality=90, progressive=True)
    return whole[: list(scan_starts(whole))[-2]] + EOI


def scan_starts(data: bytes) -> Iterator[int]:
    """Where the tables or the header of each scan begin."""
    at = data.index(b"\xff\xda")
    while at >= 0:
        tables = data.rfind(b"\xff\xc4", 0, at)
        yield tables if tables + 2 + int.from_bytes(data[tables + 2 : tables + 4], "big") == at else at
        at = data.find(b"\xff\xda", at + 2)


def jpeg_frame(data: bytes, offset: int, value: int) -> bytes:
    """One byte of the frame header (0: the marker itself) set to `value`."""
    changed = bytearray(data)
    changed[_frame(data) + offset] = value
    return bytes(changed)


def _frame(data: bytes) -> int:
    return next(i for i in (data.find(b"\xff\xc0"), data.find(b"\xff\xc2")) if i >= 0) + 1


def jpeg_odd_sampling() -> bytes:
    """Three blocks of red beside each other to one of green and blue: simplejpeg has no name for that.

    All blocks of a grey picture without colour conversion are the same, in any order: 5 x 4 x 3 blocks are
    as well 4 x 3 times (3 + 1 + 1).
    """
    whole = saved(Image.new("RGB", (40, 32), (128, 128, 128)), "JPEG", keep_rgb=True)
    frame = _frame(whole)
    size = (24).to_bytes(2, "big") + (96).to_bytes(2, "big")
    return jpeg_frame(whole[: frame + 4] + size + whole[frame + 8 :], 10, 0x31)


def with_stray_bytes(jpeg: bytes) -> bytes:
    """Two bytes between two header segments."""
    end = 4 + int.from_bytes(jpeg[4:6], "big")
    return jpeg[:end] + b"\x00\x00" + jpeg[end:]


def bmp(bits: int, rows: bytes, palette: bytes = b"", colours: int = 0, offset: int | None = None) -> bytes:
    """8 x 4 pixels; `offset`: where they are, if it is not to be told right."""
    header = struct.pack("<IiiHHIIiiII", 40, 8, 4, 1, bits, 0, len(rows), 0, 0, colours, 0)
    start = 14 + len(header) + len(palette)
    told = start if offset is None else offset
    return struct.pack("<2sIHHI", b"BM", start + len(rows), 0, 0, told) + header + palette + rows


def bmp_with_alpha(alpha: bytes) -> bytes:
    """8 x 4 pixels of (200, 20, 10), with 32 values of alpha."""
    rows = b"".join(bytes([10, 20, 200, a]) for a in alpha)
    header = struct.pack("<IiiHHIIiiII", 108, 8, 4, 1, 32, 3, len(rows), 0, 0, 0, 0)
    masks = struct.pack("<4I", 0xFF0000, 0xFF00, 0xFF, 0xFF000000) + bytes(52)
    return struct.pack("<2sIHHI", b"BM", 122 + len(rows), 0, 0, 122) + header + masks + rows


def bmp_rle(short: bool) -> bytes:
    """8 x 4 pixels, run-length coded; `short`: two of four rows, then an end of bitmap."""
    rows = b"".join(bytes([8, 40 * r, 0, 0]) for r in range(2 if short else 4)) + b"\0\1"
    palette = b"".join(bytes([i, i, i, 0]) for i in range(256))
    header = struct.pack("<IiiHHIIiiII", 40, 8, 4, 1, 8, 1, len(rows), 0, 0, 256, 0)
    start = 14 + len(header) + len(palette)
    return struct.pack("<2sIHHI", b"BM", start + len(rows), 0, 0, start) + header + palette + rows


def gif_bomb_frame() -> bytes:
    """A canvas of 8 x 8 with a first frame of 65,535 x 65,535."""
    whole = saved(drawing(8, 8), "GIF")
    at = whole.index(b"\x2c", 13 + 3 * 2 ** ((whole[10] & 7) + 1))
    return whole[: at + 5] + b"\xff\xff\xff\xff" + whole[at + 9 :]


def gif_on_canvas(gif: bytes, box: tuple[int, int, int, int], extension: bytes = b"") -> bytes:
    """The canvas has the size box[2:], the frame begins at box[:2], `extension` is before it."""
    at = gif.index(b"\x2c", 13 + 3 * 2 ** ((gif[10] & 7) + 1))
    place, size = struct.pack("<HH", *box[:2]), struct.pack("<HH", *box[2:])
    return gif[:6] + size + gif[10:at] + extension + gif[at : at + 1] + place + gif[at + 5 :]


def webp_of_one_colour() -> bytes:
    """100 x 80 pixels, lossless, in 28 bytes: as few as can be."""
    codes = int("".join("0001" for _ in range(5)) + "000", 2)  # five codes of one symbol, 0; no transform
    pixels = b"\x2f" + struct.pack("<I", 99 | 79 << 14) + codes.to_bytes(3, "little")
    return b"RIFF" + struct.pack("<I", 20) + b"WEBPVP8L" + struct.pack("<I", len(pixels)) + pixels


def tiff(strips: Sequence[bytes], tags: Mapping[int, Sequence[int]], order: str = "<") -> bytes:
    """One directory, all of its values of 4 bytes; `order`: of bytes, as struct has it."""
    counts = [len(strip) for strip in strips]
    tags = {**tags, 273: counts, 279: counts}
    at = 14 + 12 * len(tags)
    first = at + 4 * sum(len(values) for values in tags.values() if len(values) > 1)
    tags[273] = list(accumulate(counts[:-1], initial=first))
    entries = arrays = b""
    for tag, values in sorted(tags.items()):
        packed = struct.pack(f"{order}{len(values)}I", *values)
        entries += struct.pack(f"{order}HHI", tag, 4, len(values))
        entries += packed if len(values) == 1 else struct.pack(f"{order}I", at + len(arrays))
        arrays += packed if len(values) > 1 else b""
    start = (b"II*\0" if order == "<" else b"MM\0*") + struct.pack(f"{order}IH", 8, len(tags))
    return start + entries + bytes(4) + arrays + b"".join(strips)


def tiff_with_tag(data: bytes, tag: int, value: int) -> bytes:
    """A little-endian TIFF whose entry for `tag` has another value."""
    changed = bytearray(data)
    start = int.from_bytes(data[4:8], "little")
    for i in range(int.from_bytes(data[start : start + 2], "little")):
        entry = start + 2 + 12 * i
        if int.from_bytes(data[entry : entry + 2], "little") == tag:
            changed[entry + 8 : entry + 12] = value.to_bytes(4, "little")
    return bytes(changed)


def isobmff(brand: bytes) -> bytes:
    return b"\x00\x00\x00\x18ftyp" + brand + bytes(12) + b"\x00\x00\x00\x08mdat"
