"""What a table's latest version does not hold, off the disk: for good, and for every reader."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from deltalake import PostCommitHookProperties

from conf.lake import Lake
from conf.locations import is_s3, split_s3
from conf.s3 import s3_client
from schemas.table import Table

#: Delta-rs would make checkpoints and clean logs after a commit as it thinks best.
NO_HOOKS = PostCommitHookProperties(create_checkpoint=False, cleanup_expired_logs=False)

_VERSION = re.compile(r"\D*(\d{20})\D")
_LAST_CHECKPOINT = "_last_checkpoint"
#: Keys that S3 takes in one request.
_AT_ONCE = 1_000


def purge(lake: Lake, schema: Table) -> None:
    """Remove all files that the latest version doesn't need, and the log before it: no time travel leads back.

    The log goes, too, as it has the least and greatest values of each file. Only for who alone writes the table, while
    nobody reads it: readers of an earlier version fail. Safe to be killed at any point, and to be repeated.

    Raises:
        OSError, DeltaError: it could not be done to its end.
    """
    table = lake.open(schema)
    if table is None:
        return
    table.vacuum(
        retention_hours=0,
        dry_run=False,
        enforce_retention_duration=False,
        full=True,
        post_commithook_properties=NO_HOOKS,
    )
    table.create_checkpoint()
    _remove_log(f"{lake.uri(schema.name)}/_delta_log", table.version())


def _remove_log(place: str, version: int) -> None:
    """The oldest first. Not through delta-rs, which keeps all threads waiting while S3 lists: the lease's, too."""
    if is_s3(place):
        _remove_objects(place, version)
        return
    for file in sorted(Path(place).iterdir()):
        if file.is_file() and _is_before(file.name, version):
            file.unlink()


def _remove_objects(place: str, version: int) -> None:
    from botocore.exceptions import BotoCoreError, ClientError

    bucket, prefix = split_s3(f"{place}/")
    client: Any = s3_client()
    try:
        pages = client.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
        keys = [found["Key"] for page in pages for found in page.get("Contents", ())]
        old = [key for key in keys if _is_before(key.removeprefix(prefix), version)]
        for start in range(0, len(old), _AT_ONCE):
            _remove_keys(client, bucket, old[start : start + _AT_ONCE])
    except (BotoCoreError, ClientError) as error:
        raise OSError(f"{place} can't be cleaned: {error}") from error


def _remove_keys(client: Any, bucket: str, keys: Sequence[str]) -> None:
    answer = client.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": key} for key in keys], "Quiet": True})
    for error in answer.get("Errors", ()):
        raise OSError(f"s3://{bucket}/{error['Key']} can't be removed: {error.get('Message') or error['Code']}")


def _is_before(name: str, version: int) -> bool:
    """Whether a file of the log is not needed from `version` on, of which there is a checkpoint."""
    found = _VERSION.match(name)
    return name != _LAST_CHECKPOINT and (found is None or int(found[1]) < version)
