"""Points followed by pyramidal Lucas-Kanade, held to what they looked like, and found again after they were hidden.

No network, nothing learnt: the point tracker that is always there. On every frame,

1. all points step through the pyramids of two grey frames together, forwards and back again; a point that does not
   come back to its start is tried once more from where its object's other points went;
2. every point is aligned with the patch around it *when it was given*: moved and bent (affine) until it looks like it.
   So errors of single steps never add up, and turning or growing is followed. How alike both are, brightness and
   contrast aside, is the point's confidence;
3. a point is hidden when it no longer looks like itself, leaves the frame, or strays from the motion of its object
   without looking much like itself;
4. a hidden point is looked for where its object's other points (RANSAC) say that it is, or, when none is seen, ever
   further from where the object was heading; it is back only where it looks like itself again, and, the less is known
   of its place, only where nothing else does nearly as much.

*When templates change.* The patch of the query is kept for ever, and is always asked first: it cannot drift. A second,
recent patch serves where an object has changed its look. It is taken at most every ``refresh`` frames, only of a point
that came back to its start and still looks like one of its two patches, and only once the query's patch fits less than
well. So an occluder that slides over a point cannot become the point: what it looks like at the first frame of contact
is refused by both patches.

The points of one object and label move together; a query for an object that is followed already replaces its points.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import product

import numpy as np
from numpy.typing import NDArray

from pointreel.core import FOREGROUND, Frame, FramePoints, PointQuery, PointreelError
from pointreel.core.protocols import PointTracker, VideoInfo

from ._klt_flow import FAR, Grey, step
from ._klt_groups import Expectation, Group, View
from ._klt_motion import Similarity, similarity
from ._klt_patches import Aligned, Templates, align
from ._klt_search import places_like

Floats = NDArray[np.float32]
Bools = NDArray[np.bool_]

_FITS_WELL = 0.85
_STRAY, _QUORUM = 6.0, 4
"""Pixels a point may step aside from its group's motion, and how many points make a group that has one."""
_FURTHEST, _LOOKED_FOR = 160.0, 3
"""Pixels a search reaches at most, and how many points of an object that is out of sight are looked for at a time."""
_TURNS, _TURNS_AFTER = (0.0, -25.0, 25.0), 3
"""Degrees that such an object may have turned, after so many frames."""
_LONE, _MARGIN, _WIDE_MARGIN, _SAME_PLACE = 0.05, 0.02, 0.08, 3.0
"""How much more like itself a point has to look where less is known of its place, and than anything else does."""


@dataclass(frozen=True, kw_only=True)
class Config:
    """Likeness is 1 where a patch equals its template and 0 where nothing does.

    A point is hidden below ``keep``, and found again from ``accept`` up. ``return_within`` is how many pixels a step
    there and back may be off. ``reach`` bounds the search for an object of which nothing is seen, as a part of the
    frame's diagonal. ``refresh`` is the least number of frames between two recent templates of a point.
    """

    keep: float = 0.7
    accept: float = 0.75
    return_within: float = 1.5
    reach: float = 0.5
    refresh: int = 5

    def __post_init__(self) -> None:
        if not 0 < self.keep <= self.accept < 1:
            raise PointreelError(f"keep is {self.keep} and accept {self.accept}, expected 0 < keep <= accept < 1.")
        if self.return_within <= 0 or self.reach < 0 or self.refresh < 1:
            found = f"return_within {self.return_within}, reach {self.reach} and refresh {self.refresh}"
            raise PointreelError(f"found {found}, expected pixels above 0, a part from 0 up, and frames from 1 up.")


def build(config: Config) -> PointTracker:
    return Klt(config)


@dataclass(frozen=True)
class Klt:
    config: Config

    @contextmanager
    def open(self, video: VideoInfo) -> Iterator["KltSession"]:  # noqa: ARG002 - frames say all it needs
        session = KltSession(self.config)
        try:
            yield session
        finally:
            session.close()


