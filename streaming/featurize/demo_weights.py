"""Weights for `verger demo`: random, seeded, calibrated so that different pictures get different features.

Random weights alone give 3e-11 for any picture: the signal dies out, as untrained batch norms let it.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

_PICTURES, _BLOBS, _SIDE = 24, 6, 224


def demo_model(seed: int) -> Any:
    """MobileNetV2 up to its pool; each batch norm standardizes what it sees on pictures drawn with `seed`."""
    import keras

    from streaming.featurize.convert import mobilenet

    keras.utils.set_random_seed(seed)
    model = mobilenet(with_top=False)
    norms = [layer for layer in model.layers if isinstance(layer, keras.layers.BatchNormalization)]
    for norm in norms:
        norm.momentum = 0.0  # the moving averages become those of the one batch
    model(drawn_pictures(seed), training=True)
    return model


def drawn_pictures(seed: int) -> NDArray[np.float32]:
    """float32 (24, 224, 224, 3) in [-1, 1]: coloured discs on coloured ground."""
    random = np.random.default_rng(seed)
    y, x = np.mgrid[0:_SIDE, 0:_SIDE]
    pictures = random.normal(0, 0.05, (_PICTURES, _SIDE, _SIDE, 3)).astype(np.float32)
    for i in range(_PICTURES):
        pictures[i] += random.uniform(-1, 1, 3)
        for cx, cy, r in random.uniform((0, 0, 10), (_SIDE, _SIDE, 90), (_BLOBS, 3)):
            pictures[i, (x - cx) ** 2 + (y - cy) ** 2 < r * r] += random.uniform(-1, 1, 3)
    return np.clip(pictures, -1, 1)
