"""The pages that refits wrote, for links from the live page."""

from pathlib import Path

from conf.errors import FailedError
from conf.lake import Lake
from conf.locations import is_s3, split_s3


def report_page(lake: Lake, refit_id: str) -> bytes | None:
    """`<lake>/reports/<refit_id>/index.html`, None if there is none; `refit_id` is one of table `components`.

    Raises:
        FailedError: it can't be read.
    """
    uri = f"{lake.root}/reports/{refit_id}/index.html"
    try:
        return _object(*split_s3(uri)) if is_s3(uri) else Path(uri).read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise FailedError(f"{uri} can't be read: {error.strerror or error}") from error


def _object(bucket: str, key: str) -> bytes | None:
    from botocore.exceptions import BotoCoreError, ClientError

    from conf.s3 import s3_client

    try:
        body: bytes = s3_client().get_object(Bucket=bucket, Key=key)["Body"].read()
    except (BotoCoreError, ClientError) as error:
        if getattr(error, "response", {}).get("Error", {}).get("Code") == "NoSuchKey":
            return None
        raise OSError(str(error)) from error
    return body
