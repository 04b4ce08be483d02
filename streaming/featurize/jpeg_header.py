"""The structure of a JPEG file: its marker segments, its frame, its scans (ITU T.81, annex B)."""

from collections.abc import Iterator
from dataclasses import dataclass

from schemas.errors import PictureError
from streaming.featurize.limits import Limits
from streaming.featurize.tally import Tally

SOS, EOI = 0xDA, 0xD9
_SEQUENTIAL, PROGRESSIVE = frozenset({0xC0, 0xC1}), 0xC2
#: Start-of-frame markers of the kinds that are not read.
_OTHER_FRAMES = {
    0xC3: "lossless",
    **dict.fromkeys((0xC5, 0xC6, 0xC7), "hierarchical"),
    **dict.fromkeys((0xC9, 0xCA, 0xCB, 0xCD, 0xCE, 0xCF), "arithmetic coding"),
    0xF7: "JPEG-LS",
}
#: Markers without a length, and FF 00, which is no marker: TEM, RST0 to RST7, SOI.
_BARE = frozenset({0x00, 0x01, *range(0xD0, 0xD9)})


@dataclass(frozen=True, slots=True)
class Segment:
    """A marker and what belongs to it: `payload` is data[start:end], after the length."""

    marker: int
    start: int
    end: int


@dataclass(frozen=True)
class Header:
    """`ids`: of the components, in order. `segments`: all up to the first SOS, with it."""

    width: int
    height: int
    ids: tuple[int, ...]
    progressive: bool
    segments: tuple[Segment, ...]
    exif: bytes | None


def segments(data: bytes, start: int = 2) -> Iterator[Segment]:
    """The marker segments, EOI the last, stepping over coded data. Raises PictureError `truncated`."""
    at = start
    while True:
        at = data.find(b"\xff", at)
        while at >= 0 and data[at + 1 : at + 2] == b"\xff":
            at += 1
        if at < 0 or at + 2 > len(data):
            raise PictureError("truncated", "JPEG: ends without its end marker")
        marker, at = data[at + 1], at + 2
        if marker == EOI:
            yield Segment(EOI, at, at)
            return
        if marker not in _BARE:
            end = at + max(2, int.from_bytes(data[at : at + 2], "big"))
            if end > len(data):
                raise PictureError("truncated", "JPEG: ends within its header")
            yield Segment(marker, at + 2, end)
            at = end


def read_header(data: bytes, limits: Limits) -> Header:
    """Everything up to the first scan.

    Raises PictureError: `truncated`, `unsupported` for other kinds, `too_large` for more than the limits allow.
    """
    found: list[Segment] = []
    tally = Tally(limits)
    for segment in segments(data):
        found.append(segment)
        tally.piece(segment.end - segment.start)
        if segment.marker == SOS:
            return _header(data, found)
    raise PictureError("truncated", "JPEG: ends before its first scan")


def _header(data: bytes, found: list[Segment]) -> Header:
    frame = next((s for s in found if s.marker in _SEQUENTIAL | {PROGRESSIVE} | _OTHER_FRAMES.keys()), None)
    if frame is None:
        raise PictureError("truncated", "JPEG: has no frame header")
    payload = data[frame.start : frame.end]
    _check_kind(frame.marker, payload)
    exif = next((data[s.start : s.end] for s in found if _is_exif(data, s)), None)
    height, width = int.from_bytes(payload[1:3], "big"), int.from_bytes(payload[3:5], "big")
    return Header(width, height, tuple(payload[6::3]), frame.marker == PROGRESSIVE, tuple(found), exif)


def _check_kind(marker: int, payload: bytes) -> None:
    if marker in _OTHER_FRAMES:
        raise PictureError("unsupported", f"JPEG: {_OTHER_FRAMES[marker]} is not read")
    if len(payload) < 6 or len(payload) != 6 + 3 * payload[5] or payload[3:5] == b"\0\0":
        raise PictureError("truncated", "JPEG: damaged frame header")
    if payload[0] != 8:
        raise PictureError("unsupported", f"JPEG: {payload[0]} bits a sample are not read")
    if payload[5] not in (1, 3, 4):
        raise PictureError("unsupported", f"JPEG: {payload[5]} components are not read")
    if payload[1:3] == b"\0\0":
        raise PictureError("unsupported", "JPEG: a height given after the picture (DNL) is not read")


def _is_exif(data: bytes, segment: Segment) -> bool:
    return segment.marker == 0xE1 and data.startswith(b"Exif\0\0", segment.start, segment.end)
