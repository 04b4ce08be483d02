"""What the settings name: weights, landing, lake and queue can be used as the stream will use them."""

import hashlib
import os
import urllib.request
import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from conf.errors import UserError
from conf.lease_object import LeaseError, LeaseObject, NoAnswerError, Record
from conf.locations import is_s3, split_s3
from conf.places import check_places
from conf.s3 import s3_client
from conf.settings import Settings
from schemas.errors import PictureError
from streaming.featurize.keras_weights import NAMES, URL
from streaming.landing.events.queue import EventQueue
from streaming.stores.names import NamePatterns
from streaming.stores.opening import open_store
from streaming.stores.s3_errors import AnswerError, boto3_errors, described
from streaming.stores.store import Listed, Store

ASK_S = 5.0
_HDF5, _ZIP = b"\x89HDF\r\n\x1a\n", b"PK"
#: What reading one picture may come to without the landing being at fault.
_OF_THE_PICTURE = {"changed", "gone", "too_large"}


def weights(settings: Settings) -> str:
    """The file is there, and what it should be. Converting it is left to the stream."""
    asked = settings.weights
    if asked == "demo":
        return "demo: made up, not learned; set weights for features that mean something"
    if asked == "auto":
        return _auto()
    if is_s3(asked):
        return _object(asked)
    return _file(settings, Path(asked))


def landing(settings: Settings) -> str:
    """It can be listed, and its first picture be read."""
    if not is_s3(settings.landing):
        check_places(settings.model_copy(update={"discover": "list"}))
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
        check_places(settings.model_copy(update={"discover": "list", "landing": os.sep}))
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
    """With events: it can be received from."""
    if settings.discover != "events":
        return "not used: pictures are found by listing (discover = list)"
    if not settings.queue:
        raise UserError("discover = events needs a queue: set queue (VERGER_QUEUE) to the URL or name of one")
    with closing(EventQueue(settings.queue)) as opened:
        opened.check()
    return f"{settings.queue} can be received from"


def _auto() -> str:
    folder = Path(os.environ.get("KERAS_HOME") or Path.home() / ".keras") / "models"
    kept = next((folder / name for name in NAMES if (folder / name).is_file()), None)
    if kept:
        return f"auto: {kept}"
    try:
        asked = urllib.request.Request(URL + NAMES[0], method="HEAD")  # noqa: S310  (a fixed https address)
        with urllib.request.urlopen(asked, timeout=ASK_S):  # noqa: S310
            return f"auto: Keras's, downloaded from {URL} at the first start"
    except OSError as error:
        raise UserError(
            f"weights auto: none in {folder}, and {URL} can't be reached ({getattr(error, 'reason', error)}): set "
            "weights to a file of MobileNetV2 weights (.weights.h5)"
        ) from error


def _object(uri: str) -> str:
    bucket, key = split_s3(uri)
    with _s3_errors(f"{uri} can't be read", "check the URI, AWS_* and the right to read it"):
        size = _s3().head_object(Bucket=bucket, Key=key)["ContentLength"]
    return f"{uri}, {size:,} bytes"


def _file(settings: Settings, path: Path) -> str:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise UserError(
            f"weights = {str(path)!r} can't be read ({error.strerror}): set weights to such a file"
        ) from error
    if not content.startswith((_HDF5, _ZIP)):
        raise UserError(f"weights = {str(path)!r} is no HDF5 file and no model.zip: set weights to such a file")
    if settings.weights_sha256 and hashlib.sha256(content).hexdigest() != settings.weights_sha256:
        raise UserError(f"weights = {str(path)!r} has not the SHA-256 that weights_sha256 names: mend one of the two")
    if content.startswith(_HDF5) and not _tensorflow():
        raise UserError("TensorFlow is not installed, which converts weights: run `verger convert` where it is")
    return str(path)


def _tensorflow() -> bool:
    for name in ("tensorflow-cpu", "tensorflow"):
        try:
            return bool(version(name))
        except PackageNotFoundError:
            continue
    return False


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
        with _s3_errors(f"{place.uri} can't be removed", "give the right s3:DeleteObject, and remove it"):
            _s3().delete_object(Bucket=bucket, Key=key)


@contextmanager
def _s3_errors(what: str, fix: str) -> Iterator[None]:
    """What S3 refuses, as a UserError."""
    try:
        with boto3_errors():
            yield
    except AnswerError as error:
        raise UserError(f"{what} ({described(error)}): {fix}") from error


def _s3() -> Any:
    from botocore.config import Config

    return s3_client(Config(connect_timeout=ASK_S / 2, read_timeout=ASK_S, retries={"total_max_attempts": 1}))
