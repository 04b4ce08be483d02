"""`verger deploy`, step by step: what is asked of AWS, and what is not."""

import re

from botocore.stub import ANY

from conf.emr.jobs import client_token
from conf.emr.release_settings import release_settings
from conf.load import load_settings
from conf.sources import from_text
from tests.emr.cloud import DECLARED, LAKE, REFIT_APPLICATION, STREAM_APPLICATION, TEMPLATE, Cloud, a_run
from tests.emr.conftest import Commands
from tests.emr.releases import checksums, in_use, made, request, settings_text
from tests.emr.test_jobs import OUTPUTS

SCHEDULE = {"Action": "Modify", "LogicalResourceId": "NightlyRefit", "ResourceType": "AWS::Scheduler::Schedule"}


def full(parameters: dict[str, str]) -> dict[str, str]:
    """Parameters as the stack has them, those that were not given too."""
    return DECLARED | parameters


def with_stack(cloud: Cloud, parameters: dict[str, str], files: dict[str, str | None], version: str = "0.1.0") -> None:
    cloud.stack(parameters=full(parameters))
    cloud.objects(version, files)


def running(version: str, attempts: int = 3) -> dict[str, str]:
    tags: dict[str, str] = request(version, attempts)["tags"]
    return tags


def test_the_first_deployment_makes_the_stack_uploads_sets_the_schedule_and_starts(commands: Commands) -> None:
    cloud = commands.cloud
    cloud.no_stack()
    cloud.summary()
    cloud.change_set(
        made(), [{"Action": "Add", "LogicalResourceId": "Lake", "ResourceType": "AWS::S3::Bucket"}], create=True
    )
    cloud.carried_out("CREATE_COMPLETE", (("Lake", "CREATE_IN_PROGRESS", ""), ("Lake", "CREATE_COMPLETE", "")))
    with_stack(cloud, made(), dict.fromkeys(checksums("0.1.0")))
    for name, sha256 in checksums("0.1.0").items():
        cloud.upload("0.1.0", name, sha256)
    cloud.history(then=("0.1.0",))
    cloud.summary()
    cloud.template()
    cloud.change_set(in_use("0.1.0"), [SCHEDULE])
    cloud.carried_out("UPDATE_COMPLETE")
    cloud.runs()
    cloud.runs()
    cloud.start(**request("0.1.0"), clientToken=client_token(request("0.1.0"), ""))
    commands.deploy()
    steps = [
        "create the stack verger", "  Lake create complete", "upload entry.py (0.0 MB) to release 0.1.0",
        "note that release 0.1.0 follows none",
        "update the stack verger: Release not set -> 0.1.0, the refit's schedule is set up",
        "start verger-stream with release 0.1.0", "verger-stream is started as job run 00new",
        f"to look at it: verger status --config s3://{LAKE}/releases/0.1.0/emr.toml",
    ]  # fmt: skip
    assert [line for line in commands.said.splitlines() if line in steps] == steps


def test_a_second_one_with_nothing_new_only_reads(commands: Commands) -> None:
    cloud = commands.cloud
    with_stack(cloud, in_use("0.1.0"), checksums("0.1.0"))
    job = a_run("00a", tags=running("0.1.0"))
    cloud.summary()
    cloud.template()
    cloud.runs(job, a_run("00old", "CANCELLED"), a_run("00b", name="another"))
    cloud.run(job)
    commands.deploy()
    assert commands.said.splitlines()[0] == "release 0.1.0 is in use, and nothing is to be done"


def test_a_new_release_takes_the_place_of_the_running_one_with_grace(commands: Commands) -> None:
    cloud, old = commands.cloud, a_run("00old", tags=running("0.0.9"))
    with_stack(cloud, in_use("0.0.9"), dict.fromkeys(checksums("0.1.0")))
    for name in checksums("0.1.0"):
        cloud.upload("0.1.0", name)
    cloud.history("0.0.8", "0.0.9", "0.0.10", then=("0.0.8", "0.0.9", "0.1.0"))
    cloud.summary()
    cloud.template("Resources: {Older: {}}")
    cloud.change_set(in_use("0.1.0"), [SCHEDULE])
    cloud.carried_out("UPDATE_COMPLETE")
    cloud.runs(old)
    cloud.run(old)
    cloud.cancel(old)
    for state in ("RUNNING", "CANCELLING", "CANCELLED"):
        cloud.run({**old, "state": state})
    cloud.runs({**old, "state": "CANCELLED"})
    cloud.start(**request("0.1.0"), clientToken=client_token(request("0.1.0"), "00old"))
    commands.deploy()
    assert "another template, Release 0.0.9 -> 0.1.0, the refit's schedule points at another job" in commands.said
    assert "start verger-stream with release 0.1.0 in the place of job run 00old of release 0.0.9" in commands.said


