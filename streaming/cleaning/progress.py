"""How far cleaning has come: a small file in the lake, replaced whole."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from conf.lake import Lake
from conf.locations import is_s3, split_s3
from streaming.stores.s3_clients import obstore_client
from streaming.stores.s3_errors import AnswerError, described, obstore_errors

if TYPE_CHECKING:
    from obstore.store import S3Store

#: Where it lies, in the lake.
PROGRESS_FILE = "cleaned.json"
_TIMEOUT_S = 10.0


@dataclass
class Progress:
    """Every row up to `upto` was dealt with, but those in `left`. Without the file all are looked at again."""

    lake_id: str = ""
    task: str = ""  # what was done with them: another task begins anew
    upto: int = 0
    left: list[int] = field(default_factory=list)
    cleaned: int = 0  # objects since the task began
    at: str = ""  # ISO 8601, UTC
    problem: str | None = None  # what keeps it from going on, or those in `left` from being done

    @classmethod
    def read(cls, lake: Lake) -> "Progress":
        """What was written last; empty if nothing was, or if it is damaged.

        Raises:
            OSError: it can't be had.
        """
        try:
            return cls(**json.loads(_read(lake)))
        except (FileNotFoundError, ValueError, TypeError):
            return cls()

    def write(self, lake: Lake) -> None:
        """Replace the file at once; after a crash, also of the machine, the old one or the new one is there.

        Raises:
            OSError: it can't be written.
        """
        content = json.dumps(asdict(self)).encode()
        if is_s3(lake.root):
            _put(lake, content)
            return
        fresh = Path(lake.root) / f"{PROGRESS_FILE}.new"
        with fresh.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(Path(lake.root) / PROGRESS_FILE)


def _read(lake: Lake) -> bytes:
    if not is_s3(lake.root):
        return (Path(lake.root) / PROGRESS_FILE).read_bytes()
    with _object(lake) as (client, key):
        return bytes(client.get(key).bytes())


def _put(lake: Lake, content: bytes) -> None:
    with _object(lake) as (client, key):
        client.put(key, content)


@contextmanager
def _object(lake: Lake) -> "Iterator[tuple[S3Store, str]]":
    """A client and the key; raises what it raises as OSError with a sentence."""
    bucket, key = split_s3(f"{lake.root}/{PROGRESS_FILE}")
    try:
        with obstore_errors():
            yield obstore_client(bucket, _TIMEOUT_S), key
    except AnswerError as error:
        kind = FileNotFoundError if error.reason == "NoSuchKey" else OSError
        raise kind(f"s3://{bucket}/{key}: {described(error)}") from error
