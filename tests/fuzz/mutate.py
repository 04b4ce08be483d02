"""Changes to files, as disks, networks and enemies make them. The same generator makes the same changes."""

import struct
import zlib
from collections.abc import Callable

from numpy.random import Generator

#: Where headers are, in bytes from the start.
_HEADER = 200
_NUMBERS = (0, 1, 2, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 10_000, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF)
_ENDS = {"JPEG": b"\xff\xd9", "PNG": b"\0\0\0\0IEND\xaeB`\x82", "GIF": b"\0;"}


def mutated(data: bytes, other: bytes, kind: str, random: Generator) -> bytes:
    """One to three changes to `data`, of format `kind`; `other` is another file of it."""
    ways: list[Callable[[], bytes]] = [
        lambda: _bits(data, random, len(data)),
        lambda: _bits(data, random, min(_HEADER, len(data))),
        lambda: _number(data, random),
        lambda: _cut(data, kind, random),
        lambda: _spliced(data, other, random),
        lambda: _moved(data, random),
        lambda: _pieces(data, kind, random),
        lambda: _inserted(data, random),
    ]
    for _ in range(int(random.integers(1, 4))):
        if not data:
            break
        data = ways[int(random.integers(len(ways)))]()
    return with_checksums(data) if kind == "PNG" and random.random() < 0.7 else data


def _bits(data: bytes, random: Generator, within: int) -> bytes:
    changed = bytearray(data)
    for at in random.integers(within, size=int(random.integers(1, 9))):
        changed[at] ^= 1 << int(random.integers(8))
    return bytes(changed)


def _number(data: bytes, random: Generator) -> bytes:
    """A size, a count or an offset in the header, in one of the ways that formats write them."""
    form = ("B", "<H", ">H", "<I", ">I")[int(random.integers(5))]
    value = int(random.choice(_NUMBERS)) if random.random() < 0.8 else int(random.integers(2**32))
    packed = struct.pack(form, value % 256 ** struct.calcsize(form))
    at = int(random.integers(min(_HEADER, len(data))))
    return data[:at] + packed + data[at + len(packed) :]


def _cut(data: bytes, kind: str, random: Generator) -> bytes:
    """Truncated, in half of the cases with an end as if nothing were missing."""
    end = _ENDS.get(kind, b"") if random.random() < 0.5 else b""
    return data[: int(random.integers(len(data)))] + end


def _spliced(data: bytes, other: bytes, random: Generator) -> bytes:
    """The beginning of one, the end of another."""
    at = int(random.integers(len(data)))
    if random.random() < 0.5:
        return data[:at] + other[at:]
    return data[: min(at, _HEADER)] + other[int(random.integers(min(_HEADER, len(other)))) :]


def _moved(data: bytes, random: Generator) -> bytes:
    """A stretch that is missing, doubled or zero."""
    start, length = int(random.integers(len(data))), int(random.integers(1, 2 + len(data) // 4))
    piece = (b"", data[start : start + length] * 2, bytes(length))[int(random.integers(3))]
    return data[:start] + piece + data[start + length :]


def _inserted(data: bytes, random: Generator) -> bytes:
    at = int(random.integers(len(data)))
    return data[:at] + random.bytes(int(random.integers(1, 65))) + data[at:]


def _pieces(data: bytes, kind: str, random: Generator) -> bytes:
    """Segments or chunks in another order, one of them missing or doubled."""
    head, pieces, tail = _split(data, kind)
    if len(pieces) < 2:
        return _moved(data, random)
    first, second = (int(i) for i in random.integers(len(pieces), size=2))
    if random.random() < 0.5:
        pieces[first], pieces[second] = pieces[second], pieces[first]
    else:
        pieces[first : first + 1] = [b"", pieces[first] * 2, pieces[second]][int(random.integers(3)) :][:1]
    return head + b"".join(pieces) + tail


def _split(data: bytes, kind: str) -> tuple[bytes, list[bytes], bytes]:
    """What comes before the pieces, the pieces, and the rest."""
    starts = {"JPEG": 2, "PNG": 8, "WEBP": 12, "TIFF": 8, "BMP": 14, "GIF": 13}
    at, pieces = starts[kind], list[bytes]()
    while at < len(data) and (size := _piece_size(data, at, kind)):
        pieces.append(data[at : at + size])
        at += size
    return data[: starts[kind]], pieces, data[at:]


def _piece_size(data: bytes, at: int, kind: str) -> int:
    """0 where pieces end."""
    if kind == "JPEG":
        return 2 + int.from_bytes(data[at + 2 : at + 4], "big") if data[at : at + 1] == b"\xff" else 0
    if kind == "PNG":
        return 12 + int.from_bytes(data[at : at + 4], "big")
    if kind == "WEBP":
        size = int.from_bytes(data[at + 4 : at + 8], "little")
        return 8 + size + size % 2
    return 12 if kind == "TIFF" else 97


def with_checksums(png: bytes) -> bytes:
    """The checksums of a PNG's chunks made right, so that a decoder goes on to what is in them."""
    head, pieces, tail = _split(png, "PNG")
    mended = [p[:-4] + struct.pack(">I", zlib.crc32(p[4:-4])) if len(p) >= 12 else p for p in pieces]
    return head + b"".join(mended) + tail
