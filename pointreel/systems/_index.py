"""Where the mask of each object on each frame lies in the records."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from ._plan import Pass

NOT_MADE = -1


class Index:
    """Eight bytes for each object and frame, whatever the masks are."""

    def __init__(self, num_frames: int) -> None:
        self.num_frames = num_frames
        self._places: dict[int, NDArray[np.int64]] = {}
        self.carried = np.zeros(num_frames, np.bool_)

    @property
    def object_ids(self) -> list[int]:
        return sorted(self._places)

    def note(self, of: Pass, frame: int, place: int, *, carried: bool) -> None:
        """The step at ``place`` holds what ``of`` found on ``frame``; it replaces what was known before."""
        self.carried[frame] |= carried
        for span in of.spans:
            if frame in span:
                if span.object_id not in self._places:
                    self._places[span.object_id] = np.full(self.num_frames, NOT_MADE, np.int64)
                self._places[span.object_id][frame] = place

    def places(self, frame: int) -> Iterator[tuple[int, int]]:
        """Each object made on ``frame`` and the step to look for it in."""
        for object_id, places in sorted(self._places.items()):
            if places[frame] != NOT_MADE:
                yield object_id, int(places[frame])

    def place(self, object_id: int, frame: int) -> int | None:
        """The step to look in for an object on a frame, None where it was never made."""
        places = self._places.get(object_id)
        place = NOT_MADE if places is None else int(places[frame])
        return None if place == NOT_MADE else place

    def places_of(self, object_id: int) -> NDArray[np.int64]:
        """The steps to look in for an object, by frame, as they are now; ``NOT_MADE`` where it was never made."""
        places = self._places.get(object_id)
        return np.full(self.num_frames, NOT_MADE, np.int64) if places is None else places.copy()

    def put_back(self, object_id: int, frame: int, place: int) -> None:
        """What was known of an object on a frame before is what is known of it."""
        self._places[object_id][frame] = place
