"""Types of settings that pydantic lacks: lists in one string, numbers of bytes, Java's memory sizes."""

import json
import re
from typing import Annotated, Literal, TypeVar

from pydantic import AfterValidator, BeforeValidator, ByteSize, Field, TypeAdapter, ValidationError
from pydantic_settings import NoDecode

T = TypeVar("T")

ImageFormat = Literal["JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF"]

_BYTE_SIZE = TypeAdapter(ByteSize)
_JAVA_MEMORY = re.compile(r"([1-9][0-9]*)([kmgt])", re.IGNORECASE)
_SHA256 = re.compile(r"[0-9a-fA-F]{64}")
_UNIT_BYTES = {"k": 2**10, "m": 2**20, "g": 2**30, "t": 2**40}
#: Spark refuses to start in less than 450 MiB.
_LEAST_DRIVER_BYTES = 512 * 2**20
#: Of seconds and of hours: poll(2) waits for 2**31 ms at most, and dates begin and end.
_MOST = 1e6


def _items(value: object) -> object:
    """A list written in one string, as JSON or with commas; anything else as it is."""
    if not isinstance(value, str):
        return value
    if value.lstrip().startswith("["):
        try:
            return json.loads(value)
        except ValueError:
            raise ValueError("is not a list in JSON") from None
    return [item.strip() for item in value.split(",") if item.strip()]


def _bytes(value: object) -> object:
    """A number of bytes written with a unit ("2GiB", "500MB"); anything else as it is."""
    if not isinstance(value, str):
        return value
    try:
        return int(_BYTE_SIZE.validate_python(value))
    except ValidationError:
        raise ValueError("must be a number of bytes such as 67108864, 500MB or 2GiB") from None


def _at_least(least: int, written: str) -> AfterValidator:
    """Refuses what is too little to be meant as bytes, such as 4 for 4GiB."""

    def check(value: int) -> int:
        if value < least:
            raise ValueError(f"must be at least {written}: write bytes, or a unit as in 500MB or 2GiB")
        return value

    return AfterValidator(check)


def _digest(value: str) -> str:
    if value and not _SHA256.fullmatch(value):
        raise ValueError("must be 64 hexadecimal digits, as sha256sum prints them, or empty")
    return value.lower()


def java_bytes(value: str) -> int:
    """The bytes of a memory size as Java's -Xmx takes it; raises ValueError where it is none."""
    match = _JAVA_MEMORY.fullmatch(value)
    if not match:
        raise ValueError("must be a memory size as Java's -Xmx takes it, such as 2g or 1500m")
    return int(match[1]) * _UNIT_BYTES[match[2].lower()]


def _java_memory(value: str) -> str:
    if java_bytes(value) < _LEAST_DRIVER_BYTES:
        raise ValueError("must be at least 512m, or Spark does not start")
    return value.lower()


#: A non-empty list; in the environment JSON or comma-separated.
Items = Annotated[tuple[T, ...], NoDecode, BeforeValidator(_items), Field(min_length=1)]
Digest = Annotated[str, AfterValidator(_digest)]
Text = Annotated[str, Field(min_length=1)]
Bytes = Annotated[int, BeforeValidator(_bytes), Field(ge=1)]
PictureBytes = Annotated[Bytes, _at_least(2**10, "1KiB")]
DecodingBytes = Annotated[Bytes, _at_least(64 * 2**20, "64MiB")]
Count = Annotated[int, Field(ge=1)]
Positive = Annotated[float, Field(gt=0, le=_MOST, allow_inf_nan=False)]
NotNegative = Annotated[float, Field(ge=0, le=_MOST, allow_inf_nan=False)]
Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
JavaMemory = Annotated[str, AfterValidator(_java_memory)]
