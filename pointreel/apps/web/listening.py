"""What others do to the project, another server or a command: their events are made here from what they stored."""

from datetime import datetime

from ...store import News, Project
from .events import Events
from .repeated import Repeated
from .totals import Totals

_EVERY = 1.0


class Listening:
    """A look at the logs once a second while anybody listens, for whoever does not share this server's memory."""

    def __init__(self, project: Project, events: Events, totals: Totals) -> None:
        self._project, self._events, self._totals = project, events, totals
        self._upto = project.news().upto
        self._looks = Repeated(self._listen, every=_EVERY, name="listening")

    def begin(self) -> None:
        self._looks.begin()

    def close(self) -> None:
        self._looks.close()

    def look(self) -> None:
        """Tell what is new since the last look. What was done here has been told."""
        news = self._project.news(self._upto)
        if news:
            for key in news.answered:
                self._totals.changed(key)
            self._tell(news, self._project.last_saved())
        self._upto = news.upto

    def _tell(self, news: News, saved: datetime | None) -> None:
        for video in news.edited:
            self._events.publish("objects", {"video": video})
        for made in news.masks:
            told = {"video": made.video, "edit": made.edit, "frames": made.frames, "objects": made.objects}
            self._events.publish("masks", told)
        for key in {*news.answered, *news.proposed}:
            self._events.publish("points", {"object": key})
        if news.much or news.proposed:
            self._totals.stale()
            self._events.publish("reset", {})
        if saved is not None:
            self._events.publish("saved", {"saved_at": saved.isoformat(timespec="milliseconds")})

    def _listen(self) -> None:
        if self._events.has_listeners:  # whoever does something is told; the next look tells what this one could not
            self.look()
