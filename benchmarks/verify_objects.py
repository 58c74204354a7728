"""Objects to simulate verification on: pseudo-masks of DAVIS-2016 by the embedded engine, and generated ones.

``davis(root, cache)`` starts every sequence from 1 and 3 random points and from a mask, and keeps what the engine says
in ``cache``. ``generated(num, seed)`` draws shapes that move and grow, and machines that are wrong about them in the
ways machines are: a border that wavers, a limb missing, background taken along, an object lost half way.
"""

from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from pointreel.annotate.config import Config
from pointreel.annotate.likelihood import likelihood_of, logits_of
from pointreel.annotate.simulated_objects import SimulatedObject, View
from pointreel.core import Mask, Points, Prompt
from pointreel.engines import propagators
from pointreel.points import Scene, samplers
from pointreel.systems import carried
from pointreel.video import open as open_video

STARTS = (("points:1", 3), ("points:3", 2), ("mask", 1))
HEIGHT, WIDTH, NUM_FRAMES = 480, 854, 10


def davis(root: Path, cache: Path) -> Iterator[tuple[str, list[View]]]:
    """The views of each start of each sequence; the name is that of the sequence."""
    for folder in sorted((root / "Annotations" / "480p").iterdir()):
        for start, seeds in STARTS:
            for seed in range(seeds):
                file = cache / f"{folder.name}-{start.replace(':', '')}-{seed}.npz"
                if not file.exists():
                    cache.mkdir(parents=True, exist_ok=True)
                    np.savez_compressed(file, **_carried(root, folder.name, start, seed))
                yield folder.name, _views(folder, np.load(file))


def _carried(root: Path, name: str, start: str, seed: int) -> dict[str, np.ndarray]:
    truth = _truth(root / "Annotations" / "480p" / name, 0)
    kind, _, number = start.partition(":")
    points = Points.on([])
    if kind == "points":
        rng = np.random.default_rng(seed)
        points = samplers.build("random").sample(Scene(truth), int(number), rng)
    prompt = Prompt(
        object_id=1, frame=0, **({"points": points} if kind == "points" else {"mask": Mask.from_array(truth)})
    )
    found: dict[str, np.ndarray] = {}
    with open_video(root / "JPEGImages" / "480p" / name) as video:
        frames = set(Config().frames_of(len(video)))
        for one in carried(video, [prompt], propagators.build("small", hints=True)):
            k = one.masks.frame
            if k in frames and 1 in one.masks.segments:
                segment = one.masks.segments[1]
                found[f"logits{k}"] = logits_of(segment).astype(np.float16)
                found[f"mask{k}"] = segment.mask.to_array()
    return found


def _views(folder: Path, kept: "np.lib.npyio.NpzFile") -> list[View]:
    views = []
    for k in sorted(int(name[4:]) for name in kept.files if name.startswith("mask")):
        mask, truth = kept[f"mask{k}"], _truth(folder, k)
        views.append(
            View(k, likelihood_of(np.clip(kept[f"logits{k}"].astype(np.float32), -30, 30), *mask.shape), mask, truth)
        )
    return views


def _truth(folder: Path, k: int) -> np.ndarray:
    return np.asarray(Image.open(folder / f"{k:05d}.png")) > 0


def generated(num: int, seed: int) -> Iterator[list[View]]:
    """Views of objects that are nowhere but here."""
    rng = np.random.default_rng(seed)
    for _ in range(num):
        yield _generated(rng)


def _generated(rng: np.random.Generator) -> list[View]:
    size = np.exp(rng.uniform(np.log(30), np.log(140)))  # a radius in pixels
    shape, wrong = _outline(rng), _outline(rng)
    lost = rng.integers(3, NUM_FRAMES) if rng.random() < 0.15 else NUM_FRAMES
    limb = rng.uniform(0.4, 0.7) if rng.random() < 0.3 else 0.0
    extra = rng.uniform(0.3, 0.7) if rng.random() < 0.3 else 0.0
    waver, softness = rng.uniform(0.02, 0.15) * size, rng.uniform(0.05, 0.15) * size
    middle, way = rng.uniform((250, 150), (600, 330)), rng.normal(0, 12, 2)
    angle, growth = rng.uniform(0, 2 * np.pi, 2), rng.normal(0, 0.04)
    views = []
    for k in range(NUM_FRAMES):
        centre, radius = middle + k * way, size * np.exp(growth * k)
        truth = _inside(centre, radius, shape, 0.05 * k)
        seen = (
            truth
            if k < lost
            else _inside(centre + 4 * radius * np.array([np.cos(angle[0]), np.sin(angle[0])]), radius, wrong, 0)
        )
        far = centre + 1.1 * radius * np.array([np.cos(angle[1]), np.sin(angle[1])])
        depth = _depth(seen) + waver * _noise(rng, radius)
        if limb:
            depth = np.minimum(depth, -_depth(_inside(far, limb * radius, wrong, 0)))
        if extra:
            beside = centre - (1 + 0.6 * extra) * (far - centre)
            depth = np.maximum(depth, _depth(_inside(beside, extra * radius, wrong, 0)))
        likelihood = (1 / (1 + np.exp(-np.clip(depth / max(softness, 1.0) * 2, -30, 30)))).astype(np.float32)
        views.append(View(k, likelihood, likelihood > 0.5, truth))
    return views


def _outline(rng: np.random.Generator) -> np.ndarray:
    """(angles,) radii of a round shape with bumps."""
    angles = np.linspace(0, 2 * np.pi, 360, endpoint=False)
    radii = np.ones(360)
    for wave in range(2, 7):
        radii += rng.normal(0, 0.35 / wave) * np.cos(wave * angles + rng.uniform(0, 2 * np.pi))
    return np.maximum(radii, 0.25)


def _inside(centre: np.ndarray, radius: float, outline: np.ndarray, turn: float) -> np.ndarray:
    y, x = np.mgrid[:HEIGHT, :WIDTH]
    dx, dy = x - centre[0], y - centre[1]
    angle = ((np.arctan2(dy, dx) + turn) / (2 * np.pi) * 360).astype(np.int64) % 360
    inside: np.ndarray = np.hypot(dx, dy) <= radius * outline[angle]
    return inside


def _depth(mask: np.ndarray) -> np.ndarray:
    on = mask.astype(np.uint8)
    if not on.any():
        return np.full(mask.shape, -100.0, np.float32)
    return cv2.distanceTransform(on, cv2.DIST_L2, 5) - cv2.distanceTransform(1 - on, cv2.DIST_L2, 5)


def _noise(rng: np.random.Generator, radius: float) -> np.ndarray:
    """Smooth noise of size one."""
    step = max(8.0, radius / 3)
    coarse = rng.normal(0, 1, (int(HEIGHT / step) + 2, int(WIDTH / step) + 2)).astype(np.float32)
    return cv2.resize(coarse, (WIDTH, HEIGHT), interpolation=cv2.INTER_CUBIC)


def simulated(views: list[View], seed: int) -> SimulatedObject:
    """Another draw of candidates from the same views."""
    return SimulatedObject.of(views, config=Config(seed=seed))
