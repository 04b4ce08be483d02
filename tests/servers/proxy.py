"""A way to a server on which answers can be delayed, replaced, cut off or lost. What is signed passes unchanged."""

import asyncio
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from aiohttp import ClientSession, ClientTimeout, DummyCookieJar, TCPConnector, web
from multidict import CIMultiDict
from yarl import URL

from tests.servers.faults import Answer, Fault
from tests.servers.server import Server

#: Of one connection only, or of how a body was sent: not passed on, but made anew.
_HOP = frozenset({"connection", "keep-alive", "transfer-encoding"})
Matches = Callable[["Asked"], bool]


class Asked(NamedTuple):
    """One request. `target`: path and query as they were sent, percent-encoded."""

    method: str
    target: str
    body: bytes


@dataclass
class Rule:
    """A fault for the next `left` requests that match (-1: for all, until `lift`). `hits` counts them."""

    matches: Matches
    fault: Fault
    left: int = -1
    hits: int = 0
    lifted: threading.Event = field(default_factory=threading.Event)

    def lift(self) -> None:
        """No more faults; what it holds up ends."""
        self.lifted.set()

    def take(self, asked: Asked) -> bool:
        """Whether this request is one of them; counts it then."""
        if self.lifted.is_set() or self.left == 0 or not self.matches(asked):
            return False
        self.left -= 1
        self.hits += 1
        return True


@dataclass
class Proxy:
    """The way to a server: `server` has its address. Rules are asked in their order, the first that takes it acts."""

    server: Server
    rules: list[Rule] = field(default_factory=list)
    asked: int = 0

    def fail(self, fault: Fault, matches: Matches = lambda asked: True, times: int = -1) -> Rule:
        """From now on, this happens to requests that match."""
        rule = Rule(matches, fault, times)
        self.rules.append(rule)
        return rule

    def clear(self) -> None:
        """All as if there were no proxy."""
        for rule in self.rules:
            rule.lift()

    def rule_for(self, asked: Asked) -> Rule | None:
        """The rule that takes this request, if any does."""
        self.asked += 1
        return next((rule for rule in self.rules if rule.take(asked)), None)


@contextmanager
def proxied(server: Server) -> Iterator[Proxy]:
    """Such a way to `server`, in a thread, until the end of the block."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="proxy", daemon=True)
    thread.start()
    proxy = Proxy(server)
    running = asyncio.run_coroutine_threadsafe(_start(proxy, server.endpoint), loop).result()
    try:
        yield proxy
    finally:
        proxy.clear()
        asyncio.run_coroutine_threadsafe(running.stop(), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


@dataclass(frozen=True)
class _Running:
    runner: web.AppRunner
    session: ClientSession

    async def stop(self) -> None:
        await self.runner.cleanup()
        await self.session.close()


async def _start(proxy: Proxy, backend: str) -> _Running:
    session = ClientSession(
        connector=TCPConnector(limit=0),
        auto_decompress=False,
        cookie_jar=DummyCookieJar(),
        timeout=ClientTimeout(total=None),
        skip_auto_headers=("Accept", "Accept-Encoding", "Content-Type", "User-Agent"),
    )

    async def handle(request: web.Request) -> web.StreamResponse:
        asked = Asked(request.method, request.raw_path, await request.read())

        async def asks() -> Answer:
            return await _ask(session, backend, asked, request.headers)

        rule = proxy.rule_for(asked)
        return await (await asks()).send(request) if rule is None else await rule.fault.act(request, asks, rule.lifted)

    app = web.Application(client_max_size=2**30)
    app.router.add_route("*", r"/{key:[\s\S]*}", handle)
    runner = web.AppRunner(app, access_log=None, auto_decompress=False, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    proxy.server = replace(proxy.server, endpoint=f"http://127.0.0.1:{runner.addresses[0][1]}")
    return _Running(runner, session)


async def _ask(session: ClientSession, backend: str, asked: Asked, headers: Mapping[str, str]) -> Answer:
    """The server's answer to the same request, byte for byte: its path is not spelled anew, and its Host stays."""
    passed = CIMultiDict((name, value) for name, value in headers.items() if name.lower() not in _HOP)
    url = URL(backend + asked.target, encoded=True)
    async with session.request(
        asked.method, url, headers=passed, data=asked.body or None, allow_redirects=False
    ) as answer:
        kept = ((name, value) for name, value in answer.headers.items() if name.lower() not in _HOP)
        return Answer(answer.status, CIMultiDict(kept), await answer.read())
