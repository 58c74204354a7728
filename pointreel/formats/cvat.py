"""CVAT for video 1.1: tracks of boxes, polygons, points and masks of the annotation tool (XML).

On disk, as CVAT exports a task, a job or a project (``annotations.xml`` of the archive)::

    <annotations><version>1.1</version>
      <meta><task><id>5</id><name>street</name><size>30</size><start_frame>0</start_frame><stop_frame>29</stop_frame>
        <frame_filter></frame_filter><labels>...</labels>
        <original_size><width>640</width><height>480</height></original_size></task></meta>
      <track id="0" label="car" source="manual">
        <box frame="0" keyframe="1" outside="0" occluded="0" xtl="1.00" ytl="2.00" xbr="11.00" ybr="12.00" z_order="0">
          <attribute name="colour">red</attribute></box>
        <polygon frame=... points="1.00,2.00;3.00,4.00;..."/>  <points .../>
        <mask frame=... rle="3, 2, 5" left="0" top="0" width="5" height="2"/>
      </track>
    </annotations>

CVAT's own importer (``load_anno`` in ``cvat/apps/dataset_manager/formats/cvat.py``) and its interpolation
(``TrackManager`` in ``annotation.py``) decide: key frames alone count; between them a box, and a single point, moves in
a straight line, more points stay as they were; an object is there until a key frame says ``outside``, or to the end of
the task; a mask is on its own frame only. Polygons between key frames are those of the file, where CVAT writes them;
where a script left them out, corners move in a straight line if there are as many, else the polygon stays.
Positions are taken as they stand; the box of the one pixel (x, y) is x, y, x + 1, y + 1. Run lengths of a mask go along
the rows of its box, background first.

A task is a sequence with the name of the task, and every frame of a task is labelled. Tracks are the objects 1, 2, 3,
... in the order of the file; tracks whose attribute ``object_id`` is the same are one object. Attributes are those of
the first shape of a track. Writing gives each mask a track of its own, since CVAT drops all but the first mask of a
track, and keeps in attributes of the label what CVAT has no place for: ``object_id``, ``point_labels``,
``point_candidates``. Several sequences make a project with a task each. Objects without a name get the label "object".

Polylines, ellipses, cuboids, skeletons and rotated boxes are refused, or left out with ``unsupported="skip"``.
"""

from dataclasses import dataclass
from pathlib import Path

from ..core import Dataset, Feature, Format, FormatError, ListedDataset, PointreelError
from ._cvat_index import index_cvat
from ._cvat_tracks import Tracks
from ._cvat_write import write_cvat
from ._paths import file_to_write, heads

HOLDS = frozenset(
    {
        Feature.MASKS,
        Feature.SIZES,
        Feature.BOXES,
        Feature.POINTS,
        Feature.UNDECIDED_POINTS,
        Feature.LATER_POINTS,
        Feature.UNEVEN_POINTS,
        Feature.CANDIDATES,
        Feature.FRACTIONS,
        Feature.OVERLAP,
        Feature.NAMES,
        Feature.IDS,
        Feature.LARGE_IDS,
        Feature.LATE_OBJECTS,
        Feature.EMPTY_FRAMES,
        Feature.EMPTY_SEQUENCES,
        Feature.UNKNOWN_SIZES,
    }
)


@dataclass(frozen=True, kw_only=True)
class Config:
    """``unsupported``: what to do with shapes other than boxes, polygons, points and masks, refuse or skip."""

    unsupported: str = "refuse"

    def __post_init__(self) -> None:
        if self.unsupported not in ("refuse", "skip"):
            raise PointreelError(f"cvat: unsupported={self.unsupported!r} does not exist. There are: refuse, skip.")


@dataclass(frozen=True)
class Cvat:
    """>>> build(Config()).read(Path("annotations.xml"))        # doctest: +SKIP"""

    config: Config

    @property
    def holds(self) -> frozenset[Feature]:
        return HOLDS

    def recognises(self, path: Path) -> bool:
        return any(map(_looks_exported, heads(path, "*.xml")))

    def read(self, path: Path) -> Dataset:
        tracks_by_name: dict[str, Tracks] = {}
        for file in _files(path):
            index = index_cvat(file, skip=self.config.unsupported == "skip")
            for number, task in enumerate(index.tasks):
                name = task.name if task.name not in tracks_by_name else f"{file.stem}/{task.name}"
                if name in tracks_by_name:
                    raise FormatError(file, "meta", found=f"the task {name!r} again", expected="tasks of other names")
                tracks_by_name[name] = Tracks(index, number)
        return ListedDataset(tuple(tracks_by_name), lambda name: tracks_by_name[name].sequence(name))

    def write(self, dataset: Dataset, path: Path) -> None:
        write_cvat(dataset, file_to_write(path, "annotations.xml"))


def build(config: Config) -> Format:
    return Cvat(config)


def _looks_exported(head: bytes) -> bool:
    return b"<annotations>" in head and (b"<meta>" in head or b"<track" in head) and b"<image " not in head


def _files(path: Path) -> list[Path]:
    """The file itself, the one an archive of CVAT holds, or all XML files of a folder."""
    if path.is_dir() and (path / "annotations.xml").is_file():
        return [path / "annotations.xml"]
    files = [path] if path.is_file() else sorted(path.glob("*.xml"))
    if not files:
        raise FormatError(path, "", found="no XML file", expected="annotations.xml", hint="Unpack the archive first.")
    return files
