"""What becomes of objects from frame to frame: those in sight are carried, those out of sight are looked for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import cv2
import numpy as np
from numpy.typing import NDArray

from ..nets.small_propagate import Propagate
from .glance import Glance, Place, Wanted
from .tracked import Carrier, Pair, Tracked, exclusive
from .windows import Soft, Window, near, side_for

_EVERY, _FIRST = 8, 4
_SURE = 0.7
_LOOKS, _LEAST = 2, 0.7
_UNLIKE, _ALIKE = 0.6, 0.8
_QUALITY, _TOGETHER, _SMALLER, _LARGER = 0.6, 1.45, 0.5, 2.0
_LONG, _MIDDLE, _NEAR = 1.6, 0.3, 9


@dataclass(eq=False)
class Glances:
    """At the newest frame and the one before it, if they are wanted at all: they are the same for all objects."""

    net: Propagate
    device: str
    pair: Pair

    @cached_property
    def now(self) -> Glance:
        return Glance.at(self.pair.frame, self.net, self.device)

    @cached_property
    def before(self) -> Glance:
        return Glance.at(self.pair.before, self.net, self.device)


class Seeker:
    """Takes objects to the next frame, whether they are in sight or not.

    An object that dwindles while the network doubts its mask is taken for lost, before what hides it is learnt as the
    object. From then on it has no mask, nothing is learnt of it, and it is looked for in whole frames: a glance says
    where something is like it, and a look from near, at the size it had, whether that is it. What looked like it
    elsewhere while it was in sight is followed, and is not it.
    """

    def __init__(self, net: Propagate, device: str, carrier: Carrier) -> None:
        self._net, self._device, self._carrier = net, device, carrier

    def step(self, pair: Pair, objects: Mapping[int, Tracked], size: int, alone: int) -> dict[int, Tracked]:
        """The objects on the frame after. Those in sight share pixels; what is missing is looked at as if ``alone``."""
        glances = Glances(self._net, self._device, pair)
        begun = {i: self._begun(glances, tracked) for i, tracked in objects.items()}
        now = self._carried(glances, {i: tracked for i, tracked in begun.items() if not tracked.is_missing}, size)
        missing = {i: tracked for i, tracked in (begun | now).items() if tracked.is_missing}
        for i, tracked in missing.items():
            others = [other for j, other in now.items() if j != i and other.is_there]
            now[i] = self._sought(glances, tracked, others, alone)
        return {i: now[i] for i in objects}

    def _carried(self, glances: Glances, objects: Mapping[int, Tracked], size: int) -> dict[int, Tracked]:
        if not objects:
            return {}
        seen, looks = self._carrier.carried(glances.pair, objects, size)
        kept = {}
        for i, tracked in exclusive(seen).items():
            now = self._watched(glances, objects[i], tracked)
            kept[i] = now.gone() if now.is_lost else self._noticed(glances, self._carrier.learnt(now, looks[i]))
        return kept

    def _begun(self, glances: Glances, tracked: Tracked) -> Tracked:
        """What an object looks like among all else is found out when it is first carried."""
        if tracked.wanted is not None or not tracked.is_there:
            return tracked
        return replace(self._noted(glances.before, tracked), age=_EVERY - _FIRST)

    def _noticed(self, glances: Glances, tracked: Tracked) -> Tracked:
        """Now and then it is asked whether that still is the object, and what it looks like is brought up to date."""
        older = replace(tracked, age=tracked.age + 1)
        if older.wanted is None or not (older.is_back or older.age >= _EVERY):
            return older
        likeness = glances.now.likeness(_on_frame(older, glances.now), older.wanted)
        if likeness < older.wanted.least(_UNLIKE) and self._is_elsewhere(glances, older, older.wanted):
            return older.gone()
        is_sure = older.quality > _SURE and likeness > older.wanted.least(_LEAST) and not older.is_dwindling
        return self._noted(glances.now, older) if is_sure else replace(older, age=0)

    def _is_elsewhere(self, glances: Glances, tracked: Tracked, wanted: Wanted) -> bool:
        """Whether something elsewhere, which came lately, is a lot more like the object than what is taken for it."""
        _, places = glances.now.others(wanted, 1, _own(tracked, glances.now))
        return bool(places) and places[0].likeness > wanted.least(_ALIKE)

    def _noted(self, glance: Glance, tracked: Tracked) -> Tracked:
        mask = _on_frame(tracked, glance)
        wanted = glance.learnt(mask, tracked.root, tracked.wanted)
        return replace(tracked, wanted=glance.rivals(wanted, _own(tracked, glance)), age=0, is_back=False)

    def _watched(self, glances: Glances, before: Tracked, now: Tracked) -> Tracked:
        """While an object dwindles its rivals are followed, from the last frame on which most of it was to be seen."""
        if before.wanted is None or not now.is_dwindling:
            return now
        wanted = before.wanted
        if not before.is_dwindling:
            wanted = glances.before.rivals(wanted, _own(before, glances.before))
        if not now.is_lost:
            wanted, _ = glances.now.others(wanted, _LOOKS, _own(now, glances.now))
        return replace(now, wanted=wanted)

    def _sought(self, glances: Glances, tracked: Tracked, others: Sequence[Tracked], size: int) -> Tracked:
        """The object, in sight again where something is like it and the network agrees from near; or still missing."""
        if tracked.wanted is None:
            return tracked
        taken = np.zeros((glances.now.height, glances.now.width), np.bool_)
        for other in others:
            taken |= _on_frame(other, glances.now) > 0.5
        wanted, places = glances.now.others(tracked.wanted, _LOOKS, taken)
        tracked = replace(tracked, wanted=wanted)
        seen = [
            (place.likeness, self._near(glances.pair, tracked, wanted, place, taken, size))
            for place in places
            if place.likeness > wanted.least(_LEAST)
        ]
        sureness = [now.quality + wanted.share(likeness) if _is_it(now, wanted) else 0.0 for likeness, now in seen]
        best = max(sureness, default=0.0)
        return seen[sureness.index(best)][1] if best > _TOGETHER else tracked

    def _near(
        self, pair: Pair, tracked: Tracked, wanted: Wanted, place: Place, taken: NDArray[np.bool_], size: int
    ) -> Tracked:
        """What is seen of the object at a place from near, at the size it had."""
        window = Window.about(place.x, place.y, side_for(_LONG * wanted.root, wanted.root, pair.frame.height), size)
        seen = self._carrier.found(pair, replace(tracked, size=wanted.root), window)
        middle, reach = (size - 1) / 2, max(2.0, _MIDDLE * wanted.root * window.zoom)
        y, x = np.ogrid[:size, :size]
        mask = near(
            seen.mask * (1 - window.crop_mask(taken)), np.maximum(abs(y - middle), abs(x - middle)) <= reach, _NEAR
        )
        found = replace(seen, mask=mask, is_missing=False, is_back=True)
        return replace(found, size=max(found.root, wanted.root))


def _is_it(found: Tracked, wanted: Wanted) -> bool:
    return found.quality > _QUALITY and _SMALLER < found.root / wanted.root < _LARGER


def _on_frame(tracked: Tracked, glance: Glance) -> Soft:
    return tracked.window.whole(tracked.mask, glance.height, glance.width)


def _own(tracked: Tracked, glance: Glance) -> NDArray[np.bool_]:
    """Where the object is, and what lies next to it."""
    reach = max(1, int(tracked.root / 2))
    around = cv2.dilate(
        (_on_frame(tracked, glance) > 0.5).astype(np.uint8), np.ones((2 * reach + 1, 2 * reach + 1), np.uint8)
    )
    return np.asarray(around > 0, np.bool_)
