"""A landing that is a prefix in S3."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import ClassVar

from schemas.errors import PictureError
from streaming.stores.names import NO_PATTERN, NamePatterns
from streaming.stores.s3_errors import AnswerError, described, picture_error
from streaming.stores.s3_listing import S3Object, list_prefix, object_now
from streaming.stores.s3_reading import read_version
from streaming.stores.store import Listed, Skipped, StoreError, skipped


@dataclass(frozen=True, slots=True)
class S3Store:
    """Objects whose keys begin with `prefix`, which is empty or ends with a slash.

    Keys are taken as they are, odd ones too. The ETag is S3's, without its quotation marks. Where S3 is, and
    whose keys are used, is looked up in each process: see `streaming.stores.s3_clients`.
    """

    bucket: str
    prefix: str
    names: NamePatterns = field(default_factory=NamePatterns)
    settles: ClassVar[bool] = False

    def list(self) -> Iterator[Listed | Skipped]:
        """See Store. In the order of the keys, 1,000 in memory at a time; gives up within 15 s."""
        start = len(self.prefix)
        landing = f"s3://{self.bucket}/{self.prefix}"
        try:
            for found in list_prefix(self.bucket, self.prefix):
                name = found.key[start:]
                if self.names.takes(name):
                    yield self._listed(found)
                elif not name.endswith("/") and not self.names.hides_path(name):
                    yield skipped(name, NO_PATTERN)
        except AnswerError as e:
            raise StoreError(f"landing {landing} can't be listed: {described(e)}") from e

    def stat(self, path: str) -> Listed | None:
        """See Store."""
        key = self.key(path)
        try:
            found = None if key is None else object_now(self.bucket, key)
        except AnswerError as e:
            raise StoreError(f"{path} can't be looked at: {described(e)}") from e
        return found and self._listed(found)

    def read(self, path: str, etag: str, *, max_bytes: int, timeout_s: float) -> bytes:
        """See Store. One GET with If-Match, tried again in the given time if server or network fail."""
        key = self.key(path)
        if key is None:
            raise PictureError("gone", "not a key below the landing")
        try:
            return read_version(self.bucket, key, etag, max_bytes, timeout_s)
        except AnswerError as e:
            raise picture_error(e, self.bucket) from e

    def _listed(self, found: S3Object) -> Listed:
        return Listed(f"s3://{self.bucket}/{found.key}", found.etag, found.size, found.modified)

    def key(self, path: str) -> str | None:
        """The key that a URI stands for; None if it is not below the prefix."""
        landing = f"s3://{self.bucket}/{self.prefix}"
        return path.removeprefix(f"s3://{self.bucket}/") if path.startswith(landing) else None
