"""The main job on a sample clip with exact ground truth: tracked from three clicks each, scored, and shown."""

import shutil
from functools import partial
from pathlib import Path
from typing import Annotated

import numpy as np
import typer

from ...annotate import Config, propose
from ...core import FrameLabels, ListedDataset, ObjectInfo, PointreelError, Prompt, Sequence, replacing_folder
from ...evaluate import Report, point_statistics, scorers, write_statistics
from ...formats import shelf as formats
from ...points import Scene, frame_samplers, point_labels, samplers
from ...store import Project
from ...systems import Tracking
from ...video import open as open_video
from ...video import overlay, write_mp4, write_picture
from ..sample_clip import FRAME_RATE, NAMES, picture, sample_clip
from ..track_outputs import write_outputs
from ..tracking import DEFAULT_ENGINE, engine_named
from .console import out, print_json, print_table, progress, this_command
from .info import write_manifest
from .propose import proposing
from .track import correcting

EXAMPLES = ("pointreel demo --out demo",)

NUM_CLICKS = 3
SEQUENCE, MARK = "sample", "made-by-pointreel-demo.txt"

PLACES = {
    "clip.mp4": "the clip",
    "clip.manifest.json": "what its labels remember of it, to notice a changed file",
    "DAVIS": "its frames and exact masks, in the layout of DAVIS",
    "track/report.html": "what the engine made of three clicks for each object: open it in a browser",
    "track/overlay.mp4": "its masks drawn on the clip",
    "track/sheet.jpg": "its masks in one picture",
    "track/masks.json": "its masks, in the layout of YouTube-VIS; also as PNGs, in track/DAVIS",
    "points.json": "points picked from the masks, in the layout of Point-VOS",
    "overlay.mp4": "the exact masks, names and points drawn on the clip",
    "statistics/index.html": "how many points there are: open it in a browser",
    "project": "a project with the clip, its objects, and points that wait for a verdict",
    "picture.jpg": "the clip in one picture",
}


def demo(
    folder: Annotated[
        Path, typer.Option("--out", help="Where to put it all; an earlier demo there is replaced.")
    ] = Path("demo"),
    frames: Annotated[int, typer.Option(min=2, help="Length of the clip.")] = 60,
    height: Annotated[int, typer.Option(min=48, help="Height of the clip; the width follows.")] = 480,
    seed: Annotated[int, typer.Option(help="Another seed, another clip and other points.")] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for programs.")] = False,
) -> None:
    """Render a clip with exact masks, track it from three clicks for each object, score that, and propose points."""
    _remove_earlier(folder)
    with replacing_folder(folder) as draft:
        (draft / MARK).write_text("Made by `pointreel demo`, which replaces this folder when it runs again.\n")
        clip = _render(draft, frames, height, seed)
        with open_video(draft / "clip.mp4") as video:
            write_manifest(video, draft / "clip.manifest.json")
        report = _track(draft, clip, seed, correcting(folder / "clip.mp4", folder / "track"))
        points = _sample(draft, clip, seed)
        _draw(draft, clip, points)
        _make_project(draft, clip, seed)
        picture(draft / "picture.jpg")
    _say_done(folder, report, _in_words(_clicks(clip, seed)[0], clip), as_json)


def _remove_earlier(folder: Path) -> None:
    if (folder / MARK).is_file():
        shutil.rmtree(folder)
    elif folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise PointreelError(f"{folder}: exists and no demo made it. Choose another place with --out.")


def _render(draft: Path, num_frames: int, height: int, seed: int) -> Sequence:
    """The clip as an mp4, its frames and its masks as DAVIS has them."""
    height, width = height - height % 2, 2 * round(height * 427 / 480)  # video is written in even sizes
    records: list[FrameLabels] = []
    pictures = draft / "JPEGImages" / "480p" / SEQUENCE
    with write_mp4(draft / "clip.mp4", frame_rate=FRAME_RATE, crf=16) as mp4:
        for frame, masks in progress(sample_clip(num_frames, height, width, seed), "rendering", num_frames):
            mp4.add(frame)
            write_picture(pictures / f"{frame.index:05d}.jpg", frame.rgb, quality=95)
            records.append(FrameLabels(frame.index, masks.segments))
    clip = Sequence(
        name=SEQUENCE,
        height=height,
        width=width,
        frames=tuple(f"{k:05d}" for k in range(num_frames)),
        objects=tuple(ObjectInfo(object_id, name) for object_id, name in NAMES.items()),
        read_labels=lambda: records,
    )
    formats.build("davis").write(ListedDataset.of([clip]), draft / "DAVIS")
    (draft / "JPEGImages").rename(draft / "DAVIS" / "JPEGImages")
    return clip


