"""The driver with a real engine: both ways, corrections, damage, pause, kill -9 and resume."""

import os
import signal
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from pointreel import video as videos
from pointreel.core import Box, FormatError, FrameMasks, Mask, PointreelError, Points, Prompt, Segment, UnknownName
from pointreel.engines import propagators
from pointreel.systems import RECORDS, PromptError, Tracking, engine_of
from pointreel.systems._snapshot import Snapshots

NUM_FRAMES = 24


@pytest.fixture
def flow():
    return propagators.build("flow", side=48)


@pytest.fixture
def video(walk):
    with videos.open(walk) as opened:
        yield opened


def said(mask_at, frame: int, object_id: int = 1) -> Prompt:
    return Prompt(object_id=object_id, frame=frame, mask=mask_at(frame))


def masks_of(tracking: Tracking) -> list[FrameMasks]:
    return list(tracking)


class Recorder:
    """An engine that repeats what it was told last, late by ``lookahead``, and notes all that it was fed."""

    accepts = frozenset({"mask", "points"})

    def __init__(self, lookahead: int | None = 0) -> None:
        self.lookahead = lookahead
        self.fed: list[list[tuple[int, tuple[Prompt, ...]]]] = []
        self.num_open = 0

    @contextmanager
    def open(self, video):
        self.num_open += 1
        self.fed.append([])
        try:
            yield self.Session(self, self.fed[-1])
        finally:
            self.num_open -= 1

    class Session:
        def __init__(self, engine, fed) -> None:
            self.lookahead, self.fed, self.waiting, self.known = engine.lookahead, fed, [], {}

        def push(self, frame, queries=()):
            self.fed.append((frame.index, tuple(queries)))
            self.known |= {q.object_id: Segment(q.mask) for q in queries if q.mask is not None}
            self.waiting.append(FrameMasks(frame.index, dict(self.known)))
            late = len(self.waiting) if self.lookahead is None else self.lookahead
            ready, self.waiting = self.waiting[: max(len(self.waiting) - late, 0)], self.waiting[-late or 99 :]
            return ready

        def finish(self):
            return self.waiting


@pytest.mark.parametrize("direction", ["both", "forward", "backward"])
def test_every_frame_comes_once_and_in_order(video, flow, mask_at, direction) -> None:
    with Tracking.start(video, [said(mask_at, 10)], flow, direction=direction) as tracking:
        records = masks_of(tracking)
    assert [record.frame for record in records] == list(range(NUM_FRAMES))
    there = {k for k in range(NUM_FRAMES) if records[k].segments}
    expected = {"both": range(NUM_FRAMES), "forward": range(10, NUM_FRAMES), "backward": range(11)}[direction]
    assert there == set(expected)
    assert records[10].segments[1].mask == mask_at(10)
    assert all(records[k].segments[1].mask.iou(mask_at(k)) > 0.7 for k in there)


def test_late_objects_keep_their_ids_and_go_back_from_where_they_were_named(video, flow, mask_at) -> None:
    prompts = [said(mask_at, 0, 1), said(mask_at, 15, 7)]
    with Tracking.start(video, prompts, flow) as tracking:
        records = masks_of(tracking)
    assert all(set(record.segments) == {1, 7} for record in records)
    with Tracking.start(video, prompts, flow, direction="forward") as tracking:
        assert [7 in record.segments for record in tracking] == [False] * 15 + [True] * 9


def test_frames_come_as_soon_as_they_cannot_change(video, mask_at) -> None:
    engine = Recorder()
    with Tracking.start(video, [said(mask_at, 0)], engine) as tracking:
        first = next(iter(tracking))
        assert first.frame == 0
        assert [frame for frame, _ in engine.fed[0]] == [0]
    assert engine.num_open == 0


@pytest.mark.parametrize("lookahead", [0, 3, None])
def test_engines_that_look_ahead(video, mask_at, lookahead) -> None:
    engine = Recorder(lookahead)
    with Tracking.start(video, [said(mask_at, 6)], engine) as tracking:
        records = masks_of(tracking)
    assert [record.segments[1].mask for record in records] == [mask_at(6)] * NUM_FRAMES
    assert [[frame for frame, _ in fed] for fed in engine.fed] == [list(range(6, 24)), list(range(6, -1, -1))]


