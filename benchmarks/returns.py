"""How well a tracked thing is found again after it was away: generated clips in which that happens, exact masks.

Type: python benchmarks/returns.py [PHOTOGRAPHS] [--clips 32] [--engine small] [--json]

PHOTOGRAPHS: a folder of BSDS500; without it everything is made of noise. In each clip one thing goes away for 5 to 20
frames and returns: from behind something, where it comes out on the other side or far off, or from out of the picture,
at the same side or another. In half of the clips something that looks like it stays in sight. Half of them start from
the true mask, the others from five points on it. An even clip and the odd one after it are of one kind: rules are
chosen on the even ones and judged on the odd.
"""

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d

from pointreel.core import Frame, Mask, Prompt
from pointreel.core.protocols import Propagator
from pointreel.engines import propagators
from pointreel.points import Scene, samplers
from pointreel.train.scenes.layers import Bend, Layer, about, placed
from pointreel.train.scenes.stock import Cutout, Stock, load_bsds, procedural_stock

SIDE, NUM_FRAMES, POINTS, EVERY = 360, 44, 5, 8
KINDS = ("behind", "far behind", "out and in", "out, in elsewhere")
SHORTEST, LONGEST, GONE = 5, 20, 0.01
Way = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Clip:
    """Frames, what is to be seen of the thing on each, and how the clip came about."""

    number: int
    kind: str
    twin: bool
    by_points: bool
    frames: Sequence[Frame]
    truth: NDArray[np.bool_]

    @property
    def away(self) -> NDArray[np.bool_]:
        """The frames on which (almost) nothing of the thing is to be seen."""
        area = self.truth.sum((1, 2))
        return np.asarray(area < GONE * area[0], np.bool_)

    @property
    def prompt(self) -> Prompt:
        if not self.by_points:
            return Prompt(object_id=1, frame=0, mask=Mask.from_array(self.truth[0]))
        rng = np.random.default_rng([self.number, 1])
        return Prompt(object_id=1, frame=0, points=samplers.build("random").sample(Scene(self.truth[0]), POINTS, rng))


