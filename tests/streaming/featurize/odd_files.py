"""Bad and odd files with what a person expects of each: `ok`, or an error code. All are built by code."""

import random

import numpy as np
from PIL import Image, ImageCms

from tests.streaming.featurize import crafted
from tests.streaming.featurize.drawing import cut, drawing, saved, speckled, with_orientation

#: JPEG 2000, LERC, PNG, JPEG XR, WEBP and JPEG XL in a TIFF.
_KINDS = (34712, 34887, 34933, 34934, 50001, 50002)


def odd_files() -> dict[str, tuple[bytes, str]]:
    """File name -> (bytes, expected code or "ok"). `too_large` is not among them: it depends on a setting."""
    return {**_cut_short(), **_no_pictures(), **_other_pictures(), **_padded_by_others(), **_odd_but_fine()}


def _cut_short() -> dict[str, tuple[bytes, str]]:
    whole = {
        "jpg": saved(speckled(), "JPEG", quality=90),
        "png": saved(speckled(), "PNG"),
        "gif": saved(speckled(), "GIF"),
        "bmp": saved(speckled(), "BMP"),
        "webp": saved(speckled(), "WEBP"),
        "tif": saved(speckled(), "TIFF"),
        "lzw.tif": saved(speckled(), "TIFF", compression="tiff_lzw"),
    }
    return {
        f"cut at {percent} percent.{suffix}": (cut(data, percent), "truncated")
        for suffix, data in whole.items()
        for percent in (10, 50, 90, 99)
    }


