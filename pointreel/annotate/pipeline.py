"""From rough localisations to point candidates: the pipeline of Point-VOS over the objects of a project."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from .. import jobs
from ..core import PointreelError
from ..store import Project, StoredObject
from ..video import Video
from ..video import open as open_video
from ._engines import Engines
from .config import Config
from .stages import run
from .way import STAGES, Way


@dataclass(frozen=True, slots=True)
class Progress:
    """``done`` of ``total`` frames, over all objects that something is left to do for, and which object it is about."""

    done: int
    total: int
    video: str
    object_key: int
    stage: str


@dataclass(frozen=True)
class Report:
    """What came of it: candidates by object, objects that were done before, those that failed, with the reason, and
    those of which nobody has said where they are; these fail when they were asked for by their key.
    """

    proposed: Mapping[int, int] = field(default_factory=dict)
    unchanged: tuple[int, ...] = ()
    failed: Mapping[int, str] = field(default_factory=dict)
    stopped: bool = False
    nowhere: tuple[int, ...] = ()


@dataclass(frozen=True)
class _Task:
    """The objects of a video that something is left to do for, and of each how many frames."""

    video: str
    frames_by_object: Mapping[int, int]


@dataclass(frozen=True, slots=True)
class _News:
    """What is told of an object while it is worked on: its stage and its frames, and at last how it ended."""

    object_key: int
    stage: str
    frames: int
    candidates: int | None = None
    error: str | None = None


def propose(
    project: Project,
    object_keys: Sequence[int] | None = None,
    *,
    config: Config | None = None,
    watch: Callable[[Progress], None] | None = None,
    stop: Callable[[], bool] | None = None,
) -> Report:
    """Localise, make a pseudo-mask, propagate it, and draw candidates to be verified, for all objects or for some.

    Objects are worked on one by one, and videos side by side with ``num_workers``. What a stage brings is stored when
    it is done: whatever happens, the next call goes on from there, and where all is done it adds nothing. ``stop`` is
    asked between frames, and ``watch`` hears of each, both in this thread.
    """
    config = config or Config()
    ways = _ways(project, object_keys, config)
    lost = tuple(way.thing.key for way in ways if not way.localisation)
    if len(lost) == len(ways):
        raise PointreelError(f"{project.name}: nobody has said where {_those(ways)}. {_SAY}")
    left = [way for way in ways if way.localisation and not way.is_done]
    ledger = _Ledger(_tasks(left), watch, {} if object_keys is None else dict.fromkeys(lost, _NOWHERE))
    for outcome in jobs.map(
        _worker(project, config, len(ledger.tasks)),
        ledger.tasks,
        num_workers=config.num_workers,
        name=lambda task: task.video,
        watch=ledger.note,
        stop=stop,
    ):
        ledger.close(outcome)
    unchanged = tuple(way.thing.key for way in ways if way.localisation and way.is_done)
    return Report(ledger.proposed, unchanged, ledger.failed, ledger.stopped, lost if object_keys is None else ())


_SAY = "Click on them in `pointreel studio`, or give their traces with --vidln FILE."
_NOWHERE = "nobody has said where it is: no points on it, box, trace or mask"


def _those(ways: Sequence[Way]) -> str:
    names = [repr(way.thing.name or way.thing.object_id) for way in ways[:3]]
    return f"{names[0]} is" if len(ways) == 1 else f"any of its {len(ways)} objects is ({', '.join(names)} ...)"


def _ways(project: Project, object_keys: Sequence[int] | None, config: Config) -> list[Way]:
    things: Iterable[StoredObject] = project.objects if object_keys is None else map(project.object, object_keys)
    ways = [Way.of(project, thing, config) for thing in things]
    if not ways:
        raise PointreelError(f"{project.name}: has no object to propose points for. {_SAY}")
    return ways


def _tasks(ways: Sequence[Way]) -> list[_Task]:
    by_video: dict[str, dict[int, int]] = {}
    for way in ways:
        by_video.setdefault(way.thing.video, {})[way.thing.key] = way.num_frames_left
    return [_Task(video, frames) for video, frames in by_video.items()]


class _Ledger:
    """How far everything is, put together from what is told of each object."""

    def __init__(self, tasks: list[_Task], watch: Callable[[Progress], None] | None, failed: Mapping[int, str]) -> None:
        self.tasks, self._watch = tasks, watch
        self.proposed: dict[int, int] = {}
        self.failed = dict(failed)
        self.stopped = False
        self._total = sum(sum(task.frames_by_object.values()) for task in tasks)
        self._done: dict[int, int] = {}

    def note(self, task: _Task, said: object) -> None:
        if not isinstance(said, _News):
            return
        if said.candidates is not None:
            self.proposed[said.object_key] = said.candidates
        if said.error is not None:
            self.failed[said.object_key] = said.error
        is_over = said.candidates is not None or said.error is not None
        frames = task.frames_by_object[said.object_key] if is_over else said.frames
        self._done[said.object_key] = max(frames, self._done.get(said.object_key, 0))
        if self._watch is not None:
            done = sum(self._done.values())
            self._watch(Progress(done, self._total, task.video, said.object_key, said.stage))

    def close(self, outcome: jobs.Outcome[_Task, None]) -> None:
        """A video that cannot be read, or a process that died, is the fault of none of its objects, but all wait."""
        left = [key for key in outcome.item.frames_by_object if key not in self.proposed and key not in self.failed]
        if outcome.error is not None:
            self.failed |= dict.fromkeys(left, outcome.error)
        elif left:
            self.stopped = True


def _worker(project: Project, config: Config, num_tasks: int) -> Callable[[_Task, jobs.Tell], None]:
    here = _Here(project, config)
    return here if min(config.num_workers, num_tasks) <= 1 else _Elsewhere(project.place, config)


@dataclass
class _Elsewhere:
    """In a process of its own, which opens the project, and loads the engines, once for all its videos."""

    place: str
    config: Config
    _here: "_Here | None" = None

    def __call__(self, task: _Task, tell: jobs.Tell) -> None:
        self._here = self._here or _Here(Project.open(self.place), self.config)
        self._here(task, tell)


class _Here:
    """Works on videos, with engines that are loaded once."""

    def __init__(self, project: Project, config: Config) -> None:
        self._project, self._config, self._engines = project, config, Engines(config)

    def __call__(self, task: _Task, tell: jobs.Tell) -> None:
        with _opened(self._project, task.video) as video:
            for key in task.frames_by_object:
                self._one(key, video, tell)

    def _one(self, key: int, video: Video, tell: jobs.Tell) -> None:
        way = Way.of(self._project, self._project.object(key), self._config)
        stage = [STAGES[0]]

        def telling(now: str, frames: int) -> None:
            stage[0] = now
            tell(_News(key, now, frames))

        try:
            count = run(way, video, self._engines, self._config, telling)
        except jobs.Stopped:
            raise
        except Exception as error:  # whatever it is, the other objects have nothing to do with it
            said = str(error) if isinstance(error, PointreelError) else _unexpected(error)
            fingerprint = way.fingerprints.by_stage[stage[0]]
            self._project.mark_stage(key, stage[0], "failed", fingerprint=fingerprint, detail=said)
            tell(_News(key, stage[0], 0, error=said))
        else:
            tell(_News(key, STAGES[-1], 0, candidates=count))


def _unexpected(error: Exception) -> str:
    return f"something went wrong ({type(error).__name__}: {error})"


@contextmanager
def _opened(project: Project, name: str) -> Iterator[Video]:
    """The video, once it has proved to be the one that was added; broken frames are passed over."""
    project.open_video(name).close()
    with open_video(project.video_path(name), skip_broken=True) as video:
        yield video
