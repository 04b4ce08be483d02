"""A server whose answers get lost: what it is asked for is done, but nobody hears of it."""

import http.client
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

from tests.servers.server import Server


@dataclass
class Losses:
    """How many of the next answers to PUT are lost; and whether nothing gets through, in either direction."""

    puts: int = 0
    everything: bool = False
    lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self) -> bool:
        """Whether this one is."""
        with self.lock:
            self.puts -= 1
            return self.puts >= 0


@contextmanager
def losing_answers(server: Server) -> Iterator[tuple[Server, Losses]]:
    """A way to `server` on which answers can be lost, until the end of the block."""
    losses = Losses()

    class Proxy(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"  # botocore waits for "100 Continue" before it sends a body

        def do_GET(self) -> None:
            if losses.everything:
                self.close_connection = True
                return
            backend = http.client.HTTPConnection(urlsplit(server.endpoint).netloc)
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            headers = {name: value for name, value in self.headers.items() if name.lower() != "expect"}
            backend.request(self.command, self.path, body, headers)
            answer = backend.getresponse()
            content = answer.read()
            backend.close()
            if self.command == "PUT" and losses.take():
                self.close_connection = True
                return
            self.send_response_only(answer.status)
            for name, value in answer.getheaders():
                if name.lower() not in {"connection", "transfer-encoding", "content-length"}:
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_PUT = do_GET  # noqa: N815

        def log_message(self, *args: object) -> None:
            pass

    proxy = ThreadingHTTPServer(("127.0.0.1", 0), Proxy)
    thread = threading.Thread(target=proxy.serve_forever, daemon=True)
    thread.start()
    try:
        yield replace(server, endpoint=f"http://127.0.0.1:{proxy.server_port}"), losses
    finally:
        proxy.shutdown()
        thread.join()
        proxy.server_close()
