"""Videos, categories and one annotation per object: the layout of YouTube-VIS, which OVIS and UVO share."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from ..core import Dataset, FrameLabels, ListedDataset, Sequence
from ._coco_tables import CategoryNames, CategoryNumbers, Ids, with_names_of_their_own
from ._coco_values import (
    INFO,
    attribute,
    attributes_from_json,
    common_folder,
    frame_from_file_name,
    iscrowd,
    safe_name,
    size_from_json,
    size_of,
)
from ._json import ListsWriter, index_object
from ._records import Record, describe
from ._video_tracks import gather, labels_of, objects_of, tracks_of


def _nothing(_: Sequence) -> dict[str, object]:
    return {}


@dataclass(frozen=True, kw_only=True)
class VideoDialect:
    """What a dataset adds to the layout: keys that name a video, keys kept as attributes, and keys to write."""

    title: str = "YouTube-VIS"
    suffix: str = ".jpg"
    names: tuple[str, ...] = ("name",)
    attributes: tuple[str, ...] = ()
    video_keys: Callable[[Sequence], dict[str, object]] = _nothing
    annotation_keys: Callable[[Sequence], dict[str, object]] = _nothing


class VideoFile:
    """A file whose places are known: which videos there are, and where the annotations of each lie."""

    def __init__(self, path: Path, dialect: VideoDialect) -> None:
        self.path, self._dialect = path, dialect
        self._name_by_id: dict[int, str] = {}
        self._ids, annotation_ids = Ids(path, "videos"), Ids(path, "annotations")

        def video_of(annotation: Record) -> int:
            annotation_ids.add(annotation)
            return annotation.integer("video_id")

        self._rest, lists = index_object(path, {"videos": self._note, "annotations": video_of})
        self._videos, self._annotations = lists["videos"], lists["annotations"]
        if not self._videos.present:
            self._rest.items("videos")
        self._ids.check()
        annotation_ids.check()
        self._ids.refuse_others(self._annotations, "video_id")
        self.categories = CategoryNames(self._rest)
        self.id_by_name = with_names_of_their_own(self._name_by_id)

    def dataset(self) -> Dataset:
        return ListedDataset(tuple(self.id_by_name), self.open, self.categories.number_by_name)

    def open(self, name: str) -> Sequence:
        """One video; its annotations are read once for the objects, and again whenever labels are asked for."""
        video_id = self.id_by_name[name]
        video = next(self._videos.of(video_id))
        frames, (height, width) = self.frames_and_size(name)
        labelled = self._labelled(video, len(frames))
        return Sequence(
            name=name,
            height=height,
            width=width,
            frames=frames,
            objects=tuple(objects_of(self._annotations.of(video_id), self.categories)),
            read_labels=partial(self._read_labels, video_id, len(frames), (height, width), labelled),
            attributes=self._attributes(video),
        )

    def frames_and_size(self, name: str) -> tuple[tuple[str, ...], tuple[int, int]]:
        """The names of a video's frames, and their height and width."""
        video = next(self._videos.of(self.id_by_name[name]))
        return self._frames(video), size_from_json(video)

    def _read_labels(
        self, video_id: int, num_frames: int, size: tuple[int, int], labelled: list[int]
    ) -> Iterator[FrameLabels]:
        records = list(self._annotations.of(video_id))
        return labels_of(tracks_of(records, self.categories, num_frames), labelled, size)

    def _note(self, video: Record) -> int:
        video_id = self._ids.add(video)
        self._name_by_id[video_id] = self._name(video)
        return video_id

    def _name(self, video: Record) -> str:
        """The name the video gives itself where its files lie in a folder of that name, else that folder."""
        files = _file_names(video)
        named = [video.text(key) for key in self._dialect.names if key in video]
        for name in named:
            if all(file.startswith(f"{name}/") for file in files):
                return safe_name(video, "name", name)
        folder = common_folder(files)
        return safe_name(video, "file_names[0]", folder or next(iter(named), str(video.integer("id"))))

    def _frames(self, video: Record) -> tuple[str, ...]:
        files = _file_names(video)
        if video.integer("length", len(files)) != len(files):
            found = f"{len(files)} file names"
            raise video.wrong("file_names", found=found, expected=f"{video.integer('length')}, the video's length")
        name = self._name(video)
        folder = name if all(file.startswith(f"{name}/") for file in files) else common_folder(files)
        frames = tuple(frame_from_file_name(file, folder) for file in files)
        if len(set(frames)) < len(frames):
            k, frame = next((k, frame) for k, frame in enumerate(frames) if frame in frames[:k])
            found = f"the frame {frame!r} a second time"
            raise video.wrong(f"file_names[{k}]", found=found, expected="each frame once")
        return frames

    def _labelled(self, video: Record, num_frames: int) -> list[int]:
        """All frames, unless the file has no annotations at all, as the public validation sets, or says which."""
        if not self._annotations.present:
            return []
        if "labelled_frames" not in video:
            return list(range(num_frames))
        frames = video.items("labelled_frames")
        if not all(isinstance(k, int) and 0 <= k < num_frames for k in frames):
            raise video.wrong("labelled_frames", found=str(frames[:4]), expected=f"indices below {num_frames}")
        return sorted({k for k in frames if isinstance(k, int)})

    def _attributes(self, video: Record) -> dict[str, str | int | float | bool | None]:
        if "attributes" in video:
            return attributes_from_json(video)
        return {key: attribute(video.fields[key]) for key in self._dialect.attributes if key in video}


def write_videos(dataset: Dataset, path: Path, dialect: VideoDialect) -> None:
    """Write ``{"info", "videos", "annotations", "categories"}``, one sequence in memory at a time."""
    numbers = CategoryNumbers(dataset.categories)
    num_annotations = 0
    with ListsWriter(path, ("videos", "annotations", "categories"), {"info": INFO}) as out:
        for video_id, sequence in enumerate(dataset, 1):
            size = size_of(sequence, dialect.title)
            of_all = {"height": size[0], "width": size[1], "length": len(sequence.frames)}
            labelled, tracks = gather(sequence)
            for lists in tracks:
                num_annotations += 1
                attributes = lists.info.attributes
                ids = {"id": num_annotations, "video_id": video_id, "object_id": lists.info.object_id}
                ours = {"iscrowd": iscrowd(attributes), "attributes": dict(attributes)}
                of_this = numbers.keys_of(lists.info) | ours | of_all | dialect.annotation_keys(sequence)
                out.add("annotations", ids | of_this | lists.scores() | lists.to_json())
            out.add("videos", {"id": video_id} | of_all | _video_keys(sequence, labelled, dialect))
        for category in numbers.to_json():
            out.add("categories", category)


def _video_keys(sequence: Sequence, labelled: list[int], dialect: VideoDialect) -> dict[str, object]:
    files = [f"{sequence.name}/{frame}{dialect.suffix}" for frame in sequence.frames]
    named = {dialect.names[-1]: sequence.name, "attributes": dict(sequence.attributes), "file_names": files}
    partly: dict[str, object] = {} if len(labelled) == len(files) else {"labelled_frames": labelled}
    return named | partly | dialect.video_keys(sequence)


def _file_names(video: Record) -> list[str]:
    files = video.items("file_names")
    for k, file in enumerate(files):
        if not isinstance(file, str):
            raise video.wrong(f"file_names[{k}]", found=describe(file), expected="text")
    return [safe_name(video, f"file_names[{k}]", str(file)) for k, file in enumerate(files)]