def test_what_a_pass_is_told(video, mask_at) -> None:
    """Forward from the first prompt on; backward from the masks that came out there, not from the words again."""
    engine = Recorder()
    prompts = [said(mask_at, 5), said(mask_at, 15), Prompt(object_id=1, frame=5, points=Points.on([(20, 20)]))]
    with Tracking.start(video, prompts, engine) as tracking:
        masks_of(tracking)
    forward, backward = ([(k, told) for k, told in fed if told] for fed in engine.fed)
    assert [prompt.kinds() for prompt in forward[0][1]] == [{"mask"}, {"points"}]
    assert [k for k, _ in forward] == [5, 15]
    assert [k for k, _ in backward] == [15, 5]
    assert backward[1][1] == (Prompt(object_id=1, frame=5, mask=mask_at(5)),)


def test_a_correction_changes_only_what_lies_between_its_neighbours(video, flow, mask_at) -> None:
    prompts = [said(mask_at, 0), said(mask_at, 20), said(mask_at, 3, 2)]
    with Tracking.start(video, prompts, flow) as tracking:
        before = masks_of(tracking)
        box = Prompt(object_id=1, frame=10, box=Box(8, 10, 12, 20))
        tracking.correct([box])
        after = masks_of(tracking)
        for k in range(NUM_FRAMES):
            assert before[k].segments[2] == after[k].segments[2]
            if not 0 < k < 20:
                assert before[k].segments[1] == after[k].segments[1]
        assert [k for k in range(7, 14) if before[k].segments[1] == after[k].segments[1]] == []
        assert [p.frame for p in tracking.prompts if p.object_id == 1] == [0, 10, 20]


def test_a_click_puts_right_what_was_there(video, mask_at) -> None:
    """The session is told what came out before, and the click; the other way starts from what comes of that."""
    engine = Recorder()
    with Tracking.start(video, [said(mask_at, 2), said(mask_at, 20)], engine) as tracking:
        masks_of(tracking)
        engine.fed.clear()
        click = Prompt(object_id=1, frame=16, points=Points.off([(1, 1)]))
        tracking.correct([click])
        masks_of(tracking)
    first, second = ([(k, told) for k, told in fed if told] for fed in engine.fed)
    known = Prompt(object_id=1, frame=16, mask=mask_at(20))  # nearer to 20: it came from there
    assert first == [(16, (known, click))]
    assert second == [(16, (known,))]
    assert [[k for k, _ in fed] for fed in engine.fed] == [list(range(16, 20)), list(range(16, 2, -1))]


class Rememberer(Recorder):
    """Notes also what it is told of frames that it is not fed."""

    def __init__(self) -> None:
        super().__init__()
        self.reminded: list[tuple[int, tuple[Prompt, ...]]] = []

    class Session(Recorder.Session):
        def __init__(self, engine, fed) -> None:
            super().__init__(engine, fed)
            self.reminded = engine.reminded

        def remember(self, frame, queries) -> None:
            assert not self.fed
            self.reminded.append((frame.index, tuple(queries)))


def test_a_session_that_can_remember_is_told_of_the_other_locks(video, mask_at) -> None:
    engine = Rememberer()
    with Tracking.start(video, [said(mask_at, 2), said(mask_at, 20)], engine) as tracking:
        masks_of(tracking)
        assert engine.reminded == []
        tracking.correct([Prompt(object_id=1, frame=16, points=Points.off([(1, 1)]))])
        masks_of(tracking)
    assert engine.reminded == [(k, (said(mask_at, k),)) for k in (20, 2)] * 2


class Painter(Rememberer):
    """Whatever it is pointed at is the whole frame."""

    class Session(Rememberer.Session):
        def push(self, frame, queries=()):
            whole = Mask.from_array(np.ones(frame.rgb.shape[:2], np.bool_))
            return super().push(frame, [query if query.mask else replace(query, mask=whole) for query in queries])


