"""The files of a refit under `<lake>/reports/<refit id>/`, and the plot's copy where people look for it."""

import shutil
from collections.abc import Sequence
from pathlib import Path

from batch.errors import RefitError
from batch.refit import REFIT_ID
from conf.lake import Lake
from conf.locations import is_s3, split_s3
from conf.whole_file import as_target, save

PLOT, SCREE, PCA_MODEL, PAGE = "pca_plot.png", "scree_plot.png", "pca_model", "index.html"


def report_uri(lake: Lake, refit_id: str, name: str) -> str:
    """Where a file of this refit lies."""
    return f"{lake.root}/reports/{refit_id}/{name}"


def plot_uri(lake: Lake, key: str) -> str:
    """Where the latest plot is copied: `key` in the lake's bucket, or below its folder."""
    return f"s3://{split_s3(lake.root)[0]}/{key}" if is_s3(lake.root) else f"{lake.root}/{key}"


def put(content: bytes, uri: str) -> None:
    """Write a file whole: a reader sees the old one or the new one. To S3 with boto3, in one request.

    Raises:
        RefitError: it can't be written; one sentence with the reason.
        UserError: something else than a file is there.
    """
    try:
        if is_s3(uri):
            _upload(content, *split_s3(uri))
        else:
            save(content, as_target(Path(uri)))
    except OSError as error:
        raise RefitError(f"{uri} can't be written: {error.strerror or error}") from error


def _upload(content: bytes, bucket: str, key: str) -> None:
    from botocore.exceptions import BotoCoreError, ClientError

    from conf.s3 import upload_client

    kind = "text/html; charset=utf-8" if key.endswith(".html") else "image/png"
    try:
        upload_client().put_object(Bucket=bucket, Key=key, Body=content, ContentType=kind)
    except (BotoCoreError, ClientError) as error:
        raise RefitError(f"s3://{bucket}/{key} can't be written: {error}") from error


def forget_unpublished(lake: Lake, published: Sequence[str]) -> None:
    """Remove the folders of refits that were killed before they were published."""
    folder = Path(lake.root) / "reports"
    if is_s3(lake.root) or not folder.is_dir():
        return
    for entry in folder.iterdir():
        if REFIT_ID.fullmatch(entry.name) and entry.name not in published:
            shutil.rmtree(entry, ignore_errors=True)