@dataclass
class KltSession:
    """One video. Holds the last frame and a few kilobytes per point, however long the video is."""

    config: Config
    _groups: dict[int, list[Group]] = field(default_factory=dict)
    _last: Grey | None = None
    _num_pushed: int = 0

    @property
    def lookahead(self) -> int:
        return 0

    def push(self, frame: Frame, queries: Sequence[PointQuery] = ()) -> Sequence[FramePoints]:
        """Follow all points into ``frame``, then take in those that are given on it."""
        if self._last is not None and self._last.size != (frame.height, frame.width):
            found, expected = f"{frame.width} x {frame.height}", "{1} x {0}".format(*self._last.size)
            raise PointreelError(f"frame {frame.index}: found {found} pixels, expected {expected} as before.")
        grey = Grey.of(frame.rgb)
        groups = [group for of_object in self._groups.values() for group in of_object]
        if self._last is not None and groups:
            self._follow(self._last, grey, groups)
        for query in queries:
            self._groups[query.object_id] = _groups_of(query, frame, grey)
        self._last = grey
        self._num_pushed += 1
        return [self._record(frame.index)]

    def finish(self) -> Sequence[FramePoints]:
        return []

    def close(self) -> None:
        self._groups.clear()
        self._last = None

    def _follow(self, before: Grey, now: Grey, groups: Sequence[Group]) -> None:
        views = [group.view() for group in groups]
        xy, apart = _steps(before, now, groups, self.config.return_within)
        self._keep_what_looks_right(now, groups, views, xy, apart)
        self._find_what_is_lost(now, groups)
        for group, view in zip(groups, views, strict=True):
            group.glide(view, _FITS_WELL)

    def _keep_what_looks_right(
        self, now: Grey, groups: Sequence[Group], views: Sequence[View], xy: Floats, apart: Floats
    ) -> None:
        """Align the points that were seen, and hide those that do not look like themselves any more."""
        seen = np.concatenate([group.visible for group in groups])
        chosen, is_query = _best_fit(now, groups, seen, xy[seen], np.concatenate([g.linear for g in groups])[seen])
        aligned = _spread(chosen, seen)
        query_fits = np.zeros(len(seen), bool)
        query_fits[seen] = is_query & (chosen.likeness >= _FITS_WELL)
        start = 0
        for group, view in zip(groups, views, strict=True):
            part = slice(start, start + len(group))
            start = part.stop
            fits = _part(aligned, part)
            self._settle(now, group, view, fits, apart[part])
            self._refresh(now, group, apart[part], query_fits[part])

    def _settle(self, now: Grey, group: Group, view: View, fits: Aligned, apart: Floats) -> None:
        """Which points of a group are still seen, and where; those that are not remember the last view of the group."""
        likely = fits.likeness >= self.config.keep
        sure = fits.likeness >= _FITS_WELL
        stays = view.visible & now.holds(fits.xy) & likely & ((apart < self.config.return_within) | sure)
        stays &= sure | ~_strays(group, view, fits.xy, stays)
        for k in np.flatnonzero(view.visible & ~stays):
            group.last_view[k] = view
        group.xy = np.where(stays[:, None], fits.xy, group.xy)
        group.linear = np.where(stays[:, None, None], fits.linear, group.linear)
        group.visible = stays
        group.likeness = np.where(stays, fits.likeness, 0).astype(np.float32)
        group.confidence = (group.likeness / (1 + 0.25 * np.minimum(apart, FAR))).astype(np.float32)
        group.hidden_for = np.where(stays, 0, group.hidden_for + 1)

    def _refresh(self, now: Grey, group: Group, apart: Floats, query_fits: Bools) -> None:
        """Take recent patches of points that are followed well and whose look has changed since the query."""
        group.recent_age += 1
        due = group.visible & ~query_fits & (apart < self.config.return_within / 2)
        due &= (group.likeness >= _FITS_WELL) & (group.recent_age >= self.config.refresh)
        if due.any():
            group.recent.replace(due, Templates.at(now.image, group.xy[due], group.linear[due]))
            group.recent_age[due] = 0

    def _find_what_is_lost(self, now: Grey, groups: Sequence[Group]) -> None:
        """Look for every hidden point where it should be; with nothing of its object in view, a few in turn."""
        most = min(self.config.reach * float(np.hypot(*now.size)), _FURTHEST)
        lost: list[tuple[Group, int, Expectation, float]] = []
        for group in groups:
            expected = {int(k): group.expected(int(k)) for k in np.flatnonzero(~group.visible)}
            for k, place in expected.items():
                group.xy[k] = place.xy
            turn = list(expected)
            if not group.visible.any():
                turn = np.roll(turn, _LOOKED_FOR * self._num_pushed)[:_LOOKED_FOR].astype(int).tolist()
            for k in turn:
                radius = expected[k].radius if expected[k].num_points else min(expected[k].radius, most)
                if _near(now, expected[k].xy, radius):
                    lost.append((group, k, expected[k], radius))
        for (group, k, place, _), fits in zip(lost, _candidates(now, lost), strict=True):
            self._accept(group, k, place, fits)

    def _accept(self, group: Group, k: int, place: Expectation, fits: Aligned) -> None:
        """Take the place that looks most like point k, if it is right beyond doubt."""
        if not len(fits.xy):
            return
        best = int(fits.likeness.argmax())
        elsewhere = np.linalg.norm(fits.xy - fits.xy[best], axis=1) >= _SAME_PLACE
        rival = float(fits.likeness[elsewhere].max(initial=0.0))
        well_known = place.num_points > 1
        needed = self.config.accept + (0.0 if well_known else _LONE if place.num_points else 2 * _LONE)
        margin = _MARGIN if well_known else _WIDE_MARGIN
        if fits.likeness[best] >= max(needed, rival + margin):
            group.xy[k], group.linear[k], group.visible[k] = fits.xy[best], fits.linear[best], True
            group.likeness[k] = group.confidence[k] = fits.likeness[best]
            group.hidden_for[k] = 0

    def _record(self, index: int) -> FramePoints:
        points, visible, confidence = {}, {}, {}
        for object_id, groups in self._groups.items():
            order = np.argsort(np.concatenate([group.rows for group in groups]))
            points[object_id] = np.concatenate([group.xy for group in groups])[order]
            visible[object_id] = np.concatenate([group.visible for group in groups])[order]
            confidence[object_id] = np.concatenate([group.confidence * group.visible for group in groups])[order]
        return FramePoints(index, points, visible, confidence)


