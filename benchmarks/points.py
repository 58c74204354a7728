"""How long picking points takes, side by side with the plain way to do it where there is one.

Type: python benchmarks/points.py
"""

import statistics
import time
from collections.abc import Callable

import numpy as np

from pointreel.points import Scene, samplers
from pointreel.points._medoids import first_by_introselect

ROUNDS = 15


def median_ms(*jobs: Callable[[], object]) -> list[float]:
    """The median time of each job in milliseconds; rounds of all jobs take turns, after one that is not counted."""
    times: list[list[float]] = [[] for _ in jobs]
    for k in range(ROUNDS + 1):
        for job, taken in zip(jobs, times, strict=True):
            start = time.perf_counter()
            job()
            if k:
                taken.append((time.perf_counter() - start) * 1e3)
    return [statistics.median(taken) for taken in times]


def large_scene() -> Scene:
    """A block of 400,000 pixels in a 1080p frame, and a picture of noise."""
    mask = np.zeros((1080, 1920), bool)
    mask[200:840, 300:925] = True
    return Scene(mask, rgb=np.random.default_rng(0).integers(0, 256, (1080, 1920, 3), dtype=np.uint8))


def crowded_scene() -> Scene:
    """A disc of 1961 pixels, where 8 points that are 20 pixels apart fit and 10 do not."""
    yy, xx = np.mgrid[:480, :854]
    return Scene((yy - 240) ** 2 + (xx - 400) ** 2 <= 25**2)


def sampling(name: str, scene: Scene, num: int, **options: object) -> Callable[[], object]:
    sampler = samplers.build(name, **options)
    return lambda: sampler.sample(scene, num, np.random.default_rng(0))


def k_medoids_with_a_matrix(scene: Scene, num: int) -> np.ndarray:
    """The same medoids as scikit-learn-extra makes them: all distances at once, every cluster every time."""
    ys, xs = np.nonzero(scene.mask)
    chosen = np.random.default_rng(0).permutation(len(xs))[:1800]
    xy = np.column_stack([xs, ys])[chosen]
    distances = np.sqrt(((xy[:, None] - xy[None]) ** 2).sum(-1).astype(np.float32))
    medoids = first_by_introselect(distances.sum(axis=1), num)
    for _ in range(300):
        before = medoids.copy()
        nearest = distances[medoids].argmin(axis=0)
        for k in range(num):
            members = np.flatnonzero(nearest == k)
            costs = distances[members, members[:, None]].sum(axis=1)
            medoids[k] = members[costs.argmin()]
        if np.array_equal(before, medoids):
            break
    return xy[medoids]


def main() -> None:
    large, crowded = large_scene(), crowded_scene()
    for num in (8, 16):
        ours, plain = median_ms(sampling("k-medoids", large, num), lambda num=num: k_medoids_with_a_matrix(large, num))
        print(
            f"| k-medoids, {num} points, 400,000 pixels | {ours:.1f} | {plain / ours:.1f}x faster than with a matrix |"
        )
    for name, num in (
        ("random", 10),
        ("random", 100),
        ("random", 1000),
        ("farthest", 10),
        ("distance-transform", 1),
        ("shi-tomasi", 16),
        ("mixed", 16),
        ("in-box", 10),
        ("around-box", 10),
        ("background", 10),
    ):
        (taken,) = median_ms(sampling(name, large, num))
        print(f"| {name}, {num} points, 400,000 pixels | {taken:.1f} | |")
    crowd, alone = median_ms(sampling("random", crowded, 10), sampling("random", crowded, 5))
    print(f"| random, 10 points where 8 fit | {crowd:.1f} | {crowd / alone:.0f}x the time of 5, which fit at once |")


if __name__ == "__main__":
    main()
