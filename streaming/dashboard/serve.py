"""`verger dashboard`: the live page at an address of this machine, until Ctrl-C."""

import contextlib
import socket

import uvicorn
from rich.console import Console

from conf.errors import UserError
from conf.settings import Settings
from streaming.dashboard.app import dashboard

#: Addresses that mean every one of this machine's.
_ALL = {"0.0.0.0", "::"}  # noqa: S104  (compared with, not bound to)


def run_dashboard(settings: Settings, console: Console, host: str, port: int) -> None:
    """Serve until Ctrl-C or SIGTERM. Needs no stream and no JVM; writes nothing.

    Raises:
        UserError: the address can't be had.
    """
    listening = _listen(host, port)
    shown = f"[{host}]" if ":" in host else host
    hosts = ["*"] if host in _ALL else ["127.0.0.1", "localhost", "[::1]", shown]
    server = uvicorn.Server(
        uvicorn.Config(
            dashboard(settings, hosts), log_level="warning", access_log=False, server_header=False, lifespan="off",
            timeout_graceful_shutdown=2,
        )
    )  # fmt: skip
    console.print(
        f"The live page of {settings.lake} is at http://{shown}:{listening.getsockname()[1]}/ (Ctrl-C ends it)",
        markup=False, highlight=False, soft_wrap=True,
    )  # fmt: skip
    with contextlib.suppress(KeyboardInterrupt), listening:
        server.run(sockets=[listening])


def _listen(host: str, port: int) -> socket.socket:
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listening = socket.socket(family, kind, protocol)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(address)
        listening.listen(128)
    except (OSError, UnicodeError) as error:
        why = getattr(error, "strerror", None) or error
        raise UserError(
            f"port {port} of {host} can't be had ({why}): give another one with --port, or 0 for any that is free"
        ) from error
    return listening