def _groups_of(query: PointQuery, frame: Frame, grey: Grey) -> list[Group]:
    """The positives and the rest of a query; a place that no pixel has is refused."""
    if query.frame != frame.index:
        raise PointreelError(
            f"object {query.object_id}: a query for frame {query.frame} came with frame {frame.index}."
        )
    inside = np.isfinite(query.points.xy).all(axis=1) & grey.holds(query.points.xy)
    if not inside.all():
        x, y = query.points.xy[~inside][0]
        size = f"{frame.width} x {frame.height}"
        raise PointreelError(f"object {query.object_id}, frame {frame.index}: ({x:g}, {y:g}) is outside of {size}.")
    groups = []
    is_positive = query.points.label == FOREGROUND
    for side in (is_positive, ~is_positive):
        rows = np.flatnonzero(side)
        if len(rows) or side is is_positive:
            xy = query.points.xy[rows]
            upright = np.tile(np.eye(2, dtype=np.float32), (len(rows), 1, 1))
            groups.append(Group.of(query.object_id, rows, xy, Templates.at(grey.image, xy, upright)))
    return groups


def _steps(before: Grey, now: Grey, groups: Sequence[Group], within: float) -> tuple[Floats, Floats]:
    """Where all points that are seen went; those that got lost are tried again along their group's motion."""
    seen = np.concatenate([group.visible for group in groups])
    xy = np.concatenate([group.xy for group in groups])
    apart = np.full(len(xy), FAR, np.float32)
    moved = xy.copy()
    moved[seen], apart[seen] = step(before, now, xy[seen])
    guess = xy.copy()
    again = np.zeros(len(xy), bool)
    start = 0
    for group in groups:
        part = slice(start, start + len(group))
        start = part.stop
        good = apart[part] < within
        bad = group.visible & ~good
        motion = _step_of(xy[part][good], moved[part][good], group.likeness[good]) if bad.any() else None
        if motion is not None and motion.num_points > 1:
            guess[part][bad] = motion(xy[part][bad])
            again[part] = bad
    if again.any():
        moved[again], apart[again] = step(before, now, xy[again], guess[again])
    return moved, apart


