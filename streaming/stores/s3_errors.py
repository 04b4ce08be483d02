"""What S3's answers, and no answer, mean: told from boto3's and from obstore's exceptions alike."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from conf.masking import masked
from schemas.errors import ErrorCode, PictureError

#: By S3's own error code; HEAD answers have no body, and so only a status.
_MEANING: dict[str, ErrorCode] = {
    "PreconditionFailed": "changed",
    "412": "changed",
    "NoSuchKey": "gone",
    "NoSuchVersion": "gone",
    "404": "gone",
    "InvalidObjectState": "archived",
    "AccessDenied": "forbidden",
    "AllAccessDisabled": "forbidden",
    "ExpiredToken": "forbidden",
    "InvalidAccessKeyId": "forbidden",
    "InvalidToken": "forbidden",
    "RequestTimeTooSkewed": "forbidden",
    "SignatureDoesNotMatch": "forbidden",
    "TokenRefreshRequired": "forbidden",
    "401": "forbidden",
    "403": "forbidden",
    "RequestTimeout": "timeout",
    "timeout": "timeout",
}

#: What obstore says when there is no answer to speak for itself.
_PHRASES = (
    ("kind: Timeout", "timeout", "no answer in the time allowed"),
    ("kind: Connect", "connection", "the server can't be reached"),
    ("AWS credential provider", "401", "no usable AWS credentials found"),
    ("redirect without LOCATION", "redirect", "the bucket is in another region: set AWS_REGION"),
)


@dataclass
class AnswerError(Exception):
    """S3 did not give what was asked for."""

    reason: str  #: S3's code ("NoSuchKey"), a status ("404"), or "timeout", "connection", ...
    detail: str  #: S3's own sentence; never a credential


class UnspellableError(Exception):
    """A key, or a listing with one, that obstore can't put into its own kind of path."""


def picture_error(error: AnswerError, bucket: str) -> PictureError:
    """The error of one picture; whatever is not known is taken for a fault that may pass."""
    code = _MEANING.get(error.reason, "unreachable")
    where = f"bucket {bucket}: " if error.reason == "NoSuchBucket" else ""
    return PictureError(code, where + described(error))


def described(error: AnswerError) -> str:
    """One line for a person."""
    return " ".join(f"{error.reason}: {error.detail}".split()) if error.detail else error.reason


@contextmanager
def obstore_errors() -> Iterator[None]:
    """Raises what obstore raises as AnswerError or UnspellableError."""
    from obstore.exceptions import BaseError, InvalidPathError

    try:
        yield
    except InvalidPathError as e:
        raise UnspellableError(str(e)) from e
    except (BaseError, OSError) as e:
        text = str(e)
        if "invalid list response" in text:  # a control character: no legal XML
            raise UnspellableError(text) from e
        raise _from_text(text) from e
    except ValueError as e:
        raise UnspellableError(str(e)) from e


@contextmanager
def boto3_errors() -> Iterator[None]:
    """Raises what boto3 raises as AnswerError."""
    from botocore import exceptions

    try:
        yield
    except exceptions.ClientError as e:
        told = e.response.get("Error", {})
        raise AnswerError(told.get("Code", "error"), told.get("Message", "")) from e
    except (exceptions.ConnectTimeoutError, exceptions.ReadTimeoutError) as e:
        raise AnswerError("timeout", "no answer in the time allowed") from e
    except exceptions.NoCredentialsError as e:
        raise AnswerError("401", masked(str(e))) from e
    except (exceptions.BotoCoreError, exceptions.HTTPClientError, OSError) as e:
        raise AnswerError("connection", masked(str(e))) from e


def _from_text(text: str) -> AnswerError:
    """From obstore's message: S3's answer is in it, and so are requests, which are left out."""
    told = re.search(r"<Code>(.*?)</Code>(?:.*?<Message>(.*?)</Message>)?", text, re.DOTALL)
    if told:
        return AnswerError(told[1], told[2] or "")
    if status := re.search(r"status code: (\d+)([^\n:]*)", text):
        return AnswerError(status[1], status[2].strip())
    known = (AnswerError(reason, detail) for phrase, reason, detail in _PHRASES if phrase in text)
    return next(known, AnswerError("connection", "the server broke off"))