def _track(draft: Path, clip: Sequence, seed: int, command: str) -> Report:
    """Three clicks for each object, on one frame; masks on every other frame; and how good they are."""
    prompts, names = _clicks(clip, seed), clip.name_by_object
    _, propagator = engine_named(DEFAULT_ENGINE, {})
    with (
        open_video(draft / "clip.mp4") as video,
        Tracking.start(
            video, prompts, propagator, folder=draft / "track", names=names, engine=DEFAULT_ENGINE
        ) as tracking,
    ):
        for _ in progress(tracking.steps(), "tracking", tracking.num_left):
            pass
        watch = partial(progress, total=len(tracking))
        write_outputs(tracking, draft / "track", title=SEQUENCE, correcting=command, watch=watch)
    scorer = scorers.build("davis")
    report: Report = scorer.score(draft / "DAVIS", draft / "track" / "DAVIS")
    return report


def _clicks(clip: Sequence, seed: int) -> list[Prompt]:
    """Where a person would click: well inside, apart from each other, on the first frame that shows most of it."""
    area = {(labels.frame, i): segment.mask.area for labels in clip for i, segment in labels.segments.items()}
    prompts = []
    for object_id in sorted(clip.name_by_object):
        most = max(size for (_, i), size in area.items() if i == object_id)
        frame = min(k for (k, i), size in area.items() if i == object_id and size >= 0.7 * most)
        mask = next(labels.segments[object_id].mask for labels in clip if labels.frame == frame)
        rng = np.random.default_rng([seed, object_id])
        points = samplers.build("k-medoids").sample(Scene(mask.to_array() > 0), NUM_CLICKS, rng)
        prompts.append(Prompt(object_id=object_id, frame=frame, points=points))
    return prompts


def _sample(draft: Path, clip: Sequence, seed: int) -> Sequence:
    """Points as the paper picks them: 10 frames, 10 points an object, 20 pixels apart; and what they add up to."""
    points = point_labels(
        clip,
        frames=frame_samplers.build("evenly"),
        positives=samplers.build("random"),
        negatives=samplers.build("background"),
        seed=seed,
    )
    formats.build("point-vos").write(ListedDataset.of([points]), draft / "points.json")
    write_statistics(point_statistics([points]), draft / "statistics", title="The sample clip")
    return points


def _make_project(draft: Path, clip: Sequence, seed: int) -> None:
    """A project that holds a copy of the clip, the clicks on its objects, and the points proposed from them."""
    with Project.create(draft / "project") as project:
        project.add_video(draft / "clip.mp4", name=SEQUENCE, copy=True)
        for prompt in _clicks(clip, seed):
            thing = project.add_object(SEQUENCE, clip.name_by_object[prompt.object_id], object_id=prompt.object_id)
            project.prompt(thing.key, prompt)
        with proposing() as watch:
            propose(project, config=Config(seed=seed), watch=watch)


def _draw(draft: Path, clip: Sequence, points: Sequence) -> None:
    """Masks and names on every frame, points where there are some."""
    points_by_frame = {labels.frame: labels.points for labels in points}
    with open_video(draft / "clip.mp4") as video, write_mp4(draft / "overlay.mp4", frame_rate=FRAME_RATE) as mp4:
        for frame, labels in progress(zip(video, clip, strict=True), "drawing", len(video)):
            shown = points_by_frame.get(frame.index, {})
            mp4.add(overlay(frame, labels.segments, points=shown, names=clip.name_by_object))


def _in_words(prompt: Prompt, clip: Sequence) -> str:
    """The first point of a prompt, as one types it."""
    assert prompt.points is not None
    (x, y), name = prompt.points.xy[0], clip.name_by_object[prompt.object_id]
    return f"--object {name} --at {prompt.frame} --point {x:.0f},{y:.0f} --out {name}"


def _say_done(folder: Path, report: Report, one_click: str, as_json: bool) -> None:
    if as_json:
        print_json({name: str(folder / name) for name in PLACES} | {"scores": dict(report.overall)})
        return
    print_table("", ((folder / name, what) for name, what in PLACES.items()))
    figures = ", ".join(f"{name} {report.overall[name]:.3f}" for name in ("J&F", "J_mean", "F_mean"))
    out.print(f"\n{NUM_CLICKS} clicks for each object, scored against the exact masks: {figures}")
    command = this_command()
    out.print("\nTry next:")
    for line in (
        f"track {folder / 'clip.mp4'} {one_click}",
        f"compare {folder / 'DAVIS'} {folder / 'track' / 'DAVIS'} --out compare.html",
        f"convert --from davis --to ytvis {folder / 'DAVIS'} {folder / 'davis.json'}",
        f"stats {folder / 'points.json'}",
        f"studio {folder / 'project'}",
    ):
        out.print(f"  {command} {line}")