def test_a_session_is_told_of_points_on_other_frames_and_of_no_mask_that_one_point_made(video) -> None:
    engine = Painter()
    point, click, last = (
        Prompt(object_id=1, frame=frame, points=Points.on([(x, 9)])) for frame, x in ((2, 3), (16, 4), (9, 5))
    )
    with Tracking.start(video, [point], engine) as tracking:
        masks_of(tracking)
        tracking.correct([click])
        masks_of(tracking)
        engine.reminded.clear()
        tracking.correct([last])
        masks_of(tracking)
        made = tracking[2].segments[1].mask
        assert engine.reminded == [(2, (point,)), (16, (replace(click, mask=made),))] * 2
        tracking.correct([replace(point, points=Points.off([(8, 8)]))])
        masks_of(tracking)
        engine.reminded.clear()
        tracking.correct([last])
        masks_of(tracking)
    assert [prompt.mask for _, (prompt,) in engine.reminded[:2]] == [made, made]


def test_a_correction_that_is_stopped_goes_on_from_what_it_was_to_put_right(video, mask_at, tmp_path: Path) -> None:
    """Its own frame is recorded by then, but what it corrects is what was there before."""
    click = Prompt(object_id=1, frame=16, points=Points.off([(1, 1)]))
    with Tracking.start(video, [said(mask_at, 2)], Recorder(), folder=tmp_path, engine="r") as tracking:
        masks_of(tracking)
        tracking.correct([click])
        steps = tracking.steps()
        assert next(steps).frame == 16
        steps.close()
    engine = Recorder()
    with Tracking.resume(video, engine, tmp_path, engine="r") as tracking:
        masks_of(tracking)
    assert engine.fed[0][0] == (16, (Prompt(object_id=1, frame=16, mask=mask_at(2)), click))


def test_corrections_that_come_together_are_on_the_disk_before_the_first_is_made(
    video, flow, mask_at, tmp_path: Path
) -> None:
    """A run that is stopped in the first of them goes on with all, and says so from the beginning."""
    more, names = [said(mask_at, 20), said(mask_at, 12, 9), said(mask_at, 6)], {9: "late"}
    for folder in (tmp_path / "whole", tmp_path / "stopped"):
        with Tracking.start(video, [said(mask_at, 0)], flow, folder=folder, engine="flow") as tracking:
            masks_of(tracking)
            tracking.correct(more, names)
            frames = [4 + 20, 12 + 13, 14 + 6]  # what sessions see ahead and back, the corrected frame twice
            assert tracking.num_left == sum(frames)
            if folder.name == "whole":
                assert [step.done for step in tracking.steps()] == list(range(1, sum(frames) + 1))
                masks = masks_of(tracking)
    with Tracking.resume(video, flow, tmp_path / "stopped", engine="flow") as tracking:
        assert not tracking.is_done
        assert tracking.object_ids == (1, 9)
        assert [prompt.frame for prompt in tracking.prompts] == [0, 6, 20, 12]
        steps = tracking.steps()
        for _ in range(30):  # into the second
            next(steps)
        steps.close()
    with Tracking.resume(video, flow, tmp_path / "stopped", engine="flow") as tracking:
        assert next(iter(tracking)) == masks[0]  # what waits is made before anything is said to be final
        assert masks_of(tracking) == masks
        assert tracking.is_done
        assert tracking.names == names


def test_a_correction_that_leaves_nothing_changes_its_own_frame_only(video, mask_at, tmp_path: Path) -> None:
    class Forgetful(Recorder):
        class Session(Recorder.Session):
            def push(self, frame, queries=()):
                if any(query.points is not None for query in queries):
                    self.fed.append((frame.index, tuple(queries)))
                    self.known = {}
                    return [FrameMasks(frame.index, {})]
                return super().push(frame, queries)

    engine = Forgetful()
    with Tracking.start(video, [said(mask_at, 2)], engine, folder=tmp_path, engine="r") as tracking:
        before = masks_of(tracking)
        tracking.correct([Prompt(object_id=1, frame=16, points=Points.off([(1, 1)]))])
        after = masks_of(tracking)
        assert tracking.is_done
    assert [k for k in range(NUM_FRAMES) if before[k] != after[k]] == [16]
    assert after[16].segments == {}
    assert [k for k, _ in engine.fed[-1]] == [16]
    with Tracking.resume(video, Recorder(), tmp_path, engine="r") as tracking:
        assert tracking.is_done
        assert masks_of(tracking) == after


