"""K-medoids of pixels, equal to scikit-learn-extra's ``KMedoids`` with its defaults, to the order of the medoids.

Which pixel becomes a medoid hangs on ties: on a grid of pixels many sums of distances differ by their rounding only.
So the rounding is part of the method: distances and sums are float32, rows are summed as NumPy sums contiguous rows,
and the first medoids are in the order in which introselect leaves them. That order is made here, because
``np.argpartition`` has others on processors with wide vectors. No matrix of all distances is kept.
"""

import numpy as np
from numpy.typing import NDArray

from ._pixels import Places

_BLOCK = 64
"""Rows of distances made at a time: half a megabyte for 1800 pixels stays in the cache."""


def medoids(xy: Places, num: int, max_iterations: int = 300) -> NDArray[np.int64]:
    """Indices of ``num`` medoids of different pixels: assign each pixel to its nearest, take each cluster's centre."""
    places = xy.astype(np.int32)
    chosen = first_by_introselect(_sums_of_distances(places), num)
    clusters: list[NDArray[np.int64]] = [np.empty(0, np.int64)] * num
    for _ in range(max_iterations):
        before = chosen.copy()
        nearest = _distances(places[chosen], places).argmin(axis=0)
        for k in range(num):
            members = np.flatnonzero(nearest == k)
            if not np.array_equal(members, clusters[k]):
                clusters[k] = members
                chosen[k] = _centre(places, members, int(chosen[k]))
        if np.array_equal(chosen, before):
            break
    return chosen


def _centre(places: NDArray[np.int32], members: NDArray[np.int64], current: int) -> int:
    """The member nearest to all members; the current one stays unless another is truly better."""
    sums = _sums_of_distances(places[members])
    best = int(sums.argmin())
    return int(members[best]) if sums[best] < sums[np.searchsorted(members, current)] else current


def _sums_of_distances(places: NDArray[np.int32]) -> NDArray[np.float32]:
    sums = np.empty(len(places), np.float32)
    for start in range(0, len(places), _BLOCK):
        sums[start : start + _BLOCK] = _distances(places[start : start + _BLOCK], places).sum(axis=1)
    return sums


def _distances(a: NDArray[np.int32], b: NDArray[np.int32]) -> NDArray[np.float32]:
    """(A, B) float32. Squares are whole numbers: what is rounded is their float32, if they are large, and its root."""
    dx = a[:, None, 0] - b[None, :, 0]
    dy = a[:, None, 1] - b[None, :, 1]
    squared: NDArray[np.float32] = (dx * dx + dy * dy).astype(np.float32)
    return np.sqrt(squared, out=squared)


def first_by_introselect(values: NDArray[np.float32], num: int) -> NDArray[np.int64]:
    """Indices of the ``num`` smallest values, in the order a quickselect with median-of-three pivots leaves them."""
    keys, order = values.tolist(), list(range(len(values)))
    if num <= 3:
        _select_one_by_one(keys, order, num)
    else:
        _quickselect(keys, order, num - 1)
    return np.array(order[:num], np.int64)


def _select_one_by_one(keys: list[float], order: list[int], num: int) -> None:
    for i in range(num):
        smallest = min(range(i, len(order)), key=lambda j: keys[order[j]])
        order[i], order[smallest] = order[smallest], order[i]


def _quickselect(keys: list[float], order: list[int], kth: int) -> None:
    low, high = 0, len(order) - 1
    while low + 1 < high:
        _median_of_three_first(keys, order, low, high)
        split, right = _partition(keys, order, low, high)
        if split >= kth:
            high = split - 1
        if split <= kth:
            low = right
    if high == low + 1 and keys[order[high]] < keys[order[low]]:
        order[low], order[high] = order[high], order[low]


def _median_of_three_first(keys: list[float], order: list[int], low: int, high: int) -> None:
    """The median of first, middle and last comes first, the smallest second: both are guards for the scans."""
    middle = low + (high - low) // 2
    for a, b in ((high, middle), (high, low), (low, middle)):
        if keys[order[a]] < keys[order[b]]:
            order[a], order[b] = order[b], order[a]
    order[middle], order[low + 1] = order[low + 1], order[middle]


def _partition(keys: list[float], order: list[int], low: int, high: int) -> tuple[int, int]:
    """Split at the pivot in ``low``: where the pivot comes to lie, and the first index right of the small ones."""
    pivot, left, right = keys[order[low]], low + 1, high
    while True:
        left += 1
        while keys[order[left]] < pivot:
            left += 1
        right -= 1
        while pivot < keys[order[right]]:
            right -= 1
        if right < left:
            break
        order[left], order[right] = order[right], order[left]
    order[low], order[right] = order[right], order[low]
    return right, left
