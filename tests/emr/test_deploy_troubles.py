"""What can go wrong with a deployment: one sentence, and exit code 2 for what a person mends first, else 1."""

import sys
from pathlib import Path

import pytest
from botocore.stub import ANY

from conf.errors import FailedError, UserError
from tests.emr.cloud import STREAM_APPLICATION, Cloud, a_run
from tests.emr.conftest import Commands
from tests.emr.releases import checksums, in_use, made
from tests.emr.test_deploy import SCHEDULE, running, with_stack


@pytest.mark.parametrize(
    ("missing", "named"),
    [("entry.py", "entry.py"), ("environment.tar.gz", "environment.tar.gz"),
     ("verger-0.1.0-py3-none-any.whl", "verger-*.whl")],
)  # fmt: skip
def test_a_package_that_is_not_whole(missing: str, named: str, commands: Commands) -> None:
    (commands.dist / missing).unlink()
    with pytest.raises(UserError, match=r"dist has no " + named.replace("*", r"\*") + ": run `make package`, or name"):
        commands.deploy()


def test_two_wheels(commands: Commands) -> None:
    (commands.dist / "verger-0.0.9-py3-none-any.whl").touch()
    with pytest.raises(UserError, match=r"has 2 wheels .*: run `make package`"):
        commands.deploy()


def test_with_an_image_no_archive_is_missed(commands: Commands) -> None:
    (commands.dist / "environment.tar.gz").unlink()
    commands.config.write_text('[emr.parameters]\nImageUri = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/v:1"\n')
    commands.cloud.no_stack()
    commands.cloud.refuse("cloudformation", "get_template_summary", "Reached", "this far")
    with pytest.raises(FailedError, match="this far"):
        commands.deploy()


def test_weights_that_are_not_there(commands: Commands) -> None:
    (commands.dist / "model.zip").unlink()
    with pytest.raises(UserError, match=r"weights = 'auto' are not there on EMR: `make package` converts them"):
        commands.deploy()
    commands.config.write_text('weights = "/home/me/x.weights.h5"\n')
    with pytest.raises(UserError, match=r"weights = '/home/me/x.weights.h5' are not there on EMR"):
        commands.deploy()


@pytest.mark.parametrize("setting", ["landing", "lake", "queue"])
def test_places_that_the_stack_makes(setting: str, commands: Commands) -> None:
    commands.config.write_text(f'{setting} = "s3://mine/{setting}"\n')
    with pytest.raises(UserError, match=f"{setting} = 's3://mine/{setting}.* is what the stack makes: leave it out"):
        commands.deploy()


@pytest.mark.parametrize("discover", ["", 'discover = "events"\n'])
def test_a_network_without_a_way_to_the_queue(discover: str, commands: Commands) -> None:
    none = '[emr.parameters]\nNetwork = "none"\n'
    commands.config.write_text(discover + none)
    with pytest.raises(UserError, match="Network = none has no way to SQS: set discover to list, or leave Network out"):
        commands.deploy()
    commands.config.write_text(f'discover = "list"\n{none}')
    commands.cloud.refuse("cloudformation", "describe_stacks", "Reached", "this far")
    with pytest.raises(FailedError, match="this far"):
        commands.deploy()


@pytest.mark.parametrize("name", ["a/b", "..", "x" * 41, "ä"])
def test_a_release_that_is_no_name(name: str, commands: Commands) -> None:
    with pytest.raises(UserError, match="can't be a folder's name"):
        commands.deploy(release=name)


def test_another_package_under_the_version_in_use(commands: Commands) -> None:
    with_stack(commands.cloud, in_use("0.1.0"), checksums("0.1.0") | {"environment.tar.gz": "another"})
    with pytest.raises(
        UserError, match=r"release 0.1.0 is in use with another environment.tar.gz: .*--release 0.1.0-2"
    ):
        commands.deploy()