def _best_fit(now: Grey, groups: Sequence[Group], seen: Bools, xy: Floats, linear: Floats) -> tuple[Aligned, Bools]:
    """Points aligned with their query patches, or where those fit less than well and the recent one better, with it."""
    query = Templates.joined([group.query for group in groups]).of(seen)
    recent = Templates.joined([group.recent for group in groups]).of(seen)
    fits = align(now.image, query, xy, linear)
    poor = fits.likeness < _FITS_WELL
    other = align(now.image, recent.of(poor), xy[poor], linear[poor])
    better = other.likeness > fits.likeness[poor]
    rows = np.flatnonzero(poor)[better]
    fits.xy[rows], fits.linear[rows] = other.xy[better], other.linear[better]
    fits.likeness[rows] = other.likeness[better]
    is_query = np.ones(len(xy), bool)
    is_query[rows] = False
    return fits, is_query


def _candidates(now: Grey, lost: Sequence[tuple[Group, int, Expectation, float]]) -> list[Aligned]:
    """Places that look like each lost point, by either template; turned as well, where it may have turned unseen.

    All of them are aligned in one go.
    """
    templates, starts, linears, numbers = [Templates.none()], [np.zeros((0, 2), np.float32)], [], []
    for group, k, place, radius in lost:
        turns = _TURNS if place.num_points == 0 and group.hidden_for[k] > _TURNS_AFTER else _TURNS[:1]
        before = sum(map(len, starts))
        for template, turn in product((group.query.of(np.array([k])), group.recent.of(np.array([k]))), turns):
            turned = (_turn(turn) @ place.linear).astype(np.float32)
            found = places_like(now.image, template.samples[0], turned, place.xy, radius)
            templates.append(template.of(np.zeros(len(found), np.intp)))
            starts.append(found)
            linears += [turned] * len(found)
        numbers.append(sum(map(len, starts)) - before)
    linear = np.array(linears, np.float32).reshape(-1, 2, 2)
    fits = align(now.image, Templates.joined(templates), np.concatenate(starts), linear)
    inside = now.holds(fits.xy)
    each, end = [], 0
    for (_, _, place, radius), number in zip(lost, numbers, strict=True):
        rows = np.arange(end, end + number)
        end += number
        near = np.linalg.norm(fits.xy[rows] - place.xy, axis=1) <= radius + 2
        rows = rows[near & inside[rows]]
        each.append(Aligned(fits.xy[rows], fits.linear[rows], fits.likeness[rows]))
    return each


def _strays(group: Group, view: View, xy: Floats, stays: Bools) -> Bools:
    """Which points left the motion that most of their group agree on; with few left, the way the group was going."""
    motion = _step_of(view.xy[stays], xy[stays], group.likeness[stays]) if stays.sum() >= _QUORUM else None
    if motion is not None and motion.num_points >= max(_QUORUM - 1, stays.sum() / 2):
        expected = motion(view.xy)
    elif len(view.xy) >= _QUORUM:
        expected = view.xy + group.velocity
    else:
        return np.zeros(len(xy), bool)
    strays: Bools = np.linalg.norm(expected - xy, axis=1) > _STRAY
    return strays


def _step_of(before: Floats, after: Floats, trust: Floats) -> Similarity | None:
    """The motion of a group from one frame to the next, in which nothing turns much."""
    return similarity(before, after, np.tile(np.eye(2, dtype=np.float32), (len(before), 1, 1)), trust)


def _turn(degrees: float) -> Floats:
    cosine, sine = np.cos(np.deg2rad(degrees)), np.sin(np.deg2rad(degrees))
    return np.array([[cosine, -sine], [sine, cosine]], np.float32)


def _near(now: Grey, xy: Floats, radius: float) -> bool:
    height, width = now.size
    return bool((xy > -radius).all() and xy[0] < width + radius and xy[1] < height + radius)


def _spread(aligned: Aligned, seen: Bools) -> Aligned:
    """Rows of the points that are seen as rows of all points."""
    num = len(seen)
    whole = Aligned(np.zeros((num, 2), np.float32), np.zeros((num, 2, 2), np.float32), np.zeros(num, np.float32))
    whole.xy[seen], whole.linear[seen], whole.likeness[seen] = aligned.xy, aligned.linear, aligned.likeness
    return whole


def _part(aligned: Aligned, rows: slice) -> Aligned:
    return Aligned(aligned.xy[rows], aligned.linear[rows], aligned.likeness[rows])
