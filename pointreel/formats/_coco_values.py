"""The values that COCO and everything modelled on it share: segmentations, boxes, attributes, names."""

import math
from typing import TypeGuard

from ..core import Attributes, Box, Mask, PointreelError, Sequence, inside
from ..core.bulk import masks_from_coco
from ._records import Record, describe

INFO = {"description": "Written by pointreel"}
_IMAGES = frozenset({".jpg", ".jpeg", ".png", ".webp", ".bmp", ".tif", ".tiff", ".gif"})
Size = tuple[int | None, int | None]


def mask_from_json(record: Record, key: str, value: object, size: Size) -> Mask | None:
    """A segmentation as COCO writes it: RLE (compressed or not), polygons, or null or ``[]`` for none."""
    if value is None or value == []:
        return None
    if isinstance(value, list):
        return _mask_from_polygons(record, key, value, size)
    return _mask_from_rle(Record.of(record.path, record.place(key), value), size)


def masks_from_json(values: list[tuple[Record, str, object]], size: Size) -> list[Mask | None]:
    """The segmentations of one frame, ``(record, key, value)`` each, as ``mask_from_json`` would read one by one."""
    texts = [_text_of_rle(value, size) for _, _, value in values]
    try:
        masks = iter(masks_from_coco([side or 0 for side in size], [text for text in texts if text is not None]))
    except PointreelError:
        return [mask_from_json(*value, size) for value in values]
    return [
        mask_from_json(*value, size) if text is None else next(masks) for value, text in zip(values, texts, strict=True)
    ]


def mask_to_json(mask: Mask) -> dict[str, object]:
    """The compressed RLE of pycocotools."""
    return {"size": [mask.height, mask.width], "counts": mask.counts.decode("ascii")}


def mask_from_counts(record: Record, key: str, counts: object, height: int, width: int) -> Mask:
    """A mask from run lengths: the text of pycocotools, or a list of numbers."""
    if not isinstance(counts, str | list):
        raise record.wrong(key, found=describe(counts), expected="the text or the list of numbers of an RLE")
    try:
        return Mask.from_coco((height, width), counts)
    except (PointreelError, ValueError, TypeError) as error:
        problem = f"{describe(counts)} ({str(error).rstrip('.')})"
        raise record.wrong(key, found=problem, expected=f"an RLE of {height} x {width} pixels") from None


def box_from_json(record: Record, key: str, value: object) -> Box | None:
    """A box ``[left, top, width, height]``, or null or ``[]`` for none."""
    if value is None or value == []:
        return None
    numbers = [v for v in value if _is_number(v)] if isinstance(value, list) else []
    if not isinstance(value, list) or len(value) != 4 or len(numbers) != 4 or min(numbers[2:]) < 0:
        found = f"{value}" if isinstance(value, list) and len(value) < 8 else describe(value)
        raise record.wrong(key, found=found, expected="a box [left, top, width, height]")
    return Box(*numbers)


def box_to_json(box: Box | None) -> list[int | float]:
    """``[left, top, width, height]``; the box of an empty mask is ``[0, 0, 0, 0]``, as pycocotools has it."""
    if box is None:
        return [0, 0, 0, 0]
    return [int(v) if float(v).is_integer() else float(v) for v in (box.left, box.top, box.width, box.height)]


def attributes_from_json(record: Record, key: str = "attributes") -> dict[str, str | int | float | bool | None]:
    """Attributes as our writers keep them, in a key that official readers pass over."""
    return {name: attribute(value) for name, value in record.record(key).fields.items()} if key in record else {}


def attribute(value: object) -> str | int | float | bool | None:
    """A JSON value as an attribute: what is not a text, number, truth or null becomes text."""
    return value if value is None or isinstance(value, str | int | float | bool) else str(value)


def numbers_as_text(record: Record, key: str) -> dict[str, str]:
    """A list of numbers as an attribute, ``{key: "3 7 12"}``; nothing where the list is empty or missing."""
    numbers = record.items(key, []) or []
    return {key: " ".join(map(str, numbers))} if numbers else {}