def test_another_package_under_a_version_that_is_not_in_use_replaces_it(commands: Commands) -> None:
    cloud = commands.cloud
    with_stack(cloud, in_use("0.0.9"), checksums("0.1.0") | {"environment.tar.gz": "another"})
    cloud.upload("0.1.0", "environment.tar.gz", checksums("0.1.0")["environment.tar.gz"])
    cloud.history("0.0.9", "0.1.0")
    cloud.refuse("cloudformation", "get_template_summary", "Reached", "this far")
    with pytest.raises(FailedError, match="this far"):
        commands.deploy()


@pytest.mark.parametrize("name", ["MaxVcpuStream", "Release"])
def test_a_parameter_that_follows_from_settings(name: str, commands: Commands) -> None:
    commands.config.write_text(f"[emr.parameters]\n{name} = 16\n")
    with pytest.raises(UserError, match=rf"\[emr.parameters\] names {name}, which follows from other settings"):
        commands.deploy()


def test_a_parameter_that_the_template_does_not_have(commands: Commands) -> None:
    commands.config.write_text('[emr.parameters]\nAlarmMail = "me@example.com"\n')
    commands.cloud.no_stack()
    commands.cloud.summary()
    with pytest.raises(
        UserError, match=r"names AlarmMail, which the template does not have: did you mean AlarmEmail\?"
    ):
        commands.deploy()


@pytest.mark.parametrize(
    ("status", "fix"),
    [
        ("ROLLBACK_COMPLETE", "delete it (`aws cloudformation delete-stack --stack-name verger`"),
        ("UPDATE_ROLLBACK_FAILED", "`aws cloudformation continue-update-rollback --stack-name verger`"),
        ("UPDATE_IN_PROGRESS", "try again when that has ended"),
    ],
)
def test_a_stack_that_takes_no_change(status: str, fix: str, commands: Commands) -> None:
    commands.cloud.stack(status)
    with pytest.raises(UserError, match=status) as caught:
        commands.deploy()
    assert fix in str(caught.value)


def test_a_stack_that_only_had_a_change_set_is_made(commands: Commands) -> None:
    commands.cloud.stack("REVIEW_IN_PROGRESS")
    commands.cloud.summary()
    commands.deploy(dry_run=True)
    assert "would create the stack verger" in commands.said


def test_a_stack_that_fails_names_the_first_resource_and_its_reason(commands: Commands) -> None:
    cloud = commands.cloud
    cloud.no_stack()
    cloud.summary()
    cloud.change_set(made(), [{"Action": "Add", "LogicalResourceId": "X", "ResourceType": "T"}], create=True)
    events = (
        ("LogGroup", "CREATE_COMPLETE", ""),
        ("Queue", "CREATE_FAILED", "A queue named verger-landing\nalready exists."),
        ("Role", "CREATE_FAILED", "Resource creation cancelled"),
        ("LogGroup", "DELETE_COMPLETE", ""),
    )
    cloud.carried_out("ROLLBACK_COMPLETE", events)
    with pytest.raises(FailedError) as caught:
        commands.deploy()
    assert str(caught.value) == (
        "the stack verger failed (ROLLBACK_COMPLETE): Queue (AWS::Some::Thing): A queue named verger-landing already "
        "exists."
    )


def still_runs(cloud: Cloud) -> None:
    """The stream that was there before."""
    job = a_run("00old", tags=running("0.0.9"))
    cloud.runs(job)
    cloud.run(job)


def test_events_of_other_changes_are_not_told(commands: Commands) -> None:
    """A failure of last week is the first one in the list of events."""
    cloud = commands.cloud
    with_stack(cloud, in_use("0.0.9"), checksums("0.1.0"))
    cloud.history("0.0.9", "0.1.0")
    cloud.summary()
    cloud.template()
    cloud.change_set(in_use("0.1.0"), [SCHEDULE])
    cloud.carried_out("UPDATE_ROLLBACK_COMPLETE")
    still_runs(cloud)
    with pytest.raises(FailedError, match=r"its events name no resource\.$"):
        commands.deploy()


