"""Every error a user can cause. Each says what, where, and what to do; the command line prints it as one line."""

from collections.abc import Iterable
from difflib import get_close_matches
from pathlib import Path


class PointreelError(Exception):
    """The root of all errors that are the input's fault, not the program's."""

    def __reduce__(self) -> tuple[object, ...]:
        """Errors come back whole from another process, whatever their constructors take."""
        return _restored, (type(self), self.args, self.__dict__)


class UnknownName(PointreelError):
    """An engine, format, sampler or recipe of that name does not exist."""

    def __init__(self, kind: str, name: str, known: Iterable[str]) -> None:
        names = sorted(known)
        close = get_close_matches(name, names, n=1)
        hint = f" Did you mean {close[0]!r}?" if close else ""
        super().__init__(f"There is no {kind} named {name!r}.{hint} There are: {', '.join(names) or 'none'}.")
        self.kind, self.name, self.known = kind, name, tuple(names)


class MissingExtra(PointreelError):
    """A part that is not installed; the message holds the line to type."""

    def __init__(self, what: str, extra: str) -> None:
        super().__init__(f"{what} needs a part that is not installed. Type: pip install 'pointreel[{extra}]'")
        self.extra = extra


class FormatError(PointreelError):
    """A file that is not what its format says: which file, where in it, what was found, what was expected."""

    def __init__(self, path: Path | str, where: str, *, found: str, expected: str, hint: str = "") -> None:
        place = f"{path}: {where}" if where else str(path)
        super().__init__(f"{place}: found {found}, expected {expected}.{' ' + hint if hint else ''}")
        self.path, self.where, self.found, self.expected = Path(path), where, found, expected


class VideoError(PointreelError):
    """A video that cannot be read or written: which file, and which frame where one is to blame."""

    def __init__(self, path: Path | str, problem: str, *, frame: int | None = None) -> None:
        place = f"{path}: frame {frame}" if frame is not None else str(path)
        super().__init__(f"{place}: {problem}")
        self.path, self.frame = Path(path), frame


class VideoChanged(VideoError):
    """The video is not the one an annotation was made on."""


class WouldLose(PointreelError):
    """A conversion that was stopped because the target cannot hold all that the source says."""


class MaskError(PointreelError, ValueError):
    """Pixels, runs, a box or a polygon that do not make a mask; a ``ValueError`` as well, for those who expect one."""


class OverlappingObjects(WouldLose):
    """Objects that share pixels, where every pixel can belong to one only."""

    def __init__(self, object_ids: Iterable[int], num_pixels: int, *, with_void: bool = False) -> None:
        self.object_ids, self.num_pixels = tuple(sorted(object_ids)), num_pixels
        who = ", ".join(map(str, self.object_ids)) + (" and void" if with_void else "")
        shared = f"{num_pixels} pixel{'s' if num_pixels != 1 else ''}"
        super().__init__(f"objects {who} share {shared}; say in which order they lie, or keep one mask per object")


def _restored(kind: type[PointreelError], args: tuple[object, ...], state: dict[str, object]) -> PointreelError:
    error = kind.__new__(kind, *args)
    error.__dict__.update(state)
    return error
