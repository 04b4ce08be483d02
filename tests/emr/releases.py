"""What a deployment of the package in these tests is to look like: its files, its parameters, its request."""

import hashlib
from typing import Any

from conf.emr.jobs import refit_request, schedule_input, stream_request, tagged
from conf.emr.parameters import parameters
from conf.emr.settings import EmrSettings
from conf.settings import Settings
from tests.emr.cloud import LAKE, LANDING, QUEUE, TEMPLATE
from tests.emr.test_jobs import OUTPUTS

FILES = ("entry.py", "environment.tar.gz", "verger-0.1.0-py3-none-any.whl", "model.zip")


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def settings_text(version: str, attempts: int = 3, emr: str = "") -> str:
    return (
        f'max_attempts = {attempts}\nlanding = "s3://{LANDING}/"\nlake = "s3://{LAKE}/lake"\n'
        f'queue = "{QUEUE}"\ndiscover = "events"\nweights = "s3://{LAKE}/releases/{version}/model.zip"\n{emr}'
    )


def checksums(version: str, attempts: int = 3) -> dict[str, str | None]:
    texts: dict[str, str | None] = {
        "template.yaml": sha256(TEMPLATE),
        "emr.toml": sha256(settings_text(version, attempts)),
    }
    return {**{name: sha256(name) for name in FILES}, **texts}


def settings(version: str, attempts: int = 3) -> Settings:
    return Settings(
        max_attempts=attempts, landing=f"s3://{LANDING}/", lake=f"s3://{LAKE}/lake", discover="events", queue=QUEUE,
        weights=f"s3://{LAKE}/releases/{version}/model.zip",
    )  # fmt: skip


def request(version: str, attempts: int = 3) -> dict[str, Any]:
    given = settings(version, attempts)
    return tagged(stream_request(given, EmrSettings(), OUTPUTS, version), version, given)


def made(emr: EmrSettings | None = None) -> dict[str, str]:
    """The stack's parameters before there is a release."""
    return parameters(Settings(), emr or EmrSettings())


def in_use(version: str) -> dict[str, str]:
    """The stack's parameters when a release is in use."""
    refit = schedule_input(refit_request(settings(version), EmrSettings(), OUTPUTS, version))
    return made() | {"Release": version, "RefitJob": refit}
