"""The requests that start the jobs: whole, by botocore's models, and from the settings alone."""

import json
import re
import subprocess
from dataclasses import replace
from typing import Any

import pytest

from conf.emr.jobs import (
    RELEASE_TAG,
    client_token,
    grace_s,
    refit_request,
    schedule_input,
    stream_request,
    tagged,
)
from conf.emr.parameters import parameters
from conf.emr.settings import EmrSettings
from conf.emr.stack import Stack
from conf.errors import SettingsError
from conf.settings import Settings
from tests.emr import cloud
from tests.emr.shapes import problems
from tests.emr.templates import README

SETTINGS, EMR = Settings(), EmrSettings()
OUTPUTS = Stack("verger", cloud.REGION, {}, cloud.OUTPUTS).outputs()
RELEASE = "s3://verger-lake/releases/0.1.0"


def conf(request: dict[str, Any]) -> dict[str, str]:
    words = request["jobDriver"]["sparkSubmit"]["sparkSubmitParameters"].split(" ")
    assert words[::2] == ["--conf"] * (len(words) // 2)
    return dict(word.split("=", 1) for word in words[1::2])


def stream(settings: Settings = SETTINGS, emr: EmrSettings = EMR) -> dict[str, Any]:
    return tagged(stream_request(settings, emr, OUTPUTS, "0.1.0"), "0.1.0", settings)


def test_the_streams_request_is_one_that_emr_takes() -> None:
    request = stream()
    assert problems("emr-serverless", "StartJobRun", {**request, "clientToken": client_token(request, "")}) == []
    assert request["name"] == "verger-stream"
    assert (request["mode"], request["executionTimeoutMinutes"]) == ("STREAMING", 0)
    assert request["retryPolicy"] == {"maxFailedAttemptsPerHour": 5}
    driver = request["jobDriver"]["sparkSubmit"]
    assert driver["entryPoint"] == f"{RELEASE}/entry.py"
    assert driver["entryPointArguments"] == ["stream", "--config", f"{RELEASE}/emr.toml"]


def test_the_schedule_starts_the_refit_with_a_token_for_each_night() -> None:
    text = schedule_input(refit_request(SETTINGS, EMR, OUTPUTS, "0.1.0"))
    assert len(text) < 4096, "CloudFormation's parameters are no longer"
    spelled = json.loads(text)
    assert spelled["ClientToken"] == "<aws.scheduler.execution-id>"
    assert spelled["JobDriver"]["SparkSubmit"]["EntryPointArguments"][0] == "refit"
    lowered = json.loads(re.sub(r'"([A-Z])(\w*)":', lambda m: f'"{m[1].lower()}{m[2]}":', text))
    assert problems("emr-serverless", "StartJobRun", lowered | {"clientToken": "x"}) == []
    assert (lowered["mode"], lowered["name"]) == ("BATCH", "verger-refit")


def test_the_guide_makes_of_the_schedules_input_what_emr_takes() -> None:
    (sed,) = re.findall(r"(sed '.*') > refit\.json\n", README)
    request = refit_request(SETTINGS, EMR, OUTPUTS, "0.1.0")
    made = subprocess.run(sed, shell=True, input=schedule_input(request), capture_output=True, text=True, check=True)
    assert json.loads(made.stdout) == request
    assert problems("emr-serverless", "StartJobRun", {**request, "clientToken": "x"}) == []


def test_a_wrong_request_is_noticed() -> None:
    assert problems("emr-serverless", "StartJobRun", {**stream(), "clientToken": "no spaces"})
    assert problems("emr-serverless", "StartJobRun", {**stream(), "clientToken": "x", "retries": 1})


def test_driver_and_executors_have_the_same_python_from_the_release() -> None:
    given = conf(stream())
    python = "./environment/bin/python"
    assert given["spark.archives"] == f"{RELEASE}/environment.tar.gz#environment"
    assert given["spark.emr-serverless.driverEnv.PYSPARK_DRIVER_PYTHON"] == python
    assert given["spark.emr-serverless.driverEnv.PYSPARK_PYTHON"] == given["spark.executorEnv.PYSPARK_PYTHON"] == python
    assert given["spark.executorEnv.AWS_REGION"] == cloud.REGION


def test_the_drivers_metrics_carry_the_name_of_the_stack() -> None:
    for request in (
        stream(emr=EmrSettings(name="plums")),
        refit_request(SETTINGS, EmrSettings(name="plums"), OUTPUTS, "1"),
    ):
        given = conf(request)
        assert given["spark.emr-serverless.driverEnv.VERGER_METRICS"] == "stdout"
        assert given["spark.emr-serverless.driverEnv.VERGER_METRICS_NAME"] == "plums"


def test_with_an_image_no_archive_is_unpacked() -> None:
    given = conf(stream(emr=EmrSettings(parameters={"ImageUri": "123456789012.dkr.ecr.eu-west-1.amazonaws.com/v:1"})))
    assert "spark.archives" not in given
    assert given["spark.executorEnv.PYSPARK_PYTHON"] == "/opt/verger/environment/bin/python"


def test_sizes_are_those_of_the_settings_and_the_capacity_their_sum() -> None:
    emr = EmrSettings(driver_vcpu=4, driver_memory_gb=16, executor_vcpu=1, executor_memory_gb=8, stream_executors=5)
    settings = Settings(driver_memory="3g")
    given = conf(stream(settings, emr))
    assert (given["spark.driver.cores"], given["spark.executor.cores"]) == ("4", "1")
    assert (given["spark.driver.memory"], given["spark.driver.memoryOverhead"]) == ("3072m", f"{13 * 1024}m")
    assert given["spark.executor.memory"] == given["spark.executor.memoryOverhead"] == "4096m"
    assert given["spark.dynamicAllocation.maxExecutors"] == "5"
    there = parameters(settings, emr)
    assert (there["MaxVcpuStream"], there["MaxMemoryStream"]) == ("9", "56")
    assert (there["DriverMemoryBytes"], there["WorkerMemoryBytes"]) == (str(12 * 2**30), str(4 * 2**30))


def test_both_jobs_fit_the_quota_of_a_new_account() -> None:
    there = parameters(SETTINGS, EMR)
    assert int(there["MaxVcpuStream"]) + int(there["MaxVcpuRefit"]) <= 16


def test_a_driver_without_room_for_python_is_told() -> None:
    with pytest.raises(SettingsError, match="driver_memory = '7500m' leaves Python less than 1 GB of a driver of 8 GB"):
        stream(Settings(driver_memory="7500m"))


@pytest.mark.parametrize(("stop_grace_s", "grace"), [(60, 90), (0, 30), (60.5, 91), (1770, 1800)])
def test_the_grace_fits_a_batch(stop_grace_s: float, grace: int) -> None:
    assert grace_s(Settings(stop_grace_s=stop_grace_s)) == grace


def test_a_grace_that_emr_does_not_give_is_told() -> None:
    with pytest.raises(SettingsError, match=r"stop_grace_s = 1771 is more than EMR waits.*set it to 1770"):
        grace_s(Settings(stop_grace_s=1771))


def test_a_request_is_known_by_release_settings_and_sizes() -> None:
    assert stream() == stream()
    assert stream()["tags"][RELEASE_TAG] == "0.1.0"
    others = [
        stream(Settings(max_attempts=2)),
        stream(emr=EmrSettings(stream_executors=2)),
        tagged(stream_request(SETTINGS, EMR, OUTPUTS, "0.2.0"), "0.2.0", SETTINGS),
        tagged(stream_request(SETTINGS, EMR, replace(OUTPUTS, lake_bucket="other"), "0.1.0"), "0.1.0", SETTINGS),
    ]
    assert len({json.dumps(request["tags"]) for request in [stream(), *others]}) == 5
    assert stream(emr=EmrSettings(parameters={"AlarmEmail": "me@example.com"})) == stream()


def test_a_release_that_comes_back_has_another_token() -> None:
    first, again = client_token(stream(), ""), client_token(stream(), "00abc")
    assert first != again
    assert again == client_token(stream(), "00abc")
    assert again.startswith("0.1.0-")


def test_pictures_are_moved_only_to_where_the_streams_role_may_write() -> None:
    there = {"landing": "s3://in", "lake": "s3://out/lake", "clean_source": "move"}
    with pytest.raises(SettingsError, match="clean_to = 's3://done/' is out of the stream's reach: set it to s3://"):
        stream(Settings(**there, clean_to="s3://done/"))  # type: ignore[arg-type]
    assert stream(Settings(**there, clean_to=f"s3://{OUTPUTS.lake_bucket}/archive/2026/"))  # type: ignore[arg-type]
