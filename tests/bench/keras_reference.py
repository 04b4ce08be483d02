"""Keras in float32 on what Pillow decodes, picture by picture: what every configuration must agree with.

`python -m tests.bench.keras_reference LANDING OUT.npz WEIGHTS`
"""

import sys
from pathlib import Path

import numpy as np
from PIL import Image
from tensorflow.keras.applications.mobilenet_v2 import MobileNetV2

from tests.bench.outputs import save_npz


def main(landing: Path, out: Path, weights: str) -> None:
    """Write the features of every picture in `landing` to `out`."""
    model = MobileNetV2((224, 224, 3), include_top=False, pooling="avg", weights=weights)
    pictures, features = sorted(landing.rglob("*.jpg")), []
    for picture in pictures:
        with Image.open(picture) as image:
            pixels = np.asarray(image.resize((224, 224)), np.float32)
        features.append(np.asarray(model(pixels[np.newaxis] / 127.5 - 1, training=False))[0])
    save_npz(out, pictures, np.array(features, np.float32))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3])
