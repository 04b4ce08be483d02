"""How S3 is asked by a check: soon, and with a sentence for what it refuses."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from conf.errors import UserError
from conf.s3 import s3_client
from streaming.stores.s3_errors import AnswerError, boto3_errors, described

#: Seconds that one question may take.
ASK_S = 5.0


@contextmanager
def s3_errors(what: str, fix: str) -> Iterator[None]:
    """What S3 refuses, as a UserError."""
    try:
        with boto3_errors():
            yield
    except AnswerError as error:
        raise UserError(f"{what} ({described(error)}): {fix}") from error


def quick_client() -> Any:
    """A boto3 client for S3 that asks once."""
    from botocore.config import Config

    return s3_client(Config(connect_timeout=ASK_S / 2, read_timeout=ASK_S, retries={"total_max_attempts": 1}))
