"""Reads a small text (a settings file) from a path or an `s3://` URI."""

from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from conf.errors import SettingsError
from conf.locations import is_s3, normalised, split_s3
from conf.masking import masked

if TYPE_CHECKING:
    from obstore.store import RetryConfig

#: A command should fail in seconds, not in obstore's three minutes, when its settings can't be read.
_TIMEOUT = timedelta(seconds=10)
_RETRIES: "RetryConfig" = {"max_retries": 2, "retry_timeout": _TIMEOUT}


def read_text(config: str) -> str:
    """The text (UTF-8) at `config`; raises SettingsError when it can't be had."""
    try:
        location = normalised(config)
        content = _read_object(location) if is_s3(location) else Path(location).read_bytes()
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise SettingsError(f"--config {masked(config)} is not UTF-8 text: save it as UTF-8.") from None
    except ValueError as error:
        raise SettingsError(f"--config {masked(config)} {error}.") from None
    except OSError as error:
        raise SettingsError(
            f"--config {masked(config)} can't be read ({error.strerror or error}): name a file that exists "
            "and may be read."
        ) from None


def _read_object(uri: str) -> bytes:
    from obstore.exceptions import BaseError
    from obstore.store import S3Store

    from conf.s3 import obstore_client_options, obstore_config

    bucket, key = split_s3(uri)
    if not key:
        raise ValueError("names no object: write s3://bucket/settings.toml")
    try:
        store = S3Store(
            bucket,
            config=obstore_config(),
            client_options=obstore_client_options() | {"timeout": _TIMEOUT},
            retry_config=_RETRIES,
        )
        return bytes(store.get(key).bytes())
    except FileNotFoundError:
        raise OSError("no such bucket or object") from None
    except (BaseError, OSError) as error:
        raise OSError(_first_line(error)) from None


def _first_line(error: Exception) -> str:
    lines = [line.strip() for line in masked(str(error)).splitlines() if line.strip()]
    return lines[0][:200] if lines else type(error).__name__
