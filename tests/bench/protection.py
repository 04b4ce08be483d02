"""What it costs a good picture that it might have been a bad one.

`python -m tests.bench.protection LANDING WEIGHTS` prints, as JSON, the CPU seconds of all pictures with and without.
"""

import json
import sys
import tempfile
import time
from collections.abc import Callable
from itertools import cycle
from pathlib import Path

from conf.settings import Settings
from streaming.featurize.isolation.bounds import Bounds
from streaming.featurize.isolation.guarded import Guarded
from streaming.featurize.isolation.isolated import Isolated
from streaming.featurize.isolation.suspects import Suspects
from streaming.featurize.limits import Limits
from streaming.featurize.model import load_model
from streaming.featurize.rows import Result, featurize_one
from streaming.featurize.weights import resolve_model


def main(landing: Path, weights: str, folder: Path) -> dict[str, float]:
    """Each picture both ways, one after the other; which is first changes from picture to picture."""
    settings, model = Settings(), resolve_model(weights)
    formats, turned = settings.image_formats, settings.exif_orientation
    limits = Limits(settings.max_image_bytes, settings.max_image_pixels, formats, turned, settings.worker_memory)
    featurizer = load_model(model.tflite, model.model_id)
    isolated = Isolated(model.tflite, limits, Bounds(settings.picture_timeout_s, settings.worker_memory))
    guarded = Guarded(lambda: featurizer, isolated, limits, Suspects(folder), retry=False)
    ways: dict[str, Callable[[bytes, str], Result]] = {
        "with": guarded,
        "without": lambda data, path: featurize_one(data, featurizer, limits, path),
    }
    seconds = dict.fromkeys(ways, 0.0)
    for picture, order in zip(sorted(landing.rglob("*.jpg")), cycle((list(ways), list(reversed(ways))))):
        data = picture.read_bytes()
        for way in order:
            began = time.process_time()
            result = ways[way](data, str(picture))
            seconds[way] += time.process_time() - began
            assert result.status == "ok"
    return seconds


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as suspects:
        print(json.dumps(main(Path(sys.argv[1]), sys.argv[2], Path(suspects))))
