"""HOTA: how well objects are found and followed, as TrackEval computes it.

A detection of the truth and a prediction of one frame may be matched when their similarity, mostly the IoU of masks,
reaches a threshold alpha. The matching of a frame is the one that maximises similarity times how well the two tracks
fit over the whole sequence; the same for all alphas. Of the matches at an alpha,

- DetA = TP / (TP + FN + FP) says how well detections are found, DetRe and DetPr of it recall and precision;
- AssA is the mean, over the matches, of TPA / (TPA + FNA + FPA) of their pair of tracks; AssRe, AssPr as above;
- LocA is the mean similarity of the matches;
- HOTA = sqrt(DetA * AssA), and OWTA = sqrt(DetRe * AssA), where predictions that match nothing cost nothing.

Each is averaged over the alphas 0.05, 0.10, ..., 0.95; HOTA(0) and LocA(0) are those at 0.05. Over several sequences,
detections are counted together and associations are averaged over all matches; nothing is averaged over sequences.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import linear_sum_assignment

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

ALPHAS = np.arange(0.05, 0.99, 0.05)
_EPS = float(np.finfo(float).eps)
_TINY = 1e-10


@dataclass(frozen=True, slots=True, eq=False)
class FrameSimilarities:
    """The objects of one frame by their ids, and how similar each of the truth is to each predicted one."""

    truth_ids: Sequence[int]
    predicted_ids: Sequence[int]
    similarity: ArrayLike


@dataclass(frozen=True, slots=True, eq=False)
class Hota:
    """What is counted, by alpha; sequences, or classes, add up with ``+`` to what they are together.

    ``association``, ``association_recall``, ``association_precision`` and ``similarity`` are sums over the matches.
    """

    found: Floats
    missed: Floats
    wrong: Floats
    association: Floats
    association_recall: Floats
    association_precision: Floats
    similarity: Floats

    @classmethod
    def nothing(cls) -> "Hota":
        """Of no frame at all."""
        return cls(*(np.zeros(len(ALPHAS)) for _ in range(7)))

    def __add__(self, other: "Hota") -> "Hota":
        return Hota(*(getattr(self, name) + getattr(other, name) for name in self.__slots__))

    def by_alpha(self) -> dict[str, Floats]:
        """HOTA, DetA, AssA, DetRe, DetPr, AssRe, AssPr, LocA and OWTA at each alpha."""
        num_found = np.maximum(1, self.found)
        det_re, det_a = self.found / np.maximum(1, self.found + self.missed), self._detection()
        ass_a = self.association / num_found
        return {
            "HOTA": np.sqrt(det_a * ass_a),
            "DetA": det_a,
            "AssA": ass_a,
            "DetRe": det_re,
            "DetPr": self.found / np.maximum(1, self.found + self.wrong),
            "AssRe": self.association_recall / num_found,
            "AssPr": self.association_precision / num_found,
            "LocA": np.maximum(_TINY, self.similarity) / np.maximum(_TINY, self.found),
            "OWTA": np.sqrt(det_re * ass_a),
        }

    @classmethod
    def weighted(cls, sequences: Sequence["Hota"], weights: Floats) -> "Hota":
        """What sequences add up to when they count as often as ``weights`` say, (draws, sequences): (draws, alphas)."""
        return cls(*(weights @ np.array([getattr(one, name) for one in sequences]) for name in cls.__slots__))

    def figures(self) -> dict[str, float]:
        """The means over alphas, and HOTA(0), LocA(0) and HOTALocA(0)."""
        curves = self.by_alpha()
        hota, located = float(curves["HOTA"][0]), float(curves["LocA"][0])
        means = {name: float(np.mean(curve)) for name, curve in curves.items()}
        return means | {"HOTA(0)": hota, "LocA(0)": located, "HOTALocA(0)": hota * located}

    def _detection(self) -> Floats:
        rate: Floats = self.found / np.maximum(1, self.found + self.missed + self.wrong)
        return rate


def hota(frames: Iterable[FrameSimilarities]) -> Hota:
    """What is counted over the frames of one sequence.

    >>> frames = [FrameSimilarities([1, 2], [7], [[0.9], [0.0]]), FrameSimilarities([1, 2], [7], [[0.8], [0.1]])]
    >>> {name: round(value, 3) for name, value in hota(frames).figures().items() if name in ("HOTA", "DetA", "AssA")}
    {'HOTA': 0.623, 'DetA': 0.442, 'AssA': 0.877}
    """
    numbered = _Sequence.of(frames)
    fit = numbered.fit()
    counted = Hota.nothing()
    matches = np.zeros((len(ALPHAS), *fit.shape))
    for truth, predicted, similarity in numbered.frames:
        rows, columns = linear_sum_assignment(-fit[np.ix_(truth, predicted)] * similarity)
        alike = similarity[rows, columns]
        for a, alpha in enumerate(ALPHAS):
            close = alike >= alpha - _EPS
            num_matches = int(close.sum())
            counted.found[a] += num_matches
            counted.missed[a] += len(truth) - num_matches
            counted.wrong[a] += len(predicted) - num_matches
            counted.similarity[a] += sum(alike[close].tolist())
            matches[a, truth[rows[close]], predicted[columns[close]]] += 1
    of_truth, of_predicted = numbered.truth_count[:, None], numbered.predicted_count[None]
    for sums, count in (
        (counted.association, np.maximum(1, of_truth + of_predicted - matches)),
        (counted.association_recall, np.maximum(1, of_truth)),
        (counted.association_precision, np.maximum(1, of_predicted)),
    ):
        sums += (matches * (matches / count)).sum(axis=(1, 2))
    return counted


@dataclass(frozen=True, slots=True, eq=False)
class _Sequence:
    """Frames with ids counted from 0, and on how many frames each id is."""

    frames: list[tuple[Ints, Ints, Floats]]
    truth_count: Ints
    predicted_count: Ints

    @classmethod
    def of(cls, frames: Iterable[FrameSimilarities]) -> "_Sequence":
        truth, predicted = _Numbers(), _Numbers()
        numbered = []
        for frame in frames:
            rows, columns = truth.of(frame.truth_ids), predicted.of(frame.predicted_ids)
            numbered.append((rows, columns, np.asarray(frame.similarity, np.float64).reshape(len(rows), len(columns))))
        return cls(numbered, truth.count(), predicted.count())

    def fit(self) -> Floats:
        """How well each pair of tracks fits: a Jaccard index of shares of similarity, over all frames."""
        shared = np.zeros((len(self.truth_count), len(self.predicted_count)))
        for truth, predicted, similarity in self.frames:
            either = similarity.sum(0)[None] + similarity.sum(1)[:, None] - similarity
            share = np.divide(similarity, either, out=np.zeros_like(similarity), where=either > _EPS)
            shared[np.ix_(truth, predicted)] += share
        fit: Floats = shared / (self.truth_count[:, None] + self.predicted_count[None] - shared)
        return fit


class _Numbers:
    """Numbers ids 0, 1, 2, ... as they come, and counts them."""

    def __init__(self) -> None:
        self._number_by_id: dict[int, int] = {}
        self._counts: list[int] = []

    def of(self, ids: Sequence[int]) -> Ints:
        numbers = [self._number_by_id.setdefault(key, len(self._number_by_id)) for key in ids]
        self._counts += [0] * (len(self._number_by_id) - len(self._counts))
        for number in numbers:
            self._counts[number] += 1
        return np.array(numbers, np.int64)

    def count(self) -> Ints:
        return np.array(self._counts, np.int64)
