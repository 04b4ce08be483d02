"""Whether a PNG or BMP has all of its pixels, counted by hand from their specifications alone."""

import zlib

_CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
_PASSES = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))


def png_complaint(data: bytes) -> str | None:
    """PNG, third edition: chunks with their checksums, and a whole stream of pixels."""
    at, kind = 8, b""
    while kind != b"IEND":
        size = int.from_bytes(data[at : at + 4], "big")
        kind, body = data[at + 4 : at + 8], data[at + 8 : at + 8 + size]
        checksum = int.from_bytes(data[at + 8 + size : at + 12 + size], "big")
        if len(body) < size or len(data) < at + 12 + size:
            return f"ends within {kind!r}"
        if zlib.crc32(kind + body) != checksum:
            return f"checksum of {kind!r}"
        at += 12 + size
    expected = _png_bytes(data)
    try:
        pixels = _inflated(data, expected)
    except zlib.error as e:
        # libpng, too, is content with the chunks' checksums.
        return None if "incorrect data check" in str(e) else f"pixels can't be inflated: {e}"
    return None if pixels >= expected else f"{pixels} of {expected} bytes of pixels"


def png_has_more(data: bytes) -> bool:
    """Whether the pixels of a sound PNG go on after those that its header promises: what comes then is not shown."""
    if png_complaint(data) is not None:
        return False
    try:
        return _inflated(data, _png_bytes(data) + 1) > _png_bytes(data)
    except zlib.error:
        return True


def _inflated(data: bytes, most: int) -> int:
    """Bytes that the chunks of pixels unpack to, up to `most`."""
    at, stream = 8, b""
    while at < len(data):
        size = int.from_bytes(data[at : at + 4], "big")
        stream += data[at + 8 : at + 8 + size] if data[at + 4 : at + 8] == b"IDAT" else b""
        at += 12 + size
    return len(zlib.decompressobj().decompress(stream, most))


def _png_bytes(data: bytes) -> int:
    width, height = int.from_bytes(data[16:20], "big"), int.from_bytes(data[20:24], "big")
    depth = data[24] * _CHANNELS[data[25]]
    total = 0
    for x, y, dx, dy in _PASSES if data[28] else ((0, 0, 1, 1),):
        columns, rows = len(range(x, width, dx)), len(range(y, height, dy))
        total += rows * (1 + (columns * depth + 7) // 8) if columns else 0
    return total


def bmp_complaint(data: bytes) -> str | None:
    """Uncompressed: rows of whole 4 bytes, from the offset that the header tells; the last one needs no padding."""
    offset, header = int.from_bytes(data[10:14], "little"), int.from_bytes(data[14:18], "little")
    if header < 40 or int.from_bytes(data[30:34], "little") not in (0, 3):
        return None
    width = int.from_bytes(data[18:22], "little", signed=True)
    height = abs(int.from_bytes(data[22:26], "little", signed=True))
    bits = width * int.from_bytes(data[28:30], "little")
    missing = offset + (bits + 31) // 32 * 4 * (height - 1) + (bits + 7) // 8 - len(data)
    return None if missing <= 0 else f"{missing} bytes of pixels are missing"
