"""The fields of an event, read with care: what can't be stored in the ledger must not get there."""

import re
from datetime import datetime, timezone
from typing import Any
from urllib.parse import unquote_plus

_TIME = re.compile(r"(\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d)(?:\.\d+)?(Z|[+-]\d\d:\d\d)?", re.ASCII)
_SEQUENCER = re.compile(r"[0-9A-Fa-f]{1,64}")
_MAX_SIZE = 2**63 - 1  # what a column of the type long holds


class MalformedError(Exception):
    """A message that is no event of S3: one phrase that says why."""


def entry(document: dict[str, Any], name: str) -> dict[str, Any]:
    """An object in an object; raises MalformedError if it isn't there."""
    found = document.get(name)
    if not isinstance(found, dict):
        raise MalformedError(f"no {name!r}")
    return found


def text(document: dict[str, Any], name: str) -> str:
    """A text that is not empty; raises MalformedError for anything else."""
    found = document.get(name)
    if not isinstance(found, str) or not found or not _is_unicode(found):
        raise MalformedError(f"no {name!r}")
    return found


def url_decoded(key: str) -> str:
    """A key as it is in S3; raises MalformedError if it is not UTF-8."""
    try:
        return unquote_plus(key, errors="strict")
    except UnicodeDecodeError as e:
        raise MalformedError("a key that is not UTF-8") from e


def etag(value: Any) -> str | None:
    """An ETag without its quotation marks, None if there is none."""
    return (value.strip('"') or None) if isinstance(value, str) and _is_unicode(value) else None


def number(value: Any) -> int | None:
    """A size in bytes, None if it is none."""
    return value if type(value) is int and 0 <= value <= _MAX_SIZE else None


def sequencer(value: Any) -> str | None:
    """A hexadecimal number as text, None if it is none."""
    return value if isinstance(value, str) and _SEQUENCER.fullmatch(value) else None


def moment(value: Any) -> datetime | None:
    """A time in ISO 8601 as UTC, to the second; None if it is none."""
    found = _TIME.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        return None
    try:
        return datetime.fromisoformat(found[1] + (found[2] or "Z").replace("Z", "+00:00")).astimezone(timezone.utc)
    except (ValueError, OverflowError):
        return None


def _is_unicode(value: str) -> bool:
    r"""JSON can spell half of a surrogate pair (`\ud800`), which UTF-8 can't."""
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True
