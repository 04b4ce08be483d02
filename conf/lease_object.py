"""The object in S3 that says who holds a lease, read and written only on the condition that it is as known."""

import json
from dataclasses import asdict, dataclass
from typing import Any

from conf.errors import UserError
from conf.locations import split_s3
from conf.s3 import s3_client

#: The object is not as it was known: others wrote it, or do so at this very moment, or it is not there.
_OTHERWISE = {"PreconditionFailed", "ConditionalRequestConflict", "NoSuchKey", "404", "412"}
_TRANSIENT = {"RequestTimeout", "OperationAborted", "408", "429"}


class LeaseError(UserError):
    """The lease can't be had; the message is one sentence for a person."""


class NoAnswerError(Exception):
    """S3 gave no answer, or none that counts. What was asked for may be done, now or in a moment."""


@dataclass(frozen=True)
class Record:
    """What the object holds."""

    token: str  #: of one taking: no two have the same
    holder: str  #: for people
    since: str  #: UTC by the holder's clock, for people: nothing is decided by it
    duration_s: float
    count: int = 0  #: of writes: no two contents are equal, and so no two ETags
    free: bool = False  #: given back

    @classmethod
    def parse(cls, content: bytes) -> "Record":
        """The record; raises ValueError for what is none."""
        try:
            found = json.loads(content)
            return cls(**{name: found[name] for name in cls.__dataclass_fields__})
        except (KeyError, TypeError) as error:
            raise ValueError(str(error)) from error


class LeaseObject:
    """One object by its `s3://` URI. Each request is sent once and given up after about `timeout_s`."""

    def __init__(self, uri: str, timeout_s: float) -> None:
        from botocore.config import Config

        limits = Config(connect_timeout=timeout_s, read_timeout=timeout_s, retries={"total_max_attempts": 1})
        self.uri = uri
        self._client: Any = s3_client(limits)
        self._bucket, self._key = split_s3(uri)

    def read(self) -> tuple[Record, str] | None:
        """The record and its ETag; None if there is no object.

        Raises:
            NoAnswerError: it is not known.
            LeaseError: S3 refuses, or the object is no lease.
        """
        answer = self._ask("get_object")
        return None if answer is None else (self._record(answer), answer["ETag"])

    def was_renewed(self) -> bool:
        """Whether someone renewed it within its duration, by S3's own clock alone. For people: nothing hangs on it.

        Raises as `read` does.
        """
        from email.utils import parsedate_to_datetime

        answer = self._ask("get_object")
        if answer is None:
            return False
        record = self._record(answer)
        now = parsedate_to_datetime(answer["ResponseMetadata"]["HTTPHeaders"]["date"])
        return not record.free and (now - answer["LastModified"]).total_seconds() <= record.duration_s

    def write(self, record: Record, over: str | None) -> str | None:
        """Put `record` where the ETag is `over`, or where nothing is (None); returns its own ETag.

        Atomic. None: nothing was written, the object is another one by now.

        Raises:
            NoAnswerError: it is not known whether it was or will be written. Read it back.
            LeaseError: S3 refuses.
        """
        condition = {"IfNoneMatch": "*"} if over is None else {"IfMatch": over}
        answer = self._ask("put_object", Body=json.dumps(asdict(record)).encode(), **condition)
        return None if answer is None else str(answer["ETag"])

    def _record(self, answer: dict[str, Any]) -> Record:
        try:
            return Record.parse(answer["Body"])
        except ValueError:
            raise LeaseError(f"{self.uri} is no lease of Verger: remove it if nothing else needs it") from None

    def _ask(self, operation: str, **arguments: Any) -> dict[str, Any] | None:
        """S3's answer with its body read; None where it says that the object is not as expected."""
        from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError

        try:
            answer: dict[str, Any] = getattr(self._client, operation)(Bucket=self._bucket, Key=self._key, **arguments)
            return answer | ({"Body": answer["Body"].read()} if "Body" in answer else {})
        except NoCredentialsError as error:
            raise LeaseError(f"{self.uri} can't be used: {error}") from error
        except ClientError as error:
            self._judge(error.response)
            return None
        except (BotoCoreError, OSError) as error:
            raise NoAnswerError(str(error)) from error

    def _judge(self, response: dict[str, Any]) -> None:
        """Returns where the object is not as expected; raises NoAnswerError or LeaseError for any other error."""
        code, status = response["Error"]["Code"], response["ResponseMetadata"]["HTTPStatusCode"]
        if code in _OTHERWISE:
            return
        said = f"{code}: {response['Error'].get('Message', '')}"
        if status >= 500 or code in _TRANSIENT:
            raise NoAnswerError(said)
        raise LeaseError(f"{self.uri} can't be used: {said}")
