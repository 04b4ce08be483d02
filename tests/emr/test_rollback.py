"""`verger rollback`: the release before, with its own settings and template."""

import pytest
from botocore.stub import ANY

from conf.errors import UserError
from tests.emr.cloud import LAKE, a_run
from tests.emr.conftest import Commands
from tests.emr.releases import in_use, request, settings_text
from tests.emr.test_deploy import SCHEDULE, full, running

OLD_TEMPLATE = "Resources: {Old: {}}\n"


def test_it_goes_back_one_release_with_its_settings_and_template(commands: Commands) -> None:
    cloud, new = commands.cloud, a_run("00new", tags=running("0.10.0"))
    cloud.stack(parameters=full(in_use("0.10.0")))
    cloud.history("0.8.0", "0.9.0", "0.10.0")
    cloud.content("0.9.0/emr.toml", settings_text("0.9.0"))
    cloud.content("0.9.0/template.yaml", OLD_TEMPLATE)
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
    cloud.history("0.9.0", "0.10.0", "0.11.0")
    cloud.content("0.9.0/emr.toml", settings_text("0.9.0"))
    cloud.content("0.9.0/template.yaml", OLD_TEMPLATE)
    cloud.summary(OLD_TEMPLATE)
    cloud.template()
    cloud.runs()
    commands.rollback(dry_run=True)
    assert "would start verger-stream with release 0.9.0" in commands.said


@pytest.mark.parametrize("there", [("0.9.0", "0.10.0"), ()])
def test_the_first_release_has_none_before_it(there: tuple[str, ...], commands: Commands) -> None:
    commands.cloud.stack(parameters=full(in_use("0.9.0")))
    commands.cloud.history(*there)
    with pytest.raises(UserError, match=f"no release before 0.9.0 in s3://{LAKE}/releases/history: nothing to go"):
        commands.rollback()


def test_without_a_stack_there_is_nothing_to_roll_back(commands: Commands) -> None:
    commands.cloud.no_stack()
    with pytest.raises(UserError, match="there is no stack verger to roll back: make it with `verger deploy`"):
        commands.rollback()
