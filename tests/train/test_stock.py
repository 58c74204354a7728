"""What scenes are made of: from photographs that people have cut up, and from nothing."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from scipy.io import savemat

from pointreel.core import FormatError
from pointreel.train.scenes import load_bsds, procedural_stock

COLOURS = np.array([(90, 90, 90), (200, 40, 40), (40, 200, 40), (40, 40, 200), (200, 200, 40)], np.uint8)


def test_things_are_segments_and_unions_of_segments(tmp_path: Path) -> None:
    labels = photograph_at(tmp_path)
    made = load_bsds(tmp_path)
    assert [picture.shape for picture in made.photographs] == [(120, 150, 3)]
    assert 1 <= len(made.cutouts) <= 10
    small = cv2.resize(labels, (150, 120), interpolation=cv2.INTER_NEAREST)
    unions = 0
    for cutout in made.cutouts:
        x, y = cutout.corner
        height, width = cutout.rgba.shape[:2]
        there = small[y : y + height, x : x + width]
        assert (cutout.rgba[..., :3] == made.photographs[0][y : y + height, x : x + width]).all()
        solid = cutout.rgba[..., 3] > 127
        assert abs(int(solid.sum()) - cutout.area) < 0.1 * cutout.area
        for label in np.unique(there[solid]):
            covered = (solid & (there == label)).sum() / (small == label).sum()
            assert covered > 0.9 or covered < 0.05  # whole segments, but for their edges
        unions += cutout.area > 1.5 * (small == 1).sum()
    assert unions


def test_a_thing_can_be_painted_over(tmp_path: Path) -> None:
    photograph_at(tmp_path)
    made = load_bsds(tmp_path)
    photograph = made.photographs[0].astype(int)
    cutout = next(cutout for cutout in made.cutouts if cutout.behind is not None)
    x, y = cutout.corner
    middle = np.s_[y + cutout.rgba.shape[0] // 2, x + cutout.rgba.shape[1] // 2]
    assert np.abs(cutout.behind[middle].astype(int) - photograph[middle]).max() > 20
    assert np.abs(cutout.behind[:3].astype(int) - photograph[:3]).max() == 0


def test_the_same_folder_gives_the_same_stock(tmp_path: Path) -> None:
    photograph_at(tmp_path)
    one, other = load_bsds(tmp_path), load_bsds(tmp_path)
    assert [c.corner for c in one.cutouts] == [c.corner for c in other.cutouts]
    assert all((a.rgba == b.rgba).all() for a, b in zip(one.cutouts, other.cutouts, strict=True))


def test_files_as_berkeley_hands_them_out(tmp_path: Path) -> None:
    """Cells of structs, labels from 1: the same stock as from pictures of the labels."""
    labels = photograph_at(tmp_path)
    from_pictures = load_bsds(tmp_path)
    segments = tmp_path / "groundTruth/train/1_0.png"
    segments.unlink()
    cells = np.empty((1, 1), object)
    cells[0, 0] = {"Segmentation": labels.astype(np.uint16) + 1, "Boundaries": labels > 0}
    savemat(segments.with_name("1.mat"), {"groundTruth": cells}, do_compression=True)
    from_matlab = load_bsds(tmp_path)
    assert len(from_matlab.cutouts) == len(from_pictures.cutouts)
    assert all((a.rgba == b.rgba).all() for a, b in zip(from_matlab.cutouts, from_pictures.cutouts, strict=True))
    for broken in (b"MATLAB 5.0 MAT-file, but cut short", segments.with_name("1.mat").read_bytes()[:300]):
        segments.with_name("1.mat").write_bytes(broken)
        with pytest.raises(FormatError, match=r"1\.mat: found something else, or a damaged file"):
            load_bsds(tmp_path)
    savemat(segments.with_name("1.mat"), {"something": labels})
    with pytest.raises(FormatError, match="expected groundTruth"):
        load_bsds(tmp_path)


def test_a_stock_of_nothing_at_all() -> None:
    made = procedural_stock(num_photographs=2, seed=5)
    assert len(made.photographs) == 2
    assert len(made.cutouts) >= 2
    for cutout in made.cutouts:
        opacity = cutout.rgba[..., 3]
        assert opacity.max() == 255
        assert opacity.min() == 0
        assert cutout.area >= 350
    again = procedural_stock(num_photographs=1, seed=5)
    assert (again.photographs[0] == made.photographs[0]).all()
    assert len((made + again).photographs) == 3
    assert len((made + again).cutouts) == len(made.cutouts) + len(again.cutouts)


@pytest.mark.parametrize("wrong", ["nothing", "no segments", "no picture", "no map", "another size", "tiny"])
def test_a_wrong_folder_is_told_in_one_line(tmp_path: Path, wrong: str) -> None:
    photograph, segments = tmp_path / "images/train/1.jpg", tmp_path / "groundTruth/train/1_0.png"
    if wrong != "nothing":
        photograph_at(tmp_path)
    said = {"nothing": str(tmp_path), "no picture": str(photograph), "tiny": str(photograph)}.get(wrong, str(segments))
    if wrong == "no segments":
        segments.unlink()
        said = "groundTruth/train: 1: found no segments, expected 1.mat or 1_*.png"
    if wrong == "no picture":
        photograph.write_bytes(b"no picture")
    if wrong == "no map":
        segments.write_bytes(b"no picture")
    if wrong == "another size":
        cv2.imwrite(str(segments), np.zeros((50, 50), np.uint8))
    if wrong == "tiny":
        cv2.imwrite(str(photograph), np.zeros((40, 50, 3), np.uint8))
    with pytest.raises(FormatError) as caught:
        load_bsds(tmp_path)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def photograph_at(root: Path) -> np.ndarray:
    """A photograph of four blocks before one background, as BSDS500 has them; its labels."""
    labels = np.zeros((160, 200), np.uint8)
    for k, (top, left) in enumerate(((30, 40), (30, 80), (85, 40), (85, 110))):
        labels[top : top + 45, left : left + 40] = k + 1
    (root / "images/train").mkdir(parents=True)
    (root / "groundTruth/train").mkdir(parents=True)
    cv2.imwrite(str(root / "images/train/1.jpg"), COLOURS[labels][..., ::-1])
    cv2.imwrite(str(root / "groundTruth/train/1_0.png"), labels)
    return labels
