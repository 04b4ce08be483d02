"""A picture's address as people and other programs spell it, in the one spelling of the tables."""

import re
from urllib.parse import unquote

from conf.locations import is_s3

_S3 = re.compile(r"s3[an]?://", re.IGNORECASE)
_FILE = re.compile(r"file:(?://(?:localhost)?)?(?=/)", re.IGNORECASE)


def uri(address: str) -> str | None:
    """`s3a://b/k` as `s3://b/k`; `file:/x` and `/x` as `file:///x`; None for what is neither. Nothing is decoded."""
    if match := _S3.match(address):
        return f"s3://{address[match.end() :]}"
    if match := _FILE.match(address):
        return f"file://{address[match.end() :]}"
    return f"file://{address}" if address.startswith("/") else None


def spellings(address: str) -> list[str]:
    """As it is, and percent-decoded if that is another: Hadoop encodes, the tables don't."""
    found = uri(address) or address
    return list(dict.fromkeys((found, unquote(found))))


def below(landing: str, name: str) -> str:
    """The URI of what is called `name` in the landing."""
    return f"{landing}{name}" if is_s3(landing) else f"file://{landing.rstrip('/')}/{name}"
