"""A small file in the lake, in a folder or in S3: read, and replaced, whole."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from conf.lake import Lake
from conf.locations import is_s3, split_s3
from streaming.stores.s3_clients import obstore_client
from streaming.stores.s3_errors import AnswerError, described, obstore_errors

if TYPE_CHECKING:
    from obstore.store import S3Store

_TIMEOUT_S = 10.0


def read_file(lake: Lake, name: str) -> bytes:
    """Its content. Raises FileNotFoundError, or another OSError if it can't be had."""
    if not is_s3(lake.root):
        return (Path(lake.root) / name).read_bytes()
    with _object(lake, name) as (client, key):
        return bytes(client.get(key).bytes())


def replace_file(lake: Lake, name: str, content: bytes, timeout_s: float = _TIMEOUT_S) -> None:
    """After a crash, also of the machine, the old content or the new one is there. Raises OSError.

    `timeout_s`: of a request to S3, which takes 5 MiB at most.
    """
    if is_s3(lake.root):
        with _object(lake, name, timeout_s) as (client, key):
            client.put(key, content, max_concurrency=1)
        return
    fresh = Path(lake.root) / f"{name}.new"
    with fresh.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(Path(lake.root) / name)


@contextmanager
def _object(lake: Lake, name: str, timeout_s: float = _TIMEOUT_S) -> "Iterator[tuple[S3Store, str]]":
    """A client and the key; raises what it raises as OSError with a sentence."""
    bucket, key = split_s3(f"{lake.root}/{name}")
    try:
        with obstore_errors():
            yield obstore_client(bucket, timeout_s), key
    except AnswerError as error:
        kind = FileNotFoundError if error.reason == "NoSuchKey" else OSError
        raise kind(f"s3://{bucket}/{key}: {described(error)}") from error
