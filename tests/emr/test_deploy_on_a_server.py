"""The commands over HTTP on moto, which keeps objects, job runs and tables: from nothing to a rollback.

moto's stacks have no outputs when a change set makes them, so the stack is a fake.
"""

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError
from rich.console import Console

from conf.emr import change_set, deploy, register, stream_job
from conf.emr.aws import Aws
from conf.emr.deploy import run_deploy, run_rollback
from conf.emr.register import TABLES, run_register
from conf.errors import UserError
from conf.load import load_settings
from tests.emr.cloud import ARN, DECLARED, LAKE, OUTPUTS, TEMPLATE
from tests.servers.aws_variables import use_server
from tests.servers.server import REGION, Server

pytestmark = pytest.mark.s3

Answer = dict[str, Any]


class FakeStack:
    """CloudFormation with one stack. `make` is called when it is created."""

    def __init__(self, make: Callable[[], None], outputs: dict[str, str]) -> None:
        self.make, self.outputs = make, outputs
        self.parameters: dict[str, str] | None = None
        self.wanted: Answer = {}

    def describe_stacks(self, **_: str) -> Answer:
        if self.parameters is None:
            message = "Stack with id verger does not exist"
            raise ClientError({"Error": {"Code": "ValidationError", "Message": message}}, "DescribeStacks")
        outputs = [{"OutputKey": k, "OutputValue": v} for k, v in self.outputs.items()]
        parameters = [{"ParameterKey": k, "ParameterValue": v} for k, v in self.parameters.items()]
        stack = {"StackStatus": "UPDATE_COMPLETE", "StackId": ARN, "Outputs": outputs, "Parameters": parameters}
        return {"Stacks": [stack]}

    def get_template_summary(self, **_: str) -> Answer:
        return {"Parameters": [{"ParameterKey": name, "DefaultValue": value} for name, value in DECLARED.items()]}

    def get_template(self, **_: str) -> Answer:
        return {"TemplateBody": TEMPLATE}

    def create_change_set(self, **wanted: Any) -> None:
        self.wanted = wanted

    def describe_change_set(self, **_: str) -> Answer:
        change = {"Action": "Modify", "LogicalResourceId": "X", "ResourceType": "AWS::Some::Thing"}
        return {"Status": "CREATE_COMPLETE", "Changes": [{"ResourceChange": change}]}

    def execute_change_set(self, **_: str) -> None:
        if self.wanted["ChangeSetType"] == "CREATE":
            self.make()
        self.parameters = DECLARED | {p["ParameterKey"]: p["ParameterValue"] for p in self.wanted["Parameters"]}

    def describe_stack_events(self, **_: str) -> Answer:
        return {"StackEvents": []}


@pytest.fixture
def aws(moto_server: Server, monkeypatch: pytest.MonkeyPatch) -> Aws:
    use_server(monkeypatch, moto_server)
    s3, emr, glue = (moto_server.client(name) for name in ("s3", "emr-serverless", "glue"))
    made = emr.create_application(name="s", releaseLabel="emr-6.9.0", type="SPARK")["applicationId"]
    role = OUTPUTS["StreamRoleArn"]  # moto knows no runs of an application that had none
    emr.start_job_run(applicationId=made, name="another", executionRoleArn=role, clientToken="x")
    emr.meta.events.register("after-call.emr-serverless.StartJobRun", lambda **_: keep_running(made))
    outputs = OUTPUTS | {"StreamApplicationId": made, "RefitApplicationId": made}
    bucket = {"Bucket": LAKE, "CreateBucketConfiguration": {"LocationConstraint": REGION}}
    found = Aws(FakeStack(lambda: s3.create_bucket(**bucket), outputs), emr, s3, glue)
    for module in (deploy, register):
        monkeypatch.setattr(module, "connect", lambda: found)
    for waiting in (change_set, stream_job):
        monkeypatch.setattr(waiting, "POLL_S", 0.01)
    monkeypatch.setattr(deploy, "template", lambda: TEMPLATE)
    return found


def keep_running(application: str) -> None:
    """moto's jobs end well at once."""
    from moto.emrserverless.models import emrserverless_backends

    emrserverless_backends["123456789012"][REGION].job_runs[application][-1].state = "RUNNING"


def package(folder: Path, version: str) -> Path:
    folder.mkdir()
    for name in ("entry.py", f"verger-{version}-py3-none-any.whl", "model.zip"):
        (folder / name).write_text(version)
    (folder / "environment.tar.gz").write_bytes(version.encode() * 2 * 2**20)  # 10 MB: it goes up in parts
    return folder


def in_use(aws: Aws) -> list[str]:
    """The releases of the stream's runs that have not ended."""
    application = aws.cloudformation.outputs["StreamApplicationId"]
    runs = aws.emr.list_job_runs(applicationId=application)["jobRuns"]
    found = [aws.emr.get_job_run(applicationId=application, jobRunId=run["id"])["jobRun"] for run in runs]
    there = [run for run in found if run["name"] == "verger-stream" and run["state"] not in {"CANCELLED", "CANCELLING"}]
    return [run["tags"]["verger:release"] for run in there]


def test_from_nothing_to_a_rollback(aws: Aws, tmp_path: Path) -> None:
    config = tmp_path / "emr.toml"
    config.write_text("max_attempts = 2\n")
    old, new = package(tmp_path / "old", "0.1.0"), package(tmp_path / "new", "0.2.0")

    def said(dist: Path | None, *, dry_run: bool = False) -> str:
        printed, settings = io.StringIO(), load_settings(str(config))
        if dist:
            run_deploy(settings, Console(file=printed), dist, None, dry_run=dry_run)
        else:
            run_rollback(settings, Console(file=printed), dry_run=dry_run)
        return printed.getvalue()

    assert "would create the stack verger" in said(old, dry_run=True)
    assert "upload environment.tar.gz (10.5 MB) to release 0.1.0" in said(old)
    assert in_use(aws) == ["0.1.0"]
    assert "nothing is to be done" in said(old)
    assert "would upload environment.tar.gz" in said(new, dry_run=True)
    assert in_use(aws) == ["0.1.0"]
    assert "start verger-stream with release 0.2.0" in said(new)
    assert "nothing is to be done" in said(new)
    assert in_use(aws) == ["0.2.0"]
    assert "from release 0.2.0 back to 0.1.0" in said(None)
    assert in_use(aws) == ["0.1.0"]
    with pytest.raises(UserError, match=r"no release before 0\.1\.0"):
        said(None)
    assert "start verger-stream with release 0.3.0" in said(package(tmp_path / "newer", "0.3.0"))
    assert "from release 0.3.0 back to 0.1.0" in said(None)
    found = load_settings(f"s3://{LAKE}/releases/0.1.0/emr.toml").settings
    assert (found.lake, found.discover, found.max_attempts) == (f"s3://{LAKE}/lake", "events", 2)


def test_tables_are_registered_once(aws: Aws) -> None:
    aws.cloudformation.parameters = {}
    aws.glue.create_database(DatabaseInput={"Name": OUTPUTS["GlueDatabase"]})

    def said() -> list[str]:
        printed = io.StringIO()
        run_register(load_settings(), Console(file=printed))
        return [line.partition(" ")[2] for line in printed.getvalue().splitlines()]

    assert said() == ["is registered"] * len(TABLES)
    assert said() == ["is as it should be"] * len(TABLES)