def clip(stock: Stock, number: int) -> Clip:
    """Clip number k of an endless, repeatable row; drawn again until the thing is away as long as it should be."""
    kind, twin = KINDS[number // 2 % 4], number // 8 % 2 == 1
    for attempt in range(200):
        rng = np.random.default_rng([7, number, attempt])
        layers, background = _story(stock, kind, twin, rng)
        truth = np.stack([_visible(layers, k) for k in range(NUM_FRAMES)])
        made = Clip(number, kind, twin, number % 4 in (1, 2), (), truth)
        if _is_good(made):
            frames = [Frame(k, _picture(layers, background, k, rng)) for k in range(NUM_FRAMES)]
            return Clip(number, kind, twin, made.by_points, frames, truth)
    raise SystemExit(f"no clip number {number} in 200 attempts: another stock may do")


def _is_good(clip: Clip) -> bool:
    """In sight for 8 frames or more before and after one absence of the right length, and most of it at first."""
    away, area = np.flatnonzero(clip.away), clip.truth.sum((1, 2))
    if not SHORTEST <= len(away) <= LONGEST or away[-1] - away[0] + 1 != len(away):
        return False
    return bool(away[0] >= 8 and away[-1] < NUM_FRAMES - 9 and area[0] > 500 and area[-1] > 0.6 * area[0])


def _story(stock: Stock, kind: str, twin: bool, rng: np.random.Generator) -> tuple[list[Layer], Layer]:
    """The thing, what looks like it and what hides it, from the back to the front; and the ground behind them."""
    cutout = stock.cutouts[int(rng.integers(len(stock.cutouts)))]
    root = rng.uniform(32, 72)
    reach = 0.5 * max(cutout.rgba.shape[:2]) * root / cutout.area**0.5
    way, hider = _way(kind, reach, rng)
    layers = [_moving(cutout, way, root**2, rng)]
    if twin:
        height = SIDE * (0.15 if way[0, 1] > SIDE / 2 else 0.85)
        beside = np.linspace((rng.uniform(0.2, 0.8) * SIDE, height), (rng.uniform(0.2, 0.8) * SIDE, height), NUM_FRAMES)
        layers.insert(0, _moving(_recoloured(cutout, rng), beside, root**2 * rng.uniform(0.6, 1.4), rng))
    if hider is not None:
        layers.append(_still(_patch(stock, 2 * hider[2:], rng), hider[:2], rng))
    ground = _still(_patch(stock, np.array([1.4, 1.4]) * SIDE, rng), np.array([SIDE, SIDE]) / 2, rng)
    return layers, ground


def _way(kind: str, reach: float, rng: np.random.Generator) -> tuple[Way, Way | None]:
    """Where the thing is on each frame, and the box (middle x, y, half width, half height) that hides it, if any."""
    leaves, away = int(rng.integers(11, 16)), int(rng.integers(SHORTEST, LONGEST - 2))
    down, hider = rng.uniform(0.3, 0.7) * SIDE, None
    if kind in KINDS[:2]:
        half = reach * 1.15 + (10 if kind == "behind" else rng.uniform(0.12, 0.22) * SIDE)
        x = rng.uniform(0.45, 0.55) * SIDE
        near, far = x - max(0.0, half - 1.1 * reach), x + max(0.0, half - 1.1 * reach)
        start, end = x - half - reach - 30, x + half + reach + 30
        places = [(start, down), (near, down), (far, down + rng.normal(0, 12)), (end, down + rng.normal(0, 25))]
        if kind == "far behind" and rng.random() < 0.4:  # it comes out at the top or at the bottom
            out = down + rng.choice([-1, 1]) * (reach * 2.5 + 30)
            hider = np.array([x, down, half, reach * 1.2])
            places[2:] = [(far, down), (far, out)]
        hider = np.array([x, down, half, reach * 1.2 + 20]) if hider is None else hider
    else:
        beyond = -1.3 * reach - 10
        at, back = rng.uniform(0.4, 0.6) * SIDE, rng.uniform(0.3, 0.7) * SIDE
        places = [(0.45 * SIDE, down), (beyond, down), (beyond, back), (at, back)]
    keys = [0, leaves, leaves + away, NUM_FRAMES - 1 - int(rng.integers(0, 8))]
    way = np.stack([np.interp(np.arange(NUM_FRAMES), keys, axis) for axis in np.array(places).T], 1)
    way = gaussian_filter1d(way, 1.0, axis=0, mode="nearest")
    if kind == KINDS[3]:  # out of sight it changes sides
        way[leaves + away // 2 :] = way[leaves + away // 2 :] * (-1, 1) + (SIDE - 1, 0)
    if rng.random() < 0.5:
        way, hider = (
            way * (-1, 1) + (SIDE - 1, 0),
            None if hider is None else hider * (-1, 1, 1, 1) + (SIDE - 1, 0, 0, 0),
        )
    return way, hider


def _moving(cutout: Cutout, way: Way, area: float, rng: np.random.Generator) -> Layer:
    """It turns, grows and bends a little on its way."""
    turn, grow = rng.normal(0, 0.25), rng.normal(0, 0.12)
    share, times = np.linspace(0, 1, NUM_FRAMES), list(np.arange(NUM_FRAMES) * 0.3)
    motions = [about(way[0], at - way[0], turn * s, float(np.exp(grow * s))) for at, s in zip(way, share, strict=True)]
    bends = [Bend.drawn(way[0], area**0.5, rng) for _ in range(int(rng.integers(0, 3)))]
    return Layer(cutout.rgba, placed(cutout, way[0], area, rng), motions, times, bends, _nothing(), _nothing())


def _still(rgba: NDArray[np.uint8], centre: Way, rng: np.random.Generator) -> Layer:
    """It stands, but for the drift of a camera in a hand."""
    middle = np.array(rgba.shape[1::-1]) / 2
    drift = gaussian_filter1d(rng.normal(0, 4, (NUM_FRAMES, 2)), 4, axis=0)
    motions = [about(np.zeros(2), shift, 0.0, 1.0) for shift in drift]
    times = [0.0] * NUM_FRAMES
    return Layer(rgba, about(np.zeros(2), centre - middle, 0.0, 1.0), motions, times, (), _nothing(), _nothing())


def _patch(stock: Stock, size: Way, rng: np.random.Generator) -> NDArray[np.uint8]:
    """A piece of some photograph, as large as is wanted."""
    photograph = stock.photographs[int(rng.integers(len(stock.photographs)))]
    width, height = (int(side) + 1 for side in size)
    scale = max(1.0, width / photograph.shape[1], height / photograph.shape[0])
    photograph = cv2.resize(photograph, None, fx=scale * 1.02, fy=scale * 1.02)
    top, left = (int(rng.integers(0, n - m + 1)) for n, m in zip(photograph.shape, (height, width), strict=False))
    piece = photograph[top : top + height, left : left + width]
    return np.dstack([piece, np.full(piece.shape[:2], 255, np.uint8)])


def _recoloured(cutout: Cutout, rng: np.random.Generator) -> Cutout:
    """Another of the kind: a little lighter, darker, or of another tint."""
    rgba = cutout.rgba.copy()
    rgba[..., :3] = np.clip(rgba[..., :3] * rng.uniform(0.7, 1.3, 3), 0, 255)
    return Cutout(rgba, cutout.corner, cutout.area)


def _nothing() -> NDArray[np.float32]:
    return np.zeros((SIDE, SIDE, 2), np.float32)


def _visible(layers: Sequence[Layer], k: int) -> NDArray[np.bool_]:
    """Of the thing, which is the last layer but for the one that hides it."""
    alphas = [layer.rendered(k, np.eye(3))[..., 3] / 255 for layer in layers]
    hides = len(layers) > 1 and not layers[-1].bends and layers[-1].times[-1] == 0
    thing = alphas[-2] * (1 - alphas[-1]) if hides else alphas[-1]
    return np.asarray(thing > 0.5, np.bool_)


def _picture(layers: Sequence[Layer], ground: Layer, k: int, rng: np.random.Generator) -> NDArray[np.uint8]:
    picture = ground.rendered(k, np.eye(3))[..., :3].astype(np.float32)
    for layer in layers:
        rgba = layer.rendered(k, np.eye(3)).astype(np.float32)
        picture += (rgba[..., :3] - picture) * (rgba[..., 3:] / 255)
    light = 1 + 0.06 * np.sin(0.15 * k)
    return np.clip(cv2.GaussianBlur(picture, (3, 3), 0.7) * light + rng.normal(0, 4, picture.shape), 0, 255).astype(
        np.uint8
    )


def tracked(propagator: Propagator, clip: Clip) -> NDArray[np.bool_]:
    """The thing's mask on each frame, as an engine has it."""

    class Video:
        height, width, num_frames = SIDE, SIDE, NUM_FRAMES

    masks = np.zeros_like(clip.truth)
    with propagator.open(Video()) as session:
        records = [r for frame in clip.frames for r in session.push(frame, [clip.prompt] if frame.index == 0 else [])]
        for record in (*records, *session.finish()):
            if 1 in record.segments:
                masks[record.frame] = record.segments[1].mask.to_array() > 0
    return masks


def figures(clip: Clip, masks: NDArray[np.bool_]) -> dict[str, float]:
    """Mean J of all frames but the first, of those before the thing goes away and of those after it returned; on how
    many of the frames on which it was away something was taken for it; and whether it was there again in the end."""
    both, either = (masks & clip.truth).sum((1, 2)), (masks | clip.truth).sum((1, 2))
    j = np.where(either > 0, both / np.maximum(either, 1), 1.0)
    away = np.flatnonzero(clip.away)
    false = masks[away].sum((1, 2)) > GONE * clip.truth[0].sum()
    figures = {"J": j[1:], "before": j[1 : away[0]], "after": j[away[-1] + 1 :], "false": false}
    return {name: float(np.mean(values)) for name, values in figures.items()} | {"back": float(j[-5:].mean() > 0.4)}


def rows(clips: Sequence[Clip], scores: Sequence[dict[str, float]]) -> Iterator[tuple[str, int, dict[str, float]]]:
    """The means over all clips, each half, and each sort."""
    sorts: dict[str, list[bool]] = {"all": [True] * len(clips)}
    sorts |= {"even": [clip.number % 2 == 0 for clip in clips], "odd": [clip.number % 2 == 1 for clip in clips]}
    sorts |= {kind: [clip.kind == kind for clip in clips] for kind in KINDS}
    sorts |= {"with a twin": [clip.twin for clip in clips], "without": [not clip.twin for clip in clips]}
    sorts |= {"from a mask": [not clip.by_points for clip in clips], "from points": [clip.by_points for clip in clips]}
    for name, chosen in sorts.items():
        of_sort = [score for score, taken in zip(scores, chosen, strict=True) if taken]
        if of_sort:
            yield name, len(of_sort), {key: float(np.mean([score[key] for score in of_sort])) for key in of_sort[0]}


def some_of(photographs: Path) -> Stock:
    """Every eighth photograph will do, and is read in seconds."""
    with tempfile.TemporaryDirectory() as folder:
        chosen = Path(folder)
        (chosen / "groundTruth").symlink_to((photographs / "groundTruth").resolve())
        for path in sorted(photographs.glob("images/*/*.jpg"))[::EVERY]:
            link = chosen / path.relative_to(photographs)
            link.parent.mkdir(parents=True, exist_ok=True)
            link.symlink_to(path.resolve())
        return load_bsds(chosen)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("photographs", type=Path, nargs="?")
    parser.add_argument("--clips", type=int, default=32)
    parser.add_argument("--engine", default="small")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    stock = some_of(given.photographs) if given.photographs else procedural_stock()
    propagator = propagators.build(given.engine)
    clips, scores, seconds = [], [], 0.0
    for number in range(given.clips):
        made = clip(stock, number)
        start = time.process_time()
        scores.append(figures(made, tracked(propagator, made)))
        seconds += time.process_time() - start
        clips.append(made)
        print(f"{number}: {made.kind}, J {scores[-1]['J']:.2f}", file=sys.stderr)
    table = {name: {"clips": num, **means} for name, num, means in rows(clips, scores)}
    if given.json:
        print(json.dumps(table))
        return
    for name, means in table.items():
        print(f"{name:18}", "  ".join(f"{key} {value:.3g}" for key, value in means.items()))
    print(f"{1000 * seconds / (NUM_FRAMES * len(clips)):.0f} ms of processor time per frame")


if __name__ == "__main__":
    main()
