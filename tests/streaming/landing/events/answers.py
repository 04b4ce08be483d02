"""An SQS that answers as it was told."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

Answer = tuple[int, dict[str, object]]

OK: Answer = (200, {"Successful": [], "Failed": []})


@contextmanager
def answering(**answers: Answer) -> Iterator[str]:
    """An SQS that says the same to every call of one action; its address."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            status, body = answers.get(self.headers["X-Amz-Target"].removeprefix("AmazonSQS."), OK)
            content = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def refusal(code: str, message: str = "") -> Answer:
    return 400, {"__type": f"com.amazonaws.sqs#{code}", "message": message}
