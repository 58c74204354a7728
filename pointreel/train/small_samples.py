"""What the two networks of the engine ``small`` are trained on: clips with flow, and pictures with prompts."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Generic, NamedTuple, TypeVar

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.utils.data import DataLoader, Dataset

from ..engines.nets.optical_flow import FlowFinder
from ..engines.nets.prompt_maps import prompt_maps
from .scenes import Clip, ClipMaker, damaged, spoilt, strayed
from .small_guesses import Guesses

Sample = TypeVar("Sample")
Flag = NDArray[np.bool_]

_MOST, _NUM_POINTS = 12, (1, 2, 3, 5, 10)
_PARTLY_RIGHT = 0.4


class PropagationSample(NamedTuple):
    """An anchor and consecutive pictures (N, 3, S, S) with masks (N, 1, S, S), 0 to 255; the mask that a tracker is
    assumed to have on the first of the consecutive ones, 0 to 1; flow and its error for each of those after it; and
    whether the tracker is told the truth once more on the way. Where the mask of the anchor is a ``guess``, the
    tracker knows that it is."""

    rgb: Tensor
    masks: Tensor
    start: Tensor
    flow: Tensor
    error: Tensor
    told: Tensor
    guess: Tensor


class PromptSample(NamedTuple):
    """A picture with a mask, flow and error, the maps of a prompt, and a mask so far with whether there is one.

    ``on``: points on the thing (N, 2), after NaN where there are fewer. ``patient``: whether the person clicks again.
    """

    rgb: Tensor
    mask: Tensor
    flow: Tensor
    error: Tensor
    maps: Tensor
    prior: Tensor
    has_prior: Tensor
    on: Tensor
    patient: Tensor


@dataclass(frozen=True, eq=False)
class PropagationSamples:
    """Sample number k. In ``exact`` of them the mask to start from is right, in ``hard`` of them badly wrong; in
    ``told`` of them a person says how it is once more on the way. In ``pointed`` of them all that is known at first
    is the mask that ``guesses`` has of a few points, if that is partly right."""

    clips: ClipMaker
    exact: float = 0.35
    hard: float = 0.15
    told: float = 0.0
    pointed: float = 0.0
    guesses: Guesses | None = None

    def __call__(self, number: int) -> PropagationSample:
        clip = self.clips(number)
        rng = np.random.default_rng([self.clips.seed, number, 1])
        mask = clip.masks[1].astype(np.float32) / 255
        start, draw = mask, rng.random()
        if draw < self.hard:
            start = damaged(mask, clip.other, rng)
        elif draw < 1 - self.exact:
            start = spoilt(mask, rng)
        guess = self._guess(clip, mask, rng) if self.guesses and rng.random() < self.pointed else None
        if guess is not None:
            start = guess
            clip.pictures[0], clip.masks[0] = clip.pictures[1], np.round(255 * guess)
        found = [_finder()(now, before) for before, now in _pairs(clip.pictures[1:])]
        return PropagationSample(
            _planes(clip.pictures),
            torch.from_numpy(clip.masks)[:, None],
            torch.from_numpy(start)[None],
            _planes(np.stack([flow for flow, _ in found])),
            torch.from_numpy(np.stack([error for _, error in found]))[:, None],
            torch.tensor(rng.random() < self.told),
            torch.tensor(guess is not None),
        )

    def _guess(self, clip: Clip, mask: NDArray[np.float32], rng: np.random.Generator) -> NDArray[np.float32] | None:
        assert self.guesses
        on = _points(_inside(mask), int(rng.choice(_NUM_POINTS)), rng)
        now, after = (_grey(clip.pictures[k]) for k in (1, 2))
        guess = self.guesses(clip.pictures[1], on, *_finder()(now, after))
        both, either = np.minimum(guess, mask).sum(), np.maximum(guess, mask).sum()
        return guess if both > _PARTLY_RIGHT * either else None


@dataclass(frozen=True, eq=False)
class PromptSamples:
    """Sample number k: one to ten points, a box, or corrections of a mask; flow is not always known.

    In ``patient`` of them the person goes on clicking; in ``lost`` of those with a mask it is of something else; in
    ``single`` of those with nothing but points there is one.
    """

    clips: ClipMaker
    patient: float = 0.0
    lost: float = 0.0
    single: float = 0.3

    def __call__(self, number: int) -> PromptSample:
        clip = self.clips(number)
        rng = np.random.default_rng([self.clips.seed, number, 2])
        before, now = (_grey(clip.pictures[k]) for k in (1, 2))
        flow, error = _finder()(now, before)
        mask = clip.masks[2].astype(np.float32) / 255
        if rng.random() < 0.35:
            flow, error = flow * 0, error * 0
        elif rng.random() < 0.5:
            flow = -flow  # on the first frame of a video the frame after it has to do
        prior, on, maps = _prompt(mask, rng, self.lost, self.single)
        return PromptSample(
            _planes(clip.pictures[2:3])[0],
            torch.from_numpy(clip.masks[2])[None],
            _planes(flow[None])[0],
            torch.from_numpy(error)[None],
            torch.from_numpy(maps),
            torch.from_numpy(mask * 0 if prior is None else prior)[None],
            torch.tensor(prior is not None),
            _padded(on),
            torch.tensor(rng.random() < self.patient),
        )


class Numbered(Dataset[Sample], Generic[Sample]):
    """Samples by number, as torch wants them."""

    def __init__(self, sample: Callable[[int], Sample], count: int) -> None:
        self._sample, self._count = sample, count

    def __len__(self) -> int:
        return self._count

    def __getitem__(self, number: int) -> Sample:
        return self._sample(number)


def batches(
    sample: Callable[[int], Sample], *, size: int, start: int, stop: int, num_workers: int = 0
) -> Iterator[Sample]:
    """Batches ``start`` to ``stop`` of the endless row: the same ones, however many workers make them."""
    cv2.setNumThreads(1)  # OpenCV's threads do not live on in a worker that is forked, and it would wait for them
    order: list[list[int]] = [list(range(k * size, (k + 1) * size)) for k in range(start, stop)]
    data: Dataset[Sample] = Numbered(sample, stop * size)
    yield from DataLoader(
        data,
        batch_sampler=order,
        num_workers=num_workers,
        persistent_workers=num_workers > 0,
        multiprocessing_context="fork" if num_workers else None,
    )


def _prompt(
    mask: NDArray[np.float32], rng: np.random.Generator, lost: float, single: float
) -> tuple[NDArray[np.float32] | None, NDArray[np.float64], NDArray[np.float32]]:
    """The mask so far, if there is one, points on the thing, and the maps of all that a person then points at."""
    size, inside, nowhere = len(mask), _inside(mask), np.zeros((0, 2))
    if rng.random() < 0.3:
        if lost and rng.random() < lost:
            prior = strayed(mask, rng)
        else:
            prior = damaged(mask, None, rng) if rng.random() < 0.6 else spoilt(mask, rng)
        on, off = _corrections(mask, prior, rng)
        return prior, on, prompt_maps(on, off, None, size)
    if rng.random() < 0.17:
        on = _points(inside, int(rng.choice([0, 0, 1, 2])), rng)
        return None, on, prompt_maps(on, nowhere, _box(mask, rng), size)
    shares = np.array([0, 0.13, 0.1, 0.2, 0.27]) / 0.7 * (1 - single) + [single, 0, 0, 0, 0]
    on = _points(inside, int(rng.choice(_NUM_POINTS, p=shares)), rng)
    off = _points(_near_outside(mask), int(rng.integers(1, 4)), rng) if rng.random() < 0.35 else nowhere
    return None, on, prompt_maps(on, off, None, size)


def _padded(on: NDArray[np.float64]) -> Tensor:
    """The last of them, after NaN for those that there are not."""
    places = np.full((_MOST + len(on), 2), np.nan, np.float32)
    places[_MOST:] = on
    return torch.from_numpy(places[-_MOST:].copy())


def _points(where: Flag, count: int, rng: np.random.Generator) -> NDArray[np.float64]:
    """Points (N, 2) that keep some distance from each other, if there is room."""
    rows, columns = np.nonzero(where)
    points, distance = np.zeros((0, 2)), float(np.clip(np.sqrt(len(rows) / max(1, count)) * 0.5, 2, 14))
    if not len(rows):
        return points
    for _ in range(40 * count):
        k = int(rng.integers(len(rows)))
        point = np.array([[columns[k], rows[k]]], float)
        if not len(points) or np.hypot(*(points - point).T).min() >= distance:
            points = np.concatenate([points, point])
        else:
            distance *= 0.97
        if len(points) >= count:
            return points[:count]
    return points


def _inside(mask: NDArray[np.float32]) -> Flag:
    """Where people click: not on the very border, if that leaves anything."""
    eroded = cv2.erode((mask > 0.6).astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    return eroded if eroded.sum() >= 15 else mask > 0.5


def _near_outside(mask: NDArray[np.float32]) -> Flag:
    return (cv2.dilate((mask > 0.5).astype(np.uint8), np.ones((41, 41), np.uint8)) > 0) & (mask < 0.1)


def _box(mask: NDArray[np.float32], rng: np.random.Generator) -> NDArray[np.float64]:
    """A box as people draw it: a little off on each side."""
    rows, columns = np.flatnonzero((mask > 0.5).any(1)), np.flatnonzero((mask > 0.5).any(0))
    left, top, right, bottom = columns[0], rows[0], columns[-1], rows[-1]
    slack = 0.06 * np.array([right - left, bottom - top, right - left, bottom - top]) + 0.5
    return np.array([left, top, right, bottom]) + rng.normal(0, slack / 2)


def _corrections(
    mask: NDArray[np.float32], prior: NDArray[np.float32], rng: np.random.Generator
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """One to three clicks on the largest mistakes: on the object where it was missed, off it where the mask spilt."""
    missed, spilt = (mask > 0.6) & (prior < 0.5), (mask < 0.1) & (prior > 0.5)
    sides: tuple[list[NDArray[np.float64]], list[NDArray[np.float64]]] = ([], [])
    for _ in range(int(rng.integers(1, 4))):
        side = int(spilt.sum() > missed.sum())
        wrong = (missed, spilt)[side]
        if not wrong.any():
            break
        depth = cv2.distanceTransform(np.pad(wrong, 1).astype(np.uint8), cv2.DIST_L2, 3)[1:-1, 1:-1]
        click = _points(depth >= 0.7 * depth.max(), 1, rng)
        sides[side].append(click)
        x, y = click[0].astype(int)
        cv2_disk = cv2.circle(np.zeros(mask.shape, np.uint8), (int(x), int(y)), int(2 * depth.max()) + 2, 1, -1) > 0
        wrong &= ~cv2_disk
    on = [*sides[0], *([_points(_inside(mask), 1, rng)] if rng.random() < 0.5 else [])]
    empty = np.zeros((0, 2))
    return np.concatenate([empty, *on]), np.concatenate([empty, *sides[1]])


def _pairs(pictures: NDArray[np.uint8]) -> Iterator[tuple[NDArray[np.uint8], NDArray[np.uint8]]]:
    greys = [_grey(picture) for picture in pictures]
    yield from pairwise(greys)


def _grey(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY).astype(np.uint8, copy=False)


def _planes(pictures: NDArray[np.generic]) -> Tensor:
    return torch.from_numpy(np.ascontiguousarray(pictures.transpose(0, 3, 1, 2)))


def _finder() -> FlowFinder:
    """One per process: a finder cannot be handed to another."""
    if not _FINDERS:
        _FINDERS.append(FlowFinder())
    return _FINDERS[0]


_FINDERS: list[FlowFinder] = []
