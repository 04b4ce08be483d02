"""The alarms: of metrics that are told, within CloudWatch's limits, and each with what to do about it."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from conf.metrics import METRICS
from tests.emr.templates import DEPLOYED, README

#: What the stream and the refit tell, namespace Verger.
TOLD = {metric.name for metric in METRICS}
#: Of AWS itself.
SQS = {"ApproximateAgeOfOldestMessage", "ApproximateNumberOfMessagesVisible"}

ALARMS = {**DEPLOYED.of("AWS::CloudWatch::Alarm"), **DEPLOYED.of("AWS::CloudWatch::CompositeAlarm")}
METRIC_ALARMS = DEPLOYED.of("AWS::CloudWatch::Alarm")
RUNBOOK = dict(re.findall(r"^\| `([a-z-]+)` \| (.+) \|$", README.split("## Runbook")[1], re.MULTILINE))
QUEUES = {queue["QueueName"] for queue in DEPLOYED.of("AWS::SQS::Queue").values()}


def _metrics(alarm: dict[str, Any]) -> Iterator[tuple[str, str, list[dict[str, str]], int]]:
    if "MetricName" in alarm:
        yield alarm["Namespace"], alarm["MetricName"], alarm["Dimensions"], alarm["Period"]
    for query in alarm.get("Metrics", ()):
        if "MetricStat" in query:
            metric = query["MetricStat"]["Metric"]
            yield metric["Namespace"], metric["MetricName"], metric["Dimensions"], query["MetricStat"]["Period"]


@pytest.mark.parametrize("name", METRIC_ALARMS)
def test_its_metrics_are_told(name: str) -> None:
    found = list(_metrics(METRIC_ALARMS[name]))
    assert found
    for namespace, metric, dimensions, _ in found:
        assert metric in {"Verger": TOLD, "AWS/SQS": SQS}[namespace]
        (dimension,) = dimensions
        assert dimension["Value"] in ({"verger"} if namespace == "Verger" else QUEUES), dimension


@pytest.mark.parametrize("name", METRIC_ALARMS)
def test_it_looks_no_further_back_than_cloudwatch_does(name: str) -> None:
    """PutMetricAlarm: seven days, with periods below an hour one day."""
    alarm = METRIC_ALARMS[name]
    declared = DEPLOYED.source["Resources"][name]["Properties"]["EvaluationPeriods"]
    most = alarm["EvaluationPeriods"]
    if isinstance(declared, dict):
        most = DEPLOYED.source["Parameters"][declared["Ref"]].get("MaxValue", most)
    for _, _, _, period in _metrics(alarm):
        assert most * period <= (7 * 86_400 if period >= 3_600 else 86_400)


def test_no_refit_in_26_hours_is_an_alarm_and_so_is_a_silent_stream() -> None:
    no_refit = METRIC_ALARMS["NoRefit"]
    ((_, _, _, period),) = _metrics(no_refit)
    assert period * no_refit["EvaluationPeriods"] == 26 * 3_600
    assert no_refit["TreatMissingData"] == METRIC_ALARMS["StreamNotRunning"]["TreatMissingData"] == "breaching"


def test_each_tells_someone_or_is_half_of_one_that_does() -> None:
    halves = set(re.findall(r'ALARM\("(\w+)"\)', ALARMS["NoProgress"]["AlarmRule"]))
    assert halves == {"PicturesWait", "NoRows"}
    for name, alarm in ALARMS.items():
        assert ("AlarmActions" in alarm) == (name not in halves)


def test_each_has_its_line_in_the_runbook_and_no_line_is_left_over() -> None:
    names = {alarm["AlarmName"].removeprefix("verger-") for alarm in ALARMS.values()}
    assert names == set(RUNBOOK)
    for alarm in ALARMS.values():
        assert alarm["AlarmDescription"].endswith(
            f"conf/emr/README.md, {alarm['AlarmName'].removeprefix('verger-')}."
        ) or ("Half of no-progress" in alarm["AlarmDescription"])


def test_the_dashboard_shows_only_what_is_told() -> None:
    (dashboard,) = DEPLOYED.of("AWS::CloudWatch::Dashboard").values()
    shown = [m for w in json.loads(dashboard["DashboardBody"])["widgets"] for m in w["properties"].get("metrics", ())]
    for metric in shown:
        if isinstance(metric[0], str):
            assert metric[1] in {"Verger": TOLD, "AWS/SQS": SQS}[metric[0]]
            assert metric[3] in {"verger", *QUEUES}
