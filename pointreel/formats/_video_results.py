"""What a method predicts for videos of YouTube-VIS or UVO: a list of tracks, without the videos they are about."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

from ..core import Dataset, FrameLabels, ListedDataset, ObjectInfo, PointreelError, Sequence, replacing
from ._coco_tables import UNNAMED, CategoryNames, CategoryNumbers, with_names_of_their_own
from ._coco_values import Size, mask_from_json, safe_name
from ._json import dumps, index_list
from ._records import Record
from ._video_json import VideoFile
from ._video_tracks import TrackLists, gather, labels_of, objects_of, tracks_of


class ResultsFile:
    """A list of results. ``truth`` is the file with the videos and categories they are about, if there is one.

    Without it a video is named by its number, unless the results say its name, a category is named by its number,
    and the size of a video is that of its masks.
    """

    def __init__(self, path: Path, truth: VideoFile | None) -> None:
        self._truth = truth
        self._true_ids = frozenset(truth.id_by_name.values()) if truth else None
        self._name_by_id: dict[int, str] = {}
        self._numbers: set[int] = set()
        self._results = index_list(path, self._note)
        categories = [{"id": number, "name": str(number)} for number in sorted(self._numbers)]
        self.categories = truth.categories if truth else CategoryNames(Record(path, "", {"categories": categories}))
        self._id_by_name = truth.id_by_name if truth else with_names_of_their_own(self._name_by_id)

    def dataset(self) -> Dataset:
        return ListedDataset(tuple(self._id_by_name), self.open, self.categories.number_by_name)

    def open(self, name: str) -> Sequence:
        """The results of one video."""
        video_id = self._id_by_name[name]
        frames, size = self._truth.frames_and_size(name) if self._truth else self._frames_and_size(video_id)
        return Sequence(
            name=name,
            height=size[0],
            width=size[1],
            frames=frames,
            objects=tuple(objects_of(self._results.of(video_id), self.categories)),
            read_labels=partial(self._read_labels, video_id, len(frames), size),
        )

    def _read_labels(self, video_id: int, num_frames: int, size: Size) -> Iterator[FrameLabels]:
        tracks = tracks_of(list(self._results.of(video_id)), self.categories, num_frames)
        return labels_of(tracks, range(num_frames), size)

    def _frames_and_size(self, video_id: int) -> tuple[tuple[str, ...], Size]:
        num_frames = 0
        for result in self._results.of(video_id):
            masks = result.items("segmentations")
            num_frames = num_frames or len(masks)
            for k, value in enumerate(masks):
                mask = mask_from_json(result, f"segmentations[{k}]", value, (None, None))
                if mask is not None:
                    return _numbered(num_frames), (mask.height, mask.width)
        return _numbered(num_frames), (None, None)

    def _note(self, result: Record) -> int:
        video_id = result.integer("video_id")
        if self._truth and self._true_ids is not None and video_id not in self._true_ids:
            raise result.wrong("video_id", found=f"the number {video_id}", expected=f"a video of {self._truth.path}")
        if video_id not in self._name_by_id:
            self._name_by_id[video_id] = safe_name(result, "video_name", result.text("video_name", str(video_id)))
        self._numbers.add(result.integer("category_id"))
        result.number("score")
        return video_id


def write_results(dataset: Dataset, path: Path, truth: VideoFile | None) -> None:
    """Write a list of results; with ``truth``, under its numbers of videos and categories."""
    numbers = CategoryNumbers(truth.categories.number_by_name if truth else dataset.categories)
    with replacing(path) as draft, draft.open("wb") as out:
        opening = b"["
        for k, sequence in enumerate(dataset, 1):
            video_id = _video_id(truth, sequence) if truth else k
            for lists in gather(sequence)[1]:
                if truth:
                    _refuse_unknown_category(truth, lists.info)
                out.write(opening + dumps({"video_id": video_id} | _result(sequence, lists, numbers)))
                opening = b",\n"
        out.write(b"[]\n" if opening == b"[" else b"]\n")


def _result(sequence: Sequence, lists: TrackLists, numbers: CategoryNumbers) -> dict[str, object]:
    """One result. Names and the object's id are ours: official readers pass over them."""
    info = lists.info
    ours = {"video_name": sequence.name, "object_id": info.object_id, "object_name": info.name}
    return {"category_id": numbers.of(info.name)} | lists.scores(always=True) | ours | lists.to_result()


def _video_id(truth: VideoFile, sequence: Sequence) -> int:
    if sequence.name not in truth.id_by_name:
        raise PointreelError(f"{truth.path}: there is no video {sequence.name!r} to write results for.")
    num_frames = len(truth.frames_and_size(sequence.name)[0])
    if num_frames != len(sequence.frames):
        found = f"{len(sequence.frames)} frames of {sequence.name!r}"
        raise PointreelError(f"{truth.path}: found {found}, expected {num_frames}, the length of that video.")
    return truth.id_by_name[sequence.name]


def _refuse_unknown_category(truth: VideoFile, info: ObjectInfo) -> None:
    known = truth.categories.number_by_name
    if (info.name or UNNAMED) not in known:
        names = ", ".join(list(known)[:8])
        raise PointreelError(f"{truth.path}: there is no category {info.name or UNNAMED!r}, only {names}.")


def _numbered(num_frames: int) -> tuple[str, ...]:
    return tuple(f"{k:05d}" for k in range(num_frames))
