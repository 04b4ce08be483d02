"""Ten new files at a time, in a landing that is watched; and what Spark says of the micro-batches that took them."""

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pyspark.sql.streaming.query import StreamingQuery

FILES, LOOK_S, WAIT_S = 10, 0.02, 300.0


def drop(landing: Path, name: str, content: Callable[[int], bytes]) -> None:
    """FILES new files in a folder of their own, all at once."""
    hidden = landing.parent / f"{landing.name}-{name}"
    hidden.mkdir()
    for index in range(FILES):
        (hidden / f"{index}.jpg").write_bytes(content(index))
    hidden.rename(landing / name)


def wait_until(done: Callable[[], bool], query: StreamingQuery) -> None:
    """Raises what ended the query, or TimeoutError."""
    until = time.monotonic() + WAIT_S
    while not done():
        if time.monotonic() > until or not query.isActive:
            raise query.exception() or TimeoutError("no batch")
        time.sleep(LOOK_S)


def wait_idle(query: StreamingQuery) -> None:
    """Until Spark tells of a trigger without news; it does so every ten seconds."""
    wait_until(lambda: "addBatch" not in json.loads(query.recentProgress[-1].json)["durationMs"], query)


def durations(query: StreamingQuery) -> dict[str, Any]:
    """As Spark says. `batches_ms`: of each trigger with a batch, in order; `poll_ms`: of the last one without."""
    events = [json.loads(event.json) for event in query.recentProgress]
    batches = [event["durationMs"] for event in events if "addBatch" in event["durationMs"]]
    idle = [event["durationMs"] for event in events if "addBatch" not in event["durationMs"]]
    return {
        "batches_ms": [batch["triggerExecution"] for batch in batches],
        "stages_ms": batches,
        "poll_ms": idle[-1]["triggerExecution"],
    }
