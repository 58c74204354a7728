"""Out to any format: written in the background into the project's folder, and handed out as one file."""

import re
import shutil
import tempfile
import zipfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from ...core import Dataset, Feature, Format, PassedDataset, PointreelError, Sequence, UnknownName
from ...formats import losses
from ...formats import shelf as formats
from ...store import Project
from ..cli.convert import LOSSY
from . import messages
from .errors import Refused
from .jobs import Jobs, Watch

_KEPT = 10
_JOB = re.compile(r"[0-9a-f]{32}")


def _watched(dataset: Dataset, watch: Watch, done: int, total: int) -> Dataset:
    """The same dataset, which tells how far it is read, and stops where the job is to stop."""

    def told(sequences: Dataset) -> Iterator[Sequence]:
        for k, sequence in enumerate(sequences):
            watch.progress(done + k, total)
            watch.check()
            yield sequence
        watch.progress(done + len(sequences), total)

    return PassedDataset(dataset, told)


def _renamed(sequences: Dataset) -> Iterator[Sequence]:
    """Videos named as datasets name them: without the suffix of their file, where that tells."""
    stems = Counter(Path(sequence.name).stem for sequence in sequences)
    for sequence in sequences:
        stem = Path(sequence.name).stem
        yield replace(sequence, name=stem) if stems[stem] == 1 else sequence


def known_formats() -> list[messages.FormatOut]:
    """Every format, and what of a project it can hold."""
    return [_format(name) for name in formats.names()]


class Exporting:
    """Exports of one project."""

    def __init__(self, project: Project, jobs: Jobs, title: str) -> None:
        self._project, self._jobs, self._title = project, jobs, title
        self._root = tempfile.mkdtemp(prefix="pointreel-exports-") if project.folder is None else None

    def start(self, sent: messages.ExportIn) -> messages.Job:
        if sent.format not in formats.names():
            raise UnknownName("format", sent.format, formats.names())
        held = _format(sent.format)
        if not (held.holds_points if sent.what == "points" else held.holds_masks):
            raise Refused(409, f"The format {sent.format} holds no {sent.what}. Choose another; see /api/formats.")
        return self._jobs.start("export", lambda watch: self._run(watch, sent))

    def file(self, job: str) -> tuple[Path, str]:
        """The file of an export that is done, and what to call it."""
        place = self._place(job) if _JOB.fullmatch(job) else None
        found = sorted(place.iterdir()) if place is not None and place.is_dir() else []
        if len(found) != 1 or not found[0].is_file() or found[0].resolve().parent != self._exports().resolve() / job:
            raise Refused(404, f"There is no export {job[:40]!r} that is done. Export again.")
        return found[0], found[0].name

    def close(self) -> None:
        if self._root is not None:
            shutil.rmtree(self._root, ignore_errors=True)

    def _run(self, watch: Watch, sent: messages.ExportIn) -> messages.JobResult:
        labelled = self._project.verified() if sent.what == "points" else self._project.segmented()
        dataset = PassedDataset(labelled, _renamed)
        if not len(dataset):
            advice = "Verify some first." if sent.what == "points" else "Label some frames first."
            raise PointreelError(f"{self._title}: there are no {sent.what} to export yet. {advice}")
        total = 2 * len(dataset)
        layout: Format = formats.build(sent.format, **_lossy_options(sent.format))
        lost = losses(_watched(dataset, watch, 0, total), layout)
        place = self._place(watch.id)
        with tempfile.TemporaryDirectory(dir=self._exports(), prefix=".writing-") as draft:
            target = Path(draft) / f"{self._title}-{sent.format}-{sent.what}"
            target.mkdir()
            layout.write(_watched(dataset, watch, len(dataset), total), target)
            name = _as_one_file(target, place)
        self._prune()
        told = [messages.Lost(what=one.feature.value, count=one.count, first=one.first) for one in lost]
        return messages.JobResult(file_name=name, lost=told)

    def _exports(self) -> Path:
        root = Path(self._root) if self._root is not None else self._folder() / "exports"
        root.mkdir(exist_ok=True)
        return root

    def _folder(self) -> Path:
        assert self._project.folder is not None
        return self._project.folder

    def _place(self, job: str) -> Path:
        return self._exports() / job

    def _prune(self) -> None:
        """The newest exports are kept; what is old can be exported again."""
        places = sorted(self._exports().glob("[0-9a-f]*"), key=lambda place: -place.stat().st_mtime)
        for place in places[_KEPT:]:
            shutil.rmtree(place, ignore_errors=True)


def _format(name: str) -> messages.FormatOut:
    holds = formats.build(name).holds
    return messages.FormatOut(
        name=name,
        title=formats.summary(name),
        holds_points=Feature.POINTS in holds,
        holds_masks=Feature.MASKS in holds,
        writable=bool({Feature.POINTS, Feature.MASKS} & holds),
    )


def _lossy_options(name: str) -> dict[str, object]:
    """What is lost is told, not refused: people see it beside the download."""
    known = formats.module(name).Config.__dataclass_fields__
    return {option: choice for option, choice in LOSSY.items() if option in known}


def _as_one_file(written: Path, place: Path) -> str:
    """The one file that was written, or all of them as a zip file, in a place of their own; its name."""
    files = sorted(path for path in written.rglob("*") if path.is_file())
    name = f"{written.name}{files[0].suffix}" if len(files) == 1 else f"{written.name}.zip"
    made = written.with_name("made")
    made.mkdir()
    if len(files) == 1:
        files[0].rename(made / name)
    else:
        with zipfile.ZipFile(made / name, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as packed:
            for path in files:
                packed.write(path, Path(written.name) / path.relative_to(written))
    made.rename(place)
    return name
