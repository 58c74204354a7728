"""Track by name: the driver of ``systems`` with an engine from the shelf, on a video given by its path."""

import os
import shlex
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path

from ..core import FrameMasks, PointreelError, Prompt
from ..core.protocols import Propagator
from ..engines import propagators
from ..systems import Direction, Tracking
from ..video import Video
from ..video import open as open_video

DEFAULT_ENGINE = "small"


def track(
    video: Video | str | os.PathLike[str],
    prompts: Sequence[Prompt],
    engine: str | Propagator = DEFAULT_ENGINE,
    *,
    direction: Direction = "both",
    folder: str | os.PathLike[str] | None = None,
    resume: bool = False,
    names: Mapping[int, str] | None = None,
    options: Mapping[str, object] | None = None,
) -> Iterator[FrameMasks]:
    """The masks of the prompted objects on every frame of the video, in order, each frame once.

    ``prompts`` may be on any frames, of any number of objects. ``engine`` is a name of ``pointreel list engines``,
    with ``options`` for its ``Config``, or a propagator. ``direction`` is "both", "forward" or "backward" from the
    prompts. With a ``folder`` what is found is kept there frame by frame; ``resume`` goes on with what it holds, after
    a pause or a killed process, and ``prompts`` are then those of the run. Bad prompts are refused before any work.

    A video given by its path is read past broken frames, over which masks are carried with a score of 0.

    >>> from pointreel.core import Points, Prompt
    >>> dog = Prompt(object_id=1, frame=0, points=Points.on([(312, 208)]))
    >>> for masks in pointreel.track("dog.mp4", [dog]):      # doctest: +SKIP
    ...     print(masks.frame, masks.segments[1].mask.area, masks.segments[1].score)
    """
    if resume and folder is None:
        raise PointreelError("resume: there is no folder to go on with. Give the folder of the run.")
    with ExitStack() as stack:
        if not isinstance(video, Video):
            video = stack.enter_context(open_video(video, skip_broken=True))
        label, propagator = engine_named(engine, options or {})
        place = None if folder is None else Path(folder)
        if resume and place is not None:
            tracking = Tracking.resume(video, propagator, place, engine=label)
        else:
            tracking = Tracking.start(
                video, prompts, propagator, direction=direction, folder=place, names=names, engine=label
            )
        stack.enter_context(tracking)
        return _masks(tracking, stack.pop_all())


def engine_named(engine: str | Propagator, options: Mapping[str, object]) -> tuple[str, Propagator]:
    """A propagator, and what records and reports call it: its name and the options it was given, as one types them.

    >>> engine_named("flow", {"side": 120})[0]
    'flow side=120'
    """
    if not isinstance(engine, str):
        return type(engine).__name__, engine
    propagator: Propagator = propagators.build(engine, **options)
    return shlex.join([engine, *(f"{key}={value}" for key, value in sorted(options.items()))]), propagator


def _masks(tracking: Tracking, closing: ExitStack) -> Iterator[FrameMasks]:
    with closing:
        yield from tracking
