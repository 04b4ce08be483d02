"""The source by itself, without Spark: what its process costs on a lake, as one line of JSON.

`python -m tests.bench.growth.source LAKE LANDING`, where LANDING is an empty folder: nothing is found by listing.
"""

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

import psutil

from streaming.landing.announcer import CHUNK, Announcer
from streaming.landing.options import LandingOptions
from streaming.landing.source import LandingStreamReader
from streaming.stores.store import Listed
from tests.bench.growth.lakes import WHEN, known_etag, known_path
from tests.bench.watching import MB, high_water_mb

POLLS, BATCHES, BATCH_ROWS = 200, 120, 10


def main(lake: str, landing: str) -> None:
    reader = LandingStreamReader(LandingOptions(path=landing, lake=lake, poll_interval_s=3600.0))
    start = reader.initialOffset()
    reader.latestOffset()
    restart_s = time.time() - psutil.Process().create_time()
    rss_mb = psutil.Process().memory_info().rss / MB
    peak_mb = high_water_mb(psutil.Process().pid)
    announcer = reader._landing().discovery._announcer
    reader.stop()  # from here on, only this thread announces
    found: dict[str, Any] = {
        "restart_s": restart_s,
        "rss_mb": rss_mb,
        "peak_mb": peak_mb,
        "known_bytes": announcer.known.nbytes,
        "poll_ms": median(_ms(lambda: _poll(reader, announcer)) for _ in range(POLLS)),
        "look_up_all_s": _ms(lambda: _look_up_all(announcer, start["seq"])) / 1000,
        "batch_ms": [_ms(lambda: _batch(reader, announcer)) for _ in range(BATCHES)],
    }
    print(json.dumps(found))


def _poll(reader: LandingStreamReader, announcer: Announcer) -> None:
    """Nothing has come, by events or by retries, and Spark asks."""
    announcer.tick()
    reader.latestOffset()


def _look_up_all(announcer: Announcer, versions: int) -> None:
    """What a listing that finds all of them costs beside the listing itself."""
    for start in range(1, versions + 1, CHUNK):
        numbers = range(start, min(start + CHUNK, versions + 1))
        if announcer.unannounced([_listed(number) for number in numbers]):
            raise RuntimeError("the ledger does not know what was written to it")


def _batch(reader: LandingStreamReader, announcer: Announcer) -> None:
    """All that the source does for a micro-batch: announce what came, move the offset, hand out the rows."""
    before = announcer.head
    announcer.announce([_listed(before + 1 + index) for index in range(BATCH_ROWS)], "event")
    end = reader.latestOffset()
    handed = sum(part.value for part in reader.partitions({"seq": before}, end))
    if (end["seq"], handed) != (before + BATCH_ROWS, BATCH_ROWS):
        raise RuntimeError(f"{handed} rows up to {end}, where {BATCH_ROWS} came after {before}")


def _listed(number: int) -> Listed:
    return Listed(known_path(number), known_etag(number), 5000, WHEN)


def _ms(call: Callable[[], None]) -> float:
    began = time.perf_counter()
    call()
    return 1000 * (time.perf_counter() - began)


if __name__ == "__main__":
    Path(sys.argv[2]).mkdir(parents=True, exist_ok=True)
    main(sys.argv[1], sys.argv[2])
