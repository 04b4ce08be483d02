"""A table's log listed, and files removed by name: delta-rs would leave the checksums that Spark adds to commits."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from conf.locations import is_s3, split_s3
from conf.s3 import s3_client

LAST_CHECKPOINT = "_last_checkpoint"

_VERSION = re.compile(r"\D*(\d{20})\D")
#: Keys that S3 takes in one request.
_AT_ONCE = 1_000


class LogFile(NamedTuple):
    """A file of the log, by its name there."""

    name: str

    @property
    def version(self) -> int | None:
        """The version that it belongs to: a commit, its checksum, a checkpoint; None for any other file."""
        found = _VERSION.match(self.name)
        return None if found is None else int(found[1])


def list_log(table: str) -> list[LogFile]:
    """The files of the log of the table at `table` (a folder or URI), the oldest first. Raises OSError."""
    place = f"{table}/_delta_log"
    return sorted(_objects(place) if is_s3(place) else _files(Path(place)))


def remove_files(place: str, names: Sequence[str]) -> None:
    """Remove these files of the table, or log, at `place`, in this order. Raises OSError."""
    if not is_s3(place):
        for name in names:
            (Path(place) / name).unlink(missing_ok=True)
        return
    for start in range(0, len(names), _AT_ONCE):
        _remove_objects(place, names[start : start + _AT_ONCE])


def _files(folder: Path) -> Iterator[LogFile]:
    for file in folder.iterdir():
        if file.is_file():
            yield LogFile(file.name)


def _objects(place: str) -> Iterator[LogFile]:
    from botocore.exceptions import BotoCoreError, ClientError

    bucket, prefix = split_s3(f"{place}/")
    client: Any = s3_client()
    try:
        for page in client.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix):
            for found in page.get("Contents", ()):
                yield LogFile(found["Key"].removeprefix(prefix))
    except (BotoCoreError, ClientError) as error:
        raise OSError(f"{place} can't be listed: {error}") from error


def _remove_objects(place: str, names: Sequence[str]) -> None:
    from botocore.exceptions import BotoCoreError, ClientError

    bucket, prefix = split_s3(f"{place}/")
    client: Any = s3_client()
    keys = [{"Key": prefix + name} for name in names]
    try:
        answer = client.delete_objects(Bucket=bucket, Delete={"Objects": keys, "Quiet": True})
    except (BotoCoreError, ClientError) as error:
        raise OSError(f"{place} can't be cleaned: {error}") from error
    for left in answer.get("Errors", ()):
        raise OSError(f"s3://{bucket}/{left['Key']} can't be removed: {left.get('Message') or left['Code']}")
