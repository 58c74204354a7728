"""The part of a project that verifies: candidates, who is asked about which, and what they answer."""

from collections.abc import Iterator, Mapping
from collections.abc import Sequence as Many

from . import asking, candidates, judging, people, things
from ._opened import Opened
from .records import Answer, Batch, Candidate, Event, Order, Progress, StoredPoint, Stratum, Task

_PAGE = 1000
PROPOSAL = "points"
"""The kind of the edits that bring points."""


class Verifying(Opened):
    """Points and verdicts."""

    def propose(
        self,
        object_key: int,
        points: Many[Candidate],
        *,
        name: str = "points",
        replace: bool = True,
        strata: Many[Stratum] = (),
    ) -> int:
        """Candidates to be verified, in the order in which they are to be seen; how many there are.

        The same name again changes nothing, so a stage may be run twice. Another name replaces the candidates that
        nobody has answered, unless ``replace`` is false: then they are added. ``strata`` are the regions they were
        drawn from, whose ``proposal`` is this name.
        """
        with self._database.write() as connection:
            video = things.video_of(connection, object_key)

            def edit() -> int | None:
                return None if self._action is None else self._edit(connection, video, PROPOSAL, None, None)

            now = self._database.now()
            return candidates.propose(connection, object_key, points, strata, name, replace, now, edit)

    def set_gains(self, gains: Mapping[int, float]) -> None:
        """What a verdict on each point is expected to gain now; ``order="gain"`` asks for the largest first.

        They follow from verdicts and do not wait for the disk: losing the newest costs nobody anything.
        """
        with self._database.write(durable=False) as connection:
            candidates.set_gains(connection, gains)

    def points(self, object_key: int, frame: int | None = None) -> list[StoredPoint]:
        """An object's candidates with all that is known of them. Not for annotators: it tells which are tests."""
        with self._database.read() as connection:
            return candidates.of_object(connection, object_key, frame)

    def objects_of_points(self, points: Many[int]) -> set[int]:
        """The keys of the objects that points belong to."""
        with self._database.read() as connection:
            return candidates.objects_of(connection, points)

    def next_point(
        self,
        annotator: str,
        order: Order = "paper",
        *,
        object_key: int | None = None,
        lease_seconds: float = 60.0,
    ) -> Task | None:
        """The point that an annotator is asked about next, theirs until the lease ends; None when none is left.

        Asking again without answering gives the same point. The order "paper" goes object by object: foreground
        candidates, then background, then uncertain ones; "gain" takes what teaches most first.
        """
        found = self.next_points(annotator, 1, order, object_key=object_key, lease_seconds=lease_seconds)
        return found[0] if found else None

    def next_points(
        self,
        annotator: str,
        count: int,
        order: Order = "paper",
        *,
        object_key: int | None = None,
        lease_seconds: float = 60.0,
    ) -> list[Task]:
        """Several at once, for those who show the first and fetch the pictures of the others."""
        with self._database.write(durable=False) as connection:
            user = people.who_answers(connection, annotator)
            now = self._database.now()
            return asking.next_tasks(connection, user, count, order, object_key, lease_seconds, now)

    def lease(self, annotator: str, point: int, *, lease_seconds: float = 60.0) -> Task | None:
        """One point in particular, as after taking back the answer to it; None if the annotator cannot have it now."""
        with self._database.write(durable=False) as connection:
            user = people.who_answers(connection, annotator)
            return asking.lease(connection, user, point, lease_seconds, self._database.now())

    def release(self, annotator: str) -> None:
        """Give back the points that are leased to an annotator, as when they leave."""
        with self._database.write(durable=False) as connection:
            asking.release(connection, people.find(connection, annotator))

    def progress(self, object_key: int | None = None) -> list[Progress]:
        """How many points are answered, of how many, by object and kind."""
        with self._database.read() as connection:
            return candidates.progress(connection, object_key)

    def batch(self, annotator: str, object_key: int, kind: int) -> Batch:
        """How far an object's points of one kind are, and how many of the verdicts are the annotator's own."""
        with self._database.read() as connection:
            user = people.find(connection, annotator)
            return candidates.batch(connection, user.key, object_key, kind)

    def answer_all(self, verdicts: Mapping[int, int], *, annotator: str, session: str | None = None) -> int:
        """Verdicts that come from elsewhere, by point, as one transaction; nobody's time is counted for them."""
        where = session or self._action or self.session
        with self._database.write() as connection:
            user, now = people.who_answers(connection, annotator), self._database.now()
            for point, verdict in verdicts.items():
                judging.answer(connection, user, point, verdict, 0.0, where, None, False, now)
        return len(verdicts)

    def answer(
        self,
        point: int,
        verdict: int,
        seconds: float,
        *,
        annotator: str,
        session: str | None = None,
        token: str | None = None,
    ) -> int:
        """Store a verdict: ``FOREGROUND``, ``BACKGROUND`` or ``AMBIGUOUS`` (unsure). It is on the disk on return.

        ``seconds`` is how long it took on a clock that only goes forward (``time.monotonic``). A ``token`` makes
        sending twice store once. A verdict that comes after its lease is stored too. Returns the event's key.
        """
        return self._judge(point, verdict, seconds, annotator, session, token, settles=False)

    def settle(
        self,
        point: int,
        verdict: int,
        seconds: float = 0.0,
        *,
        owner: str,
        session: str | None = None,
        token: str | None = None,
    ) -> int:
        """An owner's verdict, which is the point's label whatever others answered, and is logged as such."""
        return self._judge(point, verdict, seconds, owner, session, token, settles=True)

    def undo(self, annotator: str, *, session: str | None = None) -> list[int]:
        """Take back the annotator's newest verdict; the point it was on, which waits again. The log keeps both."""
        with self._database.write() as connection:
            user = people.who_answers(connection, annotator)
            return judging.undo(connection, user, session or self.session, self._database.now())

    def undo_settlement(self, owner: str, *, session: str | None = None) -> list[int]:
        """Take back the owner's newest settlement; the point it was on, which is what the others say of it again."""
        with self._database.write() as connection:
            user = people.who_settles(connection, owner)
            return judging.undo(connection, user, session or self.session, self._database.now(), settles=True)

    def undo_batch(
        self,
        annotator: str,
        object_key: int,
        kind: int | None = None,
        *,
        in_session: str | None = None,
        session: str | None = None,
    ) -> list[int]:
        """Take back all the annotator said of an object's points, or of one kind; the points that wait again."""
        with self._database.write() as connection:
            user = people.who_answers(connection, annotator)
            now = self._database.now()
            return judging.undo_batch(connection, user, object_key, kind, in_session, session or self.session, now)

    def redo(self, annotator: str, *, session: str | None = None) -> list[int]:
        """Bring back what the annotator took back last, a batch as a whole; the points it was on."""
        with self._database.write() as connection:
            user = people.who_answers(connection, annotator)
            return judging.redo(connection, user, session or self.session, self._database.now())

    def log(self, after: int = 0) -> Iterator[Event]:
        """Every event after the one with that key, oldest first: verdicts, undoings and redoings."""
        while True:
            with self._database.read() as connection:
                page = judging.log(connection, after, _PAGE)
            yield from page
            if len(page) < _PAGE:
                return
            after = page[-1].key

    def answers(self, object_key: int | None = None) -> Iterator[Answer]:
        """What each says of each point now, point by point: for agreement, and for answers to tests and repeats."""
        with self._database.read() as connection:
            yield from judging.every(connection, object_key)

    def _judge(
        self,
        point: int,
        verdict: int,
        seconds: float,
        name: str,
        session: str | None,
        token: str | None,
        *,
        settles: bool,
    ) -> int:
        with self._database.write() as connection:
            user = (people.who_settles if settles else people.who_answers)(connection, name)
            now = self._database.now()
            where = session or self.session
            return judging.answer(connection, user, point, verdict, seconds, where, token, settles, now)
