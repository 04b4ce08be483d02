"""What can happen to a request on its way: each fault of `tests.servers.proxy`."""

import asyncio
import json
import socket
import struct
import threading
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from aiohttp import ClientConnectionResetError, web
from multidict import CIMultiDict

_LOOK_S = 0.02


class Answer(NamedTuple):
    """What the server answered."""

    status: int
    headers: CIMultiDict[str]
    body: bytes

    async def send(self, request: web.Request, length: int | None = None) -> web.StreamResponse:
        """Send the first `length` bytes of it, all of them by default."""
        response = web.StreamResponse(status=self.status, headers=self.headers)
        if request.method != "HEAD":
            response.content_length = len(self.body)
        with suppress(ClientConnectionResetError):  # who asked was killed meanwhile
            await response.prepare(request)
            if request.method != "HEAD":
                await response.write(self.body[:length])
        return response


Asks = Callable[[], Awaitable[Answer]]


class Fault(Protocol):
    """`asks` is how the server is asked, once or not at all; `lifted` is set when the fault is over."""

    async def act(self, request: web.Request, asks: Asks, lifted: threading.Event) -> web.StreamResponse: ...


@dataclass(frozen=True)
class Refuse:
    """An answer of the proxy's own; the server is not asked."""

    status: int
    code: str

    async def act(self, request: web.Request, asks: Asks, lifted: threading.Event) -> web.StreamResponse:
        if "X-Amz-Target" in request.headers:  # SQS
            body = {"__type": f"com.amazonaws.sqs#{self.code}", "message": "as the test wants it"}
            return web.Response(status=self.status, text=json.dumps(body), content_type="application/x-amz-json-1.0")
        text = f"<Error><Code>{self.code}</Code><Message>as the test wants it</Message></Error>"
        return web.Response(status=self.status, text=text, content_type="application/xml")


SLOW_DOWN = Refuse(503, "SlowDown")
INTERNAL = Refuse(500, "InternalError")
EXPIRED = Refuse(400, "ExpiredToken")


@dataclass(frozen=True)
class Cut:
    """The connection is reset in the middle of the body."""

    async def act(self, request: web.Request, asks: Asks, lifted: threading.Event) -> web.StreamResponse:
        answer = await asks()
        response = await answer.send(request, len(answer.body) // 2)
        _reset(request)
        return response


@dataclass(frozen=True)
class Stall:
    """Half of the body, then nothing."""

    async def act(self, request: web.Request, asks: Asks, lifted: threading.Event) -> web.StreamResponse:
        answer = await asks()
        response = await answer.send(request, len(answer.body) // 2)
        await _until(lifted, request)
        _reset(request)
        return response


@dataclass(frozen=True)
class Lose:
    """The server does what it is asked for, and nobody hears of it."""

    async def act(self, request: web.Request, asks: Asks, lifted: threading.Event) -> web.StreamResponse:
        await asks()
        _reset(request)
        return web.Response()


@dataclass(frozen=True)
class Silence:
    """Nothing comes back and nothing gets through; at the end the connection is reset."""

    async def act(self, request: web.Request, asks: Asks, lifted: threading.Event) -> web.StreamResponse:
        await _until(lifted, request)
        _reset(request)
        return web.Response()


@dataclass(frozen=True)
class Hold:
    """The request waits until the fault is lifted, and passes then, though perhaps nobody waits for its answer."""

    async def act(self, request: web.Request, asks: Asks, lifted: threading.Event) -> web.StreamResponse:
        while not lifted.is_set():
            await asyncio.sleep(_LOOK_S)
        return await (await asks()).send(request)


@dataclass(frozen=True)
class Delay:
    """It takes longer."""

    seconds: float

    async def act(self, request: web.Request, asks: Asks, lifted: threading.Event) -> web.StreamResponse:
        await asyncio.sleep(self.seconds)
        return await (await asks()).send(request)


async def _until(lifted: threading.Event, request: web.Request) -> None:
    while not lifted.is_set() and request.transport is not None and not request.transport.is_closing():
        await asyncio.sleep(_LOOK_S)


def _reset(request: web.Request) -> None:
    """RST, not a polite end."""
    if request.transport is not None:
        end = request.transport.get_extra_info("socket")
        if end is not None:
            end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        request.transport.abort()