def test_what_agrees_better_with_the_locks_at_both_ends_is_kept(video, mask_at, tmp_path: Path) -> None:
    """Sessions that never move: what comes from a lock is right there, and less and less so further away."""
    engine = Recorder()
    with Tracking.start(video, [said(mask_at, 0)], engine, folder=tmp_path, engine="r") as tracking:
        masks_of(tracking)
        for lock in (20, 8):
            tracking.correct([said(mask_at, lock)])
            masks = masks_of(tracking)
    froms = [next(lock for lock in (0, 8, 20) if record.segments[1].mask == mask_at(lock)) for record in masks]
    assert froms == [0] * 4 + [8] * 10 + [20] * 10
    with Tracking.resume(video, engine, tmp_path, engine="r") as tracking:
        assert masks_of(tracking) == masks


def test_a_corrected_frame_comes_once_nothing_can_change_it_any_more(video, mask_at) -> None:
    with Tracking.start(video, [said(mask_at, 0)], Recorder()) as tracking:
        masks_of(tracking)
        tracking.correct([said(mask_at, 20)])
        assert list(tracking) == [tracking[k] for k in range(NUM_FRAMES)]


def test_a_new_object_is_a_correction_too(video, flow, mask_at) -> None:
    with Tracking.start(video, [said(mask_at, 0)], flow) as tracking:
        before = masks_of(tracking)
        tracking.correct([said(mask_at, 12, 9)], {9: "late"})
        after = masks_of(tracking)
        assert tracking.names == {9: "late"}
    assert [record.segments[1] for record in before] == [record.segments[1] for record in after]
    assert all(9 in record.segments for record in after)


def test_a_run_that_is_not_finished_is_finished_before_it_is_corrected(video, flow, mask_at) -> None:
    with Tracking.start(video, [said(mask_at, 0)], flow) as tracking:
        masks_of(tracking)
        tracking.correct([said(mask_at, 12)])
        masks = masks_of(tracking)
    with Tracking.start(video, [said(mask_at, 0)], flow) as tracking:
        steps = tracking.steps()
        next(steps)
        tracking.correct([said(mask_at, 12)])
        assert [(step.frame, step.way) for step in steps][22:25] == [(23, 1), (12, 1), (13, 1)]
        assert masks_of(tracking) == masks


def test_broken_frames_carry_the_masks_and_are_named(damaged_walk, flow, mask_at) -> None:
    with (
        videos.open(damaged_walk, skip_broken=True) as video,
        Tracking.start(video, [said(mask_at, 0)], flow) as tracking,
    ):
        records = masks_of(tracking)
        assert tracking.carried == (9, 10, 23)
    assert [record.frame for record in records] == list(range(NUM_FRAMES))
    for k in (9, 10):
        assert records[k].segments[1].mask == records[8].segments[1].mask
        assert records[k].segments[1].score == 0
    assert records[23].segments[1].mask == records[22].segments[1].mask
    assert records[11].segments[1].mask.iou(mask_at(11)) > 0.5


def test_a_prompt_on_a_broken_frame_is_refused(damaged_walk, flow, mask_at) -> None:
    with videos.open(damaged_walk, skip_broken=True) as video, pytest.raises(PromptError, match="cannot be read") as e:
        Tracking.start(video, [said(mask_at, 9)], flow)
    assert e.value.said == "at"


def test_a_pause_is_no_loss(video, flow, mask_at, tmp_path: Path) -> None:
    prompts = [said(mask_at, 12)]
    with Tracking.start(video, prompts, flow) as tracking:
        whole = masks_of(tracking)
    with Tracking.start(video, prompts, flow, folder=tmp_path, engine="flow") as tracking:
        for progress in (steps := tracking.steps()):
            if progress.done == 5:
                break
        steps.close()
    engine = Recorder()
    with Tracking.resume(video, flow, tmp_path, engine="flow") as tracking:
        assert tracking.num_left == 24 + 1 - 5
        assert masks_of(tracking) == whole
    with Tracking.resume(video, engine, tmp_path, engine="flow") as tracking:
        assert masks_of(tracking) == whole
        assert tracking.is_done
    assert engine.fed == []


