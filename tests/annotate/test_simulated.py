"""Simulated annotators: their pace, where they err, and a project that they verify from end to end."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from pointreel.annotate import object_quality
from pointreel.annotate.estimates import PARTS
from pointreel.annotate.estimates_stop import Stop
from pointreel.annotate.simulated import Noise, Pace, ProjectDesk, SimulatedAnnotator
from pointreel.annotate.simulated_truth import Truth
from pointreel.annotate.simulated_work import Shift, simulate
from pointreel.core import (
    AMBIGUOUS,
    BACKGROUND,
    FOREGROUND,
    FrameLabels,
    FrameMasks,
    ListedDataset,
    Mask,
    ObjectInfo,
    PointreelError,
    Segment,
    Sequence,
)
from pointreel.store import Candidate, Project, Stratum

from .conftest import HEIGHT, NUM_FRAMES, WIDTH, disk, square

FRAMES = (0, 4, 9)


def guessed(k: int) -> np.ndarray:
    """A pseudo-mask that lags behind, and misses the right of the disk."""
    _, x = np.mgrid[:HEIGHT, :WIDTH]
    return disk(max(k - 3, 0)) & (x < 60 + 2 * k)


@pytest.fixture
def proposed(project: Project) -> Project:
    """Candidates of the disk as a pipeline draws them, in two parts of three frames."""
    rng = np.random.default_rng(0)
    points, strata = [], []
    for k in FRAMES:
        for kind, inside in PARTS:
            region = {FOREGROUND: guessed(k), BACKGROUND: ~guessed(k)}.get(kind, np.zeros((HEIGHT, WIDTH), bool))
            strata.append(Stratum(1, "made", k, kind, inside, int(region.sum())))
            rows, columns = np.nonzero(region)
            for i in rng.permutation(len(rows))[:12]:
                points.append(Candidate(frame=k, x=columns[i], y=rows[i], kind=kind, inside=inside))
    project.propose(1, points, name="made", strata=strata)
    edit = project.begin_edit("clip", "pseudo-mask")
    project.add_masks(edit, [FrameMasks(k, {1: Segment(Mask.from_array(guessed(k)))}) for k in FRAMES])
    return project


@pytest.fixture
def dataset() -> ListedDataset:
    def labels() -> Iterator[FrameLabels]:
        for k in range(NUM_FRAMES):
            yield FrameLabels(k, {i: Segment(Mask.from_array(of(k))) for i, of in ((1, disk), (2, square))})

    names = tuple(f"{k:05d}" for k in range(NUM_FRAMES))
    objects = (ObjectInfo(1, "disk"), ObjectInfo(2, "square"))
    return ListedDataset.of(
        [Sequence(name="clip", height=HEIGHT, width=WIDTH, frames=names, objects=objects, read_labels=labels)]
    )


def true_j() -> float:
    both = sum(int((guessed(k) & disk(k)).sum()) for k in FRAMES)
    return both / sum(int((guessed(k) | disk(k)).sum()) for k in FRAMES)


def test_pace_is_the_papers() -> None:
    rng = np.random.default_rng(0)
    drawn = np.array([Pace().draw(rng) for _ in range(20000)])
    assert drawn.mean() == pytest.approx(0.95, abs=0.01)
    assert np.log(drawn).std() == pytest.approx(0.4, abs=0.01)


def test_errors_and_doubts_are_where_noise_says() -> None:
    noise, rng = Noise(wrong=0.3, unsure=0.2, slips=0.01, reach=5), np.random.default_rng(0)
    said = {d: np.array([noise.verdict(FOREGROUND, d, rng) for _ in range(8000)]) for d in (0.0, 5.0, 40.0)}
    for distance, labels in said.items():
        near = np.exp(-distance / 5)
        assert np.mean(labels == BACKGROUND) == pytest.approx(0.01 + 0.3 * near, abs=0.02)
        assert np.mean(labels == AMBIGUOUS) == pytest.approx(0.2 * near, abs=0.02)
    with pytest.raises(PointreelError, match="'wrong' is 2"):
        Noise(wrong=2)


def test_truth_knows_how_far_a_border_is(proposed: Project, dataset: ListedDataset) -> None:
    truth = Truth.of(dataset, proposed)
    assert truth.at("clip", 1, 0, 50, 62) == (FOREGROUND, pytest.approx(23.5, abs=1))
    assert truth.at("clip", 1, 0, 50 + 23, 62) == (FOREGROUND, 0.5)
    assert truth.at("clip", 1, 0, 50 + 24, 62) == (BACKGROUND, 0.5)
    assert truth.at("clip", 1, 0, 159, 119)[0] == BACKGROUND
    with pytest.raises(PointreelError, match="frame 1: the truth says nothing"):
        truth.at("clip", 1, 1, 0, 0)


def test_without_noise_all_is_true_and_the_estimate_holds(proposed: Project, dataset: ListedDataset) -> None:
    shift = Shift(noise=Noise(wrong=0, unsure=0, slips=0))
    report = simulate(proposed, Truth.of(dataset, proposed), shift=shift)
    (done,) = report.objects
    assert (done.answered, done.wrong, done.unsure) == (72, 0, 0)
    assert report.seconds_by_annotator == {"simulated-1": pytest.approx(done.seconds)}
    assert done.seconds == pytest.approx(72 * 0.95, rel=0.2)
    assert done.true_j == pytest.approx(true_j())
    assert done.quality is not None
    j = done.quality.quality.j
    assert j.low <= done.true_j <= j.high
    assert all(answer.by == "simulated-1" for answer in proposed.answers())
    assert list(proposed.check()) == []


def test_the_same_seed_says_the_same_in_any_order(proposed: Project, dataset: ListedDataset, tmp_path: Path) -> None:
    truth = Truth.of(dataset, proposed)
    person = SimulatedAnnotator(truth, noise=Noise(wrong=0.5, slips=0.1), seed=3)
    proposed.add_user("ada")
    proposed.add_user("bob")
    said = {}
    for name, order in (("ada", "paper"), ("bob", "gain")):
        said[name] = [person.judge(task) for task in proposed.next_points(name, 36, order)]  # type: ignore[arg-type]
    by_point = {done.point: done for done in said["ada"]}
    again = [person.judge(task) for task in proposed.next_points("ada", 36)]
    assert all(by_point[done.point] == done for done in again)
    other = SimulatedAnnotator(truth, noise=Noise(wrong=0.5, slips=0.1), seed=4)
    assert [other.judge(task) for task in proposed.next_points("ada", 36)] != again


def test_several_annotators_share_the_work(proposed: Project, dataset: ListedDataset) -> None:
    report = simulate(proposed, Truth.of(dataset, proposed), shift=Shift(num_annotators=3, order="gain"))
    by_whom = [answer.by for answer in proposed.answers()]
    assert len(by_whom) == 72
    for name, seconds in report.seconds_by_annotator.items():
        assert by_whom.count(name) == pytest.approx(24, abs=6)
        assert seconds == pytest.approx(24 * 0.95, rel=0.25)


def test_stopping_closes_an_object_whose_verdicts_decide(proposed: Project, dataset: ListedDataset) -> None:
    """J is about 0.66: far above a threshold of 0.3, which some verdicts in each part show."""
    shift = Shift(order="gain", noise=Noise(wrong=0, unsure=0, slips=0), stop=Stop(threshold=0.3))
    (done,) = simulate(proposed, Truth.of(dataset, proposed), shift=shift).objects
    assert 6 <= done.answered < 60
    assert done.quality is not None
    assert done.quality.outlook.accept
    assert done.quality.outlook.remaining == 72 - done.answered
    assert done.quality.outlook.seconds_saved == pytest.approx(0.95 * (72 - done.answered))
    assert proposed.object(1).closed


def test_people_and_simulated_ones_do_not_mix(proposed: Project, dataset: ListedDataset) -> None:
    proposed.add_user("ada")
    truth = Truth.of(dataset, proposed)
    assert SimulatedAnnotator(truth).answer_one(ProjectDesk(proposed, "ada")) is not None
    assert object_quality(proposed, 1) is not None
    with pytest.raises(PointreelError, match="ada has answered here already"):
        simulate(proposed, truth)


def test_truth_that_lacks_a_frame_says_which(proposed: Project, dataset: ListedDataset) -> None:
    (sequence,) = dataset
    early = ListedDataset.of(
        [
            Sequence(
                name="clip",
                height=HEIGHT,
                width=WIDTH,
                frames=sequence.frames,
                objects=sequence.objects,
                read_labels=lambda: [labels for labels in sequence if labels.frame < 9],
            )
        ]
    )
    with pytest.raises(PointreelError, match="object 1, frame 9: has candidates, and the truth says nothing"):
        Truth.of(early, proposed)
