"""Which frames a broken packet costs: its own, and those built on it up to the next key picture."""

from dataclasses import dataclass, field

from av import VideoFrame

from .timeline import LOST, Timeline


@dataclass(frozen=True, slots=True)
class Fault:
    """Why there is no picture."""

    reason: str


@dataclass(frozen=True, slots=True)
class _Spread:
    """What builds on a fault at ``ordinal``: packets up to ``end``; up to ``after`` those shown before ``floor``."""

    ordinal: int
    end: int
    after: int
    floor: int
    reason: str


@dataclass
class Damage:
    """Faults as they are met, in file order, and the verdict on each frame once all that concern it are known."""

    timeline: Timeline
    _reasons: dict[int, str] = field(default_factory=dict)
    _spreads: list[_Spread] = field(default_factory=list)

    def note(self, ordinal: int, reason: str, *, spreads: bool) -> None:
        """Packet ``ordinal`` is broken; ``spreads`` unless nothing is built on it."""
        frame = self.timeline.frames[ordinal]
        self._reasons.setdefault(frame, reason)
        if spreads:
            culprit = f"frame {frame}, which is broken" if frame >= 0 else "a broken packet that is not shown itself"
            self._spread(ordinal, f"it is built on {culprit}")

    def note_loss_before(self, ordinal: int) -> None:
        """Packets are missing from the file just before this one."""
        self._spread(ordinal - 1, "it is built on frames that are missing from the file")

    def judge(self, frame: int, picture: VideoFrame | None) -> VideoFrame | Fault:
        """What is handed out for ``frame``, given the picture the decoder made of it, if any."""
        ordinal = self.timeline.ordinals[frame]
        if ordinal == LOST:
            return Fault("it is missing from the file, which is damaged here")
        reason = self._reasons.get(frame)
        if reason is None:
            reason = next((spread.reason for spread in self._spreads if _reaches(spread, ordinal, frame)), None)
        if reason is not None:
            return Fault(reason)
        if picture is None:
            self.note(ordinal, "", spreads=True)
            return Fault("its packet gave no picture")
        return picture

    def _spread(self, ordinal: int, reason: str) -> None:
        self._spreads = [spread for spread in self._spreads if spread.after > ordinal - 64]
        self._spreads.append(_Spread(ordinal, *self.timeline.spoiled_by(ordinal), reason))


def _reaches(spread: _Spread, ordinal: int, frame: int) -> bool:
    return spread.ordinal < ordinal and (ordinal < spread.end or (ordinal < spread.after and frame < spread.floor))
