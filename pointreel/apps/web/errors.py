"""What goes wrong as an answer: a status, and one line that says what, where and what to do."""

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from ...core import PointreelError, VideoChanged
from ...store import NotAllowed, ProjectBusy, ProjectDamaged, ProjectFull, ProjectReadOnly, StoreError


class Refused(PointreelError):
    """A request that is not done, with the HTTP status that says so."""

    def __init__(self, status: int, message: str, *, retry_after: int | None = None) -> None:
        super().__init__(message)
        self.status, self.retry_after = status, retry_after


STATUS: tuple[tuple[type[PointreelError], int], ...] = (
    (NotAllowed, 403),
    (ProjectBusy, 503),
    (ProjectReadOnly, 503),
    (ProjectFull, 507),
    (ProjectDamaged, 500),
    (StoreError, 409),
    (VideoChanged, 409),
    (PointreelError, 400),
)
"""The first that fits. What is 5xx was not stored, and may be tried again."""


def status_of(error: PointreelError) -> int:
    if isinstance(error, Refused):
        return error.status
    return next(status for kind, status in STATUS if isinstance(error, kind))


def answer(status: int, message: object, retry_after: int | None = None) -> JSONResponse:
    headers = {} if retry_after is None else {"Retry-After": str(retry_after)}
    return JSONResponse({"error": " ".join(str(message).split())}, status, headers)


def add_handlers(app: FastAPI) -> None:
    """Every error of the application as one line of JSON."""

    @app.exception_handler(PointreelError)
    async def _ours(request: Request, error: PointreelError) -> JSONResponse:
        said = request.app.state.studio.without_place(str(error))
        return answer(status_of(error), said, getattr(error, "retry_after", None))

    @app.exception_handler(RequestValidationError)
    async def _malformed(_: Request, error: RequestValidationError) -> JSONResponse:
        return answer(422, _first_problem(error))

    @app.exception_handler(HTTPException)
    async def _http(request: Request, error: HTTPException) -> JSONResponse:
        said = f"{request.method} {request.url.path[:200]}: {error.detail}. What there is stands at /docs."
        return answer(error.status_code, said)

    @app.exception_handler(OSError)
    async def _system(_: Request, error: OSError) -> JSONResponse:
        full = error.errno in _FULL
        return answer(507 if full else 500, f"The server's disk said: {error.strerror or error}. Nothing was changed.")

    @app.exception_handler(Exception)
    async def _unexpected(_: Request, error: Exception) -> JSONResponse:
        """Ours to mend; uvicorn's log has where it happened."""
        return answer(500, f"Something went wrong in the studio ({type(error).__name__}). Tell its authors.")


_FULL = frozenset({28, 122})  # ENOSPC, EDQUOT


def _first_problem(error: RequestValidationError) -> str:
    problems = error.errors()
    where = ".".join(str(part) for part in problems[0]["loc"])
    more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
    return f"The request: {where}: {problems[0]['msg']}{more}. What is expected stands at /docs."
