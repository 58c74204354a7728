"""Which annotations of a COCO-like file are about the same object."""

from collections.abc import Iterable
from dataclasses import dataclass

from ..core import ObjectInfo
from ._coco_tables import CategoryNames
from ._coco_values import attributes_from_json
from ._records import Record, describe

_KEYS = ("track_id", "instance_id")
Track = tuple[str, int | str]


@dataclass(frozen=True)
class Tracks:
    """The objects of a sequence by track. An annotation of no track is a track of its own."""

    info_by_track: dict[Track, ObjectInfo]

    @classmethod
    def listed(cls, tracks: Iterable[Record], categories: CategoryNames) -> "Tracks":
        """From the file's own list, as TAO has it; the number of a track is its object's, unless it says another."""
        info_by_track: dict[Track, ObjectInfo] = {}
        seen: set[int] = set()
        for track in tracks:
            number = track.integer("id")
            object_id = track.integer("object_id", number)
            if object_id < 1 or object_id in seen:
                found = f"object {object_id}" + (" a second time" if object_id in seen else "")
                raise track.wrong("object_id", found=found, expected="a positive number of its own in the video")
            seen.add(object_id)
            info = ObjectInfo(object_id, categories.of(track), attributes_from_json(track))
            info_by_track["track", number] = info
        return cls(info_by_track)

    @classmethod
    def found(cls, annotations_by_image: Iterable[list[Record]], categories: CategoryNames) -> "Tracks":
        """From the annotations: their own numbers where all are positive, else 1, 2, 3, ... as they come."""
        info_by_track: dict[Track, ObjectInfo] = {}
        for annotations in annotations_by_image:
            for annotation in annotations:
                track = _track_of(annotation)
                if track not in info_by_track:
                    attributes = {"iscrowd": 1} if annotation.truth("iscrowd", False) else {}
                    info_by_track[track] = ObjectInfo(len(info_by_track) + 1, categories.of(annotation), attributes)
        if all(kind == "track" and isinstance(number, int) and number > 0 for kind, number in info_by_track):
            for track, info in info_by_track.items():
                info_by_track[track] = ObjectInfo(int(track[1]), info.name, info.attributes)
        return cls(info_by_track)

    @property
    def objects(self) -> tuple[ObjectInfo, ...]:
        return tuple(self.info_by_track.values())

    def object_of(self, annotation: Record) -> int:
        """The object an annotation is about."""
        track = _track_of(annotation)
        if track not in self.info_by_track:
            key = next((key for key in _KEYS if key in annotation), _KEYS[0])
            found = f"the track {track[1]}" if track[0] == "track" else "no track"
            raise annotation.wrong(key, found=found, expected="one of the tracks of its video")
        return self.info_by_track[track].object_id


def _track_of(annotation: Record) -> Track:
    for key in _KEYS:
        value = annotation.fields.get(key)
        if value is None:
            continue
        if isinstance(value, bool) or not isinstance(value, int | str):
            raise annotation.wrong(key, found=describe(value), expected="the number or name of a track")
        return "track", value
    return "annotation", annotation.integer("id")
