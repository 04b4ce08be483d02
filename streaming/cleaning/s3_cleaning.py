"""Cleaning a prefix in S3: each request carries the version that it is for."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any, Literal

from streaming.cleaning.archive_name import archive_name
from streaming.cleaning.s3_tagging import tag
from streaming.cleaning.way import FinishedRow, Outcome
from streaming.stores.s3 import S3Store
from streaming.stores.s3_clients import boto3_client
from streaming.stores.s3_errors import AnswerError, boto3_errors, described, picture_error
from streaming.stores.s3_listing import unquoted

#: For each request; with its second attempt 15 s at most.
_TIMEOUT_S = 20.0
#: Not the version that was asked for, or none at all.
_OTHER = {"PreconditionFailed", "412", "NoSuchKey", "404"}
#: Someone writes it at this very moment.
_CONFLICTS = {"ConditionalRequestConflict", "OperationAborted", "409"}


@dataclass(frozen=True)
class S3Cleaning:
    """Deletes, moves or tags objects of the landing. It keeps nothing open: `begun` has nothing to tell.

    - delete: DELETE with If-Match. In a bucket with versions this adds a marker, and the content stays behind it.
    - move: COPY with If-Match of the source to `archive` (bucket, prefix), then that DELETE. Killed in between, the
      copy is made again under the same name.
    - tag: see `streaming.cleaning.s3_tagging`.

    An ETag is a content: uploaded again, the same one is the same version. If it was after its row, it counts as old
    only when it has been there for `after`, too: then whatever came in between has long been announced.
    """

    landing: S3Store
    mode: Literal["delete", "move", "tag"]
    after: timedelta
    lake_id: str
    archive: tuple[str, str] = ("", "")

    def begun(self) -> set[int]:
        """See Way."""
        return set()

    def clean(self, rows: Sequence[FinishedRow]) -> Iterator[Outcome]:
        """See Way."""
        for row in rows:
            try:
                yield self._clean(row)
            except AnswerError as error:
                yield self._refused(row, error)

    def _clean(self, row: FinishedRow) -> Outcome:
        key = self.landing.key(row.path)
        if not row.clean or key is None:
            return Outcome(row.seq, "other")
        with boto3_errors():
            client: Any = boto3_client(_TIMEOUT_S)
            found = client.head_object(Bucket=self.landing.bucket, Key=key)
            if unquoted(found["ETag"]) != row.etag:
                return Outcome(row.seq, "other")
            if self._uploaded_again(row, found["LastModified"]):
                return Outcome(row.seq, "later")
            done = self._act(client, key, row, found)
        return Outcome(row.seq, "done" if done else "other")

    def _uploaded_again(self, row: FinishedRow, modified: datetime) -> bool:
        if modified.replace(microsecond=0) == row.modified.replace(microsecond=0):
            return False
        return modified > datetime.now(timezone.utc) - self.after

    def _act(self, client: Any, key: str, row: FinishedRow, found: dict[str, Any]) -> bool:
        if self.mode == "tag":
            return tag(client, self.landing.bucket, key, found)
        condition = f'"{row.etag}"'
        if self.mode == "move":
            bucket, prefix = self.archive
            name = archive_name(row, key[len(self.landing.prefix) :], self.lake_id)
            source = {"Bucket": self.landing.bucket, "Key": key}
            client.copy_object(Bucket=bucket, Key=prefix + name, CopySource=source, CopySourceIfMatch=condition)
        client.delete_object(Bucket=self.landing.bucket, Key=key, IfMatch=condition)
        return True

    def _refused(self, row: FinishedRow, error: AnswerError) -> Outcome:
        if error.reason in _OTHER:
            return Outcome(row.seq, "other")
        if error.reason in _CONFLICTS:
            return Outcome(row.seq, "later")
        passing = picture_error(error, self.landing.bucket).code in ("unreachable", "timeout")
        return Outcome(row.seq, "unreachable" if passing else "failed", f"{row.path}: {described(error)}")
