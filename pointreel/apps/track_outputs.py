"""A finished run as files: masks for programs, and an overlay, a contact sheet and a report for people."""

import shutil
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from ..core import Frame, FrameMasks, ListedDataset, Mask, PointreelError, Points, Sequence, UnknownName
from ..formats import shelf as formats
from ..systems import RECORDS, Tracking
from ..video import OverlayStyle, contact_sheet, overlay, thumbnails, write_mp4, write_picture
from ..video.pictures import RGB
from .track_facts import Facts, sequence_of
from .track_report import Picture, write_report

PLACES = {
    "json": ("masks.json", "the masks as run lengths, in the layout of YouTube-VIS"),
    "png": ("DAVIS", "the masks as PNGs, in the layout of DAVIS"),
    "overlay": ("overlay.mp4", "masks, names and points drawn on the video"),
    "sheet": ("sheet.jpg", "the video in one picture"),
    "report": ("report.html", "how sure the engine was, and where to look: open it in a browser"),
}
"""What can be written: the file or folder, and what it is."""

NUM_TILES = 12
_SHEET_WIDTH, _TILE_TEXT = 1280, 10
_DOUBT_HEIGHT, _DOUBT_TEXT = 300, 18
_LARGEST = 1080
"""Pictures and the text on them, in pixels; the report shows those of doubts at about half their size. The overlay
of a larger video is made this small: it is for looking, and at 4K it took most of the time and of the memory."""


class Watch(Protocol):
    """Hands on the frames of a pass and may show how far it is; told what the pass is for."""

    def __call__(self, masks: Iterable[FrameMasks], /, what: str) -> Iterable[FrameMasks]: ...


def _unwatched(masks: Iterable[FrameMasks], what: str) -> Iterable[FrameMasks]:  # noqa: ARG001 - nobody looks
    return masks


def write_outputs(
    tracking: Tracking,
    folder: Path,
    *,
    kinds: Collection[str] = tuple(PLACES),
    title: str = "",
    correcting: str = "",
    watch: Watch = _unwatched,
) -> Facts:
    """Write what ``kinds`` names of ``PLACES`` into ``folder``, in place of what was there; finishes the run first.

    ``correcting`` is the command that the report says to correct with; without one it says nothing of that. ``watch``
    is put around each pass over all frames, to show its progress. Memory does not grow with the video, but for the run
    lengths of all masks while JSON is written.
    """
    for kind in kinds:
        if kind not in PLACES:
            raise UnknownName("output", kind, PLACES)
    facts = Facts.of(tracking)
    name = _safe(title or tracking.video.info.path.stem)
    if "json" in kinds:
        sequence = sequence_of(tracking, name, watch=partial(watch, what="writing JSON"))
        formats.build("ytvis").write(ListedDataset.of([sequence]), folder / PLACES["json"][0])
    if "png" in kinds:
        sequence = sequence_of(tracking, name, facts.front_to_back(), partial(watch, what="writing PNGs"))
        _write_pngs(sequence, folder / PLACES["png"][0])
    if {"overlay", "sheet", "report"} & set(kinds):
        drawn = _draw(tracking, facts, folder, kinds, partial(watch, what="drawing"))
        if "sheet" in kinds:
            write_picture(folder / PLACES["sheet"][0], drawn.sheet())
        if "report" in kinds:
            there = {*kinds, *_written_since(folder, fits=True)}
            files = [place for kind, place in PLACES.items() if kind in there and kind != "report"]
            report = folder / PLACES["report"][0]
            write_report(facts, tracking.prompts, report, drawn.sheet(), drawn.doubts, files, title or name, correcting)
    return facts


def stale(folder: Path) -> list[str]:
    """The outputs in the folder of a run that were written before it found what it holds now."""
    return _written_since(folder, fits=False)


def _written_since(folder: Path, *, fits: bool) -> list[str]:
    """The outputs in the folder of a run that were written after its records, or those that were not."""
    records = folder / RECORDS
    there = [kind for kind, (place, _) in PLACES.items() if (folder / place).exists()] if records.is_file() else []
    return [kind for kind in there if fits == (_written(folder / PLACES[kind][0]) >= _written(records))]


def _written(path: Path) -> int:
    return path.stat().st_mtime_ns


def _write_pngs(sequence: Sequence, place: Path) -> None:
    if (largest := max(info.object_id for info in sequence.objects)) > 254:
        raise PointreelError(f"{place}: object id {largest} does not fit in a PNG; ids go up to 254. Leave out png.")
    if place.is_dir():
        shutil.rmtree(place)
    formats.build("davis", year=2017).write(ListedDataset.of([sequence]), place)


@dataclass
class _Drawn:
    """The few pictures that stay in memory, small."""

    tiles: list[Frame] = field(default_factory=list)
    doubts: list[Picture] = field(default_factory=list)

    def sheet(self) -> RGB:
        return contact_sheet(self.tiles, columns=_columns(self.tiles[0], len(self.tiles)))


