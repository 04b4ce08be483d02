"""Whether the weights are there, and what they should be. Converting them is left to the stream."""

import hashlib
import os
import urllib.request
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from conf.errors import UserError
from conf.locations import is_s3, split_s3
from conf.settings import Settings
from streaming.doctor.asking import ASK_S, quick_client, s3_errors
from streaming.featurize.keras_weights import HDF5, NAMES, URL

_ZIP = b"PK"


def weights(settings: Settings) -> str:
    """The file is there, and what it should be. Converting it is left to the stream."""
    asked = settings.weights
    if asked == "demo":
        if settings.weights_sha256:
            raise UserError("weights = 'demo' is made up, not read: leave weights_sha256 out")
        return "demo: made up, not learned; set weights for features that mean something"
    if asked == "auto":
        return _auto(settings)
    if is_s3(asked):
        return _object(settings, asked)
    return _file(settings, Path(asked))


def _auto(settings: Settings) -> str:
    folder = Path(os.environ.get("KERAS_HOME") or Path.home() / ".keras") / "models"
    kept = next((folder / name for name in NAMES if (folder / name).is_file()), None)
    if kept:
        return f"auto: {_file(settings, kept)}"
    try:
        asked = urllib.request.Request(URL + NAMES[0], method="HEAD")  # noqa: S310  (a fixed https address)
        with urllib.request.urlopen(asked, timeout=ASK_S):  # noqa: S310
            return f"auto: Keras's, downloaded from {URL} at the first start"
    except OSError as error:
        raise UserError(
            f"weights auto: none in {folder}, and {URL} can't be reached ({getattr(error, 'reason', error)}): set "
            "weights to a file of MobileNetV2 weights (.weights.h5)"
        ) from error


def _object(settings: Settings, uri: str) -> str:
    """It is there; read only if it must have some SHA-256."""
    bucket, key = split_s3(uri)
    with s3_errors(f"{uri} can't be read", "check the URI, AWS_* and the right to read it"):
        found = quick_client().get_object(Bucket=bucket, Key=key)
        if settings.weights_sha256:
            _check_sha256(settings, found["Body"].read())
    return f"{uri}, {found['ContentLength']:,} bytes"


def _file(settings: Settings, path: Path) -> str:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise UserError(
            f"weights = {str(path)!r} can't be read ({error.strerror}): set weights to such a file"
        ) from error
    if not content.startswith((HDF5, _ZIP)):
        raise UserError(f"weights = {str(path)!r} is no HDF5 file and no model.zip: set weights to such a file")
    _check_sha256(settings, content)
    if content.startswith(HDF5) and not _tensorflow():
        raise UserError("TensorFlow is not installed, which converts weights: run `verger convert` where it is")
    return str(path)


def _check_sha256(settings: Settings, content: bytes) -> None:
    if settings.weights_sha256 and hashlib.sha256(content).hexdigest() != settings.weights_sha256:
        raise UserError(
            f"weights = {settings.weights!r} has not the SHA-256 that weights_sha256 names: mend one of the two"
        )


def _tensorflow() -> bool:
    for name in ("tensorflow-cpu", "tensorflow"):
        try:
            return bool(version(name))
        except PackageNotFoundError:
            continue
    return False
