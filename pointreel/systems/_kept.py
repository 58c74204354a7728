"""What a run has recorded, read back by object and frame."""

from ..core import FrameMasks, Mask, Segment
from ._index import NOT_MADE, Index
from ._records import RecordFile, Step


class Kept:
    """The segments that the steps of a run hold; the step that was read last is remembered."""

    def __init__(self, records: RecordFile, index: Index) -> None:
        self._records, self._index = records, index
        self._newest: tuple[int, Step] | None = None

    def frame(self, frame: int) -> FrameMasks:
        """Every object on a frame, as it is by now."""
        found = {i: self.segment_in(place, i) for i, place in self._index.places(frame)}
        return FrameMasks(frame, {i: segment for i, segment in found.items() if segment is not None})

    def segment(self, object_id: int, frame: int) -> Segment | None:
        """What an object looks like on a frame by now."""
        place = self._index.place(object_id, frame)
        return None if place is None else self.segment_in(place, object_id)

    def mask(self, object_id: int, frame: int) -> Mask | None:
        return mask_of(self.segment(object_id, frame))

    def segment_in(self, place: int, object_id: int) -> Segment | None:
        """What an object looked like in the step at ``place``, whatever came later."""
        return None if place == NOT_MADE else self._step(place).segments.get(object_id)

    def mask_in(self, place: int, object_id: int) -> Mask | None:
        return mask_of(self.segment_in(place, object_id))

    def _step(self, place: int) -> Step:
        if self._newest is None or self._newest[0] != place:
            self._newest = place, self._records.step(place)
        return self._newest[1]


def mask_of(segment: Segment | None) -> Mask | None:
    """The mask of what may not be there."""
    return None if segment is None else segment.mask
