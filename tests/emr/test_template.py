"""The CloudFormation template: linted, and what a linter can't know."""

import json
import re
from pathlib import Path
from typing import get_args

import pytest
from cfnlint.api import ManualArgs, lint

from conf.cleaning import CleanSource
from conf.load import load_settings
from tests.conftest import ROOT
from tests.emr.rendering import Rendered
from tests.emr.templates import CLUSTER, DEPLOYED, TEMPLATE

#: What CloudFormation takes with a request; more must be in a bucket, and there is none before the stack.
LARGEST_BYTES = 51_200
#: vCPU that a new account may use at once on EMR Serverless.
QUOTA_VCPU = 16


@pytest.mark.parametrize("path", [TEMPLATE, CLUSTER], ids=lambda path: path.stem)
def test_it_lints(path: Path) -> None:
    found = lint(path.read_text("utf-8"), config=ManualArgs(regions=["us-east-1", "eu-west-1", "eu-central-1"]))
    assert [f"{match.linenumber}: {match.message}" for match in found] == []


def test_it_fits_into_a_request_and_into_the_spelling_that_cloudformation_reads() -> None:
    text = TEMPLATE.read_text("utf-8")
    assert len(text.encode()) <= LARGEST_BYTES
    assert not re.search(r"^[^#]*(<<:|: [&*]\w|- [&*]\w)", text, re.MULTILINE)  # no YAML aliases


def test_what_cannot_be_read_goes_from_the_landing_queue_to_its_dead_letters() -> None:
    queue, dead = DEPLOYED.resources["LandingQueue"], DEPLOYED.resources["LandingDeadLetters"]
    assert queue["RedrivePolicy"]["deadLetterTargetArn"] == DEPLOYED.arn("LandingDeadLetters")
    assert dead["RedriveAllowPolicy"]["sourceQueueArns"] == [DEPLOYED.arn("LandingQueue")]
    notified = DEPLOYED.resources["LandingBucket"]["NotificationConfiguration"]["QueueConfigurations"]
    assert {n["Queue"] for n in notified} == {DEPLOYED.arn("LandingQueue")}
    assert "s3:ObjectCreated:*" in {n["Event"] for n in notified}


def test_buckets_are_kept_encrypted_and_closed_and_take_only_tls() -> None:
    buckets = DEPLOYED.of("AWS::S3::Bucket")
    policies = {p["Bucket"]: p["PolicyDocument"]["Statement"] for p in DEPLOYED.of("AWS::S3::BucketPolicy").values()}
    assert len(buckets) == 2
    for name, bucket in buckets.items():
        assert DEPLOYED.source["Resources"][name]["DeletionPolicy"] == "Retain"
        assert all(bucket["PublicAccessBlockConfiguration"].values())
        assert bucket["BucketEncryption"]
        assert any("AbortIncompleteMultipartUpload" in rule for rule in bucket["LifecycleConfiguration"]["Rules"])
        (deny,) = policies[bucket["BucketName"]]
        assert (deny["Effect"], deny["Action"]) == ("Deny", "s3:*")
        assert deny["Resource"] == [DEPLOYED.arn(name), f"{DEPLOYED.arn(name)}/*"]
        assert deny["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}


def test_all_fits_into_the_quota_of_a_new_account() -> None:
    applications = DEPLOYED.of("AWS::EMRServerless::Application").values()
    assert len(applications) == 2
    assert sum(int(a["MaximumCapacity"]["Cpu"].removesuffix(" vCPU")) for a in applications) <= QUOTA_VCPU
    for application in applications:
        assert application["SchedulerConfiguration"]["MaxConcurrentRuns"] == 1
        assert application["ReleaseLabel"] == "emr-spark-8.1.0"


def test_the_schedule_is_there_when_it_has_a_job_and_may_start_the_refit_only() -> None:
    assert not Rendered(TEMPLATE).of("AWS::Scheduler::Schedule")
    (schedule,) = Rendered(TEMPLATE, RefitJob='{"Name": "x"}').of("AWS::Scheduler::Schedule").values()
    assert schedule["Target"]["Input"] == '{"Name": "x"}'
    assert schedule["Target"]["RoleArn"] == DEPLOYED.arn("ScheduleRole")
    (policy,) = DEPLOYED.resources["ScheduleRole"]["Policies"]
    allowed = {s["Action"]: s["Resource"] for s in policy["PolicyDocument"]["Statement"]}
    assert allowed == {
        "emr-serverless:StartJobRun": DEPLOYED.arn("RefitApplication"),
        "iam:PassRole": DEPLOYED.arn("RefitRole"),
        "sqs:SendMessage": schedule["Target"]["DeadLetterConfig"]["Arn"],
    }


def test_parameters_that_say_what_settings_say_have_their_defaults() -> None:
    """Those of a service as conf/emr.toml sets it up; a deployment passes on what differs."""
    settings = load_settings(str(ROOT / "conf" / "emr.toml")).settings
    declared = DEPLOYED.source["Parameters"]
    assert declared["PlotKey"]["Default"] == settings.plot_key
    assert declared["TriggerSeconds"]["Default"] == settings.trigger_interval_s
    assert declared["CleanSource"]["Default"] == settings.clean_source
    assert tuple(declared["CleanSource"]["AllowedValues"]) == get_args(CleanSource)


def test_the_outputs_are_those_that_a_deployment_reads() -> None:
    assert set(DEPLOYED.source["Outputs"]) >= {
        "LandingBucket", "LakeBucket", "QueueUrl", "DeadLetterQueueUrl", "StreamApplicationId", "RefitApplicationId",
        "StreamRoleArn", "RefitRoleArn", "LogGroup", "GlueDatabase", "Dashboard",
    }  # fmt: skip


def test_nothing_in_it_is_of_a_real_account() -> None:
    for path in (ROOT / "conf" / "emr").rglob("*.*"):
        if path.suffix in {".yaml", ".md", ".py"}:
            assert not re.search(r"(?<![0-9.])[0-9]{12}(?![0-9])", path.read_text("utf-8")), path


def test_the_dashboard_is_json() -> None:
    (dashboard,) = DEPLOYED.of("AWS::CloudWatch::Dashboard").values()
    assert len(json.loads(dashboard["DashboardBody"])["widgets"]) > 10
