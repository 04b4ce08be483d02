"""The landing as it is now: its objects with their ETags, and their bytes. A folder by os, a bucket by boto3."""

import fnmatch
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

from conf.errors import FailedError
from conf.locations import is_s3, split_s3
from conf.s3 import s3_client
from conf.settings import Settings


class Object(NamedTuple):
    """One object. `since_us`: since when it may be as it is, microseconds since 1970."""

    path: str
    etag: str
    since_us: int


@dataclass(frozen=True)
class Landing:
    """What `name_patterns` and `hidden_names` let through."""

    settings: Settings

    def objects(self) -> Iterator[Object]:
        """All of them, streamed. Raises FailedError when the listing can't be completed."""
        try:
            yield from self._in_bucket() if is_s3(self.settings.landing) else self._in_folder()
        except Exception as error:
            raise FailedError(f"the landing {self.settings.landing} can't be listed: {error}") from error

    def content(self, found: Object) -> bytes | None:
        """The bytes of exactly that version; None if it isn't there any more.

        Raises FailedError when that can't be told.
        """
        try:
            return self._of_key(found) if is_s3(self.settings.landing) else _of_file(found)
        except Exception as error:
            raise FailedError(f"{found.path} can't be read: {error}") from error

    def _in_folder(self) -> Iterator[Object]:
        pending = [self.settings.landing]
        while pending:
            with os.scandir(pending.pop()) as entries:
                for entry in entries:
                    if self._hides(entry.name) or not _is_text(entry.name):
                        continue
                    if entry.is_dir(follow_symlinks=False):
                        pending.append(entry.path)
                    elif entry.is_file(follow_symlinks=False) and self._pattern.match(entry.name):
                        yield _file(entry.path, entry.stat(follow_symlinks=False))

    def _in_bucket(self) -> Iterator[Object]:
        bucket, prefix = split_s3(self.settings.landing)
        pages = self._s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
        for key in (found for page in pages for found in page.get("Contents", ())):
            names = key["Key"][len(prefix) :].split("/")
            if self._pattern.match(names[-1]) and not any(map(self._hides, names)):
                since_us = int(key["LastModified"].timestamp() * 1e6)
                yield Object(f"s3://{bucket}/{key['Key']}", key["ETag"].strip('"'), since_us)

    def _of_key(self, found: Object) -> bytes | None:
        bucket, key = split_s3(found.path)
        try:
            answer = self._s3.get_object(Bucket=bucket, Key=key, IfMatch=f'"{found.etag}"')
            content: bytes = answer["Body"].read()
        except self._s3.exceptions.ClientError as error:
            if error.response["ResponseMetadata"]["HTTPStatusCode"] in (404, 412):
                return None
            raise
        return content

    def _hides(self, name: str) -> bool:
        """As Spark does it: what begins with a dot, or with `_` where it isn't a partition."""
        if self.settings.hidden_names or name in (".", ".."):
            return name == ".verger-clean"
        return name.startswith(".") or (name.startswith("_") and "=" not in name)

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        return re.compile("|".join(map(fnmatch.translate, self.settings.name_patterns)), re.IGNORECASE)

    @cached_property
    def _s3(self) -> Any:
        return s3_client()


def _file(path: str, seen: os.stat_result) -> Object:
    etag = f"{seen.st_mtime_ns:x}-{seen.st_ctime_ns:x}-{seen.st_size:x}"
    return Object(f"file://{path}", etag, max(seen.st_mtime_ns, seen.st_ctime_ns) // 1000)


def _of_file(found: Object) -> bytes | None:
    path = found.path.removeprefix("file://")
    try:
        content, seen = Path(path).read_bytes(), Path(path).lstat()
    except FileNotFoundError:
        return None
    return content if _file(path, seen).etag == found.etag else None


def _is_text(name: str) -> bool:
    try:
        return bool(name.encode())
    except UnicodeEncodeError:
        return False
