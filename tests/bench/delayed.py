"""A way to a server that takes longer: what a client sends arrives so much later.

`python -m tests.bench.delayed PORT BACKEND_PORT SECONDS`. Bytes are passed on as they are, so it costs little CPU
beside what is measured.
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


async def _serve(port: int, backend: int, delay_s: float) -> None:
    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        server_reader, server_writer = await asyncio.open_connection("127.0.0.1", backend)
        await asyncio.gather(_pass(reader, server_writer, delay_s), _pass(server_reader, writer, 0.0))

    async with await asyncio.start_server(connected, "127.0.0.1", port) as server:
        await server.serve_forever()


async def _pass(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, delay_s: float) -> None:
    while data := await reader.read(1 << 20):
        if delay_s:
            await asyncio.sleep(delay_s)
        writer.write(data)
        await writer.drain()
    writer.close()


if __name__ == "__main__":
    asyncio.run(_serve(int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])))
