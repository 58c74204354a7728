"""Statistics: how far the project is, at what pace, by whom, how good, and what it would have cost otherwise."""

from typing import Literal

from fastapi import APIRouter, Response

from ..guard import Owner, TheStudio, Viewer
from ..messages import StatisticsOut

router = APIRouter(prefix="/api", tags=["statistics"])

FigureName = Literal["fig9", "fig10", "pace", "cost"]
TableName = Literal["points", "annotators", "objects"]


@router.get("/statistics")
def get_statistics(studio: TheStudio, user: Viewer) -> StatisticsOut:
    raise NotImplementedError


@router.get("/statistics/{figure}.svg", response_class=Response)
def get_figure(figure: FigureName, studio: TheStudio, user: Viewer) -> Response:
    raise NotImplementedError


@router.get("/statistics/{table}.csv", response_class=Response)
def get_table(table: TableName, studio: TheStudio, user: Owner) -> Response:
    raise NotImplementedError
