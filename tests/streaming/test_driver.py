"""Why a query ended, out of what Spark says of it."""

import pytest

from streaming.driver import _reason

TREE = """org.apache.spark.api.python.PythonException: Traceback (most recent call last):
  File "streaming/landing/source.py", line 62, in latestOffset
OSError: Kernel error -> Generic S3 error
          \x1b[31m↳\x1b[0m Error performing GET http://127.0.0.1:36735/bucket?list-type=2&prefix=lake in 1.2ms
            \x1b[31m↳\x1b[0m 400 Bad Request
             \x1b[31m↳\x1b[0m <Error><Code>ExpiredToken</Code><Message>it has expired</Message></Error>

 SQLSTATE: 39000
"""


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("x\nCaused by: java.io.IOException: No space left on device\n\tat y", "IOException: No space left on device"),
        ("ValueError: first\nRuntimeError: the last one counts", "RuntimeError: the last one counts"),
        (TREE, "ExpiredToken: it has expired"),
        ("[STREAM_FAILED] something\nelse", "[STREAM_FAILED] something"),
    ],
)
def test_the_last_cause_is_named(text: str, why: str) -> None:
    assert _reason(text) == why
