"""The cost page: its tables are those of the arithmetic, and the arithmetic is right where it can be done by hand."""

import pytest

from conf.emr import prices as p
from conf.emr.cost import DAILY, PAGE, Load, costs, with_tables
from conf.settings import Settings
from tests.emr.templates import DEPLOYED


def test_its_tables_are_those_of_the_arithmetic() -> None:
    text = PAGE.read_text("utf-8")
    assert with_tables(text) == text, "run `python -m conf.emr.cost`"
    assert [line.count("---") for line in text.splitlines() if line.startswith("| ---")] == [7, 7, 4]


def test_workers_by_hand() -> None:
    """A million a day, 2 / 228 s of a core each, a vCPU half a core: 0.203 vCPU; of PEAK 3, one executor of 2 vCPU."""
    load = Load(1_000_000, p.SMALL)
    assert load.vcpu == pytest.approx(1_000_000 * 2 / 228 * 2 / 86_400)
    assert load.executors == 1
    assert Load(100_000_000, p.SMALL).executors == 31


def test_dollars_by_hand() -> None:
    """With every price 0 but one, that one is all there is."""
    free = dict.fromkeys(p.Prices.__dataclass_fields__, 0.0)
    load = Load(1_000_000, p.PHOTO)
    assert sum(costs(load, p.Prices(**{**free, "s3_gb_month": 1.0})).values()) == pytest.approx(
        load.landing_gb + load.grown_gb
    )
    endpoints = costs(load, p.Prices(**{**free, "endpoint_hour": 0.01}))
    assert sum(endpoints.values()) == endpoints["endpoints"] == pytest.approx(2 * 2 * 24 * 30.4 * 0.01)
    gets = costs(load, p.Prices(**{**free, "s3_get": 1e-6}))["requests to S3"]
    assert gets == pytest.approx((1_000_000 + 2_880 * p.BATCH_GETS) * 30.4 * 1e-6)


def test_more_pictures_never_cost_less() -> None:
    for kind in (p.SMALL, p.PHOTO):
        totals = [sum(costs(Load(a_day, kind), p.Prices()).values()) for a_day in DAILY]
        assert totals == sorted(totals)


def test_it_reckons_with_what_is_set_and_watched() -> None:
    settings = Settings()
    assert (settings.max_objects_per_batch, settings.max_bytes_per_batch) == (p.BATCH, p.BATCH_BYTES)
    assert settings.clean_after_h == p.LANDING_DAYS * 24
    assert DEPLOYED.source["Parameters"]["TriggerSeconds"]["Default"] == p.TRIGGER_S
    alarms = DEPLOYED.of("AWS::CloudWatch::Alarm").values()
    watched = sum(1 if "MetricName" in a else sum("MetricStat" in m for m in a["Metrics"]) for a in alarms)
    assert watched == p.ALARM_METRICS
    interfaces = [e for e in DEPLOYED.of("AWS::EC2::VPCEndpoint").values() if e["VpcEndpointType"] == "Interface"]
    assert len(interfaces) == p.ENDPOINTS
    assert all(len(e["SubnetIds"]) == p.ZONES for e in interfaces)
