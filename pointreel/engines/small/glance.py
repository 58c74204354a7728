"""A whole frame at a glance: where in it there is something like an object that is out of sight."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional

from ...core.types import Frame
from ..nets.ridge import Moments, moments, predict, solve
from ..nets.small_propagate import COLOUR_DAMPING, Look, Propagate
from .windows import Soft

_SIDE, _LONGEST, _STRIDE = 192, 448, 32
_SPREAD, _MOST = 0.6, 1.2
_NEW, _NEW_LIKENESS = 0.3, 0.5
_RIVALS, _IS_RIVAL, _STAYS_RIVAL, _REACH = 3, 0.6, 0.5, 1.2


@dataclass(frozen=True)
class Place:
    """A place on a frame, in its pixels, and how much like an object what is there is: about 1 if it is, and -1."""

    x: float
    y: float
    likeness: float

    def distance(self, other: "Place") -> float:
        return float(np.hypot(self.x - other.x, self.y - other.y))


@dataclass(frozen=True, eq=False)
class Wanted:
    """What an object looks like among all else in whole frames, and how large and how much like that it was itself
    when it was surely seen.

    ``rivals`` are places of what may be taken for it and is not, since it was there while the object was elsewhere.
    """

    looks: Moments
    colours: Moments
    likeness: float
    root: float
    rivals: tuple[Place, ...] = ()

    def least(self, share: float) -> float:
        """The likeness that is this part of the way from all else to the object itself."""
        return share * (self.likeness + 1) - 1

    def share(self, likeness: float) -> float:
        """The other way round: how far this likeness is from that of all else to the object's own."""
        return (likeness + 1) / (self.likeness + 1 + 1e-6)

    def with_rivals(self, places: Sequence[Place]) -> "Wanted":
        """Of these places, off the object, those that look like it are its rivals from now on."""
        return replace(self, rivals=tuple(one for one in places if one.likeness > self.least(_IS_RIVAL)))

    def following(self, places: Sequence[Place]) -> tuple["Wanted", list[Place]]:
        """Its rivals where they are a frame later, if they still are, and the places that are none of them."""
        left, rivals = list(places), []
        for rival in self.rivals:
            near = [
                one
                for one in left
                if one.distance(rival) < _REACH * self.root and one.likeness > self.least(_STAYS_RIVAL)
            ]
            if near:
                rivals.append(min(near, key=rival.distance))
                left.remove(rivals[-1])
        return replace(self, rivals=tuple(rivals)), left


@dataclass(frozen=True, eq=False)
class Glance:
    """A whole frame, small, as the network sees it: a grid of cells."""

    height: int
    width: int
    look: Look
    damping: float

    @classmethod
    def at(cls, frame: Frame, net: Propagate, device: str) -> "Glance":
        zoom = min(_SIDE / min(frame.height, frame.width), _LONGEST / max(frame.height, frame.width))
        width, height = (max(1, round(side * zoom / _STRIDE)) * _STRIDE for side in (frame.width, frame.height))
        rgb = cv2.resize(frame.rgb, (width, height), interpolation=cv2.INTER_AREA if zoom < 1 else cv2.INTER_LINEAR)
        planes = torch.from_numpy(rgb.transpose(2, 0, 1)[None]).float().to(device) / 255
        look = net.look(planes.contiguous(memory_format=torch.channels_last))
        return cls(frame.height, frame.width, look, float(net.damping.exp()[0]))

    def learnt(self, mask: Soft, root: float, earlier: Wanted | None) -> Wanted:
        """What is known of an object, with this frame in it, on which its mask is ``mask``."""
        share = self._shares(mask)
        label = torch.from_numpy(share)[None, None].to(self.look.rgb.device)
        lifted = self.look.lifted[:, :, ::2, ::2]
        looks, colours = moments(self.look.features.ridge, label), moments(lifted, label, (2 * label - 1).abs() + 1e-3)
        known = earlier or Wanted(looks, colours, 1.0, root)
        likeness = self.likeness(mask, known)
        if earlier is None:
            return replace(known, likeness=likeness)
        return replace(
            known,
            looks=known.looks.mixed(looks, _NEW),
            colours=known.colours.mixed(colours, _NEW),
            likeness=known.likeness + _NEW_LIKENESS * (likeness - known.likeness),
            root=known.root + _NEW_LIKENESS * (root - known.root),
        )

    def likeness(self, mask: Soft, wanted: Wanted) -> float:
        """How much like an object what is under a mask is."""
        share = self._shares(mask)
        return float(self._likeness(wanted)[share >= min(0.5, share.max())].max())

    def likest(self, wanted: Wanted, num: int, off: NDArray[np.bool_] | None = None) -> list[Place]:
        """The places most like an object, the likest first, each about its size away from the others; none ``off``."""
        likeness = self._likeness(wanted, off)
        reach = max(2, round(self._cells(wanted.root)))
        return [self._taken(likeness, reach) for _ in range(num)]

    def rivals(self, wanted: Wanted, own: NDArray[np.bool_]) -> Wanted:
        """The object is where ``own`` is: what looks like it elsewhere is something else."""
        return wanted.with_rivals(self.likest(wanted, _RIVALS, own))

    def others(self, wanted: Wanted, num: int, off: NDArray[np.bool_] | None) -> tuple[Wanted, list[Place]]:
        """Its rivals where they are now, and so many places that are none of them."""
        wanted, places = wanted.following(self.likest(wanted, _RIVALS + num, off))
        return wanted, places[:num]

    def _likeness(self, wanted: Wanted, off: NDArray[np.bool_] | None = None) -> Soft:
        """Of what is about as large as the object, around each cell."""
        looks = predict(self.look.features.ridge, solve(wanted.looks, self.damping))
        colours = functional.avg_pool2d(predict(self.look.lifted, solve(wanted.colours, COLOUR_DAMPING)), 2)
        both = (looks.clamp(-_MOST, _MOST) + colours.clamp(-_MOST, _MOST))[0, 0].cpu().numpy() / 2
        if off is not None:
            both = np.where(self._shares(off.astype(np.float32)) > 0.5, np.float32(-1), both)
        side = max(1, round(_SPREAD * self._cells(wanted.root)))
        return cv2.blur(both, (side, side), borderType=cv2.BORDER_REFLECT).astype(np.float32, copy=False)

    def _taken(self, likeness: Soft, reach: int) -> Place:
        """The likest place, and its surroundings are crossed out."""
        row, column = (int(v) for v in np.unravel_index(int(likeness.argmax()), likeness.shape))
        x = (column + 0.5) * self.width / likeness.shape[1] - 0.5
        y = (row + 0.5) * self.height / likeness.shape[0] - 0.5
        place = Place(x, y, float(likeness[row, column]))
        likeness[max(0, row - reach) : row + reach + 1, max(0, column - reach) : column + reach + 1] = -2
        return place

    def _shares(self, mask: Soft) -> Soft:
        """How much of each cell a mask of the frame covers."""
        rows, columns = self.look.features.ridge.shape[2:]
        return cv2.resize(mask, (columns, rows), interpolation=cv2.INTER_AREA).astype(np.float32, copy=False)

    def _cells(self, length: float) -> float:
        """A length in pixels of the frame, in cells."""
        rows, columns = self.look.features.ridge.shape[2:]
        return length * float(np.sqrt(rows * columns / (self.height * self.width)))