def test_a_failed_update_that_the_stream_has_made_way_for_says_that_none_runs(commands: Commands) -> None:
    cloud, job = commands.cloud, a_run("00old", tags=running("0.0.9"))
    with_stack(cloud, in_use("0.0.9"), checksums("0.1.0"))
    cloud.history("0.0.9", "0.1.0")
    cloud.summary()
    cloud.template()
    change = {"Action": "Modify", "ResourceType": "AWS::EMRServerless::Application", "LogicalResourceId": "Stream"}
    cloud.change_set(in_use("0.1.0"), [{**change, "PhysicalResourceId": STREAM_APPLICATION}])
    cloud.runs(job)
    cloud.run(job)
    cloud.cancel(job)
    cloud.run({**job, "state": "CANCELLED"})
    cloud.application(STREAM_APPLICATION, "STOPPED")
    cloud.carried_out("UPDATE_ROLLBACK_COMPLETE", (("Stream", "UPDATE_FAILED", "Too many vCPU."),))
    cloud.runs({**job, "state": "CANCELLED"})
    with pytest.raises(FailedError) as caught:
        commands.deploy()
    assert str(caught.value) == (
        "the stack verger failed (UPDATE_ROLLBACK_COMPLETE): Stream (AWS::Some::Thing): Too many vCPU. No stream runs "
        "now: mend that and deploy again to start it."
    )


def test_a_change_that_cloudformation_refuses(commands: Commands) -> None:
    cloud = commands.cloud
    with_stack(cloud, in_use("0.0.9"), checksums("0.1.0"))
    cloud.history("0.0.9", "0.1.0")
    cloud.summary()
    cloud.template()
    cloud.expect("cloudformation", "create_change_set", {})
    cloud.expect("cloudformation", "describe_change_set", {"Status": "FAILED", "StatusReason": "Circular thing."})
    still_runs(cloud)
    with pytest.raises(FailedError, match=r"refuses the change of the stack verger: Circular thing\.$"):
        commands.deploy()


@pytest.mark.parametrize("change", [{"Action": "Remove"}, {"Action": "Modify", "Replacement": "True"}])
def test_a_bucket_is_never_replaced_or_removed(change: dict[str, str], commands: Commands) -> None:
    cloud = commands.cloud
    with_stack(cloud, in_use("0.0.9"), checksums("0.1.0"))
    cloud.history("0.0.9", "0.1.0")
    cloud.summary()
    cloud.template()
    cloud.change_set(in_use("0.1.0"), [{**change, "LogicalResourceId": "Lake", "ResourceType": "AWS::S3::Bucket"}])
    cloud.expect("cloudformation", "delete_change_set", {}, StackName="verger", ChangeSetName=ANY)
    still_runs(cloud)
    with pytest.raises(FailedError, match="would take the bucket Lake with its data out of the stack"):
        commands.deploy()


