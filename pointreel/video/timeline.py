"""Which packet is frame k: the presentation order of a video, and where to start decoding to reach a frame.

Where a container gives every picture a time of its own, the order of those times is the order of the frames. Where it
does not (AVI has no presentation times; some files repeat or lack them) the video is decoded once and the order
in which the decoder puts out its pictures is taken down: the decoder knows it from the stream itself.
"""

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from itertools import accumulate, pairwise
from statistics import median_low

from .packets import HIDDEN, KEY, MISSING, UNKNOWN, Packets

LOST = -1
"""In place of an ordinal: a frame whose packet is no longer in the file."""

_UNTIMED = {"avi"}
_TINY = 16
"""An MPEG-4 packet of fewer bytes holds a "not coded" picture at most, which shows nothing."""


@dataclass(frozen=True)
class Timeline:
    """``ordinals[k]`` is the packet of frame k and ``pts[k]`` its time; ``frames[i]`` the frame of packet i, or -1.

    ``entries`` are the ordinals a decoder may start from, ``floors`` the first frame it puts out right from each:
    the pictures an open GOP shows before its key picture need the GOP before. ``losses`` are ordinals just before
    which the file lost packets.
    """

    ordinals: "array[int]"
    pts: "array[int]"
    frames: "array[int]"
    entries: list[int]
    floors: list[int]
    losses: frozenset[int] = frozenset()
    distrusted: set[int] = field(default_factory=set)

    def __len__(self) -> int:
        return len(self.ordinals)

    def entry(self, frame: int) -> tuple[int, int]:
        """The best place to start for ``frame``: an ordinal, and the first frame that comes out right from there."""
        ordinal = self.ordinals[frame]
        if ordinal == LOST:
            ordinal = next((self.ordinals[k] for k in range(frame, -1, -1) if self.ordinals[k] != LOST), 0)
        at = bisect_right(self.entries, ordinal) - 1
        while at >= 0:
            if self.floors[at] <= frame and self.entries[at] not in self.distrusted:
                return self.entries[at], self.floors[at]
            at -= 1
        return 0, 0

    @cached_property
    def has_open_gops(self) -> bool:
        """Whether any picture is shown before a key picture that stands before it in the file."""
        before = list(accumulate((frame >= 0 for frame in self.frames), initial=0))
        return any(before[entry] != floor for entry, floor in zip(self.entries, self.floors, strict=True))

    def distrust(self, entry: int) -> None:
        """Never start from here again: the container calls it a key packet and the picture says it is none."""
        self.distrusted.add(entry)

    def spoiled_by(self, ordinal: int) -> tuple[int, int, int]:
        """What may be built on a fault at ``ordinal``, as (end, after, floor).

        That is, later packets below ``end``, and later ones below ``after`` whose frame is shown before ``floor``:
        pictures that an open GOP shows before its key picture build on the GOP before, and nothing else on them.
        """
        here = bisect_right(self.entries, ordinal) - 1
        if here >= 0 and 0 <= self.frames[ordinal] < self.floors[here]:
            return ordinal, self._entry_after(here)[0], self.floors[here]
        end, floor = self._entry_after(here)
        after, _ = self._entry_after(bisect_left(self.entries, end))
        return end, after, floor

    def _entry_after(self, at: int) -> tuple[int, int]:
        """The next sound entry after the one at this place of the list, and its floor; the end where there is none."""
        for entry, floor in zip(self.entries[at + 1 :], self.floors[at + 1 :], strict=True):
            if entry not in self.distrusted:
                return entry, floor
        return len(self.frames), len(self)


def is_timed(packets: Packets, container: str, codec: str, *, interlaced: bool) -> bool:
    """Whether the times in the container can be believed to order the pictures.

    Not where field pictures come in packets of their own, nor where a packet may hold no picture at all.
    """
    shown = packets.shown()
    if is_in_file_order(packets, container):
        return True
    times = {packets.pts[i] for i in shown}
    if UNKNOWN in times or len(times) != len(shown) or _UNTIMED & set(container.split(",")):
        return False
    return not interlaced and not (codec == "mpeg4" and any(packets.size[i] < _TINY for i in shown))


def is_in_file_order(packets: Packets, container: str) -> bool:
    """Whether pictures are shown as they lie in the file for certain: each stands by itself and no time says else."""
    return bool(_UNTIMED & set(container.split(","))) and all(flags & (KEY | MISSING) for flags in packets.flags)


