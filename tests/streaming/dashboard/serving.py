"""The live page, served by a thread of the test's process."""

import json
import socket
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn

from conf.settings import Settings
from streaming.dashboard.app import dashboard


@contextmanager
def serving(settings: Settings) -> Iterator[str]:
    """Its URL."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        app = dashboard(settings, ["127.0.0.1"])
        server = uvicorn.Server(uvicorn.Config(app, log_level="error", lifespan="off", timeout_graceful_shutdown=1))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        try:
            while not server.started:
                time.sleep(0.01)
            yield f"http://127.0.0.1:{listening.getsockname()[1]}/"
        finally:
            server.should_exit = True
            thread.join()


def asked(url: str) -> Any:
    """The JSON there."""
    with urllib.request.urlopen(url, timeout=30) as answer:
        return json.load(answer)
