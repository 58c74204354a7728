"""Objects from what people said about videos: a noun, and where the pointer was meanwhile (Point-VOS, section 3.3)."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from ..core import Attributes, FormatError, PointreelError, Prompt, Trace, inside
from ..formats.vidln import ActorNarrative, Narrative, Span, Stroke, narratives
from ..store import Project, StoredVideo
from ..video import Video
from .nouns import nouns_in

_ENDINGS = ("", ".mp4", ".mkv", ".webm", ".mov", ".avi")
_FROM_ONE = re.compile(r"img_")
"""Frames of OVIS are counted from 1 (img_0000001 is the first), and those of Oops from 0."""


@dataclass(frozen=True)
class Localised:
    """What came of a file: the objects it brought, those that were there before, nouns nobody pointed at while they
    were said, videos of the file that the project does not have, and those that could not be used, with the reason.
    """

    added: tuple[int, ...] = ()
    known: tuple[int, ...] = ()
    untraced: int = 0
    missing: tuple[str, ...] = ()
    failed: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Noun:
    """A noun of a caption, and its trace on one key frame, as fractions of the frame."""

    actor: ActorNarrative
    span: Span
    keyframe: int
    strokes: tuple[Stroke, ...]

    def trace(self, height: int, width: int) -> Trace:
        """In pixels, where what was drawn beyond the frame lies on its edge."""
        xy = np.concatenate([stroke.xy for stroke in self.strokes]) * (width, height)
        xy = np.clip(xy, 0, (width - 1, height - 1))
        return Trace(xy.astype(np.float32), np.concatenate([stroke.seconds for stroke in self.strokes]))


def localise(
    project: Project,
    file: Path,
    *,
    videos: Path | None = None,
    spacy_model: str | None = None,
    first_frame: int | None = None,
) -> Localised:
    """An object for each noun of a VidLN file, with its trace as a prompt; a second time adds nothing.

    Nouns are those that the file marks, or those that a model of spaCy finds.

    A narrative belongs to the video of the project that is named as its ``video_id``, with or without an ending.
    ``videos`` is a folder to add those from that the project lacks. ``first_frame`` is the number of a video's first
    frame in the names of key frames; without it, 1 where these begin with ``img_`` and 0 elsewhere. Key frames of a
    folder of pictures are found by their names.
    """
    if not file.is_file():
        raise FormatError(file, "", found="nothing", expected="a file of narratives", hint="Check the path.")
    if spacy_model is not None:
        nouns_in("", model=spacy_model)  # what is not installed is no narrative's fault
    outcomes: list[tuple[int | None, bool]] = []
    missing: list[str] = []
    failed: dict[str, str] = {}
    for narrative in narratives(file):
        try:
            stored = _video_of(project, narrative) or _added(project, narrative, videos)
            if stored is None:
                missing.append(narrative.video)
            else:
                frames = _frames_of(project, stored, narrative, first_frame)
                outcomes += [
                    _kept(project, stored, narrative, *one, frames) for one in _nouns_of(narrative, spacy_model)
                ]
        except PointreelError as error:
            failed[narrative.video] = str(error)
    return Localised(
        added=tuple(key for key, is_new in outcomes if key is not None and is_new),
        known=tuple(key for key, is_new in outcomes if key is not None and not is_new),
        untraced=sum(key is None for key, _ in outcomes),
        missing=tuple(dict.fromkeys(missing)),
        failed=failed,
    )


def largest(actor: ActorNarrative, noun: Span, size: tuple[int, int]) -> Noun | None:
    """A noun on the key frame on which its trace has the largest area; None if nothing was drawn while it was said.

    The area is that of the box around the trace. Of two as large, the earlier counts.
    """
    by_keyframe = actor.strokes_by_keyframe(noun)
    if not by_keyframe:
        return None
    keyframe = max(by_keyframe, key=lambda k: (_area(by_keyframe[k], size), -k))
    return Noun(actor, noun, keyframe, by_keyframe[keyframe])


def _area(strokes: Sequence[Stroke], size: tuple[int, int]) -> float:
    xy = np.concatenate([stroke.xy for stroke in strokes])
    width, height = (xy.max(0) - xy.min(0)) * (size[1], size[0])
    return float((width + 1) * (height + 1))


def _nouns_of(narrative: Narrative, spacy_model: str | None) -> Iterator[tuple[ActorNarrative, Span]]:
    for actor in narrative.actors:
        for noun in actor.nouns if spacy_model is None else nouns_in(actor.caption, model=spacy_model):
            yield actor, noun


def _video_of(project: Project, narrative: Narrative) -> StoredVideo | None:
    called = {narrative.video, Path(narrative.video).name}
    return next((one for one in project.videos if one.name in called or _stem(one.name) in called), None)


def _stem(name: str) -> str:
    ending = next((ending for ending in _ENDINGS if ending and name.lower().endswith(ending)), "")
    return name[: len(name) - len(ending)]


def _added(project: Project, narrative: Narrative, folder: Path | None) -> StoredVideo | None:
    """The narrative's video from a folder, or from its folder of the narrative's dataset."""
    if folder is None:
        return None
    for name in (narrative.video, f"{narrative.dataset_id or '.'}/{narrative.video}"):
        for ending in _ENDINGS:
            if (path := inside(folder, name + ending)).exists():
                return project.add_video(path, name=path.name)
    return None


def _frames_of(project: Project, stored: StoredVideo, narrative: Narrative, first: int | None) -> list[int]:
    """The frame of the video that each key frame is."""
    with project.open_video(stored.name) as video:
        frame_by_name = {path.stem: k for k, path in enumerate(_pictures(video))}
    found = [_frame(name, frame_by_name, first) for name in narrative.keyframe_names]
    for name, frame in zip(narrative.keyframe_names, found, strict=True):
        if frame is None or not 0 <= frame < stored.num_frames:
            which = "has no number" if frame is None else f"would be frame {frame} of {stored.num_frames}"
            raise PointreelError(f"{stored.name}: the key frame {name!r} {which}. Is it the video that was narrated?")
    return [frame for frame in found if frame is not None]


def _pictures(video: Video) -> Iterable[Path]:
    return video.source.files if video.info.path.is_dir() else ()


def _frame(name: str, frame_by_name: Mapping[str, int], first: int | None) -> int | None:
    if name in frame_by_name:
        return frame_by_name[name]
    number = re.search(r"\d+$", name)
    if number is None:
        return None
    return int(number[0]) - (int(_FROM_ONE.match(name) is not None) if first is None else first)


def _kept(
    project: Project, stored: StoredVideo, narrative: Narrative, actor: ActorNarrative, span: Span, frames: list[int]
) -> tuple[int | None, bool]:
    """The object of a noun, if anybody pointed at it, and whether it is new."""
    noun = largest(actor, span, (stored.height, stored.width))
    if noun is None:
        return None, False
    said = _attributes(narrative, noun)
    known = next((one for one in project.objects_of(stored.name) if said.items() <= one.attributes.items()), None)
    thing = known or project.add_object(stored.name, span.text, attributes=said)
    if not project.prompts(thing.key):  # a run that was killed may have left an object without its trace
        trace = noun.trace(stored.height, stored.width)
        prompt = Prompt(object_id=thing.object_id, frame=frames[noun.keyframe], trace=trace)
        project.prompt(thing.key, prompt)
    return thing.key, known is None


def _attributes(narrative: Narrative, noun: Noun) -> Attributes:
    return {
        "dataset_id": narrative.dataset_id,
        "vidln_id": narrative.narrative_id,
        "actor": noun.actor.name,
        "caption": noun.actor.caption,
        "start": noun.span.start,
        "end": noun.span.end,
    }
