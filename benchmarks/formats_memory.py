"""A million annotations through a reader and a writer: the peak of memory and the seconds.

A file is generated with a million annotations, then converted, each step in a process of its own whose peak resident
memory is what the operating system says at its end. Run it as ``python benchmarks/formats_memory.py``.
"""

import argparse
import multiprocessing
import os
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from pointreel.core import FrameLabels, ListedDataset, Mask, ObjectInfo, Segment, Sequence
from pointreel.formats import convert, shelf

FRAMES, OBJECTS = 20, 10
STEPS = (("coco", "coco"), ("coco", "ytvis"), ("ytvis", "coco"))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--annotations", type=int, default=1_000_000, help="masks in the generated file")
    parser.add_argument("--folder", type=Path, help="where the files go; a temporary folder without it")
    options = parser.parse_args()
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {0})
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.folder or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        for row in rows(folder, options.annotations):
            print(row, flush=True)


def rows(folder: Path, num_annotations: int) -> Iterator[str]:
    """The lines of the table, as the steps are done."""
    source = {"coco": folder / "coco.json", "ytvis": folder / "ytvis.json"}
    yield "| step | file in | file out | seconds | annotations / s | peak memory | above the interpreter |"
    yield "|---|---|---|---|---|---|---|"
    baseline = measured(nothing)[1]
    seconds, peak = measured(generate, source["coco"], num_annotations)
    yield row("generate coco", 0, source["coco"], seconds, num_annotations, peak, baseline)
    for source_format, target_format in STEPS:
        target = folder / f"{source_format}-{target_format}.json"
        seconds, peak = measured(through, source_format, target_format, source[source_format], target)
        found = measured_count(target)
        if found != num_annotations:
            raise SystemExit(f"{target} holds {found} masks, not {num_annotations}")
        size = source[source_format].stat().st_size
        yield row(f"{source_format} to {target_format}", size, target, seconds, num_annotations, peak, baseline)
        if target_format == "ytvis":
            target.replace(source["ytvis"])


def row(step: str, size_in: int, target: Path, seconds: float, number: int, peak: float, baseline: float) -> str:
    size_out = target.stat().st_size
    sizes = f"{size_in / 1e6:.0f} MB | {size_out / 1e6:.0f} MB"
    return f"| {step} | {sizes} | {seconds:.0f} | {number / seconds:.0f} | {peak:.0f} MB | {peak - baseline:.0f} MB |"


def measured(step: Callable[..., None], *arguments: object) -> tuple[float, float]:
    """Seconds and peak resident memory in MB of ``step`` in a fresh process."""
    context = multiprocessing.get_context("spawn")
    answers = context.Queue()
    process = context.Process(target=in_process, args=(answers, step, arguments))
    process.start()
    process.join()
    if process.exitcode:
        raise SystemExit(process.exitcode)
    seconds, peak = answers.get()
    return seconds, peak


def in_process(answers: "multiprocessing.Queue[tuple[float, float]]", step: Callable[..., None], given: tuple) -> None:
    start = time.perf_counter()
    step(*given)
    seconds = time.perf_counter() - start
    unit = 1 if sys.platform == "darwin" else 1024
    answers.put((seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6))


def nothing() -> None:
    """What the interpreter and our imports weigh."""


def through(source_format: str, target_format: str, source: Path, target: Path) -> None:
    """What ``pointreel convert`` does: look for losses, then write."""
    lost = convert(shelf.build(source_format).read(source), shelf.build(target_format), target)
    if lost:
        raise SystemExit(f"lost {lost}")


def measured_count(path: Path) -> int:
    """How many masks a file holds, counted without any reader of ours."""
    count, rest = 0, b""
    with path.open("rb") as file:
        while chunk := file.read(1 << 24):
            text = rest + chunk
            count += text.count(b'"counts"')
            rest = text[-7:]
    return count


def generate(path: Path, num_annotations: int) -> None:
    """Videos of 20 frames with 10 blobs each."""
    rng = np.random.default_rng(0)
    bank = [blob(rng) for _ in range(500)]
    videos = -(-num_annotations // (FRAMES * OBJECTS))
    names = tuple(f"video{k:06d}" for k in range(videos))
    left = {name: min(FRAMES * OBJECTS, num_annotations - k * FRAMES * OBJECTS) for k, name in enumerate(names)}
    dataset = ListedDataset(names, lambda name: clip(name, left[name], bank))
    shelf.build("coco").write(dataset, path)


def clip(name: str, num_masks: int, bank: list[Mask]) -> Sequence:
    """One video with ``num_masks`` masks of the ``bank``, others in every video."""
    seed = int(name.removeprefix("video"))

    def read() -> Iterator[FrameLabels]:
        picks = np.random.default_rng(seed).integers(0, len(bank), (FRAMES, OBJECTS)).tolist()
        for frame in range(-(-num_masks // OBJECTS)):
            present = range(min(OBJECTS, num_masks - frame * OBJECTS))
            yield FrameLabels(frame, {i + 1: Segment(bank[picks[frame][i]]) for i in present})

    objects = tuple(ObjectInfo(i + 1, f"class {i % 4}") for i in range(OBJECTS))
    return Sequence(
        name=name,
        height=360,
        width=640,
        frames=tuple(f"{k:05d}" for k in range(FRAMES)),
        objects=objects,
        read_labels=read,
    )


def blob(rng: np.random.Generator) -> Mask:
    """An ellipse with a ragged edge, some 60 x 60 pixels."""
    ys, xs = np.mgrid[:360, :640]
    x, y, a, b = rng.uniform(40, 600), rng.uniform(40, 320), rng.uniform(15, 45), rng.uniform(15, 45)
    return Mask.from_array(((xs - x) / a) ** 2 + ((ys - y) / b) ** 2 < 1 + 0.1 * np.sin(xs / 3))


if __name__ == "__main__":
    main()
