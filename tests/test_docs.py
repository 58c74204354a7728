"""What the documentation shows is true: its examples run, and its complete files do what they say."""

import doctest
import re
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

import pointreel
from pointreel.core import Frame, FrameLabels, ListedDataset, ObjectInfo, PointQuery, Points, Sequence
from pointreel.formats import convert
from pointreel.points import Scene

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
MODULES = sorted(path for path in Path(pointreel.__file__).parent.rglob("*.py"))


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.name)
def test_examples_with_prompts(page: Path) -> None:
    assert doctest.testfile(str(page), module_relative=False, encoding="utf-8").failed == 0


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT / "pointreel")))
def test_examples_in_docstrings(path: Path) -> None:
    name = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
    if ">>>" in path.read_text(encoding="utf-8"):
        __import__(name)
        assert doctest.testmod(sys.modules[name]).failed == 0


@pytest.mark.parametrize("page", ["concepts/prompts.md", "concepts/points.md"])
def test_blocks_run(page: str) -> None:
    for block in blocks(page):
        exec(compile(block, page, "exec"), {})


def test_the_format_of_the_docs_is_complete(tmp_path: Path) -> None:
    module = module_of("extend/format.md")
    layout = module.build(module.Config(delimiter=";"))
    labels = (FrameLabels(2, points={1: Points.on([(3, 4.5)]), 300: Points.off([(1, 2), (5, 6)])}),)
    frames = tuple(f"{k:05d}" for k in range(3))
    objects = (ObjectInfo(1), ObjectInfo(300))
    sent = Sequence(name="ä b", height=None, width=None, frames=frames, objects=objects, read_labels=lambda: labels)
    assert convert(ListedDataset.of([sent]), layout, tmp_path / "a.csv") == []
    (back,) = layout.read(tmp_path / "a.csv")
    assert (back.name, back.frames, back.objects, list(back)) == (sent.name, frames, objects, list(labels))
    assert layout.recognises(tmp_path / "a.csv")


def test_the_sampler_of_the_docs_is_complete() -> None:
    module = module_of("extend/sampler.md")
    mask = np.zeros((9, 9), bool)
    mask[2:7, 1:8] = True
    points = module.build(module.Config()).sample(Scene(mask), 1, np.random.default_rng(0))
    assert points.xy.tolist() == [[4, 4]]
    assert len(module.build(module.Config()).sample(Scene(mask & False), 5, np.random.default_rng(0))) == 0


def test_the_tracker_of_the_docs_is_complete() -> None:
    module = module_of("extend/tracker.md")
    frame = Frame(3, np.zeros((8, 8, 3), np.uint8))
    with module.build(module.Config()).open(None) as session:
        (row,) = session.push(frame, [PointQuery(object_id=7, frame=3, points=Points.on([(1, 2)]))])
        assert session.finish() == []
    assert row.frame == 3
    assert row.points[7].tolist() == [[1, 2]]


def blocks(page: str) -> list[str]:
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    return re.findall(r"^```python\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)


def module_of(page: str) -> ModuleType:
    """The first code block of a page, as the file it describes."""
    module = ModuleType(page)
    sys.modules[page] = module
    exec(compile(blocks(page)[0], page, "exec"), module.__dict__)
    return module


def test_the_readme_shows_what_the_demo_says() -> None:
    from pointreel.apps.cli.demo import PLACES

    shown = (ROOT / "README.md").read_text(encoding="utf-8")
    width = max(len(f"demo/{name}") for name in PLACES)
    for name, what in PLACES.items():
        assert f"{f'demo/{name}':{width}}  {what}\n" in shown