def leading(packets: Packets) -> list[int]:
    """Shown packets that the first key packet does not support: a decoder may well leave them out."""
    keys = packets.keys()
    first = keys[0] if keys else len(packets)
    key_pts = packets.pts[first] if keys else UNKNOWN
    return [i for i in packets.shown() if i < first or packets.pts[i] < key_pts]


def order_by_time(packets: Packets, *, without: Iterable[int] = ()) -> list[int]:
    """The ordinals of the frames in order of their times; in file order where they have none."""
    left_out = set(without)
    return sorted((i for i in packets.shown() if i not in left_out), key=packets.pts.__getitem__)


def order_by_output(packets: Packets, output: Sequence[int], broken: Iterable[int]) -> list[int]:
    """The frames as a decoder put them out; broken packets go before the first that follows them in the file."""
    order = list(dict.fromkeys(output))
    for ordinal in sorted(set(broken) - set(order)):
        if packets.flags[ordinal] & HIDDEN == 0:
            order.insert(next((at for at, other in enumerate(order) if other > ordinal), len(order)), ordinal)
    return order


def build(packets: Packets, order: list[int], losses: Iterable[int], ticks_per_frame: Fraction) -> Timeline:
    """The timeline of frames in this order; times that are missing or run backwards are replaced by file order's."""
    losses = frozenset(losses)
    ordinals, pts = _with_lost(order, _times(packets, order, ticks_per_frame), losses)
    frames = array("q", [-1]) * len(packets)
    for frame, ordinal in enumerate(ordinals):
        if ordinal != LOST:
            frames[ordinal] = frame
    entries = [i for i, flags in enumerate(packets.flags) if flags & KEY and packets.size[i]]
    floors = [_floor(ordinal, packets, frames, pts) for ordinal in entries]
    return Timeline(array("q", ordinals), array("q", pts), frames, entries, floors, losses)


def _floor(key: int, packets: Packets, frames: "array[int]", pts: Sequence[int]) -> int:
    """The frame of a key packet; where an edit list hides that packet, the first frame that is shown after it."""
    if frames[key] >= 0:
        return frames[key]
    if packets.pts[key] != UNKNOWN:
        return bisect_left(pts, packets.pts[key])
    return next((frame for frame in frames[key:] if frame >= 0), len(pts))


def _times(packets: Packets, order: list[int], ticks_per_frame: Fraction) -> list[int]:
    pts = [packets.pts[i] for i in order]
    if UNKNOWN not in pts and all(a <= b for a, b in pairwise(pts)):
        return pts
    for column in (packets.pts, packets.dts):
        times = sorted(column[i] for i in order)
        if times and times[0] != UNKNOWN and len(set(times)) == len(times):
            return times
    return [round(frame * ticks_per_frame) for frame in range(len(order))]


def _with_lost(order: list[int], pts: list[int], losses: frozenset[int]) -> tuple[list[int], list[int]]:
    """Where packets were lost from a video of constant rate, put the frames back whose packets are gone.

    The rate tells how many they were, so frames after the gap keep their index; a file that ends early may well lack
    pictures shown before the last one it has. Without a constant rate nobody can tell, and nothing is put back.
    """
    steps = [b - a for a, b in pairwise(pts)]
    step = median_low(steps) if steps else 0
    regular = sum(abs(s - step) <= max(1, step // 10) for s in steps) >= 0.9 * len(steps)
    if not losses or step <= 0 or not regular:
        return order, pts
    lost_at = [_first_shown_from(loss, order) for loss in losses]
    new_order, new_pts = order[:1], pts[:1]
    for frame in range(1, len(order)):
        near = any(abs(frame - at) <= 16 for at in lost_at)
        num_lost = round((pts[frame] - pts[frame - 1]) / step) - 1 if near else 0
        new_order += [LOST] * num_lost
        new_pts += [pts[frame - 1] + (i + 1) * (pts[frame] - pts[frame - 1]) // (num_lost + 1) for i in range(num_lost)]
        new_order.append(order[frame])
        new_pts.append(pts[frame])
    return new_order, new_pts


def _first_shown_from(ordinal: int, order: list[int]) -> int:
    """The first frame whose packet is this one or a later one, or the last frame."""
    return next((frame for frame, other in enumerate(order) if other >= ordinal), len(order) - 1)
