"""TAO-VOS on disk: splits with a folder of label maps for every video, and a list of videos for every split."""

from pathlib import Path

from ..core import Dataset, FormatError, ListedDataset, Sequence, inside, replacing_folder
from ._label_maps import LabelMaps, require_file_names, sequence_names, write_label_map

_SPLITS = ("train", "valid", "val", "test")


def is_tao_vos(path: Path) -> bool:
    """Whether ``path`` is the root of TAO-VOS or one of its splits; those of YouTube-VOS have a ``meta.json``."""
    if not path.is_dir():
        return False
    if any(_has_masks(path / split) for split in _SPLITS):
        return (path / "ImageSets").is_dir()
    return _has_masks(path) and path.name in _SPLITS and (path.parent / "ImageSets").is_dir()


def _has_masks(folder: Path) -> bool:
    return (folder / "Annotations").is_dir() and not (folder / "meta.json").exists()


def read_tao_vos(path: Path, split: str) -> Dataset:
    root, there = (
        (path, [s for s in _SPLITS if _has_masks(path / s)]) if not _has_masks(path) else (path.parent, [path.name])
    )
    if split and split not in there:
        raise FormatError(path, "", found=f"the splits {', '.join(there)}", expected=split)
    place_by_name: dict[str, Path] = {}
    for name_of_split in [split] if split else there:
        for name in _names(root, name_of_split):
            if name in place_by_name:
                found = f"the video {name!r} in {place_by_name[name].name} as well"
                raise FormatError(root / name_of_split, "", found=found, expected="each video in one split")
            place_by_name[name] = root / name_of_split
    return ListedDataset(tuple(place_by_name), lambda name: _open(place_by_name[name], name))


def _open(folder: Path, name: str) -> Sequence:
    pictures = folder / "JPEGImages"
    return LabelMaps(
        name=name,
        masks=inside(folder / "Annotations", name),
        pictures=inside(pictures, name) if pictures.is_dir() else None,
    ).sequence()


def _names(root: Path, split: str) -> tuple[str, ...]:
    """The videos that ``ImageSets`` lists, else all there are."""
    listed = root / "ImageSets" / f"{split}.txt"
    if not listed.is_file():
        return sequence_names(root / split / "Annotations")
    names = tuple(dict.fromkeys(line.strip() for line in listed.read_text("utf-8").splitlines() if line.strip()))
    for number, name in enumerate(names, 1):
        if not inside(root / split / "Annotations", name).is_dir():
            expected = f"a folder in {root / split / 'Annotations'}"
            raise FormatError(listed, f"line {number}", found=repr(name), expected=expected)
    return names


def write_tao_vos(dataset: Dataset, path: Path, split: str, overlap: str) -> None:
    """Write a label map for every labelled frame, and the list of videos."""
    with replacing_folder(path) as draft:
        (draft / "ImageSets").mkdir()
        with (draft / "ImageSets" / f"{split}.txt").open("w", encoding="utf-8") as listed:
            for sequence in dataset:
                require_file_names(sequence)
                folder = inside(draft / split / "Annotations", sequence.name)
                folder.mkdir(parents=True, exist_ok=True)
                listed.write(f"{sequence.name}\n")
                for labels in sequence:
                    write_label_map(sequence, labels, folder, overlap=overlap)