def test_other_settings_replace_the_settings_file_and_the_run(commands: Commands) -> None:
    cloud, job = commands.cloud, a_run("00a", tags=running("0.1.0", attempts=9))
    with_stack(cloud, in_use("0.1.0"), checksums("0.1.0") | {"emr.toml": "another"})
    cloud.upload("0.1.0", "emr.toml", checksums("0.1.0")["emr.toml"])
    cloud.summary()
    cloud.template()
    cloud.runs(job)
    cloud.run(job)
    cloud.cancel(job)
    cloud.run({**job, "state": "SUCCESS"})
    cloud.runs(job)
    cloud.start(**request("0.1.0"), clientToken=ANY)
    commands.deploy()


def test_a_stream_that_is_not_there_is_started(commands: Commands) -> None:
    cloud = commands.cloud
    with_stack(cloud, in_use("0.1.0"), checksums("0.1.0"))
    cloud.summary()
    cloud.template()
    failed = a_run("00a", "FAILED", tags=running("0.1.0"))
    cloud.runs(failed)
    cloud.runs(failed)
    cloud.start(**request("0.1.0"), clientToken=client_token(request("0.1.0"), "00a"))
    commands.deploy()


def test_a_run_that_is_being_ended_is_waited_for_and_not_taken_for_the_stream(commands: Commands) -> None:
    cloud, job = commands.cloud, a_run("00a", "CANCELLING", tags=running("0.1.0"))
    with_stack(cloud, in_use("0.1.0"), checksums("0.1.0"))
    cloud.summary()
    cloud.template()
    cloud.runs(job)
    cloud.run(job)
    cloud.run({**job, "state": "CANCELLED"})
    cloud.runs(job)
    cloud.start(**request("0.1.0"), clientToken=ANY)
    commands.deploy()


def test_the_stream_ends_before_its_application_is_changed(commands: Commands) -> None:
    """EMR changes stopped applications only; the refit's is asked first, since its run can't be ended."""
    cloud, job = commands.cloud, a_run("00a", tags=running("0.1.0"))
    with_stack(cloud, in_use("0.1.0"), checksums("0.1.0"))
    cloud.summary()
    cloud.template("Resources: {Smaller: {}}")
    changed = {"Action": "Modify", "ResourceType": "AWS::EMRServerless::Application", "Scope": ["Properties"]}
    cloud.change_set(
        in_use("0.1.0"),
        [
            {**changed, "LogicalResourceId": "Stream", "PhysicalResourceId": STREAM_APPLICATION},
            {**changed, "LogicalResourceId": "Refit", "PhysicalResourceId": REFIT_APPLICATION},
        ],
    )
    cloud.application(REFIT_APPLICATION, "STOPPED")
    cloud.runs(job)
    cloud.run(job)
    cloud.cancel(job)
    cloud.run({**job, "state": "CANCELLED"})
    cloud.application(STREAM_APPLICATION, "STARTED")
    cloud.stop_application(STREAM_APPLICATION)
    cloud.application(STREAM_APPLICATION, "STOPPED")
    cloud.carried_out("UPDATE_COMPLETE")
    ended = {**job, "state": "CANCELLED"}
    cloud.runs(ended)
    cloud.runs(ended)
    cloud.start(**request("0.1.0"), clientToken=ANY)
    commands.deploy()


def test_a_change_of_an_applications_tags_does_not_end_the_stream(commands: Commands) -> None:
    cloud, job = commands.cloud, a_run("00a", tags=running("0.1.0"))
    with_stack(cloud, in_use("0.1.0"), checksums("0.1.0"))
    cloud.summary()
    cloud.template("Resources: {Tagged: {}}")
    change = {"Action": "Modify", "ResourceType": "AWS::EMRServerless::Application", "Scope": ["Tags"]}
    cloud.change_set(
        in_use("0.1.0"), [{**change, "LogicalResourceId": "Stream", "PhysicalResourceId": STREAM_APPLICATION}]
    )
    cloud.carried_out("UPDATE_COMPLETE")
    cloud.runs(job)
    cloud.run(job)
    commands.deploy()


