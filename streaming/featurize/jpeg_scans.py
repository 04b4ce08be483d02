"""Whether a JPEG's scans hold the whole picture: libjpeg says nothing about missing ones."""

from schemas.errors import PictureError
from streaming.featurize.jpeg_header import SOS, Header, segments
from streaming.featurize.limits import Limits

_COEFFICIENTS = 64
_UNSENT = 255
_WHOLE = (0, _COEFFICIENTS - 1, 0)


def check_scans(data: bytes, header: Header, limits: Limits) -> None:
    """Raises PictureError `truncated` unless each component arrived, in a progressive file to its last bit.

    A file cut between two scans and closed with an end marker is found by this alone. Of too many scans:
    `too_many_pixels`.
    """
    first = header.segments[-1]
    scan = data[first.start : first.end]
    if not header.progressive and scan[:1] == bytes([len(header.ids)]):
        return
    missing = {i: bytearray([_UNSENT]) * _COEFFICIENTS for i in header.ids}
    _note(scan, header, missing)
    scans = 1
    for segment in segments(data, first.end):
        if segment.marker == SOS:
            scans += 1
            limits.check_scans(scans, header.width * header.height)
            _note(data[segment.start : segment.end], header, missing)
    if any(map(any, missing.values())):
        raise PictureError("truncated", "JPEG: ends before its last scan")


def _note(scan: bytes, header: Header, missing: dict[int, bytearray]) -> None:
    """Sets for each coefficient that the scan sends how many of its low bits are still missing."""
    count = scan[0] if scan else 0
    if len(scan) != 4 + 2 * count:
        raise PictureError("truncated", "JPEG: damaged scan header")
    first, last, low = (scan[-3], scan[-2], scan[-1] & 15) if header.progressive else _WHOLE
    if first <= last < _COEFFICIENTS:
        for component in scan[1 : 1 + 2 * count : 2]:
            if component in missing:
                missing[component][first : last + 1] = bytes([low]) * (last + 1 - first)
