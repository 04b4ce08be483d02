"""Keras model to LiteRT bytes: a program of its own, so that the driver never loads TensorFlow (730 MB, 7 s).

`python -m streaming.featurize.convert OUT --weights FILE`, or `--demo-seed N`. Ends with 1 and a last line on
stderr that says why.
"""

import argparse
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

from streaming.featurize.plain_hdf5 import check_plain

#: Counted up when the same weights become another LiteRT file.
CONVERSION = 1


def main() -> int:
    """Writes the model to OUT."""
    parser = argparse.ArgumentParser()
    parser.add_argument("out", type=Path)
    parser.add_argument("--weights", type=Path)
    parser.add_argument("--demo-seed", type=int, default=1)
    args = parser.parse_args()
    try:
        model = load_keras(args.weights) if args.weights else _demo(args.demo_seed)
    except (ValueError, OSError, KeyError) as e:
        sys.stderr.write(f"{type(e).__name__}: {' '.join(str(e).split())[:300]}\n")
        return 1
    args.out.write_bytes(to_litert(model))
    return 0


def to_litert(model: Any) -> bytes:
    """The model as a LiteRT file, float32, constants folded in."""
    import tensorflow as tf

    # From a concrete function instead, it would lack the constants and run four times slower.
    content: bytes = tf.lite.TFLiteConverter.from_keras_model(model).convert()
    return content


def load_keras(weights: Path) -> Any:
    """MobileNetV2 up to its global average pool, with the weights of an HDF5 file, with top or without.

    Arrays are all that is taken of the file: no layer or function is made from what it says. Raises ValueError for the
    weights of another network, and for a file that reaches beyond itself.
    """
    with tempfile.TemporaryDirectory() as folder:
        with_top, suffix = _inspect(weights)
        # Keras chooses its reader by the name.
        named = Path(folder) / f"weights{suffix}"
        shutil.copyfile(weights, named)
        model = mobilenet(with_top)
        model.load_weights(str(named))
    return _up_to_pool(model) if with_top else model


def mobilenet(with_top: bool) -> Any:
    """MobileNetV2 for 224 x 224 pixels, alpha 1, with random weights."""
    import keras

    pooling = None if with_top else "avg"
    return keras.applications.MobileNetV2((224, 224, 3), include_top=with_top, weights=None, pooling=pooling)


def _demo(seed: int) -> Any:
    from streaming.featurize.demo_weights import demo_model

    return demo_model(seed)


def _inspect(weights: Path) -> tuple[bool, str]:
    """Whether the classifier is in the file, and the suffix by which Keras knows the kind of file."""
    import h5py  # type: ignore[import-untyped]

    with h5py.File(weights, "r") as file:
        check_plain(file)
        legacy = file.get("model_weights", file)
        names = legacy.attrs.get("layer_names")
        if names is not None:
            return any("predictions" in str(n) for n in names), ".h5"
        layers = file.get("layers", file.get("_layer_checkpoint_dependencies"))
        if layers is None:
            raise ValueError("no Keras weights in this HDF5 file")
        return any(name in layers for name in ("dense", "predictions")), ".weights.h5"


def _up_to_pool(model: Any) -> Any:
    import keras

    return keras.Model(model.input, model.layers[-2].output)


if __name__ == "__main__":
    sys.exit(main())
