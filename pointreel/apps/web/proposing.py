"""Candidate points as a job: the pipeline of Point-VOS on objects that something is said of."""

from collections.abc import Callable, Mapping

from ...core import PointreelError
from ...store import Project
from . import messages
from .events import Events
from .jobs import Jobs, Watch
from .totals import Totals
from .translating import called


class Proposing:
    """The pipeline, watched."""

    def __init__(
        self, project: Project, jobs: Jobs, events: Events, totals: Totals, saved: Callable[[], object]
    ) -> None:
        self._project, self._jobs, self._events = project, jobs, events
        self._totals, self._saved = totals, saved

    def start(self, sent: messages.ProposeIn, by: str) -> messages.Job:
        return self._jobs.start("proposal", lambda watch: self._run(watch, sent, by), request=sent)

    def _run(self, watch: Watch, sent: messages.ProposeIn, by: str) -> messages.JobResult:
        from ... import annotate

        stages: set[tuple[int, str]] = set()

        def note(progress: annotate.Progress) -> None:
            watch.progress(progress.done, progress.total, f"{progress.video}: {progress.stage}")
            if (progress.object_key, progress.stage) not in stages:
                stages.add((progress.object_key, progress.stage))
                self._saved()  # a stage begins when the one before is stored

        config = annotate.Config(gold=sent.gold, repeats=sent.repeats, overlap=sent.overlap)
        report = annotate.propose(
            self._project.acting(by, watch.id), sent.objects, config=config, watch=note, stop=watch.stop.is_set
        )
        for key in report.proposed:
            self._events.publish("points", {"object": key})
        self._totals.stale()
        self._saved()
        self._events.publish("reset", {})
        problems = self._problems(report.failed)
        if problems and not (report.proposed or report.unchanged or report.stopped):
            raise PointreelError("; ".join(problems))
        watch.message = ""
        return messages.JobResult(objects=len(report.proposed), points=sum(report.proposed.values()), problems=problems)

    def _problems(self, failed: Mapping[int, str]) -> list[str]:
        """Each with its object, named as the page names it; and its video, where there are several."""
        things = {key: self._project.object(key) for key in failed}
        several = len(self._project.videos) > 1
        return [
            f"{f'{things[key].video}, ' if several else ''}{called(things[key])}: {problem}"
            for key, problem in failed.items()
        ]
