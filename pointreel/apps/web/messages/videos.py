"""The project and its videos."""

from .common import Answered, VideoState


class Video(Answered):
    key: int
    name: str
    width: int
    height: int
    num_frames: int
    duration: float
    version: str
    state: VideoState
    message: str
    num_objects: int
    num_points: int
    num_answered: int


class Project(Answered):
    name: str
    saved_at: str | None
    videos: list[Video]


class Times(Answered):
    seconds: list[float]
