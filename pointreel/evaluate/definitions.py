"""What every figure means: its formula and its rule in words, from which the command line, pages and docs are made.

>>> print(define("J_decay")[0].formula)
J_decay = mean J of the first quarter of the frames − mean J of the last quarter
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ..core import Shelf, UnknownName

TRACKS, ASSOCIATIONS = ("uvo", "ytvis"), ("burst", "hota")


@dataclass(frozen=True, kw_only=True)
class Definition:
    """One figure of some benchmarks. In its name ``<n>`` stands for a number, so ``J&F@<n>`` is of J&F@1 and J&F@10."""

    figure: str
    formula: str
    words: str
    benchmarks: tuple[str, ...]
    higher_is_better: bool = True

    def is_of(self, figure: str) -> bool:
        """Whether this defines the figure of that name."""
        return bool(re.fullmatch(re.escape(self.figure).replace("<n>", r"\d+"), figure))

    @property
    def direction(self) -> str:
        return "higher is better" if self.higher_is_better else "lower is better"


def definitions(benchmark: str | None = None) -> tuple[Definition, ...]:
    """The figures of a benchmark, or of all. A scorer may bring its own, as ``DEFINITIONS`` in its module."""
    shelf = Shelf("scorer", "pointreel.evaluate.scorers")
    names = shelf.names() if benchmark is None else (benchmark,)
    brought = [one for name in names for one in getattr(shelf.module(name), "DEFINITIONS", ())]
    return (*(one for one in DEFINITIONS if {*names} & {*one.benchmarks}), *brought)


def define(figure: str, benchmark: str | None = None) -> tuple[Definition, ...]:
    """What a figure means; several definitions where benchmarks mean different things by one name."""
    known = definitions(benchmark)
    found = tuple(one for one in known if one.is_of(figure) or one.figure == figure)
    if not found:
        raise UnknownName(
            "figure" if benchmark is None else f"figure of {benchmark}", figure, {o.figure for o in known}
        )
    return found


def definitions_of(figures: Iterable[str], benchmark: str) -> Mapping[str, Definition]:
    """The definition of each of these figures of one benchmark, of those that have one."""
    known = definitions(benchmark)
    found = {figure: next((one for one in known if one.is_of(figure)), None) for figure in figures}
    return {figure: one for figure, one in found.items() if one is not None}


def _both(name: str, formula: str, words: str, *benchmarks: str, higher: bool = True) -> tuple[Definition, ...]:
    """The same of J and of F: ``{m}`` stands for the letter, ``{what}`` for what it measures."""
    measures = {"J": "overlap of regions", "F": "agreement of contours"}
    return tuple(
        Definition(
            figure=name.format(m=m),
            formula=formula.format(m=m),
            words=words.format(m=m, what=what),
            benchmarks=benchmarks,
            higher_is_better=higher,
        )
        for m, what in measures.items()
    )


J_RULE = "J of an object on a frame is |truth ∩ prediction| / |truth ∪ prediction|, and 1 where both are empty."
F_RULE = (
    "F of an object on a frame is 2PR / (P + R), where precision P is the part of the predicted contour that lies "
    "within 0.8 % of the frame's diagonal (rounded up to pixels) of the true contour, and recall R the part of the "
    "true contour that lies as near to the predicted one; 1 where both are empty."
)
_MEANS = "Means are over the frames of an object that count by the benchmark's rule, then over objects, not sequences."

_DAVIS = (
    Definition(
        figure="J&F",
        formula="J&F = (J_mean + F_mean) / 2",
        words="The figure that rankings go by: half overlap of regions, half agreement of contours.",
        benchmarks=("davis", "lvos", "mose", "sav", "tao-vos", "ytvos"),
    ),
    Definition(
        figure="J_mean",
        formula="J_mean = mean over objects of (mean over frames of J)",
        words=f"{J_RULE} {_MEANS}",
        benchmarks=("davis", "lvos", "mose", "sav", "tao-vos", "ytvos"),
    ),
    Definition(
        figure="F_mean",
        formula="F_mean = mean over objects of (mean over frames of F)",
        words=f"{F_RULE} {_MEANS}",
        benchmarks=("davis", "lvos", "mose", "sav", "tao-vos", "ytvos"),
    ),
    *_both(
        "{m}_recall",
        "{m}_recall = mean over objects of |frames with {m} > 0.5| / |frames|",
        "How often the {what} is good: the part of an object's frames on which {m} is strictly above 0.5.",
        "davis",
    ),
    *_both(
        "{m}_decay",
        "{m}_decay = mean {m} of the first quarter of the frames − mean {m} of the last quarter",
        "How much worse the {what} gets towards the end of a video; negative where it gets better. Quarters share the "
        "frames at their ends. As published, the ends of quarters are kept in a byte, so that sequences of more than "
        "256 scored frames have a wrong decay or none; decay=unwrapped gives what was meant.",
        "davis",
        higher=False,
    ),
)

_POINT_VOS = (
    Definition(
        figure="J&F",
        formula="J&F = mean over numbers of points n of J&F@n",
        words="The figure that the tables of Point-VOS end with: the mean over starts from 1, 2, 5 and 10 points.",
        benchmarks=("point-vos",),
    ),
    Definition(
        figure="J&F@<n>",
        formula="J&F@n = mean over objects of (mean J + mean F) / 2, when each object starts from n points",
        words="Only labelled frames after the reference frame count: all of them in DAVIS, three in PV-Oops.",
        benchmarks=("point-vos",),
    ),
    *_both(
        "{m}_mean",
        "{m}_mean = mean over numbers of points, of the mean over objects, of the mean over frames of {m}",
        "The {what}, over all starts from points. {m} on a frame is as in DAVIS.",
        "point-vos",
    ),
)

_YTVOS = (
    Definition(
        figure="G",
        formula="G = (J_seen + F_seen + J_unseen + F_unseen) / 4",
        words="The figure that YouTube-VOS ranks by. Where there are no unseen categories, the mean of the two seen.",
        benchmarks=("ytvos",),
    ),
    *_both(
        "{m}_seen",
        "{m}_seen = mean over objects of categories seen in training of (mean over frames of {m})",
        "The {what} of objects whose category is among the 65 of the training set, on the frames that meta.json lists.",
        "ytvos",
    ),
    *_both(
        "{m}_unseen",
        "{m}_unseen = mean over objects of categories not seen in training of (mean over frames of {m})",
        "The {what} of objects whose category is not in the training set, on the frames that meta.json lists.",
        "ytvos",
    ),
)

_VNG = (
    Definition(
        figure="J&F",
        formula="J&F = (J + F) / 2",
        words="The figure that Video Narrative Grounding ranks by.",
        benchmarks=("vng",),
    ),
    Definition(
        figure="J",
        formula="J = mean over expressions of (mean over annotated frames of J)",
        words=f"{J_RULE} All expressions of all videos count the same; first and last frames count.",
        benchmarks=("vng",),
    ),
    Definition(
        figure="F",
        formula="F = mean over expressions of (mean over annotated frames of F)",
        words=f"{F_RULE} All expressions of all videos count the same; first and last frames count.",
        benchmarks=("vng",),
    ),
)

_LABELS = (
    Definition(
        figure="J",
        formula="J = mean of |truth ∩ label| / |truth ∪ label| over masks of the truth that are not empty",
        words="Frames without the object do not count; an object without a label has 0. So TAO-VOS measures labels.",
        benchmarks=("labels",),
    ),
    Definition(
        figure="recall@<n>",
        formula="recall@n = |masks of the truth with an IoU ≥ n / 100| / |masks of the truth|",
        words="The part of the masks that the labels overlap well enough, over frames on which the object is.",
        benchmarks=("labels",),
    ),
)

_TRACK_RULE = (
    "A predicted track is right at a threshold if its IoU with a true track reaches it, where the IoU of tracks is the "
    "sum of the intersections over the sum of the unions, over all frames. Predictions are taken by falling score."
)
_SIZES = {"s": "of at most 128² pixels", "m": "from 128² to 256² pixels", "l": "of at least 256² pixels"}


def _of_tracks(figure: str, formula: str, words: str) -> Definition:
    return Definition(figure=figure, formula=formula, words=words, benchmarks=TRACKS)


_TRACKS = (
    _of_tracks(
        "AP",
        "AP = mean over IoU 0.50, 0.55, …, 0.95, over categories, of the mean precision at recalls 0, 0.01, …, 1",
        f"{_TRACK_RULE} Precision at a recall is the highest at that recall or a higher one. UVO has one category.",
    ),
    _of_tracks("AP50", "AP50 = AP at the one IoU 0.50", _TRACK_RULE),
    _of_tracks("AP75", "AP75 = AP at the one IoU 0.75", _TRACK_RULE),
    *(
        _of_tracks(f"AR{most}", f"AR{most} = mean over IoU 0.50, 0.55, …, 0.95, over categories, of the recall", words)
        for most, words in (
            (1, "The part of the true tracks that is found when one prediction of each video and category counts."),
            (10, "The part of the true tracks that is found when ten predictions of each video and category count."),
            (100, "The part of the true tracks that is found when 100 predictions of each video and category count."),
        )
    ),
    *(
        _of_tracks(f"AP{size}", f"AP{size} = AP over objects {of}", f"The mean area of a track counts. {_TRACK_RULE}")
        for size, of in _SIZES.items()
    ),
    *(
        _of_tracks(
            f"AR{size}", f"AR{size} = AR100 over objects {of}", f"The mean area of a track counts. {_TRACK_RULE}"
        )
        for size, of in _SIZES.items()
    ),
)

_ALPHAS = "mean over α = 0.05, 0.10, …, 0.95"
_MATCH_RULE = (
    "At α, a prediction and a true object of a frame match if their IoU is at least α, in the one-to-one matching that "
    "maximises IoU times how well the two tracks fit over the sequence. TP are matches, FN and FP what is left."
)


def _of_associations(figure: str, formula: str, words: str) -> Definition:
    return Definition(figure=figure, formula=formula, words=words, benchmarks=ASSOCIATIONS)


_HOTA = (
    _of_associations(
        "HOTA", f"HOTA = {_ALPHAS} of √(DetA · AssA)", f"Found and followed, in one figure. {_MATCH_RULE}"
    ),
    _of_associations("DetA", f"DetA = {_ALPHAS} of TP / (TP + FN + FP)", f"How well objects are found. {_MATCH_RULE}"),
    _of_associations(
        "AssA",
        f"AssA = {_ALPHAS} of the mean over matches of TPA / (TPA + FNA + FPA)",
        f"How well objects are followed: TPA are the frames on which the same two tracks match. {_MATCH_RULE}",
    ),
    _of_associations("DetRe", f"DetRe = {_ALPHAS} of TP / (TP + FN)", f"How much is found. {_MATCH_RULE}"),
    _of_associations("DetPr", f"DetPr = {_ALPHAS} of TP / (TP + FP)", f"How much of what is said is so. {_MATCH_RULE}"),
    _of_associations(
        "AssRe",
        f"AssRe = {_ALPHAS} of the mean over matches of TPA / (TPA + FNA)",
        f"How much of a true track is in one prediction. {_MATCH_RULE}",
    ),
    _of_associations(
        "AssPr",
        f"AssPr = {_ALPHAS} of the mean over matches of TPA / (TPA + FPA)",
        f"How much of a predicted track is one object. {_MATCH_RULE}",
    ),
    _of_associations("LocA", f"LocA = {_ALPHAS} of the mean IoU of the matches", f"How exact masks are. {_MATCH_RULE}"),
    _of_associations(
        "OWTA",
        f"OWTA = {_ALPHAS} of √(DetRe · AssA)",
        f"HOTA for an open world, where predictions that match nothing cost nothing. {_MATCH_RULE}",
    ),
    _of_associations("HOTA(0)", "HOTA(0) = HOTA at α = 0.05", f"Where masks need hardly overlap. {_MATCH_RULE}"),
    _of_associations("LocA(0)", "LocA(0) = LocA at α = 0.05", f"How exact all masks are that overlap. {_MATCH_RULE}"),
    _of_associations("HOTALocA(0)", "HOTALocA(0) = HOTA(0) · LocA(0)", "Following and exactness in one figure."),
    *(
        Definition(
            figure=f"{name}_{group}",
            formula=f"{name}_{group} = mean of {name} over the {group} classes",
            words=f"The classes of the truth that COCO {'has as well' if group == 'common' else 'does not have'}.",
            benchmarks=("burst",),
        )
        for group in ("common", "uncommon")
        for name in ("HOTA", "DetA", "AssA")
    ),
)

DEFINITIONS = (*_DAVIS, *_POINT_VOS, *_YTVOS, *_VNG, *_LABELS, *_TRACKS, *_HOTA)
INTERVAL = (
    "A 95 % interval is from drawing the sequences again, with replacement, 10,000 times: between its ends lie the "
    "middle 95 % of the figures drawn. Sequences are drawn, not objects or frames, as what happens in one sequence "
    "hangs together. From few sequences intervals come out too narrow: below about ten, take them as a hint."
)
SIGNIFICANCE = (
    "A difference is taken on the same sequences, drawn again for both methods at once, so that what is hard for both "
    "cancels. p is two-sided: twice the part of the draws on the other side of 0 than the difference found, and never "
    "less than 2 to the power of 1 − number of sequences, as all of a few sequences may lean to one side by chance. It "
    "is not corrected for how many differences are looked at."
)
