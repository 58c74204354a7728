"""Masks side by side with pycocotools: encoding, decoding and IoU, after a check that the results are equal.

Both do the same work in turns, in one process and one thread; each figure is the median over the rounds, and a ratio
above 1 says how many times faster pointreel is. Smooth shapes stand for objects, the masks of DAVIS-2016 (where the
folder ``shared`` lies beside the checkout, or POINTREEL_SHARED names it) are real objects, specks and noise the worst.

Type: python benchmarks/masks.py [--rounds 15] [--json]
"""

import argparse
import json
import os
import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import pycocotools.mask as coco
from numpy.typing import NDArray
from PIL import Image

from pointreel.core import Mask, iou_matrix

SHARED = Path(os.environ.get("POINTREEL_SHARED", Path(__file__).parents[1].parent / "shared"))

Pixels = NDArray[np.bool_]
Job = Callable[[], object]


@dataclass(frozen=True)
class Row:
    """One line of the table: microseconds of both, and how many times faster pointreel is."""

    what: str
    masks: str
    pycocotools_us: float
    pointreel_us: float
    ratio: float


@dataclass(frozen=True)
class Masks:
    """Masks of one kind and size, and how many of them are compared with as many others."""

    name: str
    pixels: list[Pixels]
    num_compared: int


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--rounds", type=int, default=15, help="how often everything is measured")
    parser.add_argument("--json", action="store_true", help="print the rows as JSON")
    options = parser.parse_args()
    found = (row for masks in kinds() for row in rows(masks, options.rounds))
    if options.json:
        print(json.dumps([asdict(row) for row in found], indent=1))
        return
    print("| what | masks | pycocotools | pointreel | times faster |\n|---|---|---|---|---|")
    for row in found:
        times = f"{shown(row.pycocotools_us)} | {shown(row.pointreel_us)}"
        print(f"| {row.what} | {row.masks} | {times} | {row.ratio:.2f} |", flush=True)


def shown(microseconds: float) -> str:
    return f"{microseconds:.0f} µs" if microseconds < 1000 else f"{microseconds / 1000:.1f} ms"


def kinds() -> Iterator[Masks]:
    """Every set of masks; twice as many as are compared."""
    rng = np.random.default_rng(0)
    for height, width in ((480, 854), (1080, 1920)):
        yield Masks(f"smooth, {height}p", [blob(rng, height, width) for _ in range(200)], 100)
    if davis := davis_masks(200):
        yield Masks("DAVIS-2016, 480p", davis, 100)
        yield Masks("DAVIS-2016 enlarged, 1080p", [enlarged(mask) for mask in davis], 100)
    yield Masks("specks, 480p", [rng.random((480, 854)) > 0.97 for _ in range(10)], 5)
    for height, width in ((480, 854), (1080, 1920)):
        yield Masks(f"noise, {height}p", [rng.random((height, width)) > 0.5 for _ in range(10)], 5)


def blob(rng: np.random.Generator, height: int, width: int) -> Pixels:
    """A round shape with bays: about a tenth of the picture, somewhere in it."""
    y, x = np.mgrid[:height, :width]
    cy, cx = rng.uniform(0.2, 0.8) * height, rng.uniform(0.2, 0.8) * width
    angle = np.arctan2(y - cy, x - cx)
    waves = sum(rng.uniform(-0.15, 0.15) * np.sin(k * angle + rng.uniform(0, 6)) for k in range(1, 8))
    radius = rng.uniform(0.08, 0.3) * height * (1 + waves)
    return np.asarray((y - cy) ** 2 + (x - cx) ** 2 < radius**2)


def davis_masks(number: int) -> list[Pixels]:
    """That many masks from all of the sequences; none where the data is not there, or of another size."""
    files = sorted((SHARED / "data" / "davis2016" / "Annotations" / "480p").rglob("*.png"))
    chosen = [files[k] for k in np.linspace(0, len(files) - 1, number).astype(int)] if files else []
    masks = [np.array(Image.open(file)) > 0 for file in chosen]
    order = np.random.default_rng(0).permutation(len(masks))
    return [masks[k] for k in order if masks[k].shape == (480, 854)]


