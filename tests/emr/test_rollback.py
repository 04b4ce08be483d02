"""`verger rollback`: the release before, with its own settings and template."""

import io
from datetime import timedelta

import pytest
from botocore.response import StreamingBody
from botocore.stub import ANY

from conf.errors import UserError
from tests.emr.cloud import LAKE, NOON, Cloud, a_run
from tests.emr.conftest import Commands
from tests.emr.releases import in_use, request, settings_text
from tests.emr.test_deploy import SCHEDULE, full, running

OLD_TEMPLATE = "Resources: {Old: {}}\n"


def releases(cloud: Cloud, *versions: str) -> None:
    """The releases that are there, the first one first, with all their files."""
    contents = [
        {"Key": f"releases/{version}/{name}", "LastModified": NOON + timedelta(hours=n if name == "emr.toml" else 50)}
        for n, version in enumerate(versions)
        for name in ("entry.py", "emr.toml")
    ]
    unfinished = {"Key": "releases/0.0.7/entry.py", "LastModified": NOON}
    listed = sorted([*contents, unfinished], key=lambda item: str(item["Key"]))
    cloud.expect("s3", "list_objects_v2", {"Contents": listed, "IsTruncated": False}, Bucket=LAKE, Prefix="releases/")


def content(cloud: Cloud, version: str, name: str, text: str) -> None:
    body = StreamingBody(io.BytesIO(text.encode()), len(text.encode()))
    cloud.expect("s3", "get_object", {"Body": body}, Bucket=LAKE, Key=f"releases/{version}/{name}")


def test_it_goes_back_one_release_with_its_settings_and_template(commands: Commands) -> None:
    cloud, new = commands.cloud, a_run("00new", tags=running("0.10.0"))
    cloud.stack(parameters=full(in_use("0.10.0")))
    releases(cloud, "0.8.0", "0.9.0", "0.10.0")
    content(cloud, "0.9.0", "emr.toml", settings_text("0.9.0"))
    content(cloud, "0.9.0", "template.yaml", OLD_TEMPLATE)
    cloud.summary(OLD_TEMPLATE)
    cloud.template()
    cloud.change_set(in_use("0.9.0"), [SCHEDULE], template=OLD_TEMPLATE)
    cloud.carried_out("UPDATE_COMPLETE")
    cloud.runs(new)
    cloud.run(new)
    cloud.cancel(new)
    cloud.run({**new, "state": "CANCELLED"})
    cloud.runs({**new, "state": "CANCELLED"})
    cloud.start(**request("0.9.0"), clientToken=ANY)
    commands.rollback()
    assert commands.said.startswith("from release 0.10.0 back to 0.9.0\n")


def test_a_dry_run_says_where_to(commands: Commands) -> None:
    cloud = commands.cloud
    cloud.stack(parameters=full(in_use("0.10.0")))
    releases(cloud, "0.9.0", "0.10.0", "0.11.0")
    content(cloud, "0.9.0", "emr.toml", settings_text("0.9.0"))
    content(cloud, "0.9.0", "template.yaml", OLD_TEMPLATE)
    cloud.summary(OLD_TEMPLATE)
    cloud.template()
    cloud.runs()
    commands.rollback(dry_run=True)
    assert "would start verger-stream with release 0.9.0" in commands.said


@pytest.mark.parametrize("there", [("0.9.0", "0.10.0"), ()])
def test_the_first_release_has_none_before_it(there: tuple[str, ...], commands: Commands) -> None:
    commands.cloud.stack(parameters=full(in_use("0.9.0")))
    releases(commands.cloud, *there)
    with pytest.raises(UserError, match=f"no release before 0.9.0 in s3://{LAKE}/releases/: nothing to go back to"):
        commands.rollback()


def test_without_a_stack_there_is_nothing_to_roll_back(commands: Commands) -> None:
    commands.cloud.no_stack()
    with pytest.raises(UserError, match="there is no stack verger to roll back: make it with `verger deploy`"):
        commands.rollback()
