"""A file of the lake, in a folder or in S3: read, and replaced, whole. Loads no delta-rs: workers use it, too."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from conf.locations import is_s3, split_s3
from streaming.stores.s3_clients import obstore_client
from streaming.stores.s3_errors import AnswerError, described, obstore_errors

if TYPE_CHECKING:
    from obstore.store import S3Store

_TIMEOUT_S = 10.0


def read_file(uri: str) -> bytes:
    """The content of the file at `uri`, a path or s3://. Raises FileNotFoundError, or another OSError."""
    if not is_s3(uri):
        return Path(uri).read_bytes()
    with _object(uri) as (client, key):
        return bytes(client.get(key).bytes())


def replace_file(uri: str, content: bytes, timeout_s: float = _TIMEOUT_S) -> None:
    """After a crash, also of the machine, the old content or the new one is there. Raises OSError.

    `timeout_s`: of a request to S3, which takes 5 MiB at most.
    """
    if is_s3(uri):
        with _object(uri, timeout_s) as (client, key):
            client.put(key, content, max_concurrency=1)
        return
    fresh = Path(f"{uri}.new")
    with fresh.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(uri)


@contextmanager
def _object(uri: str, timeout_s: float = _TIMEOUT_S) -> "Iterator[tuple[S3Store, str]]":
    """A client and the key; raises what it raises as OSError with a sentence."""
    bucket, key = split_s3(uri)
    try:
        with obstore_errors():
            yield obstore_client(bucket, timeout_s), key
    except AnswerError as error:
        kind = FileNotFoundError if error.reason == "NoSuchKey" else OSError
        raise kind(f"s3://{bucket}/{key}: {described(error)}") from error