def numbers_from_text(value: object) -> list[int]:
    """The numbers of ``"3 7 12"``; none where the value is anything else."""
    words = value.split() if isinstance(value, str) else []
    return [int(word) for word in words] if all(word.isdecimal() for word in words) else []


def frame_from_file_name(file_name: str, folder: str) -> str:
    """The name of a frame: the file's without its folder and without the ending of a picture."""
    name = file_name.removeprefix(f"{folder}/") if folder else file_name
    stem, dot, ending = name.rpartition(".")
    return stem if dot and f".{ending}".lower() in _IMAGES else name


def common_folder(file_names: list[str]) -> str:
    """The folder that holds all these files, empty where there is none."""
    folders = {name.rpartition("/")[0] for name in file_names}
    if len(folders) == 1:
        return folders.pop()
    parts = zip(*(folder.split("/") for folder in folders), strict=False)
    common = []
    for part in parts:
        if len(set(part)) > 1:
            break
        common.append(part[0])
    return "/".join(common)


def safe_name(record: Record, key: str, name: str) -> str:
    """``name`` as it is, unless it could lead out of a folder it is joined to."""
    if ".." in name or name[:1] in ("", "/", "\\") or ":" in name or "\0" in name or not name.strip():
        try:
            inside(record.path.parent, name)
        except PointreelError:
            raise record.wrong(key, found=describe(name), expected="a name that stays inside its folder") from None
    return name


def size_from_json(record: Record) -> tuple[int, int]:
    """The ``height`` and ``width`` of a video or an image."""
    height, width = record.integer("height"), record.integer("width")
    if height < 1 or width < 1:
        key = "height" if height < 1 else "width"
        raise record.wrong(key, found=f"the number {min(height, width)}", expected="1 or more pixels")
    return height, width


def size_of(sequence: Sequence, layout: str) -> tuple[int, int]:
    """Height and width of a sequence, for layouts that cannot do without."""
    if sequence.height is None or sequence.width is None:
        raise PointreelError(
            f"{sequence.name!r} does not say the size of its frames, and {layout} needs it. "
            "Convert from a format that knows the size."
        )
    return sequence.height, sequence.width


def iscrowd(attributes: Attributes) -> int:
    return int(attributes.get("iscrowd") in (1, True))


def _text_of_rle(value: object, size: Size) -> str | None:
    """The counts of a compressed RLE of that size; None for anything else, which is looked at more closely."""
    if isinstance(value, dict) and value.get("size") == list(size) and isinstance(value.get("counts"), str):
        return str(value["counts"])
    return None


def _mask_from_rle(rle: Record, size: Size) -> Mask:
    found = rle.items("size")
    if len(found) != 2 or not all(isinstance(side, int) and not isinstance(side, bool) and side > 0 for side in found):
        raise rle.wrong("size", found=str(found[:4]), expected="[height, width]")
    height, width = (int(side) for side in found if isinstance(side, int))
    if size[0] not in (None, height) or size[1] not in (None, width):
        raise rle.wrong("size", found=f"{height} x {width} pixels", expected=f"{size[0]} x {size[1]}, the frame's size")
    if "counts" not in rle:
        rle.text("counts")
    return mask_from_counts(rle, "counts", rle.fields["counts"], height, width)


def _mask_from_polygons(record: Record, key: str, value: list[object], size: Size) -> Mask:
    height, width = size
    if height is None or width is None:
        raise record.wrong(key, found="polygons", expected="RLE, as the size of the frame is not known")
    polygons: list[list[float]] = []
    for i, polygon in enumerate(value):
        numbers = [float(v) for v in polygon if _is_number(v)] if isinstance(polygon, list) else []
        if not isinstance(polygon, list) or len(numbers) < 6 or len(numbers) % 2 or len(numbers) != len(polygon):
            expected = "a polygon [x, y, x, y, ...] of 3 or more points"
            raise record.wrong(f"{key}[{i}]", found=describe(polygon), expected=expected)
        polygons.append(numbers)
    return Mask.from_polygons(height, width, polygons)


def _is_number(value: object) -> TypeGuard[int | float]:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
