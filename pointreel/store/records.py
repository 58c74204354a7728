"""What a project hands out and takes in: plain frozen records. A ``key`` names a row of this project, for good."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ..core import AMBIGUOUS, BACKGROUND, FOREGROUND, Attributes, Segment
from ..video import Manifest

Role = Literal["owner", "annotator", "viewer"]
Order = Literal["paper", "gain"]
StageState = Literal["running", "done", "failed"]

ROLES: tuple[Role, ...] = ("owner", "annotator", "viewer")
ORDERS: tuple[Order, ...] = ("paper", "gain")

TURNS = (FOREGROUND, BACKGROUND, AMBIGUOUS)
"""Which kinds of candidates are verified first, second and last, as in Point-VOS."""


def when(micros: int) -> datetime:
    """A stored time."""
    return datetime.fromtimestamp(micros / 1_000_000, UTC)


@dataclass(frozen=True, slots=True)
class User:
    """Somebody who works on the project. An owner may do all, an annotator may answer, a viewer may look."""

    key: int
    name: str
    role: Role
    joined_at: datetime


@dataclass(frozen=True, slots=True)
class Login:
    """Somebody who is logged in, known by a digest of what their browser holds."""

    mark: str
    name: str
    began_at: datetime
    used_at: datetime


@dataclass(frozen=True, slots=True)
class RunningJob:
    """What a server does, or did when it was killed; ``request`` is what to ask for to have it done again."""

    key: str
    kind: str
    video: str | None
    request: str
    server: str
    seen_at: datetime


@dataclass(frozen=True, slots=True)
class StoredVideo:
    """A video of the project, as it was when it was added. ``path`` is where its file is expected now."""

    key: int
    name: str
    path: str
    height: int
    width: int
    num_frames: int
    manifest: Manifest = field(repr=False)


@dataclass(frozen=True, slots=True)
class StoredObject:
    """An object of a video. ``object_id`` is its id in masks and formats; ``colour`` is written #rrggbb."""

    key: int
    video: str
    object_id: int
    name: str
    colour: str
    attributes: Attributes
    removed: bool
    closed: bool


@dataclass(frozen=True, slots=True)
class StoredMask:
    """The mask of an object on a frame, and which edit it came with. An empty mask says: not in this frame."""

    frame: int
    segment: Segment
    locked: bool
    edit: int


@dataclass(frozen=True, slots=True)
class Edit:
    """A change to a video's objects, prompts or masks; ``undoes`` names the edit whose effect it turns back."""

    key: int
    at: datetime
    by: str | None
    session: str
    kind: str
    undoes: int | None


@dataclass(frozen=True, slots=True)
class Effect:
    """What an edit changes, with what was done at once with it: videos by name, objects by key, and the frames from
    the first to the last, both included. ``at_once``: it is part of an action, done to the project as a whole.
    """

    edit: int
    kind: str
    videos: tuple[str, ...]
    objects: tuple[int, ...]
    frames: tuple[int, int] | None
    at_once: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A point to be verified. ``kind`` is what a machine takes it for: foreground, background, or it cannot say.

    ``gain`` is how much an answer is expected to change; the order "gain" asks for the largest first. ``overlap`` is
    how many people are asked. ``gold`` is the answer where it is known: the point tests who answers. ``repeats`` is the
    position, in the list that is proposed, of an earlier candidate that this one shows again. Neither is shown to
    annotators, and neither is exported. ``inside`` says whether it lies on the mask that is being verified.
    """

    frame: int
    x: float
    y: float
    kind: int
    gain: float = 0.0
    overlap: int = 1
    gold: int | None = None
    repeats: int | None = None
    inside: bool | None = None


@dataclass(frozen=True, slots=True)
class Stratum:
    """A region of a frame that candidates of one kind were drawn from: how many ``pixels`` of it lie on the mask that
    is being verified (``inside``), or off it. Regions of uncertain candidates lie on either side of its border.
    """

    object_key: int
    proposal: str
    frame: int
    kind: int
    inside: bool
    pixels: int


@dataclass(frozen=True, slots=True, eq=False)
class SoftMask:
    """How likely an object is on a frame: (height, width) logits, at a resolution that may be lower than its own."""

    frame: int
    logits: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Task:
    """A point that somebody is asked about: all they may know of it. It is theirs until ``expires_at``."""

    point: int
    video: str
    object_key: int
    object_id: int
    object_name: str
    colour: str
    frame: int
    x: float
    y: float
    kind: int
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Event:
    """One line of the log of verdicts. An event without a label undoes, or redoes, the one that ``undoes`` names."""

    key: int
    at: datetime
    by: str
    session: str
    point: int
    label: int | None
    seconds: float | None
    settles: bool
    undoes: int | None
    action: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What somebody says of a point now: their newest verdict that is not undone, with what the point really is."""

    point: int
    object_key: int
    frame: int
    kind: int
    by: str
    label: int
    seconds: float
    settles: bool
    gold: int | None
    repeats: int | None
    """The key of the point that this one shows again."""


@dataclass(frozen=True, slots=True)
class StoredPoint:
    """A candidate as owners see it: ``label`` is the verdict so far, ``waiting`` whether more answers are due."""

    key: int
    object_key: int
    frame: int
    x: float
    y: float
    kind: int
    gain: float
    label: int | None
    answers: int
    waiting: bool
    gold: int | None
    repeats: int | None
    proposal: str
    inside: bool | None


@dataclass(frozen=True, slots=True)
class Progress:
    """How many points of one kind of one object are answered, of how many; hidden ones count like all others."""

    object_key: int
    kind: int
    answered: int
    total: int


@dataclass(frozen=True, slots=True)
class Batch:
    """The points of one kind of one object: how many are answered, of how many, and how many by one annotator."""

    object_key: int
    kind: int
    answered: int
    total: int
    own: int


@dataclass(frozen=True, slots=True)
class Stage:
    """How far a stage of the pipeline got on an object. ``fingerprint`` says with what it was run."""

    object_key: int
    stage: str
    state: StageState
    fingerprint: str
    detail: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Pace:
    """Verdicts that count now, by label, and the seconds they took."""

    answers: int
    foreground: int
    background: int
    undecided: int
    seconds: float
    median: float
    p90: float


@dataclass(frozen=True, slots=True)
class Tally:
    """An object's points, without tests and repeats: how many, and the labels of those that are done.

    ``last_event`` is the newest verdict that counts, 0 where there is none.
    """

    object_key: int
    points: int
    foreground: int
    background: int
    undecided: int
    last_event: int

    @property
    def answered(self) -> int:
        return self.foreground + self.background + self.undecided


@dataclass(frozen=True, slots=True)
class Statistics:
    """What a project holds and how it went. ``objects_done`` have points, and none that waits for an answer."""

    videos: int
    objects: int
    objects_done: int
    points: int
    points_done: int
    events: int
    all: Pace
    by_kind: Mapping[int, Pace]
    by_annotator: Mapping[str, Pace]


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that is not as it has to be: where, and what to do about it."""

    where: str
    what: str

    def __str__(self) -> str:
        return f"{self.where}: {self.what}"
