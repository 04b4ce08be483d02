"""Where requests lie: `<lake>/requests/<id>.json`, written whole, removed by who has done what they ask."""

import os
import re
import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from conf.lake import Lake
from conf.locations import is_s3, split_s3
from streaming.requests.request import MAX_BYTES, Request
from streaming.stores.s3_clients import obstore_client
from streaming.stores.s3_errors import AnswerError, UnspellableError, described, obstore_errors
from streaming.stores.s3_listing import list_prefix

if TYPE_CHECKING:
    from obstore.store import S3Store

#: The folder, in the lake.
REQUESTS = "requests"
_NAME = re.compile(r"([A-Za-z0-9_-]{1,100})\.json")
_TIMEOUT_S = 10.0


class Box(Protocol):
    """The requests of a lake. Each method raises OSError, with a sentence, where the lake can't be used."""

    def ids(self) -> list[str]:
        """Of all that lie there, the oldest first."""

    def read(self, request_id: str) -> bytes | None:
        """What the file holds, cut behind MAX_BYTES; None if it is gone."""

    def write(self, request_id: str, content: bytes) -> None:
        """Put it there: whole, or not at all."""

    def remove(self, request_id: str) -> None:
        """Take it away; it need not be there."""


def open_box(lake: Lake) -> Box:
    """The box of a lake. Asks neither disk nor network."""
    if is_s3(lake.root):
        return _S3Box(*split_s3(f"{lake.root}/{REQUESTS}/"))
    return _FolderBox(Path(lake.root) / REQUESTS)


def drop(box: Box, request: Request) -> str:
    """Put a request there; returns its id."""
    request_id = f"{datetime.now(timezone.utc):%Y%m%dT%H%M%S%f}-{request.kind}-{uuid.uuid4().hex[:8]}"
    box.write(request_id, request.model_dump_json(exclude_none=True).encode())
    return request_id


class _FolderBox:
    """Links, and what is no regular file, are no requests."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def ids(self) -> list[str]:
        with suppress(FileNotFoundError), os.scandir(self._folder) as entries:
            return _ids(entry.name for entry in entries if entry.is_file(follow_symlinks=False))
        return []

    def read(self, request_id: str) -> bytes | None:
        with suppress(FileNotFoundError), self._path(request_id).open("rb") as file:
            return file.read(MAX_BYTES + 1)
        return None

    def write(self, request_id: str, content: bytes) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        fresh = self._folder / f"{request_id}.new"
        with fresh.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(self._path(request_id))

    def remove(self, request_id: str) -> None:
        self._path(request_id).unlink(missing_ok=True)

    def _path(self, request_id: str) -> Path:
        return self._folder / f"{request_id}.json"


class _S3Box:
    """Objects below a prefix. Of one that is too long, as many zero bytes are read as tell it."""

    def __init__(self, bucket: str, prefix: str) -> None:
        self._bucket, self._prefix = bucket, prefix

    def ids(self) -> list[str]:
        with self._sentences():
            return _ids(found.key.removeprefix(self._prefix) for found in list_prefix(self._bucket, self._prefix))

    def read(self, request_id: str) -> bytes | None:
        with suppress(FileNotFoundError), self._sentences():
            found = self._client().get(self._key(request_id))
            return bytes(MAX_BYTES + 1) if found.meta["size"] > MAX_BYTES else bytes(found.bytes())
        return None

    def write(self, request_id: str, content: bytes) -> None:
        with self._sentences():
            self._client().put(self._key(request_id), content)

    def remove(self, request_id: str) -> None:
        with suppress(FileNotFoundError), self._sentences():
            self._client().delete(self._key(request_id))

    def _client(self) -> "S3Store":
        return obstore_client(self._bucket, _TIMEOUT_S)

    def _key(self, request_id: str) -> str:
        return f"{self._prefix}{request_id}.json"

    @contextmanager
    def _sentences(self) -> Iterator[None]:
        try:
            with obstore_errors():
                yield
        except AnswerError as error:
            kind = FileNotFoundError if error.reason in ("NoSuchKey", "404") else OSError
            raise kind(f"s3://{self._bucket}/{self._prefix}: {described(error)}") from error
        except UnspellableError as error:
            raise OSError(f"s3://{self._bucket}/{self._prefix}: {error}") from error


def _ids(names: Iterable[str]) -> list[str]:
    return sorted(found[1] for name in names if (found := _NAME.fullmatch(name)))
