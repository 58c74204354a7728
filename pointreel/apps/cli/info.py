"""What a video or a dataset is: sizes, lengths, and whether every frame can be read."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated

import typer

from ...core import FrameLabels, PassedDataset, PointreelError, Sequence, replacing
from ...formats import contents
from ...video import Manifest, Video
from ...video import open as open_video
from .console import SKIPPED_BROKEN, print_json, print_table, progress, remarks, watched
from .options import dataset_at, formats_at

EXAMPLES = (
    "pointreel info demo/clip.mp4",
    "pointreel info demo/clip.mp4 --check --json",
    "pointreel info demo/clip.mp4 --against demo/clip.manifest.json",
    "pointreel info demo/overlay.mp4 --manifest demo/overlay.manifest.json",
    "pointreel info demo/DAVIS",
)


def info(
    source: Annotated[Path, typer.Argument(metavar="PATH", help="A video, a folder of pictures, or a dataset.")],
    from_: Annotated[str | None, typer.Option("--from", help="Read PATH as a dataset of this format.")] = None,
    read: Annotated[list[str], typer.Option(help="An option of that format, as KEY=VALUE.")] = [],  # noqa: B006
    check: Annotated[bool, typer.Option("--check", help="Read every frame of a video.")] = False,
    skip_broken: Annotated[
        bool, typer.Option("--skip-broken", help="With --check: go on after broken frames, and list them.")
    ] = False,
    manifest: Annotated[Path | None, typer.Option(help="Write the video's manifest here.")] = None,
    against: Annotated[Path | None, typer.Option(help="Say whether the video is the one of this manifest.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for programs.")] = False,
) -> None:
    """Say what a video or a dataset is: its size, its length, and with --check whether every frame can be read."""
    if from_ or formats_at(source):
        _say_dataset(source, from_, read, as_json)
        return
    with open_video(source, skip_broken=skip_broken) as video:
        if against:
            _compare(video, against)
        if check:
            for _ in progress(video, "reading", len(video)):
                pass
        if manifest:
            write_manifest(video, manifest)
        _say_video(video, checked=check, as_json=as_json)
        if video.skipped:
            raise typer.Exit(SKIPPED_BROKEN)


def _compare(video: Video, path: Path) -> None:
    try:
        known = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise PointreelError(f"{path}: not a manifest ({error}). Make one with --manifest.") from None
    Manifest.from_dict(known if isinstance(known, dict) else {}, source=path).check(video)
    remarks.print(f"{video.info.path}: is the video of {path}.")


def write_manifest(video: Video, path: Path) -> None:
    """Keep what an annotation has to remember of its video."""
    text = json.dumps(Manifest.of(video).to_dict()) + "\n"
    with replacing(path) as draft:
        draft.write_text(text, encoding="utf-8")


def _say_video(video: Video, *, checked: bool, as_json: bool) -> None:
    facts = video.info
    rows: dict[str, object] = {
        "path": str(facts.path),
        "kind": facts.kind,
        "container": facts.container,
        "codec": facts.codec,
        "pixel format": facts.pixel_format,
        "width": facts.width,
        "height": facts.height,
        "rotation": facts.rotation,
        "frames": facts.num_frames,
        "frames per second": round(float(facts.frame_rate), 3),
        "seconds": round(float(facts.duration), 3),
        "alpha": facts.has_alpha,
        "checked": checked,
        "skipped": [{"frame": skipped.frame, "reason": skipped.reason} for skipped in video.skipped],
    }
    if as_json:
        print_json({key.replace(" ", "_"): value for key, value in rows.items()})
        return
    shown = [(key, value) for key, value in rows.items() if value and key not in ("checked", "skipped")]
    print_table("", [*shown, ("every frame", _verdict(video, checked))])


def _verdict(video: Video, checked: bool) -> str:
    """Whether all frames can be read; broken ones in stretches of the same reason."""
    if not video.skipped:
        return "can be read" if checked else "not looked at; use --check"
    stretches: list[tuple[int, int, str]] = []
    for skipped in video.skipped:
        first, last, reason = stretches[-1] if stretches else (0, -2, "")
        if skipped.frame == last + 1 and skipped.reason == reason:
            stretches[-1] = first, skipped.frame, reason
        else:
            stretches.append((skipped.frame, skipped.frame, skipped.reason))
    told = (f"{first}" if first == last else f"{first} to {last}" for first, last, _ in stretches)
    return "but " + "; ".join(f"{frames}: {reason}" for frames, (*_, reason) in zip(told, stretches, strict=True))


def _say_dataset(source: Path, from_: str | None, read: list[str], as_json: bool) -> None:
    name, dataset = dataset_at(source, from_, read)
    counted = _Counted()
    said = contents(PassedDataset(watched(dataset, "reading"), counted.through))
    rows = {
        "path": str(source),
        "format": name,
        "sequences": len(dataset),
        "frames": counted.frames,
        "labelled frames": counted.labelled,
        "objects": counted.objects,
    }
    if as_json:
        says = {entry.feature.name.lower(): entry.count for entry in said}
        print_json({key.replace(" ", "_"): value for key, value in rows.items()} | {"says": says})
    else:
        print_table("", [*rows.items(), ("says", "; ".join(entry.feature.value for entry in said))])


@dataclass
class _Counted:
    """What goes by while a dataset is read for something else."""

    frames: int = 0
    labelled: int = 0
    objects: int = 0

    def through(self, sequences: Iterable[Sequence]) -> Iterator[Sequence]:
        return map(self._counted, sequences)

    def _counted(self, sequence: Sequence) -> Sequence:
        self.frames += len(sequence.frames)
        self.objects += len(sequence.objects)
        return replace(sequence, read_labels=lambda: map(self._labelled, sequence))

    def _labelled(self, labels: FrameLabels) -> FrameLabels:
        self.labelled += 1
        return labels
