from pathlib import Path

import pytest
from PIL import Image

from pointreel.core.palette import davis_palette


def test_known_entries_of_the_voc_map() -> None:
    palette = davis_palette().tolist()
    assert palette[:9] == [
        [0, 0, 0],
        [128, 0, 0],
        [0, 128, 0],
        [128, 128, 0],
        [0, 0, 128],
        [128, 0, 128],
        [0, 128, 128],
        [128, 128, 128],
        [64, 0, 0],
    ]
    assert palette[255] == [224, 224, 192]
    assert len({tuple(colour) for colour in palette}) == 256


def test_nobody_can_change_the_shared_palette() -> None:
    with pytest.raises(ValueError, match="read-only"):
        davis_palette()[0] = 1


def test_same_as_the_palette_inside_real_davis_masks(shared: Path) -> None:
    path = next((shared / "data" / "davis2017-results").rglob("*.png"))
    with Image.open(path) as picture:
        assert picture.getpalette() == davis_palette().ravel().tolist()
