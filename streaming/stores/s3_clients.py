"""Clients, one per process, bucket and time limit: made when first used, never pickled."""

from datetime import datetime, timedelta, timezone
from functools import lru_cache
from typing import TYPE_CHECKING

from conf.s3 import obstore_client_options, obstore_config, s3_client

if TYPE_CHECKING:
    from botocore.client import BaseClient
    from obstore.store import S3Credential, S3Store

#: obstore asks again five minutes before this has passed.
_CREDENTIALS_LAST = timedelta(minutes=10)
_CONNECT_S = 3.0


@lru_cache(maxsize=16)
def obstore_client(bucket: str, timeout_s: float) -> "S3Store":
    """A client whose requests, retries included, end within 1.5 times `timeout_s`.

    A connection on which nothing comes for a third of it is given up, so that there is time for another.
    """
    from obstore.store import S3Store

    config = obstore_config()
    return S3Store(
        bucket,
        config=config,
        client_options=obstore_client_options()
        | {
            "timeout": timedelta(seconds=timeout_s),
            "read_timeout": timedelta(seconds=timeout_s / 3),
            "connect_timeout": timedelta(seconds=min(_CONNECT_S, timeout_s / 3)),
        },
        retry_config={
            "max_retries": 4,
            "retry_timeout": timedelta(seconds=timeout_s / 2),
            "backoff": {"max_backoff": timedelta(seconds=timeout_s / 8)},
        },
        credential_provider=None if "access_key_id" in config else current_credentials,
    )


@lru_cache(maxsize=16)
def boto3_client(timeout_s: float) -> "BaseClient":
    """A client of whose two attempts each waits at most a third of `timeout_s` for the next byte."""
    from botocore.config import Config

    limits = Config(
        connect_timeout=min(_CONNECT_S, timeout_s / 3),
        read_timeout=timeout_s / 3,
        retries={"mode": "standard", "total_max_attempts": 2},
    )
    return s3_client(limits)


def current_credentials() -> "S3Credential":
    """What botocore finds now in profile, container or instance; asked again before they expire.

    Not obstore's own `Boto3CredentialProvider`, which needs Python 3.11 and keeps what it found first.
    """
    import botocore.session

    found = botocore.session.Session().get_credentials()
    if found is None:
        raise LookupError("no AWS credentials found")
    frozen = found.get_frozen_credentials()
    return {
        "access_key_id": frozen.access_key,
        "secret_access_key": frozen.secret_key,
        "token": frozen.token,
        "expires_at": datetime.now(timezone.utc) + _CREDENTIALS_LAST,
    }
