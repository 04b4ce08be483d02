"""`verger export`: the current pictures as the notebook's Parquet file."""

import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from rich.console import Console

from conf.errors import FailedError
from conf.lake import Lake
from conf.locations import is_s3, split_s3
from conf.settings import Settings
from conf.terminal import print_sentence
from conf.whole_file import as_target
from streaming.reading.current_pictures import CurrentPictures
from streaming.reading.progress import bar

#: As the notebook wrote it.
SCHEMA = pa.schema([("path", pa.string()), ("label", pa.string()), ("features", pa.list_(pa.float32()))])
#: 21 MB of features: what a reader holds of a row group at once.
GROUP_ROWS = 4_096


def run_export(settings: Settings, console: Console, out: str) -> None:
    """Write `(path, label, features)` of each current picture that has features, of one model, to one Parquet file.

    `out`, a file or `s3://` URI, is replaced whole or not at all: the file is made under another name, for S3 in the
    folder for temporary files (3.4 KB a picture), and then renamed or uploaded. Memory: 21 MB of features at a time.

    Raises:
        UserError: there is no lake, or no picture with features of the model; or `out` is something else than a file.
        FailedError: `out` can't be written.
    """
    pictures = CurrentPictures.of(Lake(settings.lake), settings.model_id)
    with _new_file(out) as file, bar(console, "export", len(pictures)) as advance:
        rows = _write(pictures, file, advance)
    print_sentence(console, f"{rows:,} pictures of model {pictures.model_id} are in {out}")
    if pictures.others:
        print_sentence(
            console, f"! {pictures.others:,} current pictures have features of other models, and are left out"
        )


def _write(pictures: CurrentPictures, file: Path, advance: Callable[[int], None]) -> int:
    rows, waiting = 0, []
    with pq.ParquetWriter(file, SCHEMA, compression="zstd", use_dictionary=["label"]) as writer:
        for batch in pictures.batches(SCHEMA.names):
            waiting.append(batch.cast(SCHEMA))
            rows += batch.num_rows
            advance(batch.num_rows)
            if sum(part.num_rows for part in waiting) >= GROUP_ROWS:
                writer.write_table(pa.Table.from_batches(waiting))
                waiting.clear()
        writer.write_table(pa.Table.from_batches(waiting, SCHEMA))
    return rows


@contextmanager
def _new_file(out: str) -> Iterator[Path]:
    """Where to write what becomes `out` at the end, if all goes well."""
    folder = None if is_s3(out) else as_target(Path(out)).parent
    try:
        handle, name = tempfile.mkstemp(dir=folder, prefix=".verger-export-", suffix=".parquet")
        os.close(handle)
        try:
            yield (file := Path(name))
            _put(file, out)
        finally:
            Path(name).unlink(missing_ok=True)
    except OSError as error:
        raise FailedError(f"{out} can't be written: {error.strerror or error}; nothing was replaced") from error


def _put(file: Path, out: str) -> None:
    if is_s3(out):
        _upload(file, *split_s3(out))
        return
    file.chmod(0o666 & ~_umask())
    file.replace(as_target(Path(out)))


def _upload(file: Path, bucket: str, key: str) -> None:
    from boto3.exceptions import Boto3Error
    from botocore.exceptions import BotoCoreError, ClientError

    from conf.s3 import upload_client

    try:
        upload_client().upload_file(str(file), bucket, key)
    except (Boto3Error, BotoCoreError, ClientError) as error:
        raise OSError(str(error)) from error


def _umask() -> int:
    os.umask(mask := os.umask(0))
    return mask
