"""Reading one version of an object: a GET with If-Match, bounded in bytes and in time."""

import time
from collections.abc import Iterable
from contextlib import closing
from typing import Any

from schemas.errors import PictureError
from streaming.stores.s3_clients import boto3_client, obstore_client
from streaming.stores.s3_errors import UnspellableError, boto3_errors, obstore_errors
from streaming.stores.s3_listing import spellable

CHUNK_BYTES = 1 << 20
#: boto3 waits for a whole chunk however slowly it drips, and the time is looked at between chunks.
BOTO3_CHUNK_BYTES = 1 << 16


def read_version(bucket: str, key: str, etag: str, max_bytes: int, timeout_s: float) -> bytes:
    """The bytes of `etag`; raises AnswerError, and PictureError for too_large and timeout."""
    deadline = time.monotonic() + timeout_s
    if spellable(key):
        try:
            return _by_obstore(bucket, key, etag, max_bytes, timeout_s, deadline)
        except UnspellableError:
            pass
    return _by_boto3(bucket, key, etag, max_bytes, timeout_s, deadline)


def _by_obstore(bucket: str, key: str, etag: str, max_bytes: int, timeout_s: float, deadline: float) -> bytes:
    with obstore_errors():
        found = obstore_client(bucket, timeout_s).get(key, options={"if_match": f'"{etag}"'})
        _check_size(found.meta["size"], max_bytes)
        return _joined(found.stream(min_chunk_size=CHUNK_BYTES), max_bytes, deadline)


def _by_boto3(bucket: str, key: str, etag: str, max_bytes: int, timeout_s: float, deadline: float) -> bytes:
    with boto3_errors():
        client: Any = boto3_client(timeout_s)
        found = client.get_object(Bucket=bucket, Key=key, IfMatch=f'"{etag}"')
        with closing(found["Body"]) as body:
            _check_size(found["ContentLength"], max_bytes)
            return _joined(body.iter_chunks(BOTO3_CHUNK_BYTES), max_bytes, deadline)


def _check_size(size: int, max_bytes: int) -> None:
    if size > max_bytes:
        raise PictureError("too_large", f"{size:,} bytes, at most {max_bytes:,} are read")


def _joined(chunks: Iterable[bytes], max_bytes: int, deadline: float) -> bytes:
    content = bytearray()
    for chunk in chunks:
        content += chunk
        _check_size(len(content), max_bytes)
        if time.monotonic() > deadline:
            raise PictureError("timeout", f"only {len(content):,} bytes came in the time allowed")
    return bytes(content)
