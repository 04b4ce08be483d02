"""The cluster on EC2: its template as a request, its steps, and what must fit together."""

import json
import re
from itertools import pairwise
from typing import Any

import pytest
from botocore.session import get_session
from botocore.validate import ParamValidator

from conf.emr.ec2.steps import step
from conf.emr.settings import EmrSettings
from conf.emr.spark_submit import environment
from conf.settings import Settings
from tests.emr.rendering import Rendered
from tests.emr.templates import CLUSTER, TEMPLATE

RENDERED = Rendered(CLUSTER, SubnetIds="subnet-a", RefitStep="[]")
SITE = {c["Classification"]: c["ConfigurationProperties"] for c in RENDERED.resources["Cluster"]["Configurations"]}
STREAM = step("stream", Settings(), EmrSettings(), "s3://bucket/releases/1.0.0", "eu-west-1")
REFIT = step("refit", Settings(), EmrSettings(), "s3://bucket/releases/1.0.0", "eu-west-1")


def _conf(found: dict[str, Any]) -> dict[str, str]:
    arguments = found["HadoopJarStep"]["Args"]
    return dict(value.split("=", 1) for flag, value in pairwise(arguments) if flag == "--conf")


def _shape(operation: str) -> Any:
    return get_session().get_service_model("emr").operation_model(operation).input_shape


@pytest.mark.parametrize("found", [STREAM, REFIT], ids=["stream", "refit"])
def test_a_step_is_what_emr_takes(found: dict[str, Any]) -> None:
    report = ParamValidator().validate({"JobFlowId": "j-1", "Steps": [found]}, _shape("AddJobFlowSteps"))
    assert not report.has_errors(), report.generate_report()


def test_the_cluster_is_what_run_job_flow_takes() -> None:
    cluster = json.loads(json.dumps(RENDERED.resources["Cluster"]).replace("ConfigurationProperties", "Properties"))
    instances = cluster["Instances"]
    instances["TerminationProtected"] = bool(instances["TerminationProtected"])
    fleets = [
        ("MASTER", [instances.pop("MasterInstanceFleet")]),
        ("CORE", [instances.pop("CoreInstanceFleet")]),
        ("TASK", instances.pop("TaskInstanceFleets")),
    ]
    instances["InstanceFleets"] = [{"InstanceFleetType": kind, **fleet} for kind, own in fleets for fleet in own]
    instances["Ec2SubnetIds"] = [instances["Ec2SubnetIds"]]
    report = ParamValidator().validate({**cluster, "Steps": [STREAM, REFIT]}, _shape("RunJobFlow"))
    assert not report.has_errors(), report.generate_report()


def test_drivers_run_on_demand_only() -> None:
    instances = RENDERED.resources["Cluster"]["Instances"]
    for fleet in (instances["MasterInstanceFleet"], instances["CoreInstanceFleet"]):
        assert fleet["TargetOnDemandCapacity"] >= 1
        assert not fleet.get("TargetSpotCapacity")
    assert SITE["yarn-site"]["yarn.node-labels.am.default-node-label-expression"] == "ON_DEMAND"
    assert SITE["yarn-site"]["yarn.node-labels.enabled"] == "true"
    assert _conf(STREAM)["spark.yarn.am.nodeLabelExpression"] == "ON_DEMAND"
    assert STREAM["HadoopJarStep"]["Args"][:3] == ["spark-submit", "--deploy-mode", "cluster"]


@pytest.mark.parametrize("found", [STREAM, REFIT], ids=["stream", "refit"])
def test_the_drivers_metrics_are_lines_in_its_output_as_on_serverless(found: dict[str, Any]) -> None:
    yarn, serverless = "spark.yarn.appMasterEnv.", "spark.emr-serverless.driverEnv."
    expected = environment(EmrSettings(), "s3://bucket/releases/1.0.0", "eu-west-1")
    for name in ("VERGER_METRICS", "VERGER_METRICS_NAME"):
        assert _conf(found)[yarn + name] == expected[serverless + name]


def test_yarn_lets_the_stream_be_started_as_often_as_it_asks_and_forgets_old_failures() -> None:
    conf = _conf(STREAM)
    assert int(conf["spark.yarn.maxAppAttempts"]) <= int(SITE["yarn-site"]["yarn.resourcemanager.am.max-attempts"])
    assert conf["spark.yarn.am.attemptFailuresValidityInterval"] == "1h"


def test_yarn_waits_longer_than_the_stream_needs_to_stop() -> None:
    assert int(SITE["yarn-site"]["yarn.nodemanager.sleep-delay-before-sigkill.ms"]) > Settings().stop_grace_s * 1_000


def test_the_log_files_are_bounded_and_those_that_yarn_collects() -> None:
    log = SITE["spark-log4j2"]
    assert log["appender.rolling.type"] == "RollingFile"
    assert log["rootLogger.appenderRef.rolling.ref"] == log["appender.rolling.name"]
    pattern = _conf(STREAM)["spark.yarn.rolledLog.includePattern"]
    for name in (log["appender.rolling.fileName"], log["appender.rolling.filePattern"].replace("%i", "1")):
        assert re.fullmatch(pattern, name.rpartition("/")[2])
    assert int(SITE["yarn-site"]["yarn.nodemanager.log-aggregation.roll-monitoring-interval-seconds"]) >= 3_600


def test_stream_and_refit_run_beside_each_other() -> None:
    assert RENDERED.resources["Cluster"]["StepConcurrencyLevel"] >= 2


def test_it_imports_only_what_the_services_stack_exports() -> None:
    service = Rendered(TEMPLATE)
    exported = {service._resolve(o["Export"]["Name"]) for o in service.source["Outputs"].values() if "Export" in o}
    imported = set(re.findall(r'"Fn::ImportValue": !Sub "\$\{ServiceStack\}-(\w+)"', CLUSTER.read_text("utf-8")))
    assert imported
    assert {f"stack-{name}" for name in imported} <= exported
    assert (
        service.source["Parameters"]["ReleaseLabel"]["Default"]
        == RENDERED.source["Parameters"]["ReleaseLabel"]["Default"]
    )


def test_the_schedule_adds_the_step_to_this_cluster() -> None:
    (schedule,) = (
        Rendered(CLUSTER, SubnetIds="a", RefitStep=json.dumps([REFIT])).of("AWS::Scheduler::Schedule").values()
    )
    report = ParamValidator().validate(json.loads(schedule["Target"]["Input"]), _shape("AddJobFlowSteps"))
    assert not report.has_errors(), report.generate_report()
