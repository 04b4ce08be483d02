"""The two ways from bytes to features that the peers are measured with: Keras, and Verger's own LiteRT bytes."""

import io
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

BATCH = 64


class Keras:
    """Pillow, and MobileNetV2 in float32, a batch at a time."""

    def __init__(self, weights: str) -> None:
        os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
        from tensorflow.keras.applications.mobilenet_v2 import MobileNetV2

        self._model = MobileNetV2((224, 224, 3), include_top=False, pooling="avg", weights=weights)

    def __call__(self, contents: Sequence[bytes]) -> NDArray[np.float32]:
        """float32 (len(contents), 1280)."""
        from tensorflow.keras.applications.mobilenet_v2 import preprocess_input

        pixels = np.stack([_pixels(content) for content in contents])
        features: NDArray[np.float32] = self._model.predict_on_batch(preprocess_input(pixels))
        return features


class LiteRT:
    """Our decoder and our converted model, as in the bare loop."""

    def __init__(self, tflite: str) -> None:
        from streaming.featurize.limits import Limits
        from streaming.featurize.model import load_model
        from streaming.featurize.sniff import READABLE

        self._limits = Limits(64 << 20, 100_000_000, READABLE, exif_orientation=True)
        self._model = load_model(Path(tflite).read_bytes(), "peer")

    def __call__(self, contents: Sequence[bytes]) -> NDArray[np.float32]:
        """float32 (len(contents), 1280)."""
        from streaming.featurize.decode import decode

        return np.stack([self._model.features(decode(content, self._limits).pixels) for content in contents])


#: By the name on the command line; each is made from a file, of weights or of the model.
FEATURIZERS: dict[str, Any] = {"keras": Keras, "litert": LiteRT}


def _pixels(content: bytes) -> NDArray[np.float32]:
    from PIL import Image

    return np.asarray(Image.open(io.BytesIO(content)).convert("RGB").resize((224, 224)), np.float32)
