"""Whether landing, lake, queue and archive can be used: asked by `verger stream` before Spark starts."""

import os
from pathlib import Path

from conf.errors import SettingsError
from conf.locations import is_s3
from conf.settings import Settings


def check_places(settings: Settings) -> None:
    """Raise SettingsError unless the landing is a readable folder, and lake and archive are ones that can be written.

    Places in S3 are not asked here: the first listing says what is wrong with them. Nor is the queue, but it must
    be named where it is needed.
    """
    if settings.discover == "events":
        check_events(settings)
    if not is_s3(settings.landing):
        check_landing(settings.landing)
    if not is_s3(settings.lake):
        check_writable("lake", settings.lake)
    if settings.clean_source == "move" and not is_s3(settings.clean_to):
        check_writable("clean_to", settings.clean_to)


def check_events(settings: Settings) -> None:
    """Raise SettingsError unless what events need is there: a landing in S3, and the name of a queue."""
    if not is_s3(settings.landing):
        raise SettingsError(
            f"discover = 'events' needs a landing in S3, and landing = {settings.landing!r} is a folder: set landing "
            "to s3://bucket/prefix/, or discover to list."
        )
    if not settings.queue:
        raise SettingsError(
            "discover = 'events' needs a queue: set queue (VERGER_QUEUE) to the URL or the name of the SQS queue that "
            "the bucket's events come to, or discover to list."
        )


def check_landing(landing: str) -> None:
    """Raise SettingsError unless it is a readable folder."""
    try:
        Path(landing).stat()
    except FileNotFoundError:
        if not Path(landing).is_symlink():
            raise SettingsError(
                f"landing = {landing!r} does not exist: create that folder, or set landing to one that exists."
            ) from None
    except OSError as error:
        raise SettingsError(
            f"landing = {landing!r} can't be looked at ({error.strerror}): give this user the right to enter the "
            "folders above it, or set landing to another one."
        ) from None
    if not Path(landing).is_dir():
        raise SettingsError(f"landing = {landing!r} is not a folder: set landing to the folder that pictures land in.")
    if not os.access(landing, os.R_OK | os.X_OK):
        raise SettingsError(f"landing = {landing!r} can't be read: give this user the right to list that folder.")


def check_writable(name: str, folder: str) -> None:
    """Raise SettingsError unless what the setting `name` says is a folder that can be written, or can be made."""
    existing = next(p for p in (Path(folder), *Path(folder).parents) if os.path.lexists(p))
    if not existing.is_dir():
        raise SettingsError(
            f"{name} = {folder!r} can't be a folder, {str(existing)!r} is a file: set {name} to another place."
        )
    if not os.access(existing, os.W_OK | os.X_OK):
        raise SettingsError(
            f"{name} = {folder!r} can't be written: give this user the right to write in {str(existing)!r}, "
            f"or set {name} to another place."
        )
