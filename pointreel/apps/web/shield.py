"""What is looked at before anything else: by which name the server was called, and how much it is sent."""

from collections.abc import Awaitable, Callable
from ipaddress import ip_address

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .errors import Refused, answer

MOST_JSON, MOST_UPLOAD = 32 << 20, 16 << 30
_UPLOADS = ("/api/uploads/", "/api/imports/upload")

_POLICY = (
    "default-src 'self'; img-src 'self' blob: data:; style-src 'self' 'unsafe-inline'; worker-src 'self' blob:; "
    "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
_HEADERS = [
    (b"content-security-policy", _POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-resource-policy", b"same-origin"),
]


class Shield:
    """An application behind checks that hold for every path.

    While nobody has to log in, only names of this machine are answered to: a page elsewhere whose own name is made to
    point here (DNS rebinding) is turned away.
    """

    def __init__(self, app: ASGIApp, *, is_open: Callable[[], Awaitable[bool]], most_upload: int = MOST_UPLOAD) -> None:
        self._app, self._is_open, self._most_upload = app, is_open, most_upload

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        limit = self._most_upload if scope["path"].startswith(_UPLOADS) else MOST_JSON
        problem = self._problem(headers, limit, await self._is_open())
        if problem is not None:
            await answer(problem.status, problem)(scope, receive, send)
            return
        kept = b"no-store" if scope["path"].startswith("/api/") else b"no-cache"
        await self._app(scope, _limited(receive, limit), _with_headers(send, kept))

    @staticmethod
    def _problem(headers: dict[bytes, bytes], limit: int, is_open: bool) -> Refused | None:
        host = headers.get(b"host", b"").decode("latin-1")
        if is_open and not is_this_machine(host):
            return Refused(421, f"The studio was called {host[:100]!r}. Without a login it answers to localhost only.")
        length = headers.get(b"content-length", b"0")
        if not length.isdigit() or int(length) > limit:
            return Refused(413, f"The request has {length.decode('latin-1')[:20]} bytes, expected at most {limit:,}.")
        return None


def is_this_machine(host: str) -> bool:
    """Whether a Host header, with or without a port, names the machine itself."""
    name = host.rsplit(":", 1)[0] if host.rpartition(":")[2].isdecimal() else host
    return is_loopback(name.strip("[]"))


def is_loopback(name: str) -> bool:
    if name.lower().rstrip(".") == "localhost":
        return True
    try:
        return ip_address(name).is_loopback
    except ValueError:
        return False


def _limited(receive: Receive, limit: int) -> Receive:
    """A body that was not said to be long, and is."""
    seen = 0

    async def next_message() -> Message:
        nonlocal seen
        message = await receive()
        seen += len(message.get("body", b""))
        if seen > limit:
            raise Refused(413, f"The request has more than {limit:,} bytes. Send less.")
        return message

    return next_message


def _with_headers(send: Send, kept: bytes) -> Send:
    """``kept`` is how long browsers keep what does not say so itself: answers never, the page while it is the same."""

    async def send_on(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = [*message.get("headers", []), *_HEADERS]
            if not any(name.lower() == b"cache-control" for name, _ in headers):
                headers.append((b"cache-control", kept))
            message["headers"] = headers
        await send(message)

    return send_on
