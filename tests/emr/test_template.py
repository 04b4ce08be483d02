"""The CloudFormation template: linted, and what a linter can't know."""

import json
import re
from typing import Any, get_args

import pytest
from cfnlint.api import ManualArgs, lint

from conf.cleaning import CleanSource
from conf.load import load_settings
from conf.settings import Settings
from schemas.components import COMPONENTS
from schemas.moments import MOMENTS
from schemas.projection import PROJECTION
from tests.conftest import ROOT
from tests.emr.rendering import ACCOUNT, Rendered, as_list, statements

TEMPLATE = ROOT / "conf" / "emr" / "template.yaml"
CLUSTER = ROOT / "conf" / "emr" / "ec2" / "cluster.yaml"
README = (ROOT / "conf" / "emr" / "README.md").read_text("utf-8")
#: What CloudFormation takes with a request; more must be in a bucket, and there is none before the stack.
LARGEST_BYTES = 51_200
#: vCPU that a new account may use at once on EMR Serverless.
QUOTA_VCPU = 16
#: Actions that know no resource of ours, and what they may name instead.
NO_RESOURCE_OF_OURS = {
    "logs:DescribeLogGroups": f"arn:aws:logs:eu-west-1:{ACCOUNT}:log-group:*",
    "s3:GetObject": "arn:aws:s3:::*.elasticmapreduce/*",
}
WHOLE = [
    Rendered(TEMPLATE),
    *(Rendered(TEMPLATE, RefitJob="{}", AlarmEmail="a@example.org", CleanSource=c) for c in get_args(CleanSource)),
    Rendered(TEMPLATE, Network="none", ImageUri="image"),
]
DEPLOYED = Rendered(TEMPLATE, RefitJob="{}")


@pytest.mark.parametrize("path", [TEMPLATE, CLUSTER], ids=lambda path: path.stem)
def test_it_lints(path: Any) -> None:
    found = lint(path.read_text("utf-8"), config=ManualArgs(regions=["us-east-1", "eu-west-1", "eu-central-1"]))
    assert [f"{match.linenumber}: {match.message}" for match in found] == []


def test_it_fits_into_a_request_and_into_the_spelling_that_cloudformation_reads() -> None:
    text = TEMPLATE.read_text("utf-8")
    assert len(text.encode()) <= LARGEST_BYTES
    assert not re.search(r"^[^#]*(<<:|: [&*]\w|- [&*]\w)", text, re.MULTILINE)  # no YAML aliases


@pytest.mark.parametrize("rendered", WHOLE, ids=range(len(WHOLE)))
def test_every_arn_that_a_policy_names_is_of_the_template(rendered: Rendered) -> None:
    arns = rendered.arns()
    for name, statement in statements(rendered):
        conditions = [value for test in statement.get("Condition", {}).values() for value in test.values()]
        named = [*as_list(statement.get("Resource", [])), *(c for c in conditions if str(c).startswith("arn:"))]
        for arn in named:
            known = any(arn == own or arn.startswith(f"{own}/") for own in arns)
            known |= {NO_RESOURCE_OF_OURS.get(a) for a in as_list(statement["Action"])} == {arn}
            assert known, f"{name}: {arn}"


@pytest.mark.parametrize(
    "rendered", [*WHOLE, Rendered(CLUSTER, RefitStep="[]", SubnetIds="a")], ids=range(len(WHOLE) + 1)
)
def test_nothing_is_allowed_by_a_star(rendered: Rendered) -> None:
    allowed = [(name, s) for name, s in statements(rendered) if s["Effect"] == "Allow"]
    assert allowed
    for name, statement in allowed:
        assert "*" not in "".join(as_list(statement["Action"])), name
        assert "*" not in as_list(statement.get("Resource", [])), name
        assert statement.get("Principal") != "*", name
        if "iam:PassRole" in as_list(statement["Action"]):
            assert statement["Condition"]["StringEquals"]["iam:PassedToService"]


def test_a_role_can_be_taken_by_its_own_application_only() -> None:
    for job in ("Stream", "Refit"):
        (trust,) = DEPLOYED.resources[f"{job}Role"]["AssumeRolePolicyDocument"]["Statement"]
        assert trust["Principal"] == {"Service": "emr-serverless.amazonaws.com"}
        assert trust["Condition"] == {
            "StringEquals": {"aws:SourceAccount": ACCOUNT},
            "ArnLike": {"aws:SourceArn": DEPLOYED.arn(f"{job}Application")},
        }


def test_the_queue_allows_only_the_landing_of_this_account() -> None:
    (policy,) = DEPLOYED.of("AWS::SQS::QueuePolicy").values()
    assert policy["Queues"] == ["LandingQueue"]
    (allowed,) = [s for s in policy["PolicyDocument"]["Statement"] if s["Effect"] == "Allow"]
    assert allowed["Principal"] == {"Service": "s3.amazonaws.com"}
    assert allowed["Action"] == "sqs:SendMessage"
    assert allowed["Resource"] == DEPLOYED.arn("LandingQueue")
    assert allowed["Condition"] == {
        "ArnEquals": {"aws:SourceArn": DEPLOYED.arn("LandingBucket")},
        "StringEquals": {"aws:SourceAccount": ACCOUNT},
    }


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


def test_the_refit_writes_its_own_tables_and_none_of_the_streams() -> None:
    lake = f"{DEPLOYED.arn('LakeBucket')}/lake"
    policy = DEPLOYED.resources["RefitPolicy"]["PolicyDocument"]["Statement"]
    (own,) = [s for s in policy if s["Sid"] == "WriteItsOwn"]
    tables = {f"{lake}/tables/{table.name}/*" for table in (COMPONENTS, MOMENTS, PROJECTION)}
    assert set(own["Resource"]) == tables | {f"{lake}/reports/*", f"{lake}/refit.lease"}
    writing = {r for s in policy if "s3:PutObject" in as_list(s["Action"]) for r in as_list(s["Resource"])}
    assert writing == set(own["Resource"]) | {f"{DEPLOYED.arn('LakeBucket')}/{Settings().plot_key}"}


@pytest.mark.parametrize(
    ("clean_source", "actions"),
    [
        ("off", set()),
        ("tag", {"s3:GetObjectTagging", "s3:PutObjectTagging", "s3:DeleteObjectTagging"}),
        ("delete", {"s3:DeleteObject"}),
        ("move", {"s3:DeleteObject", "s3:GetObjectTagging"}),
    ],
)
def test_the_stream_may_change_the_landing_only_as_it_cleans_it(clean_source: str, actions: set[str]) -> None:
    rendered = Rendered(TEMPLATE, CleanSource=clean_source)
    landing = f"{rendered.arn('LandingBucket')}/*"
    found = {
        action
        for name, statement in statements(rendered)
        if statement["Effect"] == "Allow" and landing in as_list(statement.get("Resource", []))
        for action in as_list(statement["Action"])
    }
    assert found == actions | {"s3:GetObject"}


def test_a_missing_object_is_404_and_not_403() -> None:
    """S3 answers 404 only to who may list the bucket, and asks without a prefix."""
    for policy in ("StreamPolicy", "RefitPolicy"):
        (found,) = [
            s for s in DEPLOYED.resources[policy]["PolicyDocument"]["Statement"] if s["Action"] == "s3:ListBucket"
        ]
        assert "Condition" not in found
        assert DEPLOYED.arn("LakeBucket") in as_list(found["Resource"])


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
