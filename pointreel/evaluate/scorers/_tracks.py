"""What the scorers of YouTube-VIS, OVIS and UVO share: from two files to average precision."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from ...core import MaskError
from ...formats import ScoredTrack, TrackFile, read_predicted_tracks, read_true_tracks
from .._precision_intervals import precision_intervals
from ..metrics.average_precision import (
    Matches,
    PredictedTrack,
    TruthTrack,
    VideoTracks,
    accumulate,
    matches_by_category,
    video_figures,
)
from ..report import Progress, Report, silent


@dataclass(frozen=True)
class TrackScorer:
    """Average precision from an annotation file and a list of results.

    ``headline`` are the figures to show first. Videos come in the order of their numbers, as in the official code,
    which matters where scores are equal.
    """

    split: str
    by_category: bool
    headline: tuple[str, ...]
    with_intervals: bool

    def score(
        self,
        truth: Path,
        predictions: Path,
        *,
        num_workers: int = 1,  # noqa: ARG002 - as all scorers; here reading two files is a third of the work
        progress: Progress = silent,
    ) -> Report:
        """The figures of ``predictions``; one process does it all, whatever ``num_workers``."""
        true_file = read_true_tracks(truth, self.split)
        files = _Files(true_file, read_predicted_tracks(predictions, true_file))
        categories = tuple(true_file.categories)
        found: defaultdict[int, list[tuple[int, Matches]]] = defaultdict(list)
        by_video = {}
        for k, number in enumerate(progress(sorted(true_file.videos), "scoring videos", len(true_file.videos))):
            matches = files.matches(number, categories, by_category=self.by_category)
            by_video[true_file.videos[number].name] = video_figures(matches)
            for category, some in matches.items():
                found[category].append((k, some))
        of_all = {category: [some for _, some in matches] for category, matches in found.items()}
        figures = accumulate(of_all, categories if self.by_category else (0,)).figures()
        return Report(
            overall={name: figures[name] for name in (*self.headline, *figures)},
            per_sequence=by_video,
            intervals=precision_intervals(found, len(true_file.videos)) if self.with_intervals else {},
            warnings=tuple(files.warnings()),
        )


@dataclass(frozen=True)
class _Files:
    """The truth, and the results for its videos."""

    truth: TrackFile
    predictions: TrackFile

    def matches(self, number: int, categories: Sequence[int], *, by_category: bool) -> dict[int, Matches]:
        """What became of the results for one video."""
        video = self.truth.videos[number]
        tracks = VideoTracks(
            size=video.size,
            num_frames=video.num_frames,
            truth=[_true_track(track) for track in self.truth.tracks_by_video.get(number, ())],
            predictions=[_predicted_track(track) for track in self.predictions.tracks_by_video.get(number, ())],
        )
        try:
            return matches_by_category(tracks, categories, by_category=by_category)
        except MaskError:
            self.truth.blame(number)
            self.predictions.blame(number)
            raise

    def warnings(self) -> Iterator[str]:
        """What the official code passes over without a word."""
        yield from self._strange_categories()
        yield from self._silent_videos()
        for track in (track for tracks in self.truth.tracks_by_video.values() for track in tracks):
            if track.number == 0:
                problem = "is 0, which the official code takes for no match: what finds this object counts as wrong"
                yield f"{self.truth.path}: {track.where}.id {problem}, here as there."

    def _strange_categories(self) -> Iterator[str]:
        tracks = [track for some in self.predictions.tracks_by_video.values() for track in some]
        strange = [track for track in tracks if track.category not in self.truth.categories]
        if strange:
            first = f"{strange[0].where} has category {strange[0].category}, which {self.truth.path} does not know"
            yield f"{self.predictions.path}: {len(strange)} of {len(tracks)} results do not count; {first}."

    def _silent_videos(self) -> Iterator[str]:
        videos = self.truth.videos
        names = [video.name for number, video in videos.items() if number not in self.predictions.tracks_by_video]
        if names:
            some = ", ".join(names[:5]) + (", ..." if len(names) > 5 else "")
            yield f"{self.predictions.path}: {len(names)} of {len(videos)} videos have no result: {some}."


def _true_track(track: ScoredTrack) -> TruthTrack:
    return TruthTrack(
        masks=track.masks,
        category=track.category,
        is_crowd=track.is_crowd,
        area=track.area,
        countable=track.number != 0,
    )


def _predicted_track(track: ScoredTrack) -> PredictedTrack:
    return PredictedTrack(masks=track.masks, category=track.category, score=track.score)
