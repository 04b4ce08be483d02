"""What EMR Serverless is asked for to run the stream and the refit: pure functions from the settings to a request.

Where a job's logs go is the application's own setting, in the template.
"""

import hashlib
import json
import math
from typing import Any

from conf.emr.settings import EmrSettings
from conf.emr.spark_submit import environment, sizes
from conf.emr.stack import Outputs
from conf.errors import SettingsError
from conf.settings import Settings

#: What a job's request is known by, as tags of the job: the release, and a digest of the request with its settings.
RELEASE_TAG, REQUEST_TAG = "verger:release", "verger:request"

#: Failures of a stream in an hour after which EMR gives it up; it takes 1 to 10.
_FAILURES_PER_HOUR = 5
#: A refit is safe to run again. One that hangs ends before the next night.
_REFIT_ATTEMPTS, _REFIT_MINUTES = 2, 6 * 60
#: A stopping stream has `stop_grace_s` for its batch, then ends its Spark.
_GRACE_MARGIN_S = 30
_LEAST_GRACE_S, _MOST_GRACE_S = 15, 1800

Request = dict[str, Any]


def release_uri(outputs: Outputs, version: str) -> str:
    """The folder of a release."""
    return f"s3://{outputs.lake_bucket}/releases/{version}"


def job_name(emr: EmrSettings, job: str) -> str:
    """The name of "stream" or "refit" among EMR's jobs."""
    return f"{emr.name}-{job}"


def stream_request(settings: Settings, emr: EmrSettings, outputs: Outputs, version: str) -> Request:
    """StartJobRun for the stream, without its client token and tags: it never times out, and is started anew.

    Raises:
        SettingsError: pictures would be moved to where its role may not write.
    """
    archive = f"s3://{outputs.lake_bucket}/archive/"
    if settings.clean_source == "move" and not settings.clean_to.startswith(archive):
        raise SettingsError(f"clean_to = {settings.clean_to!r} is out of the stream's reach: set it to {archive}")
    return {
        "applicationId": outputs.stream_application_id,
        "executionRoleArn": outputs.stream_role_arn,
        **_job("stream", settings, emr, outputs, version),
        "mode": "STREAMING",
        "retryPolicy": {"maxFailedAttemptsPerHour": _FAILURES_PER_HOUR},
        "executionTimeoutMinutes": 0,
    }


def refit_request(settings: Settings, emr: EmrSettings, outputs: Outputs, version: str) -> Request:
    """StartJobRun for the refit, without its client token. No tags: who starts it would need the right to tag."""
    return {
        "applicationId": outputs.refit_application_id,
        "executionRoleArn": outputs.refit_role_arn,
        **_job("refit", settings, emr, outputs, version),
        "mode": "BATCH",
        "retryPolicy": {"maxAttempts": _REFIT_ATTEMPTS},
        "executionTimeoutMinutes": _REFIT_MINUTES,
    }


def tagged(request: Request, version: str, settings: Settings) -> Request:
    """The request with tags that tell it from others, also from one of the same release with other settings."""
    digest = _digest(json.dumps(request, sort_keys=True), settings.model_dump_json())
    return {**request, "tags": {RELEASE_TAG: version, REQUEST_TAG: digest}}


def client_token(request: Request, follows: str) -> str:
    """The token of a tagged request that starts the job after the run `follows` ("" for the first).

    Asked twice, after an answer that was lost, EMR starts one run. Without the run before, a release that was left
    and comes back would be answered with its old run, which has ended.
    """
    tags = request["tags"]
    return f"{tags[RELEASE_TAG]}-{_digest(tags[REQUEST_TAG], follows)[:20]}"


def schedule_input(request: Request) -> str:
    """The request as EventBridge Scheduler passes it on: JSON, with a client token of its own for each night."""
    body = _capitalised({**request, "clientToken": "<aws.scheduler.execution-id>"})
    return json.dumps(body, separators=(",", ":"))


def grace_s(settings: Settings) -> int:
    """Seconds that CancelJobRun gives the stream: those of its own and a margin.

    Raises:
        SettingsError: EMR does not wait so long.
    """
    wanted = math.ceil(settings.stop_grace_s) + _GRACE_MARGIN_S
    if wanted > _MOST_GRACE_S:
        raise SettingsError(
            f"stop_grace_s = {settings.stop_grace_s:g} is more than EMR waits for a job to end: set it to "
            f"{_MOST_GRACE_S - _GRACE_MARGIN_S} or less."
        )
    return max(wanted, _LEAST_GRACE_S)


def _job(job: str, settings: Settings, emr: EmrSettings, outputs: Outputs, version: str) -> Request:
    release = release_uri(outputs, version)
    executors = emr.stream_executors if job == "stream" else emr.refit_executors
    conf = sizes(settings, emr, executors) | environment(emr, release, outputs.region)
    return {
        "name": job_name(emr, job),
        "jobDriver": {
            "sparkSubmit": {
                "entryPoint": f"{release}/entry.py",
                "entryPointArguments": [job, "--config", f"{release}/emr.toml"],
                "sparkSubmitParameters": " ".join(f"--conf {name}={value}" for name, value in conf.items()),
            }
        },
    }


def _capitalised(value: object) -> object:
    """The names in a request as EventBridge Scheduler spells them."""
    if isinstance(value, list):
        return [_capitalised(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {key[0].upper() + key[1:]: _capitalised(item) for key, item in value.items()}


def _digest(*texts: str) -> str:
    return hashlib.sha256("\0".join(texts).encode()).hexdigest()
