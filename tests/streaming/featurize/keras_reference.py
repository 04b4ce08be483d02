"""Keras in a process of its own: `python -m tests.streaming.featurize.keras_reference WEIGHTS PIXELS.npy OUT.npz`.

Writes the features of uint8 (n, 224, 224, 3) pixels, and those of the first two by the same weights saved with top.
"""

import sys
import tempfile
from pathlib import Path

import keras
import numpy as np
from numpy.typing import NDArray

from streaming.featurize.convert import load_keras


def main(weights: Path, pixels: Path, out: Path) -> None:
    images = np.load(pixels)
    model = keras.applications.MobileNetV2(include_top=False, pooling="avg", weights=str(weights))
    with tempfile.TemporaryDirectory() as folder:
        new, legacy = Path(folder) / "top.weights.h5", Path(folder) / "top.h5"
        topped = with_top(model)
        topped.save_weights(new)
        topped.save(legacy)
        np.savez(
            out,
            plain=features(model, images),
            new=features(load_keras(new), images[:2]),
            legacy=features(load_keras(legacy), images[:2]),
        )


def with_top(model: keras.Model) -> keras.Model:
    top = keras.applications.MobileNetV2(include_top=True, weights=None)
    for ours, theirs in zip(top.layers, model.layers, strict=False):
        ours.set_weights(theirs.get_weights())
    return top


def features(model: keras.Model, images: NDArray[np.uint8]) -> NDArray[np.float32]:
    """As the notebook does it, in float32."""
    inputs = keras.applications.mobilenet_v2.preprocess_input(images.astype(np.float32))
    return np.concatenate([np.asarray(model(inputs[i : i + 20])) for i in range(0, len(inputs), 20)])


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