KILLED = """
import os, signal, sys
from pathlib import Path
from pointreel import video as videos
from pointreel.core import Box, Prompt
from pointreel.engines import propagators
from pointreel.engines.propagators.flow import FlowSession
from pointreel.systems import Tracking
from pointreel.systems import _snapshot

_snapshot._SECONDS = float(sys.argv[4])
push, pushed = FlowSession.push, []
def counted(self, frame, queries=()):
    pushed.append(frame.index)
    if len(pushed) == int(sys.argv[3]):
        os.kill(os.getpid(), signal.SIGKILL)
    return push(self, frame, queries)
FlowSession.push = counted
_snapshot.Snapshots.__init__.__defaults__ = (float(sys.argv[4]), *_snapshot.Snapshots.__init__.__defaults__[1:])
with videos.open(sys.argv[1]) as video:
    prompt = Prompt(object_id=1, frame=12, box=Box(18, 14, 16, 16))
    folder = Path(sys.argv[2])
    engine = propagators.build("flow", side=48)
    if (folder / "track.records").exists():
        tracking = Tracking.resume(video, engine, folder, engine="flow")
    else:
        tracking = Tracking.start(video, [prompt], engine, folder=folder, engine="flow")
    with tracking:
        for _ in tracking:
            pass
print(len(pushed))
"""


@pytest.mark.parametrize("seconds", [0.0, 1e9], ids=["with states", "without"])
def test_killed_runs_give_the_masks_of_whole_ones(walk, flow, tmp_path: Path, seconds: float) -> None:
    """Killed in the forward pass, then in the backward pass, then left to finish."""

    def go(folder: str, kill_at: int) -> subprocess.CompletedProcess[str]:
        words = [sys.executable, "-c", KILLED, str(walk), str(tmp_path / folder), str(kill_at), str(seconds)]
        return subprocess.run(words, capture_output=True, text=True, check=False, timeout=120)

    assert go("killed", 6).returncode == -signal.SIGKILL
    assert go("killed", 12).returncode == -signal.SIGKILL
    last = go("killed", 10_000)
    assert last.returncode == 0, last.stderr
    assert go("whole", 10_000).returncode == 0
    found = []
    with videos.open(walk) as video:
        for folder in ("killed", "whole"):
            with Tracking.resume(video, flow, tmp_path / folder, engine="flow") as tracking:
                assert tracking.is_done
                found.append(masks_of(tracking))
    assert found[0] == found[1]
    if not seconds:
        assert int(last.stdout) < 13  # it went on in the backward pass from the state, not from its beginning


def test_a_state_is_kept_only_where_the_session_stands(damaged_walk, mask_at, tmp_path: Path) -> None:
    """Not on a frame that was carried, nor on one that came out with a later one: the session is further by then."""
    kept = []

    class Kept(Recorder):
        class Session(Recorder.Session):
            lookahead = 0

            def push(self, frame, queries=()):
                records = list(super().push(frame, queries))
                return (
                    [] if frame.index == 3 else [FrameMasks(3, self.known), *records] if frame.index == 4 else records
                )

            def snapshot(self) -> bytes:
                kept.append(self.fed[-1][0])
                return b"x"

            def restore(self, state: bytes) -> None: ...

    with (
        videos.open(damaged_walk, skip_broken=True) as video,
        Tracking.start(video, [said(mask_at, 0)], Kept(), folder=tmp_path) as tracking,
    ):
        tracking._snapshots.seconds = 0.0
        frames = []
        keep = tracking._snapshots.keep
        tracking._snapshots.keep = lambda session, round_, turn, frame: (
            frames.append(frame),
            keep(session, round_, turn, frame),
        )
        masks_of(tracking)
    assert frames == kept == [k for k in range(NUM_FRAMES) if k not in (3, 9, 10, 23)]


def test_frames_are_on_disk_as_they_finish(video, flow, mask_at, tmp_path: Path) -> None:
    with Tracking.start(video, [said(mask_at, 0)], flow, folder=tmp_path) as tracking:
        records = iter(tracking)
        next(records)
        small = (tmp_path / RECORDS).stat().st_size
        next(records)
        assert (tmp_path / RECORDS).stat().st_size > small


