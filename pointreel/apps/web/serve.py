"""Listen: on an address that may be listened on, until somebody says stop."""

import socket
import threading
import webbrowser
from collections.abc import Callable
from types import FrameType

import uvicorn
from fastapi import FastAPI

from ...core import PointreelError
from .app import create_app
from .shield import is_loopback
from .studio import Studio

FIRST_PORT, _TRIES = 8765, 20


class _Server(uvicorn.Server):
    """A server that ends its event streams when it is told to stop, since pages never close theirs."""

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        app = self.config.app
        if isinstance(app, FastAPI):
            app.state.studio.events.close()
        super().handle_exit(sig, frame)


def serve(
    studio: Studio, host: str, port: int | None, *, say: Callable[[str], None], open_browser: bool = False
) -> None:
    """Serve until a signal ends it. ``say`` is told the address as soon as it is listened on."""
    require_login(studio, host)
    with bound(host, port) as listening:
        address = address_of(listening, host)
        server = _Server(
            uvicorn.Config(
                create_app(studio),
                log_level="warning",
                access_log=False,
                timeout_graceful_shutdown=10,
                server_header=False,
                date_header=True,
            )
        )
        say(address)
        if open_browser:
            threading.Timer(0.5, webbrowser.open, [address]).start()
        server.run(sockets=[listening])


def require_login(studio: Studio, host: str) -> None:
    """Whoever can reach the server may do everything while nobody has a password, so only this machine may."""
    if not is_loopback(host) and not studio.people.login_required:
        raise PointreelError(
            f"--host {host}: others could change the project without a password. "
            "Give the owner one first: pointreel studio PROJECT --add-user owner."
        )


def bound(host: str, port: int | None) -> socket.socket:
    """A socket that listens; without a port the first that is free from 8765 on."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    ports = range(FIRST_PORT, FIRST_PORT + _TRIES) if port is None else [port]
    for number in ports:
        made = socket.socket(family)
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            made.bind((host, number))
            made.listen(2048)
        except (OSError, OverflowError) as error:
            made.close()
            problem = getattr(error, "strerror", None) or str(error)
        else:
            return made
    where = f"{host}:{port}" if port is not None else f"{host}, ports {FIRST_PORT} to {FIRST_PORT + _TRIES - 1}"
    raise PointreelError(f"{where}: cannot be listened on ({problem}). Choose another with --port.")


def address_of(listening: socket.socket, host: str) -> str:
    port = listening.getsockname()[1]
    name = "localhost" if host in ("127.0.0.1", "0.0.0.0", "::", "::1") else host
    return f"http://{name}:{port}/"
