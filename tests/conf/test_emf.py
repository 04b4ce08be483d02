"""Lines are what CloudWatch takes, and say what was counted."""

import time

import pytest
from jsonschema import ValidationError

from conf.emf import EmfLines, emf_line
from conf.metrics import METRICS
from tests.conf.emf_lines import metrics_of, read_line

ALL = {metric.name: 1.5 for metric in METRICS}


def test_a_line_of_all_metrics_is_taken_and_short_enough_for_one_write() -> None:
    members = read_line(emf_line(ALL, {"Name": "x" * 128, "Code": "too_many_pixels"}, 1_700_000_000_000))
    (directive,) = members["_aws"]["CloudWatchMetrics"]
    assert directive["Namespace"] == "Verger"
    assert {m["Name"]: m["Unit"] for m in directive["Metrics"]} == {m.name: m.unit for m in METRICS}


def test_the_check_can_fail() -> None:
    with pytest.raises(ValidationError):
        read_line(emf_line({"Seen": 1}, {}, 0))
    with pytest.raises(ValueError, match="NaN is not JSON"):
        read_line(emf_line({"BatchSeconds": float("nan")}, {"Name": "v"}, 0))
    with pytest.raises(KeyError):
        emf_line({"NoSuchMetric": 1}, {"Name": "v"}, 0)


def test_codes_have_lines_of_their_own_and_nothing_is_counted_twice() -> None:
    lines: list[str] = []
    EmfLines("verger", lines.append).tell({"Seen": 9, "Rejected": 3}, {"empty": 2, "truncated": 1})
    assert metrics_of(lines) == [
        ("Seen", None, 9),
        ("Rejected", None, 3),
        ("Rejected", "empty", 2),
        ("Rejected", "truncated", 1),
    ]
    first = read_line(lines[0])
    assert (first["Name"], first["RejectedByCode"]) == ("verger", {"empty": 2, "truncated": 1})
    assert abs(first["_aws"]["Timestamp"] - time.time() * 1000) < 60_000
    assert {read_line(line)["_aws"]["Timestamp"] for line in lines} == {first["_aws"]["Timestamp"]}
