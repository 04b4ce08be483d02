"""Metrics as lines of JSON in CloudWatch's embedded metric format, which CloudWatch Logs turns into metrics.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
"""

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from conf.metrics import METRICS, NAMESPACE

_UNITS = {metric.name: metric.unit for metric in METRICS}


@dataclass(frozen=True)
class EmfLines:
    """Makes a line of each set of values and hands it to `put`. `name`: the dimension Name."""

    name: str
    put: Callable[[str], None]

    def tell(self, values: Mapping[str, float], codes: Mapping[str, int] | None = None) -> None:
        """A line of `values`, by name; then one for each error code among the rejected.

        A line has each dimension once, so that the codes need lines of their own; the first one lists them, too.
        """
        at_ms = time.time_ns() // 1_000_000
        by_code = {"RejectedByCode": dict(codes)} if codes else {}
        self.put(emf_line(values, {"Name": self.name}, at_ms, by_code))
        for code, count in (codes or {}).items():
            self.put(emf_line({"Rejected": count}, {"Name": self.name, "Code": code}, at_ms))

    def show(self, values: Mapping[str, float]) -> None:
        """Nothing between the lines."""


def emf_line(
    values: Mapping[str, float],
    dimensions: Mapping[str, str],
    at_ms: int,
    properties: Mapping[str, object] | None = None,
) -> str:
    """One JSON object, no newline. `at_ms`: milliseconds since 1970; `properties`: for readers, no metrics."""
    directive = {
        "Namespace": NAMESPACE,
        "Dimensions": [list(dimensions)],
        "Metrics": [{"Name": name, "Unit": _UNITS[name]} for name in values],
    }
    meta = {"Timestamp": at_ms, "CloudWatchMetrics": [directive]}
    return json.dumps({"_aws": meta, **dimensions, **(properties or {}), **values}, separators=(",", ":"))
