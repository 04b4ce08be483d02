"""A worker that does what it is told."""

import os
import time
from multiprocessing.connection import Connection
from typing import Any


def obeying(pipe: "Connection[Any, Any]", /) -> None:
    """Crash, hang, or say what was said."""
    pipe.send("ready")
    while True:
        order = pipe.recv()
        if order == "crash":
            os.abort()
        if order == "hang":
            time.sleep(60)
        pipe.send(order)