def _no_pictures() -> dict[str, tuple[bytes, str]]:
    return {
        "empty.jpg": (b"", "empty"),
        "one byte.jpg": (b"x", "not_an_image"),
        "first byte of a jpeg.jpg": (b"\xff", "truncated"),
        "page.jpg": (b"<!DOCTYPE html><html><body>404</body></html>", "not_an_image"),
        "page with a drawing.jpg": (b"<!DOCTYPE html><html><body><svg></svg></body></html>", "not_an_image"),
        "page with a drawing, XHTML.jpg": (b'<?xml version="1.0"?>\n<html><body><svg/></body></html>', "not_an_image"),
        "answer with a drawing.jpg": (b'{"icon": "<svg>"}', "not_an_image"),
        "archive.jpg": (b"PK\x03\x04" + bytes(40) + crafted.ZIP_END, "not_an_image"),
        "document.jpg": (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n", "not_an_image"),
        "text.png": (b"These are not the pixels you are looking for.\n" * 9, "not_an_image"),
        "random.jpg": (b"\x01" + random.Random(7).randbytes(5000), "not_an_image"),
        "zeros.jpg": (bytes(5000), "not_an_image"),
        "film.jpg": (crafted.isobmff(b"isom"), "not_an_image"),
    }


def _other_pictures() -> dict[str, tuple[bytes, str]]:
    jpeg = saved(drawing(), "JPEG")
    files = {
        "drawing.svg.jpg": crafted.SVG,
        "photo.heic.jpg": crafted.isobmff(b"heic"),
        "photo.avif.jpg": saved(drawing(), "AVIF"),
        "layers.psd.jpg": b"8BPS\x00\x01" + bytes(60),
        "icon.ico.png": saved(drawing(32, 32), "ICO"),
        "photo.jp2.jpg": saved(drawing(), "JPEG2000"),
        "photo.jxl.jpg": b"\xff\x0a" + bytes(60),
        "page.eps.jpg": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n",
        "raw.cr2.jpg": b"II*\x00\x10\x00\x00\x00CR\x02\x00" + bytes(60),
        "pixels.ppm.jpg": saved(drawing(), "PPM"),
        "12 bit.jpg": crafted.jpeg_frame(jpeg, 3, 12),
        "arithmetic.jpg": crafted.jpeg_frame(jpeg, 0, 0xC9),
        "sampling without a name.jpg": crafted.jpeg_odd_sampling(),
        "lossless.jpg": crafted.jpeg_frame(jpeg, 0, 0xC3),
        "near lossless.jls.jpg": crafted.jpeg_frame(jpeg, 0, 0xF7),
        "apple.png": crafted.png_of_apple(),
        "big-endian, big.tif": b"MM\0+\0\x08\0\0" + bytes(60),
        **{f"compression {kind}.tif": crafted.tiff_with_tag(saved(drawing(), "TIFF"), 259, kind) for kind in _KINDS},
    }
    bombs = {"bomb.png": crafted.png_bomb(), "bomb frame.gif": crafted.gif_bomb_frame()}
    return {
        **{name: (data, "unsupported") for name, data in files.items()},
        **{name: (data, "too_many_pixels") for name, data in bombs.items()},
    }


def _padded_by_others() -> dict[str, tuple[bytes, str]]:
    """What Pillow, or libjpeg, would show with the missing part in grey or black."""
    files = {
        **{f"closed at {p} percent.jpg": crafted.jpeg_cut_and_closed(p) for p in (50, 90, 99)},
        **{f"closed at {p} percent, progressive.jpg": crafted.jpeg_cut_and_closed(p, True) for p in (50, 90, 99)},
        "last scans missing.jpg": crafted.jpeg_without_last_scans(),
        "stray bytes, then cut.jpg": crafted.with_stray_bytes(crafted.jpeg_cut_and_closed(60)),
        "half its data.png": crafted.png_with_half_its_data(),
        "rows missing.png": crafted.png_with_rows_missing(),
        "rows missing, interlaced.png": crafted.png_with_rows_missing(True),
        "damaged.png": crafted.png_with_damage(),
        "rows missing.bmp": crafted.bmp_rle(short=True),
        "strips missing.tif": crafted.tiff_with_tag(saved(speckled(), "TIFF"), 278, 7),
    }
    return {name: (data, "truncated") for name, data in files.items()}


def _odd_but_fine() -> dict[str, tuple[bytes, str]]:
    picture, jpeg = drawing(), saved(drawing(), "JPEG")
    frames = [picture, picture.rotate(90), picture.rotate(180)]
    files = {
        "a jpeg.png": jpeg,
        "progressive.jpg": saved(picture, "JPEG", progressive=True),
        "grey.jpg": saved(picture.convert("L"), "JPEG"),
        "cmyk.jpg": saved(picture.convert("CMYK"), "JPEG"),
        "two pictures.mpo.jpg": saved(picture, "MPO", save_all=True, append_images=[picture.rotate(9)]),
        "stray bytes.jpg": crafted.with_stray_bytes(jpeg),
        "padding after the scan.jpg": jpeg[:-2] + b"\x00" * 5 + crafted.EOI,
        "bytes after the end.jpg": jpeg + b"\x00" * 99,
        "unknown JFIF revision.jpg": jpeg.replace(b"JFIF\0\x01", b"JFIF\0\x09"),
        "malformed exif.jpg": saved(picture, "JPEG", exif=b"Exif\0\0MM\0*\xff\xff\xff\xff" + b"\xee" * 40),
        **{f"turned {i}.jpg": saved(picture, "JPEG", exif=with_orientation(i)) for i in range(1, 9)},
        "16 bit.png": saved(_sixteen_bit(picture), "PNG"),
        "16 bit.tif": saved(_sixteen_bit(picture), "TIFF"),
        "float.tif": saved(Image.fromarray(np.asarray(picture.convert("L"), np.float32) / 255), "TIFF"),
        "1 bit.png": saved(picture.convert("1"), "PNG"),
        "1 bit, group 4.tif": saved(picture.convert("1"), "TIFF", compression="group4"),
        "palette.png": saved(picture.quantize(64), "PNG"),
        "palette with transparency.gif": saved(picture.quantize(16), "GIF", transparency=3),
        "alpha.png": saved(_half_transparent(picture), "PNG"),
        "grey and alpha.png": saved(_half_transparent(picture).convert("LA"), "PNG"),
        "alpha.webp": saved(_half_transparent(picture), "WEBP"),
        "lab.tif": saved(_lab(picture), "TIFF"),
        "cmyk.tif": saved(picture.convert("CMYK"), "TIFF"),
        "jpeg inside.tif": saved(picture, "TIFF", compression="jpeg"),
        "jpeg inside, last strip of 12,000 x 1.tif": saved(drawing(12_000, 17), "TIFF", compression="jpeg"),
        "28 bytes.webp": crafted.webp_of_one_colour(),
        "run length.bmp": crafted.bmp_rle(short=False),
        "animated.gif": saved(frames[0], "GIF", save_all=True, append_images=frames[1:]),
        "animated.webp": saved(frames[0], "WEBP", save_all=True, append_images=frames[1:]),
        "animated.png": saved(frames[0], "PNG", save_all=True, append_images=frames[1:]),
        "1x1.png": saved(drawing(8, 8).resize((1, 1)), "PNG"),
        "1x5000.jpg": saved(drawing(8, 50).resize((1, 5000)), "JPEG"),
        "5000x1.png": saved(drawing(50, 8).resize((5000, 1)), "PNG"),
    }
    return {name: (data, "ok") for name, data in files.items()}


def _sixteen_bit(picture: Image.Image) -> Image.Image:
    return Image.fromarray(np.asarray(picture.convert("L"), np.uint16) * 257)


def _half_transparent(picture: Image.Image) -> Image.Image:
    """The right half transparent."""
    alpha = np.full((picture.height, picture.width), 255, np.uint8)
    alpha[:, picture.width // 2 :] = 0
    rgba = picture.convert("RGBA")
    rgba.putalpha(Image.fromarray(alpha))
    return rgba


def _lab(picture: Image.Image) -> Image.Image:
    srgb, lab = ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB")
    converted = ImageCms.profileToProfile(picture, srgb, lab, outputMode="LAB")
    assert converted is not None
    return converted
