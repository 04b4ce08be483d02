"""moto: S3, SQS, SNS and more in this process. It takes any key and checks no signature."""

import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from tests.servers.server import Server

App = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


@contextmanager
def moto(before: Callable[[App], App] = lambda app: app) -> Iterator[Server]:
    """A server on a free port, until the end of the block; each one shares moto's state in this process.

    `before`: what requests go through first.
    """
    from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
    from werkzeug.serving import make_server

    app = before(one_writer(DomainDispatcherApplication(create_backend_app)))
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, name="moto", daemon=True)
    thread.start()
    try:
        yield Server("moto", f"http://127.0.0.1:{server.server_port}")
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def one_writer(app: App) -> App:
    """`app` with PUT and DELETE one at a time: moto looks at If-Match first and writes later, S3 does both at once."""
    lock = threading.Lock()

    def answer(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if environ["REQUEST_METHOD"] not in {"PUT", "DELETE"}:
            return app(environ, start_response)
        with lock:
            return list(app(environ, start_response))

    return answer
