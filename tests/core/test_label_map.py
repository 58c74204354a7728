"""Label maps hold every object or refuse."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.typing import NDArray

from pointreel.core import VOID, Mask, MaskError, OverlappingObjects, WouldLose, from_label_map, label_map

from .strategies import Pixels, blown_up, several, sizes

Labels = NDArray[np.integer]

some_ids = st.sampled_from([0, 0, 0, 1, 2, 7, 254, 255, 256, 65535, 65536, 4294967295])
maps = st.builds(
    blown_up,
    sizes().flatmap(lambda size: hnp.arrays(np.int64, size, elements=some_ids)),
    st.sampled_from([1, 1, 5, 40]),
    st.sampled_from([1, 1, 5, 40]),
)
speckled = np.random.default_rng(0).integers(0, 5, (60, 50))


def one_by_one(array: Labels) -> dict[int, Mask]:
    return {int(label): Mask.from_array(array == label) for label in np.unique(array) if label}


@given(maps)
@settings(max_examples=200)
@example(speckled)
@example(np.zeros((3, 4), np.int64))
@example(np.full((3, 4), 9))
@example(np.zeros((0, 4), np.int64))
def test_every_object_of_a_map_has_its_mask_and_back(array: Labels) -> None:
    masks = from_label_map(array, void=None)
    assert masks == one_by_one(array)
    back = label_map(masks, *array.shape)
    assert np.array_equal(back, array)
    assert back.flags.c_contiguous
    assert back.flags.writeable


@pytest.mark.parametrize(
    ("largest", "kind"),
    [(1, np.uint8), (254, np.uint8), (255, np.uint16), (65535, np.uint16), (65536, np.uint32), (4294967295, np.uint32)],
)
def test_the_kind_of_number_is_the_smallest_that_leaves_room_for_void(largest: int, kind: type[np.integer]) -> None:
    array = label_map({largest: Mask.from_array([[0, 1]])}, 1, 2)
    assert array.dtype == kind
    assert array.tolist() == [[0, largest]]


@pytest.mark.parametrize("num_ids", [300, 70000])
def test_a_map_with_more_ids_than_a_byte_or_two_hold(num_ids: int) -> None:
    array = np.random.default_rng(1).permutation(num_ids).reshape(100, -1)
    masks = from_label_map(array, void=None)
    assert len(masks) == num_ids - 1
    assert all(masks[label] == Mask.from_array(array == label) for label in (1, 255, num_ids - 1))
    assert np.array_equal(label_map(masks, *array.shape), array)


@pytest.mark.parametrize("kind", [np.uint8, np.int16, np.uint32, np.int64])
def test_maps_of_every_kind_and_order_are_read(kind: type[np.integer]) -> None:
    array = (speckled * 31).astype(kind)
    assert from_label_map(array) == from_label_map(np.asfortranarray(array)) == one_by_one(array)
    assert from_label_map(array[::2, 5:9]) == one_by_one(array[::2, 5:9])


def test_void_is_no_object() -> None:
    array = np.array([[0, 1, 255], [2, 255, 0]], np.uint8)
    masks = from_label_map(array)
    assert list(masks) == [1, 2]
    assert list(from_label_map(array, void=None)) == [1, 2, VOID]
    assert list(from_label_map(array, void=2)) == [1, VOID]
    assert np.array_equal(label_map(masks, 2, 3, void=Mask.from_array(array == VOID)), array)


@given(several(4))
@settings(max_examples=200)
def test_overlap_is_refused_by_name_and_never_flattened(pictures: list[Pixels]) -> None:
    height, width = pictures[0].shape
    masks = {label: Mask.from_array(pixels) for label, pixels in zip((3, 7, 300), pictures, strict=False)}
    void = Mask.from_array(pictures[3])
    depth = np.sum(pictures, axis=0)
    shared = [name for name, pixels in zip((3, 7, 300), pictures, strict=False) if (pixels & (depth > 1)).any()]
    if (depth > 1).any():
        with pytest.raises(OverlappingObjects) as caught:
            label_map(masks, height, width, void)
        assert caught.value.object_ids == tuple(shared)
        assert caught.value.num_pixels == (depth > 1).sum()
        assert ("void" in str(caught.value)) == (pictures[3] & (depth > 1)).any()
    else:
        expected = sum(pixels * label for label, pixels in zip((3, 7, 300, 255), pictures, strict=True))
        assert np.array_equal(label_map(masks, height, width, void), expected)


def test_the_error_reads_well_and_stops_a_conversion() -> None:
    masks = {1: Mask.from_array([[1, 1, 0]]), 2: Mask.from_array([[0, 1, 0]]), 3: Mask.from_array([[0, 0, 1]])}
    with pytest.raises(WouldLose, match=r"^objects 1, 2 share 1 pixel; say in which order they lie"):
        label_map(masks, 1, 3)


@given(several(4), st.permutations([3, 7, 300]))
def test_an_order_says_who_is_in_front(pictures: list[Pixels], order: list[int]) -> None:
    height, width = pictures[0].shape
    by_id = dict(zip((3, 7, 300), pictures, strict=False))
    expected = np.where(pictures[3], VOID, 0)
    for label in order:
        expected[by_id[label]] = label
    masks = {label: Mask.from_array(pixels) for label, pixels in by_id.items()}
    void = Mask.from_array(pictures[3])
    assert np.array_equal(label_map(masks, height, width, void, order=order), expected)


def test_what_cannot_be_in_a_map_is_refused() -> None:
    mask = Mask.empty(2, 3)
    with pytest.raises(MaskError, match="2 x 3, the label map 4 x 4"):
        label_map({1: mask}, 4, 4)
    for label in (0, -1, 1 << 32):
        with pytest.raises(MaskError, match=f"{label} cannot be an object's id"):
            label_map({label: mask}, 2, 3)
    with pytest.raises(MaskError, match="id 255 means void"):
        label_map({255: mask}, 2, 3, void=mask)
    for order in ([1], [1, 2, 2], [1, 2, 3]):
        with pytest.raises(MaskError, match=r"each of the ids \[1, 2\]"):
            label_map({1: mask, 2: mask}, 2, 3, order=order)
    for wrong in (np.zeros((2, 3, 3), np.uint8), np.zeros((2, 3)), np.full((2, 3), -1)):
        with pytest.raises(MaskError, match="label"):
            from_label_map(wrong)


def test_no_objects_make_an_empty_map() -> None:
    assert label_map({}, 2, 3).tolist() == [[0, 0, 0], [0, 0, 0]]
    assert from_label_map(np.zeros((2, 3), np.uint8)) == {}


def test_real_label_maps_survive(shared: Path) -> None:
    from PIL import Image

    folder = shared / "data" / "davis2017-results" / "semi-supervised" / "osvos"
    files = sorted(folder.rglob("*.png"))[::200]
    assert files
    for file in files:
        array = np.array(Image.open(file))
        masks = from_label_map(array, void=None)
        assert masks == one_by_one(array)
        assert np.array_equal(label_map(masks, *array.shape), array)
