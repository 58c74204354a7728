"""Projects on disk: what people and programs say about videos, stored so that nothing is ever lost.

>>> from pointreel.core import FOREGROUND
>>> from pointreel.store import Candidate, Project
>>> project = Project.create("dogs", owner="ada")                                   # doctest: +SKIP
>>> project.add_video("dog.mp4")                                                    # doctest: +SKIP
>>> dog = project.add_object("dog.mp4", "dog")                                      # doctest: +SKIP
>>> project.propose(dog.key, [Candidate(frame=0, x=31, y=40, kind=FOREGROUND)])     # doctest: +SKIP
>>> task = project.next_point("ada")                                                # doctest: +SKIP
>>> project.answer(task.point, FOREGROUND, 0.8, annotator="ada")                    # doctest: +SKIP
"""

from .errors import (
    NotAllowed,
    ProjectBusy,
    ProjectDamaged,
    ProjectFull,
    ProjectReadOnly,
    ProjectTooNew,
    StoreError,
)
from .labelling import CLOSING
from .news import NewMasks, News
from .project import Project
from .records import (
    Answer,
    Batch,
    Candidate,
    Edit,
    Effect,
    Event,
    Login,
    Order,
    Pace,
    Problem,
    Progress,
    Role,
    RunningJob,
    SoftMask,
    Stage,
    StageState,
    Statistics,
    StoredMask,
    StoredObject,
    StoredPoint,
    StoredVideo,
    Stratum,
    Tally,
    Task,
    User,
)
from .verifying import PROPOSAL

__all__ = [
    "CLOSING",
    "PROPOSAL",
    "Answer",
    "Batch",
    "Candidate",
    "Edit",
    "Effect",
    "Event",
    "Login",
    "NewMasks",
    "News",
    "NotAllowed",
    "Order",
    "Pace",
    "Problem",
    "Progress",
    "Project",
    "ProjectBusy",
    "ProjectDamaged",
    "ProjectFull",
    "ProjectReadOnly",
    "ProjectTooNew",
    "Role",
    "RunningJob",
    "SoftMask",
    "Stage",
    "StageState",
    "Statistics",
    "StoreError",
    "StoredMask",
    "StoredObject",
    "StoredPoint",
    "StoredVideo",
    "Stratum",
    "Tally",
    "Task",
    "User",
]
