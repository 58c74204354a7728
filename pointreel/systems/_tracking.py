"""The driver around every propagator: forward, backward and both ways, corrections, pause and resume."""

import tempfile
import time
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from ..core import FrameMasks, PointreelError, Prompt, Segment
from ..core.protocols import Propagator, Resumable, Session
from ..video import Video
from ._checks import check_readable, direction_named, identity_of
from ._index import Index
from ._kept import Kept
from ._plan import Direction, Pass, correction, first_round
from ._prompt_json import prompts_from_json, prompts_to_json
from ._prompts import Key, check_prompts, locks_of, merged
from ._records import Entry, RecordFile, Step, is_carried, step_head
from ._rounds import Round
from ._sharing import taken_back
from ._snapshot import Snapshots
from ._stepping import Stepped, remind, stepped
from ._telling import Telling

RECORDS, STATE = "track.records", "track.state"


@dataclass(frozen=True, slots=True)
class Progress:
    """One frame more is done: ``done`` of ``total`` frames that sessions have to see, and which way they go."""

    done: int
    total: int
    frame: int
    way: int


def engine_of(folder: Path) -> str:
    """The engine that the run in ``folder`` was begun with."""
    records, _ = RecordFile.open(folder / RECORDS)
    records.close()
    return str(records.header.get("engine"))


