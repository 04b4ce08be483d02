"""The real query on a lake, with ten new pictures at a time: how long its micro-batches take, as one line of JSON.

`python -m tests.bench.growth.stream LAKE LANDING PICTURES WEIGHTS BATCHES`: LANDING is made, PICTURES are copied.
"""

import json
import sys
import tempfile
import uuid
from pathlib import Path

from conf.jvm import end_jvm
from conf.lake import Lake
from conf.locks import lock_lake
from conf.session import spark_session
from conf.settings import Settings
from streaming.featurize.weights import resolve_model
from streaming.query import start_query
from streaming.sink import Batch, FeaturesSink
from tests.bench.growth.dropping import FILES, drop, durations, wait_idle, wait_until


def main(lake_root: str, landing: Path, pictures: Path, weights: str, batches: int) -> None:
    settings = Settings(landing=str(landing), lake=lake_root, weights=weights)
    contents = [path.read_bytes() for path in sorted(pictures.rglob("*.jpg"))[:FILES]]
    lake, work = Lake(settings.lake), Path(tempfile.mkdtemp())
    sunk: list[Batch] = []
    with lock_lake(lake, "stream") as hold:
        sink = FeaturesSink(lake, uuid.uuid4().hex, work / "checkpoint", sunk.append, hold)
        spark = spark_session(settings, app_name="growth", log_path=work / "log")
        model = resolve_model(settings.weights, exif_orientation=settings.exif_orientation)
        query = start_query(spark, settings, model, sink)
        first = sink.last_seq
        for number in range(1, batches + 1):
            drop(landing, f"batch-{number}", lambda index: contents[index % len(contents)])
            wait_until(lambda number=number: sink.last_seq == first + number * FILES, query)  # type: ignore[misc]
        wait_idle(query)
        found = durations(query) | {"sink_s": [batch.seconds for batch in sunk]}
        query.stop()
        end_jvm()
    print(json.dumps(found))


if __name__ == "__main__":
    Path(sys.argv[2]).mkdir(parents=True)
    main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]), sys.argv[4], int(sys.argv[5]))
