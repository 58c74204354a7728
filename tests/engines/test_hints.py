"""Logits that propagators bring along when asked: of low resolution, and saying what the masks say."""

import cv2
import numpy as np
import pytest

from pointreel.core import Frame, Mask, Prompt, Segment
from pointreel.engines import propagators

HEIGHT, WIDTH = 120, 160
OPTIONS = {"small": {"size": 96}, "flow": {"preset": "ultrafast", "side": 72}}
WITH_HINTS = [name for name in propagators.names() if "hints" in propagators.module(name).Config.__dataclass_fields__]


class Info:
    height, width, num_frames = HEIGHT, WIDTH, 4


def disk(k: int) -> np.ndarray:
    y, x = np.mgrid[:HEIGHT, :WIDTH]
    return (x - 60 - 2 * k) ** 2 + (y - 60) ** 2 < 25**2


def segments(engine: str, **options: object) -> list[Segment]:
    ground = cv2.blur(np.random.default_rng(0).integers(0, 200, (HEIGHT, WIDTH, 3), np.uint8), (3, 3))
    said = Prompt(object_id=7, frame=0, mask=Mask.from_array(disk(0)))
    found = []
    with propagators.build(engine, **OPTIONS.get(engine, {}), **options).open(Info()) as session:
        for k in range(4):
            rgb = ground.copy()
            rgb[disk(k)] = (220, 40, 30)
            found += session.push(Frame(k, rgb), [said] if k == 0 else [])
    return [record.segments[7] for record in found[1:]]


@pytest.mark.parametrize("engine", WITH_HINTS)
def test_logits_say_what_the_mask_says(engine: str) -> None:
    for segment in segments(engine, hints=True):
        assert segment.hint is not None
        assert segment.hint.dtype == np.float32
        assert max(segment.hint.shape) <= 512
        logits = cv2.resize(segment.hint, (WIDTH, HEIGHT), interpolation=cv2.INTER_LINEAR)
        mask = segment.mask.to_array() > 0
        assert ((logits > 0) & mask).sum() / ((logits > 0) | mask).sum() > 0.9
        assert logits[mask].mean() > 2
        assert logits[~mask].mean() < -2


@pytest.mark.parametrize("engine", WITH_HINTS)
def test_logits_change_no_mask_and_come_only_when_asked_for(engine: str) -> None:
    plain, hinted = segments(engine), segments(engine, hints=True)
    assert plain == hinted
    assert all(segment.hint is None for segment in plain)


def test_the_embedded_engines_bring_logits() -> None:
    assert {"small", "flow"} <= set(WITH_HINTS)
