"""ImageNet weights from Keras's own cache, or from where Keras downloads them."""

import logging
import os
import tempfile
import urllib.request
from http.client import HTTPException
from pathlib import Path

from streaming.featurize.weights_error import WeightsError

log = logging.getLogger(__name__)

URL = "https://storage.googleapis.com/tensorflow/keras-applications/mobilenet_v2/"
NAMES = (
    "mobilenet_v2_weights_tf_dim_ordering_tf_kernels_1.0_224_no_top.h5",
    "mobilenet_v2_weights_tf_dim_ordering_tf_kernels_1.0_224.h5",
)
TIMEOUT_S = 10.0
HDF5 = b"\x89HDF\r\n\x1a\n"


def keras_weights() -> bytes:
    """The content of the weights file; a download is kept where Keras keeps it. WeightsError within seconds.

    Keras's own download loads TensorFlow, has no time limit, and leaves half a file when it is interrupted.
    """
    folder = Path(os.environ.get("KERAS_HOME") or Path.home() / ".keras") / "models"
    for name in NAMES:
        if (folder / name).is_file():
            return (folder / name).read_bytes()
    try:
        content = _download(URL + NAMES[0])
    except (OSError, HTTPException) as e:
        raise WeightsError(
            f"weights auto: none in {folder}, and no download from {URL} ({getattr(e, 'reason', e)}); "
            "set VERGER_WEIGHTS to a file of MobileNetV2 weights."
        ) from e
    _keep(folder, NAMES[0], content)
    return content


def _download(url: str) -> bytes:
    with urllib.request.urlopen(url, timeout=TIMEOUT_S) as response:  # noqa: S310 - a fixed https address
        content: bytes = response.read()
    if not content.startswith(HDF5):
        raise OSError("what came is not an HDF5 file")
    return content


def _keep(folder: Path, name: str, content: bytes) -> None:
    """A folder that can't be written costs a download at each start, and is logged."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=folder, delete=False) as file:
            file.write(content)
        Path(file.name).replace(folder / name)
    except OSError as e:
        log.warning("the downloaded weights can't be kept in %s: %s", folder, e)
