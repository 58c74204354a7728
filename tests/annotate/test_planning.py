"""What points and frames would buy: more of them tell more, and nothing is stored."""

import json
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest

from pointreel import annotate
from pointreel.annotate.planning import NUM_FRAMES, SHARES, Plan, plan
from pointreel.annotate.simulated import PERFECT
from pointreel.annotate.simulated_truth import Truth
from pointreel.apps.plan_outputs import write_plan
from pointreel.core import FrameLabels, ListedDataset, Mask, ObjectInfo, PointreelError, Segment, Sequence
from pointreel.store import Project

from .conftest import HEIGHT, WIDTH, disk
from .conftest import NUM_FRAMES as LENGTH


def truth(project: Project) -> Truth:
    def labels() -> Iterator[FrameLabels]:
        for k in range(LENGTH):
            yield FrameLabels(k, {1: Segment(Mask.from_array(disk(k)))})

    names = tuple(f"{k:05d}" for k in range(LENGTH))
    only = Sequence(name="any", height=HEIGHT, width=WIDTH, frames=names, objects=(ObjectInfo(5),), read_labels=labels)
    return Truth.of(ListedDataset.of([only]), project, every_frame=True)


@pytest.fixture(scope="module")
def found(clip: Path, tmp_path_factory: pytest.TempPathFactory) -> Plan:
    """A plan of the disk, whose pseudo-masks are the embedded propagator's."""
    from .conftest import on_disk

    with Project.create(tmp_path_factory.mktemp("plan") / "project") as project:
        project.add_video(clip, name="clip")
        project.add_object("clip", "disk")
        with pytest.raises(PointreelError, match="has no candidates yet"):
            truth(project)
        project.prompt(1, on_disk(5))
        annotate.propose(project, config=annotate.Config(propagator="flow", min_distance=4))
        made = plan(project, truth(project), noise=PERFECT, config=annotate.Config(min_distance=4), num_seeds=1)
        assert list(project.log()) == []
        return made


def test_every_choice_is_there_and_costs_what_its_points_cost(found: Plan) -> None:
    assert len(found.choices) == len(NUM_FRAMES) * len(SHARES)
    assert [one.seconds for one in found.choices] == sorted(one.seconds for one in found.choices)
    for one in found.choices:
        assert one.seconds == pytest.approx(0.95 * one.points)
        assert one.points <= one.num_frames * (one.foreground + one.background + one.ambiguous)
        assert (one.low, one.high) == (None, None)  # of one object nothing can be said


def test_more_points_tell_more(found: Plan) -> None:
    by_cost = found.choices
    assert np.mean([one.width for one in by_cost[-4:]]) < np.mean([one.width for one in by_cost[:4]]) / 1.5
    assert by_cost[-1].error < 0.1


def test_the_best_within_a_budget(found: Plan) -> None:
    assert found.best(0.1) is None
    all_of_it = found.best(1e9)
    assert all_of_it is not None
    assert all_of_it.error == min(one.error for one in found.choices)
    worthwhile = list(found.worthwhile())
    assert [one.error for one in worthwhile] == sorted((one.error for one in worthwhile), reverse=True)
    some = found.best(worthwhile[1].seconds)
    assert some == worthwhile[1]


def test_written_as_numbers_and_pictures(found: Plan, tmp_path: Path) -> None:
    write_plan(found, tmp_path)
    kept = json.loads((tmp_path / "plan.json").read_text())
    assert kept["objects"] == 1
    assert len(kept["choices"]) == len(found.choices)
    assert (tmp_path / "plan.csv").read_text().count("\n") == len(found.choices) + 1
    assert (tmp_path / "plan.svg").read_text().startswith("<svg")
    assert cv2.imread(str(tmp_path / "plan.png")) is not None
