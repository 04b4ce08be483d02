"""The releases in the order in which they were put in use: `releases/history` in the lake's bucket, a line each.

It is written before a release is in use, so that none which was is missing. A rollback only goes back in it; what was
rolled away from is left out by the next deployment.
"""

from typing import Any

from conf.errors import UserError

_KEY = "releases/history"


def history(s3: Any, bucket: str) -> list[str]:
    """The releases, oldest first; empty: none was put in use yet."""
    from botocore.exceptions import ClientError

    try:
        return str(s3.get_object(Bucket=bucket, Key=_KEY)["Body"].read(), "utf-8").split()
    except ClientError as error:
        if error.response["Error"]["Code"] == "NoSuchKey":
            return []
        raise


def followed(releases: list[str], current: str, version: str) -> list[str]:
    """The history when `version` follows `current`, the one in use ("" for none). Each release is in it once."""
    kept = releases[: releases.index(current)] if current in releases else []
    return [*(release for release in kept if release != version), *([current] if current else []), version]


def write_history(s3: Any, bucket: str, releases: list[str]) -> None:
    """Put `releases` in the place of the history that is there."""
    s3.put_object(Bucket=bucket, Key=_KEY, Body="".join(f"{release}\n" for release in releases).encode())


def release_before(s3: Any, bucket: str, current: str) -> str:
    """The release that was in use before `current`. Raises UserError where there is none."""
    releases = history(s3, bucket)
    at = releases.index(current) if current in releases else 0
    if at == 0:
        raise UserError(
            f"there is no release before {current or 'the first'} in s3://{bucket}/{_KEY}: nothing to go back to."
        )
    return releases[at - 1]
