"""Thin lines that are part of a thing."""

import cv2
import numpy as np

from pointreel.train.scenes import ClipMaker, Stock
from pointreel.train.scenes.strings import with_strings


def test_lines_go_out_from_the_thing_and_are_thin(stock: Stock) -> None:
    for k, cutout in enumerate(stock.cutouts[:6]):
        rng = np.random.default_rng(k)
        strung = with_strings(cutout, rng)
        length = cutout.corner[0] - strung.corner[0]
        height, width = cutout.rgba.shape[:2]
        inside = np.s_[length : length + height, length : length + width]
        assert strung.rgba.shape == (height + 2 * length, width + 2 * length, 4)
        assert (strung.rgba[inside][..., 3] >= cutout.rgba[..., 3]).all()
        new = strung.rgba[..., 3] > 127
        new[inside] &= cutout.rgba[..., 3] <= 127
        assert new.sum() > length // 4
        assert cv2.distanceTransform(new.astype(np.uint8), cv2.DIST_L2, 5).max() < 6  # where lines meet they are wider


def test_some_scenes_have_them_and_some_have_no_colours(stock: Stock) -> None:
    plain = ClipMaker(stock=stock, size=64, length=2)
    thin = [ClipMaker(stock=stock, size=64, length=2, strings=share)(k).masks for k in range(8) for share in (0.0, 1.0)]
    assert any(not np.array_equal(a, b) for a, b in zip(thin[::2], thin[1::2], strict=True))
    for k in range(4):
        grey = ClipMaker(stock=stock, size=64, length=2, greys=1.0)(k)
        assert np.ptp(grey.pictures.astype(int), axis=3).max() < 12  # what compression leaves of colours
        assert np.ptp(plain(k).pictures.astype(int), axis=3).max() > 30
