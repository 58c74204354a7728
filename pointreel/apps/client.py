"""A studio's API from Python: for scripts, and for annotators that are programs.

>>> from pointreel.apps.client import Client
>>> with Client("http://localhost:8765") as studio:                                  # doctest: +SKIP
...     dog = studio.add_object("dog.mp4", "dog")
...     studio.click(dog, 118, [(312, 208, 1)])
...     studio.wait(studio.propagate("dog.mp4", frame=118))
...     studio.wait(studio.propose([dog]))
...     while task := studio.next_point():
...         studio.answer(task.point, ask(task))
...     studio.export("point-vos", "points", Path("points.json"))
"""

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, TypeVar
from uuid import uuid4

import httpx
from pydantic import BaseModel

from ..core import Mask, PointreelError, replacing
from .web import messages

Answer = TypeVar("Answer", bound=BaseModel)

CSRF = "X-Pointreel-Csrf"
_OVER = ("done", "cancelled", "failed", "interrupted")
_TRIES, _PAUSE, _AGAIN = 5, 0.1, (0, 403, 502, 503)


class StudioError(PointreelError):
    """What the server said is wrong; ``status`` is 0 where it could not be reached."""

    def __init__(self, message: str, status: int = 0) -> None:
        super().__init__(message)
        self.status = status


