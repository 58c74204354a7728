"""The application: the API, the page it serves, and what every answer has in common."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from fastapi import FastAPI
from fastapi.responses import HTMLResponse
from fastapi.routing import APIRoute
from fastapi.staticfiles import StaticFiles
from starlette.concurrency import run_in_threadpool

from ... import __version__
from .errors import add_handlers
from .guard import role_of
from .manual import add_manual
from .messages import Trouble
from .routes import ROUTERS
from .shield import MOST_UPLOAD, Shield
from .studio import Studio

STATIC = Path(__file__).parent / "static"

_NO_BUNDLE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>pointreel studio</title>
<h1>The studio's page is not built</h1>
<p>This checkout has no bundle in <code>pointreel/apps/web/static</code>. Build it with <code>make bundle</code>, or
take a release of pointreel. The API works: see <a href="/docs">/docs</a>.</p></html>"""


def create_app(studio: Studio, *, most_upload: int = MOST_UPLOAD) -> FastAPI:
    """The server of a studio, which it closes when it ends."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        studio.begin()
        yield
        studio.close()

    async def is_open() -> bool:
        """Whether nobody has to log in; the project is asked now and then, and not in the way of others."""
        if not studio.people.is_fresh:
            await run_in_threadpool(studio.people.refresh)
        return not studio.people.login_required

    app = bare_app()
    app.router.lifespan_context = lifespan
    app.state.studio = studio
    _add_page(app)
    app.add_middleware(Shield, is_open=is_open, most_upload=most_upload)
    return app


def bare_app() -> FastAPI:
    """The application without a project: enough to say what its API is."""
    app = FastAPI(
        title="pointreel studio",
        version=__version__,
        openapi_url="/api/openapi.json",
        docs_url=None,
        redoc_url=None,
        separate_input_output_schemas=False,
        generate_unique_id_function=_name_of,
        responses={"4XX": {"model": Trouble}, "5XX": {"model": Trouble}},
    )
    add_handlers(app)
    for router in ROUTERS:
        for route in router.routes:
            if isinstance(route, APIRoute):
                route.openapi_extra = {"x-role": role_of(route) or "anybody"}
        app.include_router(router)
    add_manual(app)
    return app


def _add_page(app: FastAPI) -> None:
    if (STATIC / "index.html").is_file():
        app.mount("/", StaticFiles(directory=STATIC, html=True), name="page")
        return

    @app.get("/", include_in_schema=False)
    def no_bundle() -> HTMLResponse:
        return HTMLResponse(_NO_BUNDLE, 503)


def _name_of(route: APIRoute) -> str:
    return route.name
