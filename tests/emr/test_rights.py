"""Who may do what: every right names something of the template, and no more than its job needs."""

import pytest

from conf.settings import Settings
from schemas.components import COMPONENTS
from schemas.moments import MOMENTS
from schemas.projection import PROJECTION
from tests.emr.rendering import ACCOUNT, Rendered, as_list, statements
from tests.emr.templates import CLUSTER, DEPLOYED, TEMPLATE, WHOLE

#: Actions that know no resource of ours, and what they may name instead.
NO_RESOURCE_OF_OURS = {
    "logs:DescribeLogGroups": f"arn:aws:logs:eu-west-1:{ACCOUNT}:log-group:*",
    "s3:GetObject": "arn:aws:s3:::*.elasticmapreduce/*",
}


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
