"""The project in figures: how far, at what pace, by whom, how good, and what dense masks would have cost."""

from collections.abc import Mapping
from functools import lru_cache

from ...annotate import Mistakes, ObjectQuality, PeopleQuality, Rate, annotator_quality, object_quality
from ...annotate.estimates import Bounded
from ...store import Pace, Project, StoredObject, Tally
from . import messages
from .translating import label_in

SECONDS_PER_DENSE_MASK = 80.0
"""What Point-VOS found that a person needs for one mask."""

_MUCH_MORE = 1.1
_NO_TALLY = (0, 0, 0, 0, 0)


class Statistics:
    """Figures of one project; estimates of objects are worked out again only when verdicts have come."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._quality = lru_cache(10_000)(self._worked_out)
        self._mistakes: Mistakes | None = None

    def all(self) -> messages.StatisticsOut:
        rows = self.objects()
        not_asked = sum(row.points - row.answered for row in rows if row.closed)
        said, days = self._project.statistics(), self._project.verdicts_per_day()
        masks = self._project.num_frames_answered()
        people = annotator_quality(self._project)
        pace = said.all.seconds / said.all.answers if said.all.answers else None
        return messages.StatisticsOut(
            objects=said.objects,
            objects_done=said.objects_done,
            points=said.points,
            points_done=said.points_done,
            seconds=said.all.seconds,
            median=said.all.median,
            p90=said.all.p90,
            by_kind=[_kind(kind, of) for kind, of in said.by_kind.items()],
            by_annotator=self._annotators(said.by_annotator, people),
            agreement=messages.Agreement(cohen=_rate(people.cohen), fleiss=_rate(people.fleiss)),
            dense_equivalent=messages.DenseEquivalent(masks=masks, seconds=masks * SECONDS_PER_DENSE_MASK),
            per_day=[messages.DayRow(day=day.isoformat(), answers=n, seconds=seconds) for day, n, seconds in days],
            eta_seconds=None if pace is None else pace * max(0, said.points - said.points_done - not_asked),
            objects_list=rows,
            errors_known=self._mistakes is not None,
        )

    def objects(self) -> list[messages.ObjectRow]:
        self._hear_of_mistakes()
        tallies = {tally.object_key: tally for tally in self._project.tallies()}
        videos = {video.name: video.key for video in self._project.videos}
        return [
            self._object(thing, videos[thing.video], tallies.get(thing.key, Tally(thing.key, *_NO_TALLY)))
            for thing in self._project.objects
        ]

    def _object(self, thing: StoredObject, video: int, tally: Tally) -> messages.ObjectRow:
        found = self._quality(tally) if tally.answered else None
        return messages.ObjectRow(
            key=thing.key,
            video=video,
            object_id=thing.object_id,
            name=thing.name,
            closed=thing.closed,
            points=tally.points,
            answered=tally.answered,
            foreground=tally.foreground,
            background=tally.background,
            undecided=tally.undecided,
            quality=None if found is None else _quality(found),
            may_stop=found is not None and found.outlook.may_stop,
            seconds_saved=None if found is None else found.outlook.seconds_saved,
        )

    def _worked_out(self, tally: Tally) -> ObjectQuality | None:
        return object_quality(self._project, tally.object_key, mistakes=self._mistakes)

    def _hear_of_mistakes(self) -> None:
        """They are the same for all objects, which are worked out anew when much more is known of them than before."""
        found = Mistakes.of(self._project)
        known, now = (0 if one is None else one.num_pairs for one in (self._mistakes, found))
        if now != known and not known / _MUCH_MORE < now < known * _MUCH_MORE:
            self._mistakes = found
            self._quality.cache_clear()

    def annotators(self) -> list[messages.AnnotatorRow]:
        return self._annotators(self._project.statistics().by_annotator, annotator_quality(self._project))

    @staticmethod
    def _annotators(pace_by_name: Mapping[str, Pace], people: PeopleQuality) -> list[messages.AnnotatorRow]:
        quality = {person.name: person for person in people.people}
        rows = []
        for name, pace in pace_by_name.items():
            person = quality.get(name)
            rows.append(
                messages.AnnotatorRow(
                    name=name,
                    answers=pace.answers,
                    median=pace.median,
                    p90=pace.p90,
                    seconds=pace.seconds,
                    sensitivity=_rate(person.sensitivity) if person else None,
                    specificity=_rate(person.specificity) if person else None,
                    repeat_agreement=_rate(person.repeat_agreement) if person else None,
                    gold_n=person.gold if person else 0,
                )
            )
        return rows


def _kind(kind: int, pace: Pace) -> messages.KindRow:
    return messages.KindRow(
        kind=label_in(kind), answers=pace.answers, median=pace.median, p90=pace.p90, seconds=pace.seconds
    )


def _quality(found: ObjectQuality) -> messages.Quality:
    quality = found.quality
    return messages.Quality(
        precision=_bounded(quality.precision), recall=_bounded(quality.recall), j=_interval(quality.j)
    )


def _bounded(found: Bounded | None) -> messages.Interval | None:
    return None if found is None else _interval(found)


def _interval(found: Bounded | Rate) -> messages.Interval:
    return messages.Interval(value=found.value, low=found.low, high=found.high)


def _rate(found: Rate | None) -> messages.Interval | None:
    return None if found is None else _interval(found)
