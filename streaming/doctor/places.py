"""What the settings name: landing, lake and queue can be used as the stream will use them."""

import uuid
from contextlib import closing

from conf.errors import UserError
from conf.lease_object import LeaseError, LeaseObject, NoAnswerError, Record
from conf.locations import is_s3, split_s3
from conf.places import check_events, check_landing, check_writable
from conf.settings import Settings
from schemas.errors import PictureError
from streaming.doctor.asking import ASK_S, quick_client, s3_errors
from streaming.landing.events.queue import EventQueue
from streaming.stores.names import NamePatterns
from streaming.stores.opening import open_store
from streaming.stores.store import Listed, Store

#: What reading one picture may come to without the landing being at fault.
_OF_THE_PICTURE = {"changed", "gone", "too_large"}


def landing(settings: Settings) -> str:
    """It can be listed, and its first picture be read."""
    if not is_s3(settings.landing):
        check_landing(settings.landing)
    patterns = NamePatterns(settings.name_patterns, hidden=settings.hidden_names)
    store = open_store(settings.landing, patterns)
    first = next((entry for entry in store.list() if isinstance(entry, Listed)), None)
    if first is None:
        return f"{settings.landing} has no pictures yet (names like {', '.join(settings.name_patterns)})"
    _read(store, first, settings.max_image_bytes)
    return f"{settings.landing} can be listed and read, such as {first.path}"


def lake(settings: Settings) -> str:
    """It can be written; in S3 also under a condition, which leases and commits stand on."""
    if not is_s3(settings.lake):
        check_writable("lake", settings.lake)
        return f"{settings.lake} can be written"
    place = LeaseObject(f"{settings.lake}/doctor-{uuid.uuid4().hex}", timeout_s=ASK_S / 2)
    try:
        _put_twice(place)
    except NoAnswerError as error:
        raise UserError(
            f"{settings.lake} gives no answer: {error}; look at AWS_ENDPOINT_URL and the network"
        ) from error
    except LeaseError as error:
        raise UserError(f"{error}; the lake needs s3:GetObject, PutObject, DeleteObject and ListBucket") from error
    return f"{settings.lake} can be written, and keeps conditions"


def queue(settings: Settings) -> str:
    """With events: it is named, the landing is in S3, and it can be received from."""
    if settings.discover != "events":
        return "not used: pictures are found by listing (discover = list)"
    check_events(settings)
    with closing(EventQueue(settings.queue)) as opened:
        opened.check()
    return f"{settings.queue} can be received from"


def _read(store: Store, first: Listed, max_bytes: int) -> None:
    try:
        store.read(first.path, first.etag, max_bytes=max_bytes, timeout_s=ASK_S)
    except PictureError as error:
        if error.code not in _OF_THE_PICTURE:
            raise UserError(
                f"{first.path} can't be read ({error.code}: {error.detail}): give the right to read it"
            ) from error


def _put_twice(place: LeaseObject) -> None:
    """The second must be refused. Both are removed."""
    record = Record("doctor", "verger doctor", "", 0.0)
    bucket, key = split_s3(place.uri)
    place.write(record, None)
    try:
        if place.write(record, None) is not None:
            raise UserError(
                f"{place.uri} was written though it was there: this S3 keeps no conditions (If-None-Match), so two "
                "streams could write one lake; use one that does, such as AWS, MinIO or versitygw"
            )
    finally:
        with s3_errors(f"{place.uri} can't be removed", "give the right s3:DeleteObject, and remove it"):
            quick_client().delete_object(Bucket=bucket, Key=key)
