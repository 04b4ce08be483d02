"""What bytes are, by their first bytes and never by a name."""

import re

from schemas.errors import PictureError

#: The formats that can be decoded; `Limits.formats` may allow fewer.
READABLE = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF")

_MAGIC = (
    (b"\xff\xd8\xff", "JPEG"),
    (b"\x89PNG\r\n\x1a\n", "PNG"),
    (b"GIF87a", "GIF"),
    (b"GIF89a", "GIF"),
    (b"II*\0", "TIFF"),
    (b"MM\0*", "TIFF"),
    (b"II+\0", "TIFF"),
)
_OTHER_PICTURES = (
    (b"8BPS", "PSD"),
    (b"MM\0+", "big-endian BigTIFF"),
    (b"\x00\x00\x00\x0cJXL \r\n\x87\n", "JPEG XL"),
    (b"\xff\x0a", "JPEG XL"),
    (b"\x00\x00\x00\x0cjP  \r\n\x87\n", "JPEG 2000"),
    (b"\xff\x4f\xff\x51", "JPEG 2000"),
    (b"II\xbc", "JPEG XR"),
    (b"%!PS", "EPS"),
    (b"\xc5\xd0\xd3\xc6", "EPS"),
    (b"\x00\x00\x01\x00", "ICO"),
    (b"\x00\x00\x02\x00", "CUR"),
    (b"icns", "ICNS"),
    (b"FUJIFILMCCD-RAW", "camera raw (RAF)"),
    (b"IIU\0", "camera raw (RW2)"),
    (b"IIRO", "camera raw (ORF)"),
    (b"IIRS", "camera raw (ORF)"),
    (b"MMOR", "camera raw (ORF)"),
    (b"FOVb", "camera raw (X3F)"),
    (b"\0MRM", "camera raw (MRW)"),
    (b"gimp xcf", "XCF"),
    (b"DDS ", "DDS"),
    (b"\x76\x2f\x31\x01", "OpenEXR"),
    (b"#?RADIANCE", "Radiance HDR"),
    (b"qoif", "QOI"),
    (b"BPG\xfb", "BPG"),
    (b"AT&TFORM", "DjVu"),
    (b"SIMPLE  =", "FITS"),
    (b"\x8aMNG", "MNG"),
    (b"\x8bJNG", "JNG"),
    (b"\xd7\xcd\xc6\x9a", "WMF"),
    (b"/* XPM */", "XPM"),
    *((b"P%d%c" % (kind, end), "PNM") for kind in range(1, 8) for end in b" \t\r\n"),
)
_NO_PICTURES = (
    (b"%PDF", "a PDF document"),
    (b"PK\x03\x04", "a zip archive"),
    (b"PK\x05\x06", "a zip archive"),
    (b"\x1f\x8b", "gzip data"),
    (b"BZh", "bzip2 data"),
    (b"\xfd7zXZ", "xz data"),
    (b"7z\xbc\xaf", "a 7z archive"),
    (b"Rar!", "a RAR archive"),
    (b"\x7fELF", "a program"),
    (b"MZ", "a program"),
    (b"PAR1", "a Parquet file"),
    (b"\x89HDF", "an HDF5 file"),
    (b"SQLite format 3", "an SQLite database"),
    (b"ID3", "an MP3 file"),
    (b"OggS", "an Ogg file"),
    (b"\x1aE\xdf\xa3", "a Matroska or WebM video"),
)
#: Major brands of ISO base media files (`....ftyp`), by their first letters.
_BRANDS = (
    (b"avif", "AVIF"),
    (b"avis", "AVIF"),
    (b"hei", "HEIC"),
    (b"hev", "HEIC"),
    (b"mif", "HEIC"),
    (b"msf", "HEIC"),
    (b"crx", "camera raw (CR3)"),
    (b"jxl", "JPEG XL"),
)
_ROOT = re.compile(rb"<(svg|!doctype html|html|head|body)\b")
_BMP_HEADERS = frozenset({12, 16, 40, 52, 56, 64, 108, 124})


def sniff(data: bytes) -> str:
    """The format of `data`, one of READABLE.

    Raises PictureError: `unsupported` for a picture of another format, `truncated` for the beginning of a
    signature and no more, `not_an_image` for anything else.
    """
    head = data[:1024]
    readable = _readable(head)
    if readable:
        return readable
    other = _named(_OTHER_PICTURES, head) or _other_picture(head)
    if other:
        raise PictureError("unsupported", f"{other} is not a format that is read")
    if any(magic.startswith(head) for magic, _ in _MAGIC):
        raise PictureError("truncated", f"only the first {len(head)} bytes of a picture")
    raise PictureError("not_an_image", f"looks like {_looks_like(head)}")


def _readable(head: bytes) -> str | None:
    if head[:4] == b"II*\0" and head[8:10] == b"CR":
        return None
    if head[:2] == b"BM" and int.from_bytes(head[14:18], "little") in _BMP_HEADERS:
        return "BMP"
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "WEBP"
    return _named(_MAGIC, head)


def _other_picture(head: bytes) -> str | None:
    if head[:4] == b"II*\0":
        return "camera raw (CR2)"
    if head[4:8] == b"ftyp":
        return _named(_BRANDS, head[8:12])
    return "SVG" if _root(head) == b"svg" else None


def _named(table: tuple[tuple[bytes, str], ...], head: bytes) -> str | None:
    return next((name for magic, name in table if head.startswith(magic)), None)


def _looks_like(head: bytes) -> str:
    known = _named(_NO_PICTURES, head)
    if known:
        return known
    if head[4:8] == b"ftyp":
        return "a video"
    if head[:4] == b"RIFF":
        return "a RIFF file (sound or video)"
    return _looks_like_text(head) or f"no known format (it starts with {head[:8].hex(' ')})"


def _looks_like_text(head: bytes) -> str | None:
    if _root(head):
        return "an HTML page"
    if _text(head).startswith(b"<?xml"):
        return "an XML document"
    if not head.strip(b"\0"):
        return "nothing but zero bytes"
    text = head.decode("utf-8", "ignore")
    printable = sum(c.isprintable() or c.isspace() for c in text)
    return "text" if printable == len(text) and len(text.encode()) > len(head) - 4 else None


def _root(head: bytes) -> bytes:
    """What tells an SVG picture (`svg`) from an HTML page with one inside; empty for neither."""
    text = _text(head)
    found = _ROOT.search(text) if text.startswith(b"<") else None
    return found[1] if found else b""


def _text(head: bytes) -> bytes:
    return head.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