class Client:
    """Somebody at a studio. One client is for one thread; any number may be at a studio.

    A verdict is stored when ``answer`` returns. Where an answer of the server is lost on its way, the verdict is sent
    again with the same token, so that it is stored once.
    """

    def __init__(
        self, address: str, name: str = "", password: str = "", *, transport: httpx.BaseTransport | None = None
    ) -> None:
        self._http = httpx.Client(base_url=address, transport=transport, timeout=60)
        self._csrf = ""
        self._videos: dict[str, messages.Video] = {}
        if name:
            self.log_in(name, password)

    # Logging in

    def me(self) -> messages.Me:
        said = self._get("/api/me", messages.Me)
        self._csrf = said.csrf
        return said

    def log_in(self, name: str, password: str) -> messages.Me:
        """Be somebody; from here on the session is theirs."""
        self.me()
        said = self._send("POST", "/api/login", messages.Me, {"name": name, "password": password})
        self._csrf = said.csrf
        return said

    def close(self) -> None:
        self._http.close()

    def __enter__(self) -> "Client":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # Videos and objects

    def project(self) -> messages.Project:
        said = self._get("/api/project", messages.Project)
        self._videos = {video.name: video for video in said.videos}
        return said

    def video(self, name: str) -> messages.Video:
        if name not in self._videos:
            self.project()
        if name not in self._videos:
            raise StudioError(f"There is no video named {name!r}. There are: {', '.join(self._videos) or 'none'}.")
        return self._videos[name]

    def upload(self, path: Path) -> messages.Video:
        """Send a video file; it becomes one of the project's own."""
        with path.open("rb") as file:
            return self._send("PUT", f"/api/uploads/{path.name}", messages.Video, content=file)

    def objects(self, video: str) -> list[messages.Thing]:
        return self._get(f"/api/videos/{self.video(video).key}/objects", messages.Things).objects

    def add_object(self, video: str, name: str = "", colour: str | None = None) -> int:
        """A new object's key."""
        body = {"name": name, "colour": colour}
        return self._send("POST", f"/api/videos/{self.video(video).key}/objects", messages.SavedThing, body).key

    # Labelling

    def click(self, key: int, frame: int, points: Sequence[tuple[float, float, int]]) -> list[Mask]:
        """Say where an object is, as (x, y, 1 on it or 0 off it); the masks it could mean, the first of them stored."""
        return self.prompt(
            key, {"frame": frame, "points": [{"x": x, "y": y, "label": label} for x, y, label in points]}
        )

    def prompt(self, key: int, prompt: Mapping[str, object]) -> list[Mask]:
        """All that is said of an object on a frame, as ``PromptIn`` of the API has it: points, box, trace, mask."""
        said = self._send("PUT", f"/api/objects/{key}/prompts/{prompt['frame']}", messages.Prompted, prompt)
        return [_mask(extent.mask) for extent in said.extents]

    def set_mask(self, key: int, frame: int, mask: Mask, *, locked: bool = True) -> None:
        body = {"mask": mask.to_coco(), "locked": locked}
        self._send("PUT", f"/api/objects/{key}/masks/{frame}", messages.Edited, body)

    def masks(self, video: str, start: int, stop: int) -> dict[int, dict[int, Mask]]:
        """The masks of frames ``start`` to ``stop``, without the latter: by frame, and by the objects' keys."""
        of_video, found = self.video(video).key, {}
        for first in range(start, stop, 64):
            place = f"/api/videos/{of_video}/masks?start={first}&stop={min(first + 64, stop)}"
            for one in self._get(place, messages.Masks).frames:
                found[one.frame] = {of.key: _mask(of.mask) for of in one.objects}
        return found

    def propagate(
        self,
        video: str,
        frame: int,
        *,
        objects: Sequence[int] | None = None,
        direction: messages.DirectionName = "both",
        to: int | None = None,
    ) -> messages.Job:
        """Carry masks from the locked frames about ``frame``; ``wait`` for the job."""
        body = {"objects": objects, "frame": frame, "direction": direction, "to": to}
        return self._send("POST", f"/api/videos/{self.video(video).key}/propagations", messages.Started, body).job

    def undo_edit(self, video: str) -> messages.Undone:
        return self._send("POST", f"/api/videos/{self.video(video).key}/undo", messages.Undone)

    def redo_edit(self, video: str) -> messages.Undone:
        return self._send("POST", f"/api/videos/{self.video(video).key}/redo", messages.Undone)

    def undo_action(self) -> messages.Undone:
        """Take back what one did last to the project as a whole: proposed points, an import, a video."""
        return self._send("POST", "/api/undo", messages.Undone)

    def redo_action(self) -> messages.Undone:
        return self._send("POST", "/api/redo", messages.Undone)

    # Jobs

    def propose(
        self, objects: Sequence[int] | None = None, *, gold: float = 0.0, repeats: float = 0.0, overlap: int = 1
    ) -> messages.Job:
        """Make candidate points, with shares of hidden tests, for ``overlap`` people each; ``wait`` for the job."""
        body = {"objects": objects, "gold": gold, "repeats": repeats, "overlap": overlap}
        return self._send("POST", "/api/proposals", messages.Started, body).job

    def wait(self, job: messages.Job, *, every: float = 0.1) -> messages.Job:
        """The job when it is done; ``StudioError`` if it failed, or its server was killed: ``go_on`` then."""
        while job.state not in _OVER:
            time.sleep(every)
            job = self._get(f"/api/jobs/{job.id}", messages.Job)
        if job.state == "failed":
            raise StudioError(job.message)
        if job.state == "interrupted":
            raise StudioError(f"The studio was stopped during this {job.kind}; what was done is kept. Use go_on.")
        return job

    def go_on(self, job: messages.Job) -> messages.Job:
        """A job that was interrupted when its server was killed, begun again; ``wait`` for the new one."""
        return self._send("POST", f"/api/jobs/{job.id}/again", messages.Started).job

    def cancel(self, job: messages.Job) -> messages.Job:
        return self._send("DELETE", f"/api/jobs/{job.id}", messages.Job)

    def export(self, format: str, what: str, path: Path) -> messages.JobResult:
        """Write the "points" or the "masks" in a format to a file: what the format writes, or a zip file of it."""
        started = self._send("POST", "/api/exports", messages.Started, {"format": format, "what": what})
        job = self.wait(started.job)
        sent = self._stream(f"/api/exports/{job.id}/download")
        with sent as answer, replacing(path) as draft, draft.open("wb") as out:
            for block in answer.iter_bytes():
                out.write(block)
        return job.result or messages.JobResult()

    # Verifying

    def queue(self, count: int = 4, order: messages.OrderName = "paper", object: int | None = None) -> messages.Queue:
        """The points to be answered next, leased to whoever is logged in."""
        only = "" if object is None else f"&object={object}"
        return self._get(f"/api/verify/queue?count={count}&order={order}{only}", messages.Queue)

    def next_point(self, order: messages.OrderName = "paper", object: int | None = None) -> messages.Task | None:
        """The point to be answered next; its clock runs from here on. None when none is left."""
        tasks = self.queue(1, order, object).tasks
        if not tasks:
            return None
        self.show(tasks[0].point)
        return tasks[0]

    def show(self, point: int) -> None:
        """The point can be seen from now on: the server's clock for it runs."""
        self._send("POST", "/api/verify/shown", messages.Done, {"point": point})

    def answer(
        self,
        point: int,
        label: int,
        *,
        next_shown: int | None = None,
        count: int = 4,
        order: messages.OrderName = "paper",
        object: int | None = None,
    ) -> messages.AnswerOut:
        """Store a verdict, 1 on the object, 0 off it, 2 unsure; what comes next is in the answer."""
        said = {"point": point, "label": label, "token": uuid4().hex, "next_shown": next_shown}
        body = said | {"count": count, "order": order, "object": object}
        return self._send("POST", "/api/verify/answers", messages.AnswerOut, body, tries=_TRIES)

    def undo(self) -> messages.Reopened:
        """Take back the newest verdict."""
        return self._send("POST", "/api/verify/undo", messages.Reopened)

    def statistics(self) -> messages.StatisticsOut:
        return self._get("/api/statistics", messages.StatisticsOut)

    # Underneath

    def _get(self, path: str, kind: type[Answer]) -> Answer:
        return kind.model_validate_json(self._asked("GET", path).content)

    def _send(
        self,
        method: str,
        path: str,
        kind: type[Answer],
        body: object = None,
        *,
        content: BinaryIO | None = None,
        tries: int = 1,
    ) -> Answer:
        if not self._csrf:
            self.me()
        for k in range(1, tries + 1):
            try:
                return kind.model_validate_json(self._asked(method, path, body, content).content)
            except StudioError as error:
                if k == tries or error.status not in _AGAIN:
                    raise
                time.sleep(_PAUSE * 2**k)
                self._csrf = ""
            with suppress(StudioError):  # a server that was started again has other tokens
                self.me()
        raise AssertionError  # the last try has returned or raised

    def _asked(self, method: str, path: str, body: object = None, content: BinaryIO | None = None) -> httpx.Response:
        try:
            answer = self._http.request(method, path, headers={CSRF: self._csrf}, json=body, content=content)
        except httpx.TransportError as error:
            raise StudioError(f"{self._http.base_url}: the studio does not answer ({error}). Is it running?") from None
        if answer.status_code != 200:
            raise _said(answer)
        return answer

    @contextmanager
    def _stream(self, path: str) -> Iterator[httpx.Response]:
        with self._http.stream("GET", path) as answer:
            if answer.status_code != 200:
                answer.read()
                raise _said(answer)
            yield answer


def _said(answer: httpx.Response) -> StudioError:
    try:
        message = str(answer.json()["error"])
    except (ValueError, KeyError, TypeError):
        message = f"The server answered {answer.status_code}."
    return StudioError(message, answer.status_code)


def _mask(sent: messages.Rle) -> Mask:
    return Mask.from_coco(sent.size, sent.counts)
