from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from pointreel.core import Frame, VideoError
from pointreel.core.palette import davis_palette
from pointreel.video.pictures import write_picture, write_pngs

NOISE = np.random.default_rng(0).integers(0, 256, (7, 9, 3)).astype(np.uint8)


def test_pictures_are_numbered_and_lossless(tmp_path: Path) -> None:
    with write_pngs(tmp_path / "a" / "b") as out:
        paths = [out.add(NOISE), out.add(255 - NOISE), out.add(Frame(41, NOISE)), out.add(NOISE)]
    assert [path.name for path in paths] == ["00000.png", "00001.png", "00041.png", "00042.png"]
    assert sorted(path.name for path in (tmp_path / "a" / "b").iterdir()) == [path.name for path in paths]
    assert np.array_equal(np.asarray(Image.open(paths[1])), 255 - NOISE)


def test_label_maps_are_palette_pictures_in_the_colours_of_davis(tmp_path: Path) -> None:
    labels = np.array([[0, 1, 255], [2, 254, 7]], np.int64)
    with write_pngs(tmp_path, digits=3) as out:
        path = out.add_labels(labels, index=12)
    with Image.open(path) as image:
        assert (path.name, image.mode) == ("012.png", "P")
        assert image.getpalette() == davis_palette().ravel().tolist()
        assert np.array_equal(np.asarray(image), labels)


def test_an_exception_keeps_complete_files_only(tmp_path: Path) -> None:
    def write_and_stop() -> None:
        with write_pngs(tmp_path) as out:
            out.add(NOISE)
            raise RuntimeError("stop")

    with pytest.raises(RuntimeError, match="stop"):
        write_and_stop()
    assert [path.name for path in tmp_path.iterdir()] == ["00000.png"]


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        (np.array([[256]]), "frame 0: found ids from 256 to 256, expected 0 to 255"),
        (np.array([[-1, 3]]), "found ids from -1 to 3"),
        (np.zeros((2, 2)), r"expected a label map"),
        (NOISE, r"found an array of shape \(7, 9, 3\)"),
    ],
)
def test_what_a_palette_cannot_hold_is_refused(tmp_path: Path, labels: np.ndarray, message: str) -> None:
    with pytest.raises(VideoError, match=message), write_pngs(tmp_path) as out:
        out.add_labels(labels)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", ["a.png", "b.JPG", "c.jpeg"])
def test_one_picture_by_the_end_of_its_name(tmp_path: Path, name: str) -> None:
    smooth = cv2.resize(NOISE, (90, 70), interpolation=cv2.INTER_CUBIC)
    write_picture(tmp_path / name, smooth)
    back = cv2.imread(str(tmp_path / name))[..., ::-1]
    assert np.abs(back.astype(int) - smooth).mean() < (0.01 if name == "a.png" else 6)


def test_other_kinds_of_pictures_are_refused(tmp_path: Path) -> None:
    with pytest.raises(VideoError, match=r"ends in '.bmp', expected .png, .jpg or .jpeg"):
        write_picture(tmp_path / "a.bmp", NOISE)
    with pytest.raises(VideoError, match="found a picture of shape"):
        write_picture(tmp_path / "a.png", NOISE[..., 0])
    assert not list(tmp_path.iterdir())
