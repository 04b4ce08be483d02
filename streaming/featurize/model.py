"""The model in a worker: LiteRT, one thread, loaded once per process."""

import gc
import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
from numpy.typing import NDArray

from schemas.errors import PictureError

_loaded: dict[str, "Featurizer"] = {}
_loading = threading.Lock()


class Featurizer:
    """MobileNetV2 up to its global average pool. Not for several threads at once."""

    def __init__(self, tflite: bytes) -> None:
        """`tflite`: one input, float32 (1, 224, 224, 3), one output, float32 (1, 1280)."""
        from ai_edge_litert.interpreter import Interpreter

        with _quiet_stderr():
            # Spark runs a worker per core; libraries read the host's core count, not the container's.
            self._interpreter: Any = Interpreter(model_content=tflite, num_threads=1)
            self._interpreter.allocate_tensors()
        self._input: int = self._interpreter.get_input_details()[0]["index"]
        self._output: int = self._interpreter.get_output_details()[0]["index"]

    def features(self, pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
        """float32 (1280,) for uint8 (224, 224, 3) RGB. Raises PictureError `bad_output`: not finite."""
        self._set_input(pixels)
        self._interpreter.invoke()
        values: NDArray[np.float32] = self._interpreter.get_tensor(self._output)[0]
        if not np.isfinite(values).all():
            bad = np.count_nonzero(~np.isfinite(values))
            raise PictureError("bad_output", f"{bad} of {values.size} values are not finite")
        return values

    def _set_input(self, pixels: NDArray[np.uint8]) -> None:
        """To [-1, 1], as MobileNetV2's `preprocess_input` does; in LiteRT's own memory, which no view may outlive."""
        values: NDArray[np.float32] = self._interpreter.tensor(self._input)()[0]
        np.divide(pixels, np.float32(127.5), out=values)
        values -= np.float32(1)


def load_model(tflite: bytes, model_id: str) -> Featurizer:
    """The featurizer of `model_id`, made by the first call in this process. Only the last model is kept."""
    with _loading:
        if model_id not in _loaded:
            _loaded.clear()
            _loaded[model_id] = Featurizer(tflite)
            gc.freeze()  # what is loaded stays: to look at it at each collection costs 1 % of the time
        return _loaded[model_id]


@contextmanager
def _quiet_stderr() -> Iterator[None]:
    """Drops what is written to stderr: LiteRT announces its delegate there, with no switch to turn it off."""
    sys.stderr.flush()
    saved = os.dup(2)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(saved, 2)
        os.close(nowhere)
        os.close(saved)