class Tracking:
    """Masks of prompted objects through a video, made as they are asked for and kept on disk as they are made.

    Iterating gives one ``FrameMasks`` for every frame of the video, in order, each once, as soon as no pass can change
    it. ``steps`` does the work without looking at the result; ``correct`` adds prompts, and the next ``steps`` make
    again only what lies between the locked frames around them. Leaving the ``with`` block pauses: with a ``folder``,
    ``Tracking.resume`` goes on from there, and after a killed process too, with the masks there would have been.
    ``seconds`` is what sessions took so far, and ``num_made`` how many frames they made in them, again and again where
    something was corrected.

    >>> with Tracking.start(video, prompts, propagator, folder=Path("out")) as tracking:      # doctest: +SKIP
    ...     for masks in tracking:
    ...         print(masks.frame, sorted(masks.segments))
    """

    def __init__(
        self, video: Video, propagator: Propagator, records: RecordFile, entries: Sequence[Entry], closing: ExitStack
    ) -> None:
        header = records.header
        self.video, self.propagator, self._records, self._closing = video, propagator, records, closing
        self.engine = str(header["engine"])
        self.direction = direction_named(str(header["direction"]))
        self.names: dict[int, str] = {}
        self.seconds, self.num_made = 0.0, 0
        self._rounds: list[Round] = []
        self._index = Index(len(video))
        self._kept = Kept(records, self._index)
        self._snapshots = Snapshots(records.path.with_name(STATE))
        self._said: dict[Key, Prompt] = {}
        self._queue: list[Prompt] = []
        self._telling = Telling(self._kept, self._said, self._rounds, propagator.accepts)
        self._running: Generator[int, None, None] | None = None
        for entry in entries:
            self._replay(entry)

    @classmethod
    def start(
        cls,
        video: Video,
        prompts: Sequence[Prompt],
        propagator: Propagator,
        *,
        direction: Direction = "both",
        folder: Path | None = None,
        names: Mapping[int, str] | None = None,
        engine: str = "",
    ) -> "Tracking":
        """Check the prompts and begin a run. Without a ``folder`` its records are temporary.

        ``engine`` is what errors, records and reports call the propagator; a run is resumed with the same one only.
        """
        engine = engine or type(propagator).__name__
        check_prompts(prompts, video.info, propagator.accepts, engine=engine, names=names)
        check_readable(video, prompts, names)
        with ExitStack() as stack:
            if folder is None:
                folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="pointreel-")))
            of_video = {"video": identity_of(video), "height": video.info.height, "width": video.info.width}
            header = {"engine": engine, "direction": direction_named(direction), **of_video}
            records = RecordFile.create(folder / RECORDS, header)
            stack.callback(records.close)
            tracking = cls(video, propagator, records, (), stack.pop_all())
        tracking._add_round(list(prompts), dict(names or {}))
        return tracking

    @classmethod
    def resume(cls, video: Video, propagator: Propagator, folder: Path, *, engine: str = "") -> "Tracking":
        """Take up the run in ``folder``; its video and its engine have to be the ones it was begun with."""
        path = folder / RECORDS
        records, entries = RecordFile.open(path)
        with ExitStack() as stack:
            stack.callback(records.close)
            header = records.header
            if header.get("video") != identity_of(video):
                raise PointreelError(f"{path}: the run is of another video. Give the video it was begun with.")
            engine = engine or type(propagator).__name__
            if header.get("engine") != engine:
                raise PointreelError(f"{path}: the run is of the engine {header.get('engine')!r}, not of {engine!r}.")
            return cls(video, propagator, records, entries, stack.pop_all())

    @property
    def prompts(self) -> tuple[Prompt, ...]:
        """Everything that was said so far, one prompt per object and frame."""
        return tuple(prompt for _, prompt in sorted(merged([*self._said.values(), *self._queue]).items()))

    @property
    def object_ids(self) -> tuple[int, ...]:
        return tuple(sorted({prompt.object_id for prompt in (*self._said.values(), *self._queue)}))

    @property
    def carried(self) -> tuple[int, ...]:
        """Frames that could not be read: their masks are those of the frame the session saw before."""
        return tuple(map(int, self._index.carried.nonzero()[0]))

    @property
    def is_done(self) -> bool:
        return not self._queue and all(all(one.done) for one in self._rounds)

    @property
    def num_left(self) -> int:
        """How many frames sessions have yet to see."""
        begun = sum(len(self._frames_left(number, turn)) for number, turn in self._waiting())
        said, to_come = dict(self._said), 0
        for prompt in self._queue:
            to_come += sum(len(one.frames) for one in self._correction(prompt, said))
            said |= merged([prompt])
        return begun + to_come

    def steps(self) -> Generator[Progress, None, None]:
        """Do what is left to do, frame by frame. Stopping in between is a pause."""
        done = 0
        while (waiting := next(self._waiting(), None)) is not None:
            total, left = done + self.num_left, self._frames_left(*waiting)
            self._running = self._run(*waiting)
            for frame in self._running:
                yield Progress(done + left.index(frame) + 1, total, frame, left.step)
            done += len(left)
            self._begin_next()

    def correct(self, prompts: Sequence[Prompt], names: Mapping[int, str] | None = None) -> None:
        """Add prompts: late objects, or corrections of what came out. ``steps`` makes what they ask for.

        Each is a round of its own once all before it are done, in the order given, since an earlier one may change what
        a later one corrects. All are on the disk when this returns. A mask locks its frame as it is. Points, a box or a
        trace correct what is there: the session is told that, and all that was said of this frame so far. A session
        that can remember knows the object from its other locked frames too.
        """
        known, called = frozenset(self.object_ids), self.names | dict(names or {})
        check_prompts(prompts, self.video.info, self.propagator.accepts, engine=self.engine, names=called, known=known)
        check_readable(self.video, prompts, called)
        queue = prompts_to_json(list(merged(prompts).values()), called)
        self._records.add_json("Q", queue)
        self._records.flush()
        self._enqueue(queue)
        self._begin_next()

    def __getitem__(self, frame: int) -> FrameMasks:
        """What is known of a frame by now."""
        return self._kept.frame(range(len(self.video))[frame])

    def __len__(self) -> int:
        return len(self.video)

    def __iter__(self) -> Iterator[FrameMasks]:
        work = self.steps()
        try:
            for frame in range(len(self.video)):
                while self._is_pending(frame):
                    next(work, None)
                yield self[frame]
            for _ in work:  # what is made for nothing that is kept is not left undone
                pass
        finally:
            work.close()

    def close(self) -> None:
        """Pause what runs and let go of the records; without a folder they are gone."""
        if self._running is not None:
            self._running.close()
        self._closing.close()

    def __enter__(self) -> "Tracking":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _enqueue(self, queue: Mapping[str, object]) -> None:
        prompts, names = prompts_from_json(queue, self._records.path)
        self._queue += prompts
        self.names |= names

    def _begin_next(self) -> None:
        """Begin with the correction that waits the longest, if one does, once all before it are made."""
        if self._queue and next(self._waiting(), None) is None:
            self._add_round(self._queue[:1], {})

    def _correction(self, prompt: Prompt, said: Iterable[Key]) -> tuple[Pass, ...]:
        """The passes that a prompt leads to where this was said before it."""
        others = [frame for of, frame in said if of == prompt.object_id and frame != prompt.frame]
        return correction(prompt.object_id, prompt.frame, others, len(self.video), self.direction)

    def _add_round(self, prompts: list[Prompt], names: dict[int, str]) -> None:
        self._records.add_json("R", prompts_to_json(prompts, self.names | names))
        self._records.flush()
        self._begin_round(prompts, names)

    def _begin_round(self, prompts: list[Prompt], names: Mapping[int, str]) -> None:
        self.names |= {key: name for key, name in names.items() if name}
        before = None
        if not self._rounds:
            passes = first_round(locks_of(merged(prompts)), len(self.video), self.direction)
        else:
            (prompt,) = prompts
            self._queue = self._queue[1:]
            passes = self._correction(prompt, self._said)
            before = self._index.places_of(prompt.object_id)
        self._said |= merged([*self._said.values(), *prompts])
        self._rounds.append(Round.of(prompts, passes, before))

    def _replay(self, entry: Entry) -> None:
        if entry.kind == "R":
            self._begin_round(*prompts_from_json(entry.json(), self._records.path))
        elif entry.kind == "Q":
            self._enqueue(entry.json())
        elif entry.kind == "T":
            self.seconds += float(str(entry.json()["seconds"]))
        elif entry.kind == "S":
            number, turn, flags, frame, num_objects = step_head(entry.payload)
            self._note(number, turn, frame, entry.place, is_empty=not num_objects, carried=is_carried(flags))

    def _note(self, number: int, turn: int, frame: int, place: int, *, is_empty: bool, carried: bool) -> None:
        of = self._rounds[number]
        self.num_made += 1
        of.note(turn, frame, is_empty=is_empty)
        self._index.note(of.passes[turn], frame, place, carried=carried)
        if frame == of.passes[turn].stop:
            self._share(of, of.passes[turn])
        if all(of.done):
            of.before = None  # nothing asks for it any more, and it is as long as the video

    def _share(self, of: Round, one: Pass) -> None:
        """Keep what was there before a correction where that agrees better with the locks at both ends.

        It follows from what is recorded, and so comes out again when a run is taken up.
        """
        if of.before is None:
            return
        (object_id, _), after = one.starts[0], one.stop + one.way
        if (object_id, after) not in self._said:
            return
        for frame in taken_back(self._kept, of.before, one, after):
            self._index.put_back(object_id, frame, int(of.before[frame]))

    def _waiting(self) -> Iterator[tuple[int, int]]:
        """The passes that are not finished, by round and turn."""
        for number, one in enumerate(self._rounds):
            yield from ((number, turn) for turn, done in enumerate(one.done) if not done)

    def _is_pending(self, frame: int) -> bool:
        """Whether a pass that is not finished has yet to make something on this frame, or a correction waits."""
        if self._queue:
            return True
        for number, turn in self._waiting():
            one, last = self._rounds[number].passes[turn], self._rounds[number].last_frames[turn]
            is_shared_later = self._rounds[number].before is not None
            if one.is_wanted(frame) and (is_shared_later or last is None or (frame - last) * one.way > 0):
                return True
        return False

    def _run(self, number: int, turn: int) -> Generator[int, None, None]:
        """One pass: its frames, as they are done; those an earlier process had recorded are made again, not kept."""
        one, recorded = self._rounds[number].passes[turn], self._rounds[number].last_frames[turn]
        clock = time.monotonic()
        with self.propagator.open(self.video.info) as session:
            frames, before = self._taken_up(session, number, turn)
            if frames == one.frames:
                remind(session, self.video, [self._telling.reminder(lock) for lock in one.known])
            told = self._telling.prompts(self._rounds[number], one)
            for item in stepped(session, self.video.read(frames), frames, told, before):
                frame = item.masks.frame
                if recorded is None or (frame - recorded) * one.way > 0:
                    self._record(number, turn, item)
                    if item.settled:
                        self._snapshots.now_and_then(session, number, turn, frame)
                if self._records.flush_now_and_then():
                    clock = self._count_time(clock)
                try:
                    yield frame
                except GeneratorExit:  # a pause, with the session between two frames
                    if item.settled:
                        self._snapshots.keep(session, number, turn, frame)
                    self._count_time(clock)
                    raise
                if frame != one.stop and self._rounds[number].done[turn]:
                    break
        self._count_time(clock)
        self._records.flush()
        self._snapshots.remove()

    def _state(self, number: int, turn: int) -> tuple[int, bytes] | None:
        """The newest state of a pass that was interrupted, unless a power cut kept it and lost records before it."""
        one, recorded = self._rounds[number].passes[turn], self._rounds[number].last_frames[turn]
        state = self._snapshots.newest(number, turn)
        if state is None or recorded is None:
            return None
        in_order = one.start * one.way <= state[0] * one.way <= recorded * one.way
        return state if in_order else None

    def _frames_left(self, number: int, turn: int) -> range:
        """The frames a pass still has to see: those after the state there is of its session, else all."""
        one, state = self._rounds[number].passes[turn], self._state(number, turn)
        return one.frames if state is None else range(state[0] + one.way, one.stop + one.way, one.way)

    def _taken_up(
        self, session: Session[Prompt, FrameMasks], number: int, turn: int
    ) -> tuple[range, Mapping[int, Segment]]:
        """The frames the session has yet to see, once it is where it was, and what is on the frame before them."""
        state = self._state(number, turn)
        if state is None or not isinstance(session, Resumable):
            return self._rounds[number].passes[turn].frames, {}
        session.restore(state[1])
        return self._frames_left(number, turn), self[state[0]].segments

    def _record(self, number: int, turn: int, item: Stepped) -> None:
        one, frame = self._rounds[number].passes[turn], item.masks.frame
        if not one.is_wanted(frame):
            return
        kept = {i: segment for i, segment in item.masks.segments.items() if segment.mask and one.owns(i, frame)}
        place = self._records.add_step(Step(number, turn, frame, kept, item.carried))
        self._note(number, turn, frame, place, is_empty=not kept, carried=item.carried)

    def _count_time(self, since: float) -> float:
        now = time.monotonic()
        self.seconds += now - since
        self._records.add_json("T", {"seconds": round(now - since, 3)})
        return now
