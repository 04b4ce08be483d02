"""A worker without Spark: `python -m tests.streaming.featurize.isolation.worker FOLDER SUSPECTS MODEL [--retry]`.

Prints a line for each picture in FOLDER, in the order of their names: what became of it.
"""

import sys
from pathlib import Path

from streaming.featurize.isolation.bounds import Bounds
from streaming.featurize.isolation.guarded import Guarded
from streaming.featurize.isolation.isolated import Isolated
from streaming.featurize.isolation.suspects import Suspects
from streaming.featurize.limits import Limits
from streaming.featurize.model import Featurizer
from streaming.featurize.sniff import READABLE


def main(folder: Path, suspects: Path, model: Path, *, retry: bool) -> None:
    limits = Limits(1 << 20, 1_000_000, READABLE, exif_orientation=True)
    tflite = model.read_bytes()
    isolated = Isolated(tflite, limits, Bounds(timeout_s=1.5, memory=256 << 20))
    guarded = Guarded(lambda: Featurizer(tflite), isolated, limits, Suspects(suspects), retry=retry)
    for picture in sorted(folder.iterdir()):
        result = guarded(picture.read_bytes(), str(picture))
        print(picture.name, result.error_code or result.status, flush=True)
    isolated.close()


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:4]), retry="--retry" in sys.argv)
