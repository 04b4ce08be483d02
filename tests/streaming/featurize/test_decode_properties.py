"""Whatever the bytes, decoding gives pixels or a PictureError."""

from contextlib import suppress

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schemas.errors import PictureError
from streaming.featurize.decode import Limits, decode
from streaming.featurize.sniff import READABLE
from tests.streaming.featurize.drawing import drawing, saved, with_orientation
from tests.streaming.featurize.odd_files import odd_files

LIMITS = Limits(1 << 20, 1_000_000, READABLE, exif_orientation=True)
SEEDS = [
    *(data for data, _ in odd_files().values() if 0 < len(data) < 60_000),
    *(saved(drawing(40, 30), kind, exif=with_orientation(6)) for kind in ("JPEG", "PNG", "WEBP", "TIFF")),
]
MAGIC = [b"", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF89a", b"RIFF\0\0\0\0WEBPVP8 ", b"II*\0", b"MM\0*", b"BM"]
relaxed = settings(max_examples=250, deadline=None, suppress_health_check=list(HealthCheck))


def decodes_or_rejects(data: bytes) -> None:
    with suppress(PictureError):
        decode(data, LIMITS)


@relaxed
@given(st.sampled_from(MAGIC), st.binary(max_size=400))
def test_arbitrary_bytes_raise_only_picture_errors(magic: bytes, data: bytes) -> None:
    decodes_or_rejects(magic + data)


@relaxed
@given(st.sampled_from(SEEDS), st.lists(st.tuples(st.integers(0, 2**16), st.integers(0, 255)), max_size=8))
def test_changed_bytes_raise_only_picture_errors(data: bytes, changes: list[tuple[int, int]]) -> None:
    changed = bytearray(data)
    for at, value in changes:
        changed[at % len(changed)] = value
    decodes_or_rejects(bytes(changed))


@relaxed
@given(st.sampled_from(SEEDS), st.lists(st.tuples(st.integers(0, 60), st.integers(0, 255)), min_size=1, max_size=4))
def test_changed_headers_raise_only_picture_errors(data: bytes, changes: list[tuple[int, int]]) -> None:
    changed = bytearray(data)
    for at, value in changes:
        changed[at % len(changed)] = value
    decodes_or_rejects(bytes(changed))


@relaxed
@given(st.sampled_from(SEEDS), st.integers(0, 2**16), st.integers(0, 300))
def test_missing_bytes_raise_only_picture_errors(data: bytes, start: int, length: int) -> None:
    start %= len(data)
    decodes_or_rejects(data[:start] + data[start + length :])
