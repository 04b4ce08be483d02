"""From the setting `weights` to a model that workers can run."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from urllib.parse import unquote, urlsplit

from streaming.featurize.conversion import converted
from streaming.featurize.convert import CONVERSION
from streaming.featurize.keras_weights import HDF5, keras_weights
from streaming.featurize.model_cache import cached, default_cache_dir
from streaming.featurize.packed_model import PackedModel, packed, unpacked
from streaming.featurize.read_ahead import without_secrets
from streaming.featurize.weights_error import WeightsError

__all__ = ["Model", "WeightsError", "resolve_model"]

ARCHITECTURE = "mobilenet_v2_1.0_224"
#: Names how pixels are made; counted up when the same picture gives other pixels.
PREPROCESSING = "rgb-bicubic224-1"
DEMO_SEED = 1
S3_TIMEOUT_S = 60.0


@dataclass(frozen=True)
class Model:
    """`tflite`: a LiteRT file. `model_id`: weights, conversion, runtime and preprocessing, in one name."""

    tflite: bytes
    model_id: str
    is_demo: bool


def resolve_model(
    weights: str,
    cache_dir: Path | None = None,
    *,
    read_s3: Callable[[str], bytes] | None = None,
    exif_orientation: bool = True,
    sha256: str = "",
) -> Model:
    """The model for the setting `weights`: a path, a `file://` or `s3://` URI, `auto` or `demo`.

    The first call for given weights converts them in a child process (15 s); later ones read the cache. What
    `packed_model` made is converted already: that needs no TensorFlow and no cache.
    `exif_orientation`: the setting, which is part of the preprocessing. `read_s3`: instead of read_object. `sha256`:
    what the file must have, in hexadecimal, or it isn't even opened; empty: any.
    Raises WeightsError: one sentence with what was tried and what to do.
    """
    found = _found(weights, cache_dir or default_cache_dir(), read_s3 or read_object, sha256)
    return Model(found.tflite, _model_id(found, exif_orientation), found.is_demo)


def packed_model(weights: str, sha256: str = "") -> bytes:
    """The model for the setting `weights`, converted, as a file that `resolve_model` takes on any machine.

    Raises WeightsError.
    """
    return packed(_found(weights, default_cache_dir(), read_object, sha256))


def read_object(uri: str) -> bytes:
    """The bytes of `s3://bucket/key`, with the access that the AWS variables give."""
    from streaming.stores.s3_clients import obstore_client

    bucket, _, key = uri.removeprefix("s3://").partition("/")
    return bytes(obstore_client(bucket, S3_TIMEOUT_S).get(key).bytes())


def _found(weights: str, cache: Path, read_s3: Callable[[str], bytes], sha256: str) -> PackedModel:
    if weights == "demo":
        if sha256:
            raise WeightsError("weights demo: made up, not read; leave weights_sha256 out.")
        name = f"seed{DEMO_SEED}"
        tflite = cached(cache, _key(f"demo-{name}"), lambda: converted(DEMO_SEED, "demo"))
        return PackedModel(tflite, name, _converter(), is_demo=True)
    content = _read(weights, read_s3)
    digest = hashlib.sha256(content).hexdigest()
    if sha256 and digest != sha256:
        raise WeightsError(
            f"weights {weights}: have the SHA-256 {digest}, and weights_sha256 is {sha256}; "
            "put the right file there, or set weights_sha256 to that of the new one."
        )
    if ready := unpacked(content):
        return ready
    if not content.startswith(HDF5):
        raise WeightsError(
            f"weights {weights}: not an HDF5 file; give MobileNetV2 weights (.weights.h5), or a model.zip of "
            "`verger convert`."
        )
    tflite = cached(cache, _key(digest), lambda: converted(content, weights))
    return PackedModel(tflite, digest[:12], _converter(), is_demo=False)


def _read(weights: str, read_s3: Callable[[str], bytes]) -> bytes:
    if weights == "auto":
        return keras_weights()
    if not weights.startswith("s3://"):
        return _read_file(weights)
    try:
        return read_s3(weights)
    except Exception as e:
        reason = without_secrets(f"{type(e).__name__}: {' '.join(str(e).split())[:200]}")
        raise WeightsError(f"weights {weights} can't be read ({reason}); check the URI and AWS_*.") from e


def _read_file(weights: str) -> bytes:
    path = Path(unquote(urlsplit(weights).path) if weights.startswith("file://") else weights).expanduser()
    try:
        return path.read_bytes()
    except OSError as e:
        raise WeightsError(
            f"weights {weights} can't be read ({e.strerror}); "
            "set VERGER_WEIGHTS to a file of MobileNetV2 weights (.weights.h5), or to auto."
        ) from e


def _key(weights: str) -> str:
    return f"{ARCHITECTURE}/{weights}/{_converter()}"


def _model_id(found: PackedModel, exif_orientation: bool) -> str:
    preprocessing = PREPROCESSING if exif_orientation else f"{PREPROCESSING}-unturned"
    runtime = f"litert{version('ai-edge-litert')}"
    name = f"{ARCHITECTURE}/{found.weights}/{found.converter}/{runtime}/{preprocessing}"
    return f"demo/{name}" if found.is_demo else name


def _converter() -> str:
    for name in ("tensorflow-cpu", "tensorflow"):
        try:
            return f"tf{version(name)}-{CONVERSION}"
        except PackageNotFoundError:
            continue
    raise WeightsError(
        "TensorFlow is not installed here, which converts the weights: convert them where it is, with `verger convert "
        "model.zip`, and set VERGER_WEIGHTS to that file."
    )
