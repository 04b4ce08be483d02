"""The list of metrics keeps the rules of those who read them."""

import re

import pytest

from conf.metrics import METRICS

BASE_UNITS = {"Seconds": "_seconds", "Bytes": "_bytes"}


def test_names_are_distinct_and_have_a_meaning() -> None:
    assert len({metric.name for metric in METRICS}) == len(METRICS)
    pages = [metric.prometheus for metric in METRICS if metric.prometheus]
    assert len(set(pages)) == len(pages)
    assert all(metric.meaning and metric.when for metric in METRICS)


@pytest.mark.parametrize("metric", METRICS, ids=lambda metric: metric.name)
def test_a_name_says_its_unit(metric: object) -> None:
    from conf.metrics import Metric

    assert isinstance(metric, Metric)
    assert re.fullmatch("[A-Z][A-Za-z]+", metric.name)
    assert metric.name.endswith(metric.unit) == (metric.unit in BASE_UNITS)
    assert re.fullmatch("|verger_[a-z_]+", metric.prometheus)
    if metric.prometheus:
        assert metric.prometheus.endswith(BASE_UNITS.get(metric.unit, "")) or metric.kind == "counter"
