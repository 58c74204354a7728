"""Candidate points as a job: the pipeline of Point-VOS on objects that something is said of."""

from ...core import PointreelError
from ...store import Project
from . import messages
from .events import Events
from .jobs import Jobs, Watch
from .totals import Totals


class Proposing:
    """The pipeline, watched."""

    def __init__(self, project: Project, jobs: Jobs, events: Events, totals: Totals) -> None:
        self._project, self._jobs, self._events, self._totals = project, jobs, events, totals

    def start(self, sent: messages.ProposeIn) -> messages.Job:
        return self._jobs.start("proposal", lambda watch: self._run(watch, sent))

    def _run(self, watch: Watch, sent: messages.ProposeIn) -> messages.JobResult:
        from ... import annotate

        def note(progress: annotate.Progress) -> None:
            watch.progress(progress.done, progress.total, f"{progress.video}: {progress.stage}")

        config = annotate.Config(gold=sent.gold, repeats=sent.repeats, overlap=sent.overlap)
        report = annotate.propose(self._project, sent.objects, config=config, watch=note, stop=watch.stop.is_set)
        for key in report.proposed:
            self._events.publish("points", {"object": key})
        self._totals.stale()
        self._events.publish("reset", {})
        if report.failed and not (report.proposed or report.unchanged or report.stopped):
            raise PointreelError("; ".join(report.failed.values()))
        watch.message = ""
        return messages.JobResult(
            objects=len(report.proposed),
            points=sum(report.proposed.values()),
            problems=[f"object {key}: {problem}" for key, problem in report.failed.items()],
        )
