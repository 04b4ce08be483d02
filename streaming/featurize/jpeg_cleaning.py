"""Removes what libjpeg warns about without losing a pixel, so that it can warn about what matters."""

from streaming.featurize.jpeg_header import SOS, Header, Segment

_APP0, _APP14 = 0xE0, 0xEE


def cleaned(data: bytes, header: Header) -> bytes:
    """The same picture without stray bytes; JFIF revision, Adobe transform and scan range as usual."""
    parts = [b"\xff\xd8"]
    for segment in header.segments:
        payload = _usual(data, segment, header)
        parts.append(bytes([0xFF, segment.marker]) + (len(payload) + 2).to_bytes(2, "big") + payload)
    parts.append(data[header.segments[-1].end :])
    return b"".join(parts)


def _usual(data: bytes, segment: Segment, header: Header) -> bytes:
    payload = data[segment.start : segment.end]
    if segment.marker == _APP0 and payload.startswith(b"JFIF\0"):
        return payload[:5] + b"\x01" + payload[6:]
    if segment.marker == _APP14 and payload.startswith(b"Adobe") and len(payload) >= 12 and payload[11] > 2:
        # libjpeg takes an unknown transform for YCbCr, or YCCK with four components.
        return payload[:11] + (b"\x02" if len(header.ids) == 4 else b"\x01") + payload[12:]
    if segment.marker == SOS and not header.progressive:
        return payload[:-3] + b"\x00\x3f\x00"
    return payload
