"""Statistics: how far the project is, at what pace, by whom, how good, and what it would have cost otherwise."""

from typing import Literal

from fastapi import APIRouter, Response

from ..figures import figure as drawn
from ..figures import table as tabled
from ..guard import Owner, TheStudio, Viewer
from ..messages import StatisticsOut

router = APIRouter(prefix="/api", tags=["statistics"])

FigureName = Literal["fig9", "fig10", "pace", "cost"]
TableName = Literal["points", "annotators", "objects"]


@router.get("/statistics")
def get_statistics(studio: TheStudio, _: Viewer) -> StatisticsOut:
    """The project in figures. ``by_annotator`` and agreement come from tests, repeats and second opinions."""
    return studio.statistics.all()


@router.get("/statistics/{figure}.svg", response_class=Response)
def get_figure(figure: FigureName, studio: TheStudio, _: Viewer) -> Response:
    """A figure: the paper's Fig. 9 or Fig. 10 for this project, the pace, or the cost."""
    headers = {"Cache-Control": "no-store", "Content-Disposition": f'inline; filename="{figure}.svg"'}
    return Response(drawn(studio.project, figure), media_type="image/svg+xml", headers=headers)


@router.get("/statistics/{table}.csv", response_class=Response)
def get_table(table: TableName, studio: TheStudio, _: Owner) -> Response:
    """A table, for a spreadsheet."""
    headers = {"Cache-Control": "no-store", "Content-Disposition": f'attachment; filename="{table}.csv"'}
    text = tabled(studio.project, studio.statistics, table)
    return Response(text, media_type="text/csv; charset=utf-8", headers=headers)