def test_a_record_that_was_cut_short_is_made_again(video, flow, mask_at, tmp_path: Path) -> None:
    with Tracking.start(video, [said(mask_at, 0)], flow, folder=tmp_path) as tracking:
        whole = masks_of(tracking)
    data = (tmp_path / RECORDS).read_bytes()
    for damaged in (data[:-70], data[: len(data) // 2] + bytes(5) + data[len(data) // 2 + 5 :]):
        (tmp_path / RECORDS).write_bytes(damaged)
        with Tracking.resume(video, flow, tmp_path) as tracking:
            assert not tracking.is_done
            assert masks_of(tracking) == whole


@pytest.mark.parametrize("data", [b"", b"something else entirely", b"pointreel track 1\n", b"pointreel track 1\nH"])
def test_what_is_no_record_is_named(video, flow, tmp_path: Path, data: bytes) -> None:
    (tmp_path / RECORDS).write_bytes(data)
    with pytest.raises(FormatError, match=r"track\.records: byte 0"):
        Tracking.resume(video, flow, tmp_path)


def test_states_that_are_damaged_or_of_another_pass_are_passed_over(tmp_path: Path) -> None:
    class Session:
        lookahead = 0

        def snapshot(self) -> bytes:
            return b"state"

        def restore(self, state: bytes) -> None: ...

    states = Snapshots(tmp_path / "s")
    states.keep(Session(), 2, 1, 40)
    assert states.newest(2, 1) == (40, b"state")
    assert states.newest(2, 0) is None
    (tmp_path / "s").write_bytes((tmp_path / "s").read_bytes()[:-1])
    assert states.newest(2, 1) is None


def test_a_run_is_resumed_with_its_own_video_and_engine(video, damaged_walk, flow, mask_at, tmp_path: Path) -> None:
    with Tracking.start(video, [said(mask_at, 0)], flow, folder=tmp_path, engine="flow side=48"):
        pass
    assert engine_of(tmp_path) == "flow side=48"
    with pytest.raises(PointreelError, match="of the engine 'flow side=48', not of 'klt'"):
        Tracking.resume(video, flow, tmp_path, engine="klt")
    with videos.open(damaged_walk) as other, pytest.raises(PointreelError, match="another video"):
        Tracking.resume(other, flow, tmp_path, engine="flow side=48")
    with pytest.raises(PointreelError, match="there is a run already"):
        Tracking.start(video, [said(mask_at, 0)], flow, folder=tmp_path)
    with pytest.raises(PointreelError, match="no run to go on with"):
        Tracking.resume(video, flow, tmp_path / "elsewhere")


@pytest.mark.skipif(os.name != "posix", reason="files are locked on POSIX only")
def test_two_at_once_are_refused(video, flow, mask_at, tmp_path: Path) -> None:
    with (
        Tracking.start(video, [said(mask_at, 0)], flow, folder=tmp_path),
        pytest.raises(PointreelError, match="another run is writing here"),
    ):
        Tracking.resume(video, flow, tmp_path)


def test_a_direction_that_is_none_is_named(video, flow, mask_at) -> None:
    with pytest.raises(UnknownName, match="no direction named 'sideways'"):
        Tracking.start(video, [said(mask_at, 0)], flow, direction="sideways")


def test_an_engine_out_of_order_is_told_of(video, mask_at) -> None:
    class Stutter(Recorder):
        class Session(Recorder.Session):
            def push(self, frame, queries=()):
                return [FrameMasks(0, {})]

    with (
        Tracking.start(video, [said(mask_at, 0)], Stutter()) as tracking,
        pytest.raises(PointreelError, match="frame 0 twice or out of order"),
    ):
        masks_of(tracking)


def test_without_a_folder_nothing_is_left(video, flow, mask_at, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with Tracking.start(video, [said(mask_at, 0)], flow) as tracking:
        masks_of(tracking)
        assert list(tmp_path.rglob(RECORDS))
    assert not list(tmp_path.iterdir())
