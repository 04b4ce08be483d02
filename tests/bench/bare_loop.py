"""The bare loop: a process per core reads its share of the files, decodes them, runs the model. No Spark, no table.

`python -m tests.bench.bare_loop LANDING OUT.npz WEIGHTS [PROCESSES]`
"""

import sys
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from conf.cores import usable_cores
from conf.settings import Settings
from streaming.featurize.decode import Limits, decode
from streaming.featurize.model import load_model
from streaming.featurize.weights import Model, resolve_model
from tests.bench.outputs import save_npz


def main(landing: Path, out: Path, weights: str, processes: int) -> None:
    """Write the features of every picture in `landing` to `out`; 0 `processes`: one for each core."""
    pictures, cores = sorted(landing.rglob("*.jpg")), usable_cores(processes)
    model = resolve_model(weights)
    shares = [pictures[core::cores] for core in range(cores)]
    with ProcessPoolExecutor(cores, mp_context=get_context("spawn")) as pool:
        features = np.concatenate(list(pool.map(featurize, shares, [model] * cores)))
    save_npz(out, [picture for share in shares for picture in share], features)


def featurize(pictures: list[Path], model: Model) -> NDArray[np.float32]:
    """float32 (len(pictures), 1280)."""
    settings = Settings()
    limits = Limits(settings.max_image_bytes, settings.max_image_pixels, settings.image_formats, exif_orientation=True)
    featurizer = load_model(model.tflite, model.model_id)
    features = np.empty((len(pictures), 1280), np.float32)
    for row, picture in enumerate(pictures):
        features[row] = featurizer.features(decode(picture.read_bytes(), limits).pixels)
    return features


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3], int(sys.argv[4]) if len(sys.argv) > 4 else 0)
