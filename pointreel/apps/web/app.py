"""The application: the API, the page it serves, and what every answer has in common."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute

from ... import __version__
from .errors import add_handlers
from .messages import Trouble
from .routes import ROUTERS
from .studio import Studio


def create_app(studio: Studio) -> FastAPI:
    """The server of a studio, which it closes when it ends."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        studio.close()

    app = bare_app()
    app.router.lifespan_context = lifespan
    app.state.studio = studio
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
        app.include_router(router)
    return app


def _name_of(route: APIRoute | APIRouter) -> str:
    return getattr(route, "name", "")
