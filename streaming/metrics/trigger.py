"""How long Spark took over a trigger, asked for afterwards by a thread that the stream doesn't wait for.

Not by a StreamingQueryListener: Spark calls a Python one back through py4j for every trigger, on the thread that serves
all listeners of streams, and reading one progress there took 100 to 450 ms of many small calls; its `onQueryStarted`
is even waited for by the start of the query. `lastProgress` is one text in two calls, 1.5 ms, when they suit, and an
answer that never comes keeps nobody waiting but the thread that asked.
"""

from typing import Any

from pyspark.sql.streaming.query import StreamingQuery


def durations_ms(query: StreamingQuery | None, number: int) -> dict[str, int] | None:
    """Milliseconds of each step of the trigger that ran batch `number`; None while that isn't over.

    Empty when it can't be known any more: a later batch has ended since, or the query is gone.
    """
    try:
        progress: Any = query.lastProgress if query is not None else None
    except Exception:  # noqa: BLE001 - the JVM may end at any time, which py4j tells in many ways
        return {}
    if progress is None or progress.batchId < number:
        return None
    return dict(progress.durationMs) if progress.batchId == number else {}
