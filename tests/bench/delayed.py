"""A way to a server that takes longer: what a client sends arrives so much later.

`python -m tests.bench.delayed PORT BACKEND_PORT SECONDS`. Bytes are passed on as they are, without asyncio's streams,
so it costs little CPU beside what is measured.
"""

import asyncio
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from tests.bench.plan import ROOT
from tests.servers.process import free_port, serving
from tests.servers.server import Server


@contextmanager
def delayed(server: Server, delay_s: float, folder: Path) -> Iterator[Server]:
    """`server`, each request to it `delay_s` later, in a process of its own, until the end of the block."""
    port, backend = free_port(), server.endpoint.rpartition(":")[2]
    folder.mkdir()
    command = [sys.executable, "-m", "tests.bench.delayed", str(port), backend, str(delay_s)]
    with serving(command, {"PYTHONPATH": str(ROOT)}, port, folder):
        yield replace(server, endpoint=f"http://127.0.0.1:{port}")


class _Pass(asyncio.Protocol):
    """One end: what comes here leaves at the other end, `to`, `delay_s` later."""

    def __init__(self, delay_s: float, to: asyncio.Transport | None = None) -> None:
        self._delay_s, self._loop = delay_s, asyncio.get_running_loop()
        self.to = to

    def data_received(self, data: bytes) -> None:
        assert self.to is not None
        self._loop.call_later(self._delay_s, self.to.write, data)

    def connection_lost(self, exc: Exception | None) -> None:
        if self.to is not None:
            self._loop.call_later(self._delay_s, self.to.close)


class _Client(_Pass):
    """The client's end, which is read once there is another."""

    def __init__(self, delay_s: float, backend: int) -> None:
        super().__init__(delay_s)
        self._backend = backend

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        transport.pause_reading()
        self._connecting = self._loop.create_task(self._connect(transport))

    async def _connect(self, client: asyncio.Transport) -> None:
        self.to, _ = await self._loop.create_connection(lambda: _Pass(0.0, client), "127.0.0.1", self._backend)
        client.resume_reading()


async def _serve(port: int, backend: int, delay_s: float) -> None:
    loop = asyncio.get_running_loop()
    async with await loop.create_server(lambda: _Client(delay_s, backend), "127.0.0.1", port) as server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_serve(int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])))