def _draw(
    tracking: Tracking,
    facts: Facts,
    folder: Path,
    kinds: Collection[str],
    watch: Callable[[Iterable[FrameMasks]], Iterable[FrameMasks]],
) -> _Drawn:
    """One pass over the video for all pictures there are."""
    info = tracking.video.info
    tiles = set(np.linspace(0, len(tracking) - 1, min(NUM_TILES, len(tracking))).round().astype(int).tolist())
    doubts = facts.doubts()
    doubtful = {doubt.frame for doubt in doubts}
    points, names = _points_by_frame(tracking), {i: tracking.names.get(i, "") for i in tracking.object_ids}
    full, drawn = round(info.height * min(1.0, _LARGEST / min(info.height, info.width))), _Drawn()
    with ExitStack() as stack:
        mp4 = None
        if "overlay" in kinds:
            place = folder / PLACES["overlay"][0]
            mp4 = stack.enter_context(write_mp4(place, pts=info.pts[: len(tracking)], time_base=info.time_base))
        for frame, masks in _pictures(tracking, watch):
            if mp4 is None and frame.index not in tiles and frame.index not in doubtful:
                continue
            said = points.get(frame.index, {})
            if mp4 is not None:
                mp4.add(_drawn(frame, masks, said, names, full, OverlayStyle()))
            if frame.index in tiles:
                tile = _small(frame, masks, said, names, _tile_height(frame, len(tiles)), _TILE_TEXT)
                drawn.tiles.append(Frame(frame.index, tile))
            if frame.index in doubtful:
                small = _small(frame, masks, said, names, _DOUBT_HEIGHT, _DOUBT_TEXT)
                drawn.doubts += [Picture(doubt, small) for doubt in doubts if doubt.frame == frame.index]
    drawn.doubts.sort(key=lambda picture: doubts.index(picture.doubt))
    return drawn


def _pictures(
    tracking: Tracking, watch: Callable[[Iterable[FrameMasks]], Iterable[FrameMasks]]
) -> Iterator[tuple[Frame, FrameMasks]]:
    """Every frame with its masks; one that cannot be read is shown as the one before it, without its colours."""
    frames = iter(tracking.video)
    info = tracking.video.info
    ahead, last = next(frames, None), np.zeros((info.height, info.width, 3), np.uint8)
    for masks in watch(tracking):
        if ahead is not None and ahead.index == masks.frame:
            last = ahead.rgb
            ahead = next(frames, None)
            yield Frame(masks.frame, last), masks
        else:
            grey = cv2.cvtColor(last, cv2.COLOR_RGB2GRAY).astype(np.uint8, copy=False)
            yield Frame(masks.frame, np.repeat(grey[..., None], 3, axis=2)), masks


def _points_by_frame(tracking: Tracking) -> dict[int, dict[int, Points]]:
    shown: dict[int, dict[int, Points]] = {}
    for prompt in tracking.prompts:
        if prompt.points is not None:
            shown.setdefault(prompt.frame, {})[prompt.object_id] = prompt.points
    return shown


def _columns(frame: Frame, num: int) -> int:
    return min(4 if frame.width > frame.height else 6, num)


def _tile_height(frame: Frame, num: int) -> int:
    """A sheet of ``num`` tiles is then as wide as a screen, but no picture is taller than half of one."""
    return min(round(_SHEET_WIDTH / _columns(frame, num) * frame.height / frame.width), 480)


def _small(
    frame: Frame, masks: FrameMasks, points: Mapping[int, Points], names: Mapping[int, str], height: int, text: int
) -> RGB:
    """A small picture, with lines and names on it that do not shrink with it."""
    scale = max(text * 480 / (14 * height * min(1.0, frame.width / frame.height)), 1.0)
    several = len(names) > 1  # the tag of a single object would only hide what is around it
    return _drawn(frame, masks, points, names, height, OverlayStyle(scale=scale, ids=several, names=several))


def _drawn(
    frame: Frame,
    masks: FrameMasks,
    points: Mapping[int, Points],
    names: Mapping[int, str],
    height: int,
    style: OverlayStyle,
) -> RGB:
    """The frame at another height, its objects drawn on it there."""
    if height == frame.height:
        return overlay(frame, masks.segments, points=points, names=names, style=style)
    (sized,) = thumbnails([frame], num=1, height=height)
    ratio = np.array([sized.width / frame.width, sized.height / frame.height], np.float32)
    shapes = {i: _resized(segment.mask, (sized.width, sized.height)) for i, segment in masks.segments.items()}
    there = {i: Points((of.xy + np.float32(0.5)) * ratio - np.float32(0.5), of.label) for i, of in points.items()}
    return overlay(sized, shapes, points=there, names=names, style=style)


def _resized(mask: Mask, size: tuple[int, int]) -> NDArray[np.bool_]:
    """A pixel of the other size is on the object where most of what it covers is."""
    way = cv2.INTER_AREA if size[0] < mask.width else cv2.INTER_CUBIC
    return cv2.resize(mask.to_array().astype(np.float32), size, interpolation=way) >= 0.5


def _safe(name: str) -> str:
    """A name that can be a folder's."""
    kept = "".join(c if c.isalnum() or c in "-_. " else "_" for c in name).strip(". ")
    return kept or "video"
