"""Reads lines as CloudWatch does: against the JSON schema of the embedded metric format's specification."""

import json
from collections.abc import Iterable
from typing import Any

from jsonschema import validate

_NAME = {"type": "string", "pattern": "^(.*)$", "minLength": 1, "maxLength": 1024}
_UNITS = (
    "Seconds|Microseconds|Milliseconds|Bytes|Kilobytes|Megabytes|Gigabytes|Terabytes|Bits|Kilobits|Megabits|Gigabits|"
    "Terabits|Percent|Count|Bytes\\/Second|Kilobytes\\/Second|Megabytes\\/Second|Gigabytes\\/Second|Terabytes\\/Second|"
    "Bits\\/Second|Kilobits\\/Second|Megabits\\/Second|Gigabits\\/Second|Terabits\\/Second|Count\\/Second|None"
)
_DIRECTIVE = {
    "type": "object",
    "required": ["Namespace", "Dimensions", "Metrics"],
    "additionalProperties": False,
    "properties": {
        "Namespace": _NAME,
        "Dimensions": {
            "type": "array",
            "minItems": 1,
            "items": {"type": "array", "minItems": 1, "maxItems": 30, "items": {**_NAME, "maxLength": 250}},
        },
        "Metrics": {
            "type": "array",
            "maxItems": 100,
            "items": {
                "type": "object",
                "required": ["Name"],
                "additionalProperties": False,
                "properties": {
                    "Name": _NAME,
                    "Unit": {"type": "string", "pattern": f"^({_UNITS})$"},
                    "StorageResolution": {"enum": [1, 60]},
                },
            },
        },
    },
}
SCHEMA = {
    "type": "object",
    "required": ["_aws"],
    "properties": {
        "_aws": {
            "type": "object",
            "required": ["Timestamp", "CloudWatchMetrics"],
            "properties": {
                "Timestamp": {"type": "integer"},
                "CloudWatchMetrics": {"type": "array", "items": _DIRECTIVE},
            },
        }
    },
}
#: One write of so many bytes into a pipe is never mixed with others (PIPE_BUF).
MOST_BYTES = 4096


def _refuse(value: str) -> None:
    raise ValueError(f"{value} is not JSON")


def read_line(line: str) -> dict[str, Any]:
    """The line's members. Fails where CloudWatch would not take it, or not make all its metrics."""
    members: dict[str, Any] = json.loads(line, parse_constant=_refuse)
    validate(members, SCHEMA)
    assert len(line) < MOST_BYTES
    for directive in members["_aws"]["CloudWatchMetrics"]:
        for metric in directive["Metrics"]:
            assert type(members[metric["Name"]]) in (int, float)
        for dimension in (name for names in directive["Dimensions"] for name in names):
            assert isinstance(members[dimension], str)
            assert members[dimension].isascii()
            assert 1 <= len(members[dimension]) <= 1024
    return members


def metrics_of(lines: Iterable[str]) -> list[tuple[str, str | None, float]]:
    """All metrics that CloudWatch makes of the lines: name, Code if that is a dimension, value."""
    found = []
    for members in map(read_line, lines):
        (directive,) = members["_aws"]["CloudWatchMetrics"]
        (names,) = directive["Dimensions"]
        code = members["Code"] if "Code" in names else None
        found += [(metric["Name"], code, members[metric["Name"]]) for metric in directive["Metrics"]]
    return found


def total(lines: Iterable[str], name: str, code: str | None = None) -> float:
    """The sum of a metric."""
    return sum(value for n, c, value in metrics_of(lines) if (n, c) == (name, code))
