"""Listing a prefix with obstore, and with boto3 the pages that obstore can't."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from streaming.stores.s3_clients import boto3_client, obstore_client
from streaming.stores.s3_errors import AnswerError, UnspellableError, boto3_errors, obstore_errors

if TYPE_CHECKING:
    from obstore import ObjectMeta

PAGE_KEYS = 1000
#: For one page; with its last retry this makes 14 s at most.
LIST_TIMEOUT_S = 9.0
_ODD_SEGMENTS = frozenset({"", ".", ".."})
#: What a HEAD is answered if this object is not for us (a key of its own, tags, another owner), or if no object is.
_REFUSED = frozenset({"400", "403"})


class S3Object(NamedTuple):
    """One object, named by its key."""

    key: str
    etag: str
    size: int
    modified: datetime


def list_prefix(bucket: str, prefix: str) -> Iterator[S3Object]:
    """Every object below `prefix` in the order of the keys, each once; raises AnswerError.

    obstore needs an eleventh of boto3's CPU, but one key that is no clean path ends its listing, and it takes
    off a slash at either end of a key. So a page with such a key is asked for again through boto3.
    """
    after, more = "", True
    plain = spellable(prefix.rstrip("/")) if prefix else not _has_rooted_keys(bucket)
    while more:
        if plain and (not after or spellable(after)):
            try:
                for page in _clean_pages(bucket, prefix, after):
                    yield from page
                    after = page[-1].key
                return
            except UnspellableError:
                pass
        page, more = _page(bucket, prefix, after)
        yield from page
        after = page[-1].key if page else after


def object_now(bucket: str, key: str) -> S3Object | None:
    """The object as it is now; None if there is none; raises AnswerError.

    The answer to a HEAD has no body to say why it is refused. A listing of the one key tells what the HEAD should
    have, if it is only the object that is not for us, and else what is wrong.
    """
    try:
        with boto3_errors():
            found = _boto3().head_object(Bucket=bucket, Key=key)
    except AnswerError as e:
        if e.reason in ("404", "NoSuchKey"):
            return None
        if e.reason in _REFUSED:
            return next((o for o in _page(bucket, key, "")[0] if o.key == key), None)
        raise
    return S3Object(key, unquoted(found["ETag"]), found["ContentLength"], _seconds(found["LastModified"]))


def spellable(key: str) -> bool:
    """Whether obstore takes this key as it is: clean segments, no control characters."""
    if not _ODD_SEGMENTS.isdisjoint(key.split("/")):
        return False
    return key.isprintable() or not any(c < " " or c == "\x7f" for c in key)


def unquoted(etag: str | None) -> str:
    """An ETag as it is kept; If-Match wants the quotation marks back."""
    return (etag or "").strip('"')


def _clean_pages(bucket: str, prefix: str, after: str) -> Iterator[list[S3Object]]:
    """Raises UnspellableError before the first page that boto3 must be asked for."""
    with obstore_errors():
        client = obstore_client(bucket, LIST_TIMEOUT_S)
        for chunk in client.list(prefix or None, offset=after or None, chunk_size=PAGE_KEYS):
            yield _told(chunk)


def _told(chunk: "Sequence[ObjectMeta]") -> list[S3Object]:
    if any(meta["size"] == 0 for meta in chunk):
        raise UnspellableError("may be a folder's marker: obstore does not show the slash at its end")
    return [
        S3Object(meta["path"], unquoted(meta["e_tag"]), meta["size"], _seconds(meta["last_modified"])) for meta in chunk
    ]


def _page(bucket: str, prefix: str, after: str) -> tuple[list[S3Object], bool]:
    """One page of keys greater than `after`, and whether there are more."""
    pages = _boto3().get_paginator("list_objects_v2")
    with boto3_errors():
        for answer in pages.paginate(Bucket=bucket, Prefix=prefix, StartAfter=after):
            found = [
                S3Object(o["Key"], unquoted(o["ETag"]), o["Size"], _seconds(o["LastModified"]))
                for o in answer.get("Contents", ())
            ]
            if found or not answer["IsTruncated"]:
                return found, answer["IsTruncated"]
    return [], False


def _has_rooted_keys(bucket: str) -> bool:
    """Whether a key begins with a slash, which obstore would leave out of its name without a word."""
    return bool(_page(bucket, "/", "")[0])


def _seconds(modified: datetime) -> datetime:
    """S3 keeps whole seconds; some servers list more than they tell of one object."""
    return modified.replace(microsecond=0)


def _boto3() -> Any:
    with boto3_errors():
        return boto3_client(LIST_TIMEOUT_S)