def enlarged(mask: Pixels) -> Pixels:
    """The same mask at 1080p, with the steps along its outline that a mask drawn at that size would have."""
    picture = Image.fromarray(mask.astype(np.uint8) * 255).resize((1920, 1080), Image.Resampling.BICUBIC)
    return np.array(picture) > 127


def rows(masks: Masks, rounds: int) -> Iterator[Row]:
    some = masks.pixels[:: max(1, len(masks.pixels) // 10)]
    for what, theirs, ours in (*encoding(some), *decoding(some)):
        yield measured(what, masks.name, theirs, ours, rounds, len(some))
    number = min(masks.num_compared, len(masks.pixels) // 2)
    one, two = masks.pixels[:number], masks.pixels[number : 2 * number]
    yield measured(f"IoU of {number} x {number}", masks.name, *comparing(one, two), rounds, 1)


def encoding(pictures: list[Pixels]) -> Iterator[tuple[str, Job, Job]]:
    """From arrays as people have them, and from arrays turned beforehand to how pycocotools needs them."""
    turned = [np.asfortranarray(pixels.view(np.uint8)) for pixels in pictures]
    for pixels, other in zip(pictures, turned, strict=True):
        same(Mask.from_array(pixels).counts, coco.encode(other)["counts"])
    yield (
        "encode",
        lambda: [coco.encode(np.asfortranarray(pixels.view(np.uint8))) for pixels in pictures],
        lambda: [Mask.from_array(pixels) for pixels in pictures],
    )
    yield (
        "encode, turned beforehand",
        lambda: [coco.encode(pixels) for pixels in turned],
        lambda: [Mask.from_array(pixels) for pixels in turned],
    )


def decoding(pictures: list[Pixels]) -> Iterator[tuple[str, Job, Job]]:
    """To arrays with rows in memory, as people use them, and to arrays as pycocotools leaves them."""
    masks = [Mask.from_array(pixels) for pixels in pictures]
    theirs = [mask.to_coco() for mask in masks]
    for mask, rle in zip(masks, theirs, strict=True):
        same(mask.to_array(), coco.decode(rle))
    yield (
        "decode to rows",
        lambda: [np.ascontiguousarray(coco.decode(rle)) for rle in theirs],
        lambda: [mask.to_array() for mask in masks],
    )
    yield (
        "decode to rows, pycocotools to columns",
        lambda: [coco.decode(rle) for rle in theirs],
        lambda: [mask.to_array() for mask in masks],
    )
    yield (
        "decode to columns",
        lambda: [coco.decode(rle) for rle in theirs],
        lambda: [mask.to_array("F") for mask in masks],
    )


def comparing(one: list[Pixels], two: list[Pixels]) -> tuple[Job, Job]:
    a, b = [Mask.from_array(pixels) for pixels in one], [Mask.from_array(pixels) for pixels in two]
    rle_a, rle_b = [mask.to_coco() for mask in a], [mask.to_coco() for mask in b]
    same(iou_matrix(a, b), coco.iou(rle_a, rle_b, [False] * len(b)))
    return lambda: coco.iou(rle_a, rle_b, [False] * len(b)), lambda: iou_matrix(a, b)


def same(ours: object, theirs: object) -> None:
    if not np.array_equal(np.asarray(ours), np.asarray(theirs)):
        raise SystemExit("pointreel and pycocotools differ; no speed is worth measuring")


def measured(what: str, name: str, theirs: Job, ours: Job, rounds: int, number: int) -> Row:
    """The median time for one mask (or one table), and the median of the ratios of times taken in turns."""
    pairs = [(seconds(theirs), seconds(ours)) for _ in range(rounds + 1)][1:]
    ratio = statistics.median(slow / fast for slow, fast in pairs)
    per_mask = [statistics.median(times) * 1e6 / number for times in zip(*pairs, strict=True)]
    return Row(what, name, round(per_mask[0], 1), round(per_mask[1], 1), round(ratio, 2))


def seconds(job: Job) -> float:
    start = time.perf_counter()
    job()
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