def test_a_template_that_differs_in_a_comment_needs_no_update(commands: Commands) -> None:
    cloud, job = commands.cloud, a_run("00a", tags=running("0.1.0"))
    with_stack(cloud, in_use("0.1.0"), checksums("0.1.0"))
    cloud.summary()
    cloud.template(f"# older\n{TEMPLATE}")
    cloud.expect("cloudformation", "create_change_set", {})
    answer = {"Status": "FAILED", "StatusReason": "The submitted information didn't contain changes. Submit different…"}
    cloud.expect("cloudformation", "describe_change_set", answer)
    cloud.expect("cloudformation", "delete_change_set", {}, StackName="verger", ChangeSetName=ANY)
    cloud.runs(job)
    cloud.run(job)
    commands.deploy()
    assert "the stack verger needs no update" in commands.said


def test_pictures_can_be_listed_instead(commands: Commands) -> None:
    commands.config.write_text('max_attempts = 3\ndiscover = "list"\n')
    given = load_settings(str(commands.config))
    assert from_text(release_settings(given, OUTPUTS, "0.1.0"), "emr.toml").values["discover"] == "list"


def test_a_parameter_that_is_no_longer_given_has_the_templates_default_again(commands: Commands) -> None:
    cloud = commands.cloud
    with_stack(cloud, in_use("0.1.0") | {"AlarmEmail": "me@example.com"}, checksums("0.1.0"))
    cloud.summary()
    cloud.template()
    cloud.runs()
    commands.deploy(dry_run=True)
    assert "would update the stack verger: AlarmEmail me@example.com -> not set\n" in commands.said


def test_a_dry_run_before_the_first_deployment_makes_nothing(commands: Commands) -> None:
    commands.cloud.no_stack()
    commands.cloud.summary()
    commands.deploy(dry_run=True)
    assert commands.said.splitlines() == [
        "would create the stack verger",
        "would upload release 0.1.0, set up the refit's schedule and start the stream",
    ]


def test_a_dry_run_of_a_new_release_only_reads(commands: Commands) -> None:
    cloud, old = commands.cloud, a_run("00old", tags=running("0.0.9"))
    with_stack(cloud, in_use("0.0.9"), dict.fromkeys(checksums("0.1.0")) | {"entry.py": checksums("0.1.0")["entry.py"]})
    cloud.history()
    cloud.summary()
    cloud.template()
    cloud.runs(old)
    cloud.run(old)
    commands.deploy(dry_run=True)
    lines = commands.said.splitlines()
    assert len([line for line in lines if re.fullmatch(r"would upload \S+ \(0\.0 MB\) to release 0\.1\.0", line)]) == 5
    assert lines[5:8] == [
        "would note that release 0.1.0 follows 0.0.9",
        "would update the stack verger: Release 0.0.9 -> 0.1.0, the refit's schedule points at another job",
        "would start verger-stream with release 0.1.0 in the place of job run 00old of release 0.0.9",
    ]


def test_a_release_can_be_named(commands: Commands) -> None:
    cloud = commands.cloud
    with_stack(cloud, in_use("0.1.0"), dict.fromkeys(checksums("0.1.0-2")), "0.1.0-2")
    cloud.history("0.1.0")
    cloud.summary()
    cloud.template()
    cloud.runs()
    commands.deploy(release="0.1.0-2", dry_run=True)
    assert "would start verger-stream with release 0.1.0-2" in commands.said


def test_the_settings_file_has_sizes_and_parameters_too(commands: Commands) -> None:
    commands.config.write_text(
        'max_attempts = 3\n[emr]\nstream_executors = 5\n[emr.parameters]\nAlarmEmail = "me@example.com"\n'
    )
    cloud = commands.cloud
    cloud.stack(parameters=full(in_use("0.1.0")))
    expected = settings_text(
        "0.1.0", emr='\n[emr]\nstream_executors = 5\n\n[emr.parameters]\nAlarmEmail = "me@example.com"\n'
    )
    cloud.objects("0.1.0", checksums("0.1.0") | {"emr.toml": None})
    cloud.summary()
    cloud.template()
    cloud.runs()
    commands.deploy(dry_run=True)
    assert f"upload emr.toml ({len(expected) / 1e6:.1f} MB)" in commands.said
    assert "MaxVcpuStream 8 -> 12" in commands.said
    assert "AlarmEmail not set -> me@example.com" in commands.said
