"""What all messages have in common."""

from typing import Annotated, Literal

from annotated_types import Ge, Lt
from pydantic import BaseModel, ConfigDict, Field

RoleName = Literal["owner", "annotator", "viewer"]
Label = Literal[0, 1, 2]
"""0 off the object, 1 on it, 2 undecided."""
DirectionName = Literal["both", "forward", "backward"]
OrderName = Literal["paper", "gain"]
JobKind = Literal["propagation", "proposal", "import", "export"]
JobState = Literal["waiting", "running", "done", "cancelled", "failed", "interrupted"]
"""Interrupted: the server that did it is not there any more; what it had done by then is kept."""
VideoState = Literal["ok", "missing", "changed"]

Name = Annotated[str, Field(max_length=200)]
Colour = Annotated[str, Field(pattern=r"^#[0-9a-fA-F]{6}$")]
Frame = Annotated[int, Ge(0), Lt(1 << 31)]
Key = Annotated[int, Ge(0), Lt(1 << 53)]
"""The key of a row; a number that every database and every browser can hold."""
Finite = Annotated[float, Field(allow_inf_nan=False)]


class Sent(BaseModel):
    """What a client sends; a field nobody knows is an error, not a silence."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Answered(BaseModel):
    """What the server answers."""

    model_config = ConfigDict(frozen=True)


class Saved(Answered):
    saved_at: str
    """When it was on the disk, on the server's clock, as ISO 8601."""


class Trouble(Answered):
    """Every error: one line that says what, where and what to do."""

    error: str
