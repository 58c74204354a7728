"""Clips: repeatable whatever came before, and their masks say what is to be seen."""

from dataclasses import replace

import cv2
import numpy as np
import pytest

from pointreel.core import PointreelError
from pointreel.train.scenes import Clip, ClipMaker, Stock
from pointreel.train.scenes.stock import Cutout

SIZE = 64


def test_the_same_number_is_the_same_clip_whatever_was_drawn_before(stock: Stock) -> None:
    one, other = ClipMaker(stock=stock, size=SIZE), ClipMaker(stock=stock, size=SIZE)
    in_order = [one(k) for k in range(4)]
    backwards = [other(k) for k in reversed(range(4))]
    for a, b in zip(in_order, reversed(backwards), strict=True):
        assert same(a, b)
    assert not same(in_order[0], in_order[1])
    assert not same(in_order[0], ClipMaker(stock=stock, size=SIZE, seed=1)(0))


def test_an_anchor_and_as_many_pictures_as_were_asked_for(stock: Stock) -> None:
    for size, length in ((64, 2), (96, 5)):
        clip = ClipMaker(stock=stock, size=size, length=length)(3)
        assert clip.pictures.shape == (length + 1, size, size, 3)
        assert clip.masks.shape == (length + 1, size, size)
        assert clip.pictures.dtype == clip.masks.dtype == np.uint8
        assert clip.other is None or clip.other.shape == (size, size)


def test_the_thing_is_there_on_the_anchor_and_where_tracking_begins(stock: Stock) -> None:
    maker = ClipMaker(stock=stock, size=SIZE)
    for k in range(20):
        masks = maker(k).masks
        assert (masks[:3] > 127).sum((1, 2)).min() >= 40
        assert masks.max() > 240  # opaque somewhere, and gone somewhere else
        assert masks.min() == 0


def test_masks_are_where_the_thing_is_to_be_seen() -> None:
    """Red and blue things before green: whatever hides one, or is hidden by it, has another colour."""
    maker = ClipMaker(stock=coloured_stock(), size=SIZE)
    on, off, hidden = [], [], 0
    for k in range(40):
        clip = maker(k)
        sure = clip.masks > 250
        colours = clip.pictures.argmax(3)
        red = (colours[0][core(sure[0])] == 0).mean() > 0.5 if core(sure[0]).any() else None
        if red is None:
            continue
        for picture, mask in zip(colours, sure, strict=True):
            on.extend(picture[core(mask)] == (0 if red else 2))
        other = np.zeros((SIZE, SIZE)) if clip.other is None else clip.other
        off.extend(colours[1][core((clip.masks[1] < 3) & (other < 0.01))] == 1)
        hidden += clip.other is not None
    assert hidden > 10
    assert len(on) > 20_000
    assert len(off) > 20_000
    assert np.mean(on) > 0.99
    assert np.mean(off) > 0.99


def test_what_is_near_is_told_apart_from_the_thing() -> None:
    maker = ClipMaker(stock=coloured_stock(), size=SIZE)
    for k in range(20):
        clip = maker(k)
        if clip.other is not None:
            assert clip.other.dtype == np.float32
            assert 0 <= clip.other.min() <= clip.other.max() <= 1
            assert (clip.other + clip.masks[1] / 255).max() < 1.01  # of one pixel no two things are the front one


def test_stills_are_photographs_as_they_were_taken() -> None:
    """Red and blue things that are said to be cut out of green: nothing is put before the photograph."""
    coloured = coloured_stock()
    (green,) = coloured.photographs
    stock = Stock([green], [replace(cutout, photograph=green) for cutout in coloured.cutouts])
    for k in range(10):
        clip = ClipMaker(stock=stock, size=SIZE, stills=1.0)(k)
        assert clip.other is None
        assert (clip.masks[1] > 250).any()
        assert (clip.pictures.argmax(3) == 1).mean() > 0.99
    made = [ClipMaker(stock=stock, size=SIZE, stills=0.5)(k).pictures for k in range(30)]
    assert 5 < sum((pictures.argmax(3) == 1).mean() > 0.99 for pictures in made) < 25


def test_nothing_can_be_made_of_nothing() -> None:
    with pytest.raises(PointreelError, match="no scene can be made"):
        ClipMaker(stock=Stock([], []))


def same(one: Clip, other: Clip) -> bool:
    others = (one.other is None) == (other.other is None) and (one.other is None or (one.other == other.other).all())
    return bool((one.pictures == other.pictures).all() and (one.masks == other.masks).all() and others)


def core(flags: np.ndarray) -> np.ndarray:
    """Without what blur, smear and compression may have mixed with its surroundings."""
    return cv2.erode(flags.astype(np.uint8), np.ones((9, 9), np.uint8), borderValue=1) > 0


def coloured_stock() -> Stock:
    disk = cv2.circle(np.zeros((60, 60), np.uint8), (30, 30), 27, 255, -1)
    area = int((disk > 0).sum())
    things = [
        Cutout(np.dstack([np.full((60, 60, 3), colour, np.uint8), disk]), (0, 0), area)
        for colour in ((230, 30, 30), (30, 30, 230))
    ]
    return Stock([np.full((120, 160, 3), (30, 130, 30), np.uint8)], things)


def test_a_centred_thing_stays_near_the_middle_while_others_wander(stock: Stock) -> None:
    def wandering(centred: float) -> float:
        far = []
        for number in range(10):
            clip = ClipMaker(stock=stock, size=96, length=5, centred=centred, seed=4)(number)
            for mask in clip.masks[1:]:
                rows, columns = np.nonzero(mask > 127)
                if len(rows):
                    far.append(np.hypot(rows.mean() - 47.5, columns.mean() - 47.5))
        return float(np.mean(far))

    assert wandering(1.0) < 0.6 * wandering(0.0)


def test_some_clips_have_no_colours(stock: Stock) -> None:
    for k in range(4):
        plain, grey = (ClipMaker(stock=stock, size=SIZE, length=2, greys=share)(k) for share in (0.0, 1.0))
        assert np.ptp(grey.pictures.astype(int), axis=3).max() == 0
        assert np.ptp(plain.pictures.astype(int), axis=3).max() > 30
        assert np.array_equal(plain.masks, grey.masks)
