"""How to get more points into a mask when random ones have used up its room.

The largest number of points is a maximum independent set, which nobody computes fast for every mask. So, in turn, until
there are as many as asked for, or as many as a bound allows:

1. The bound: cover the mask with tiles in which no two points fit. Never do more points fit than there are tiles.
2. Other random orders, because one may do, and its points are as random as the first ones.
3. On at most ``PROVEN_PIXELS`` pixels, for at most ``PROVEN_POINTS``, an exhaustive search: its result is the maximum,
   unless ``NUM_BRANCHES`` run out first, as they do on round masks with room for seven points or more.
4. Moves: add one point too many where it overlaps least, then again and again take a point that overlaps another and
   put it where it overlaps least, until none does. For the tens of points people ask for this rarely misses one.
5. A lattice of triangles as another start, where so many are asked for that moves would take too long.

What 4 and 5 leave is between the bound and what no insertion of a pixel can improve; most often it is the maximum.
"""

import math

import numpy as np
from numpy.typing import NDArray

from ._exact import PROVEN_PIXELS, PROVEN_POINTS, largest_set
from ._pixels import first_by_key
from ._room import Room
from ._tiles import fewest_tiles

_NUM_ORDERS = 20
_MOST_TRIED_AGAIN = 100_000
_WORK, _MIN_MOVES, _MAX_MOVES, _ROUNDS = 4_000_000, 100, 1000, 10
_NUM_FAILURES = 2
_KICK = 0.3
_MANY, _NUM_SHIFTS = 40, 4
_OUTSIDE = np.int64(2**62)


def pack(room: Room, chosen: list[int], num: int, rng: np.random.Generator) -> list[int]:
    """Pixels at least as far apart as the room asks: ``num``, or as many as fit, but never fewer than ``chosen``."""
    wanted = min(num, int(fewest_tiles(room.places(room.flat), room.squared).max()) + 1)
    chosen = _other_orders(room, chosen, wanted, rng)
    if len(chosen) < wanted and room.num_pixels <= PROVEN_PIXELS and wanted <= PROVEN_POINTS:
        chosen, proven = largest_set(room, chosen, wanted)
        if proven:
            return chosen
    chosen = _moved_apart(room, chosen, wanted, rng)
    if len(chosen) < wanted and wanted >= _MANY:
        chosen = max(chosen, _moved_apart(room, _lattice(room, wanted, rng), wanted, rng), key=len)
    return chosen


def _other_orders(room: Room, chosen: list[int], wanted: int, rng: np.random.Generator) -> list[int]:
    best = chosen
    for _ in range(min(_NUM_ORDERS, _MOST_TRIED_AGAIN // room.num_pixels)):
        if len(best) >= wanted:
            break
        order = room.flat[first_by_key(rng.random(room.num_pixels), room.num_pixels)]
        best = max(best, room.fill(room.mask.copy(), [], order, wanted), key=len)
    return best


def _moved_apart(room: Room, chosen: list[int], wanted: int, rng: np.random.Generator) -> list[int]:
    """Add point by point, moving the others out of the way, until one more does not fit or patience is at its end."""
    moves = min(max(_WORK // room.mask.size, _MIN_MOVES), _MAX_MOVES)
    patience, num_failures = moves * _ROUNDS, 0
    while len(chosen) < wanted and patience > 0 and num_failures < _NUM_FAILURES:
        more, num_moves = _one_more(room, chosen, moves, rng)
        patience -= num_moves
        num_failures = num_failures + 1 if more is None else 0
        chosen = more or chosen
    return chosen


def _one_more(room: Room, chosen: list[int], moves: int, rng: np.random.Generator) -> tuple[list[int] | None, int]:
    """One point more than chosen without any overlap, or None; and how many moves that took."""
    crowd = _Crowd(room, chosen)
    crowd.put(crowd.calmest(rng))
    for move in range(moves):
        overlapping = crowd.overlapping()
        if not len(overlapping):
            return crowd.points, move
        before = crowd.take(int(overlapping[_below(len(overlapping), rng)]))
        after = crowd.calmest(rng)
        if after == before and rng.random() < _KICK:
            after = int(room.flat[_below(room.num_pixels, rng)])
        crowd.put(after)
    return None, moves


class _Crowd:
    """Points that may overlap, and for each pixel how much a point there would overlap with them."""

    def __init__(self, room: Room, points: list[int]) -> None:
        self.room = room
        self.points: list[int] = []
        self.cost = np.where(room.mask, np.int64(0), _OUTSIDE)
        for point in points:
            self.put(point)

    def put(self, pixel: int) -> None:
        here, there = self.room.around(pixel)
        self.cost[here] += self.room.overlap[there]
        self.points.append(pixel)

    def take(self, k: int) -> int:
        pixel = self.points.pop(k)
        here, there = self.room.around(pixel)
        self.cost[here] -= self.room.overlap[there]
        return pixel

    def calmest(self, rng: np.random.Generator) -> int:
        """A random one of the pixels where a point would overlap least."""
        ties = np.flatnonzero(self.cost.ravel() == self.cost.min())
        return int(ties[_below(len(ties), rng)])

    def overlapping(self) -> NDArray[np.int64]:
        """Which points overlap another: those that feel more than their own weight."""
        return np.flatnonzero(self.cost.ravel()[self.points] > self.room.squared)


def _lattice(room: Room, wanted: int, rng: np.random.Generator) -> list[int]:
    """The best of a few shifts of the densest lattice, lying and standing, filled up at the mask's edge."""
    step, skew, row = _densest_lattice(room.squared)
    xs, ys = room.flat % room.width, room.flat // room.width
    best: list[int] = []
    for _ in range(_NUM_SHIFTS):
        shift_x, shift_y = _below(step, rng), _below(row, rng)
        for x, y in ((xs, ys), (ys, xs)):
            rows, off_row = np.divmod(y + shift_y, row)
            on = (off_row == 0) & ((x + shift_x + rows * skew) % step == 0)
            best = max(best, _with_lattice(room, room.flat[on], wanted), key=len)
    return best


def _with_lattice(room: Room, lattice: NDArray[np.int64], wanted: int) -> list[int]:
    free = room.mask.copy()
    return room.fill(free, room.fill(free, [], lattice, wanted), room.flat, wanted)


def _densest_lattice(squared: int) -> tuple[int, int, int]:
    """Step along a row, shift from row to row and distance of rows: whole numbers of the smallest area."""
    least = _root(squared)
    found: list[tuple[int, int, int, int]] = []
    for step in range(least, least + least // 4 + 2):
        skew = step // 2
        row = max(1, _root(squared - skew * skew), (least + 1) // 2)
        found.append((step * row, step, skew, row))
    return min(found)[1:]


def _root(squared: int) -> int:
    """The smallest whole number whose square is not below ``squared``."""
    return math.isqrt(squared - 1) + 1 if squared > 0 else 0


def _below(num: int, rng: np.random.Generator) -> int:
    return int(rng.random() * num)