def test_a_stream_that_does_not_end_is_not_doubled(commands: Commands) -> None:
    cloud, old = commands.cloud, a_run("00old", tags=running("0.0.9"))
    with_stack(cloud, in_use("0.1.0"), checksums("0.1.0"))
    cloud.summary()
    cloud.template()
    cloud.runs(old)
    cloud.run(old)
    cloud.cancel(old)
    for _ in range((90 + 180) // 5):
        cloud.run({**old, "state": "CANCELLING"})
    with pytest.raises(FailedError, match=r"job run 00old has not ended after 270 s \(CANCELLING\), and no other was"):
        commands.deploy()


def test_an_upload_that_is_refused_names_the_right(commands: Commands) -> None:
    with_stack(commands.cloud, in_use("0.0.9"), dict.fromkeys(checksums("0.1.0")))
    commands.cloud.refuse("s3", "put_object", "AccessDenied", "Access Denied")
    with pytest.raises(
        UserError, match=r"PutObject is not allowed to these AWS keys \(Access Denied\): give them that"
    ):
        commands.deploy()


def test_a_job_that_emr_does_not_take(commands: Commands) -> None:
    cloud = commands.cloud
    with_stack(cloud, in_use("0.1.0"), checksums("0.1.0"))
    cloud.summary()
    cloud.template()
    cloud.runs()
    cloud.runs()
    cloud.refuse("emr-serverless", "start_job_run", "ValidationException", "Maximum capacity is too small.")
    with pytest.raises(
        FailedError, match="StartJobRun with ValidationException: Maximum capacity is too small; what is"
    ):
        commands.deploy()


def deploy_as_a_person(monkeypatch: pytest.MonkeyPatch, commands: Commands) -> int:
    from verger import main

    words = ["verger", "deploy", "--config", str(commands.config), "--dist", str(commands.dist)]
    monkeypatch.setattr(sys, "argv", words)
    with pytest.raises(SystemExit) as caught, commands.cloud.at_work():
        main()
    return int(str(caught.value.code))


def test_what_a_person_mends_is_exit_2_and_a_failure_exit_1(
    commands: Commands, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    message = "User: me is not authorized to perform: cloudformation:DescribeStacks"
    commands.cloud.refuse("cloudformation", "describe_stacks", "AccessDenied", message)
    assert deploy_as_a_person(monkeypatch, commands) == 2
    told = capsys.readouterr().err
    assert told.startswith(f"verger: DescribeStacks is not allowed to these AWS keys ({message}): give them that right")
    assert told.count("\n") == 1
    commands.cloud.refuse("cloudformation", "describe_stacks", "Throttling", "Rate exceeded")
    assert deploy_as_a_person(monkeypatch, commands) == 1
    assert "AWS answered DescribeStacks with Throttling: Rate exceeded; what is done" in capsys.readouterr().err
    commands.cloud.refuse("cloudformation", "describe_stacks", "ExpiredToken", "the token is AQoDYXdzEJr")
    assert deploy_as_a_person(monkeypatch, commands) == 2
    assert capsys.readouterr().err.startswith("verger: the AWS keys were refused (ExpiredToken): check")


@pytest.mark.parametrize(
    ("variables", "sentence"),
    [
        ({}, "no AWS region is known: set AWS_REGION."),
        ({"AWS_REGION": "eu-west-1"}, "no AWS credentials were found: set AWS_ACCESS_KEY_ID and"),
        (
            {"AWS_REGION": "eu-west-1", "AWS_PROFILE": "nobody"},
            "the AWS credentials can't be used (The config profile (nobody)",
        ),
    ],
)
def test_without_region_keys_or_profile(
    variables: dict[str, str], sentence: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from conf.emr.aws import aws_sentences, connect
    from conf.emr.stack import read_stack

    nowhere = {"AWS_CONFIG_FILE": str(tmp_path / "none"), "AWS_SHARED_CREDENTIALS_FILE": str(tmp_path / "none")}
    for name, value in (nowhere | variables | {"AWS_EC2_METADATA_DISABLED": "true"}).items():
        monkeypatch.setenv(name, value)
    with pytest.raises(UserError) as caught, aws_sentences():
        read_stack(connect().cloudformation, "verger")
    assert str(caught.value).startswith(sentence)


def test_an_aws_that_is_away_is_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    from conf.emr.aws import aws_sentences, connect
    from conf.emr.stack import read_stack

    for name, value in {"AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x", "AWS_REGION": "x"}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    monkeypatch.setattr("time.sleep", lambda _: None)
    with pytest.raises(FailedError, match=r"AWS can't be reached .*127.0.0.1:9"), aws_sentences():
        read_stack(connect().cloudformation, "verger")


def test_the_stack_of_another_template_is_told(commands: Commands, cloud: Cloud) -> None:
    cloud.expect(
        "cloudformation", "describe_stacks",
        {"Stacks": [{
            "StackName": "verger", "StackId": "arn:aws:cloudformation:eu-west-1:1:stack/verger/1",
            "StackStatus": "CREATE_COMPLETE", "CreationTime": 0,
        }]},
    )  # fmt: skip
    with pytest.raises(FailedError, match="the stack verger has no output LandingBucket"):
        commands.deploy()
