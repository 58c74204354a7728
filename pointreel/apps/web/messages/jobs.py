"""Jobs, proposals, imports, exports."""

from typing import Annotated, Literal

from pydantic import Field

from .common import Answered, JobKind, JobState, Key, Name, Sent


class Lost(Answered):
    """Something a format could not hold, and was written without."""

    what: str
    count: int
    first: str


class JobResult(Answered):
    edit: int | None = None
    frames: int | None = None
    videos: list[int] = Field(default_factory=list)
    objects: int | None = None
    points: int | None = None
    masks: int | None = None
    file_name: str | None = None
    lost: list[Lost] = Field(default_factory=list)
    problems: list[str] = Field(default_factory=list)


class Job(Answered):
    id: str
    kind: JobKind
    state: JobState
    done: int
    total: int
    eta_seconds: float | None
    message: str
    video: int | None
    result: JobResult | None
    can_go_on: bool = False
    """Whether an interrupted job can be asked to go on."""


class Started(Answered):
    job: Job


class Jobs(Answered):
    jobs: list[Job]


class ProposeIn(Sent):
    """``gold`` and ``repeats``: hidden tests, as shares of the candidates; ``overlap``: people asked about each."""

    objects: Annotated[list[Key], Field(max_length=10000)] | None = None
    gold: Annotated[float, Field(ge=0, le=1)] = 0.0
    repeats: Annotated[float, Field(ge=0, le=1)] = 0.0
    overlap: Annotated[int, Field(ge=1, le=100)] = 1


class ImportIn(Sent):
    path: Annotated[str, Field(min_length=1, max_length=4096)]
    format: Name | None = None


class ExportIn(Sent):
    format: Name
    what: Literal["points", "masks"]


class FormatOut(Answered):
    name: str
    title: str
    holds_points: bool
    holds_masks: bool
    writable: bool


class Formats(Answered):
    formats: list[FormatOut]
