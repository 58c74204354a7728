"""The truth and predictions as datasets of any format, sequence by sequence and frame by frame."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from ..core import FrameLabels, PointreelError, Sequence
from ..formats import shelf as formats
from ._completeness import few


@dataclass(frozen=True, slots=True, kw_only=True)
class DatasetPair:
    """Where the truth and the predictions lie, and in which formats; an empty name recognises the format."""

    truth: Path
    predictions: Path
    truth_format: str = ""
    predictions_format: str = ""

    def true_sequences(self) -> Mapping[str, Sequence]:
        """The sequences of the truth by name."""
        return _sequences(self.truth, self.truth_format)

    def predicted_sequences(self) -> Mapping[str, Sequence]:
        """The sequences of the predictions by name."""
        return _sequences(self.predictions, self.predictions_format)

    def missing(self, *, partial: bool) -> tuple[str, ...]:
        """The sequences that nothing was predicted for, which are refused unless ``partial``."""
        wanted, there = self.true_sequences(), self.predicted_sequences()
        missing = [name for name in wanted if name not in there]
        if len(missing) == len(wanted) or (missing and not partial):
            raise PointreelError(
                f"{self.predictions}: predictions are missing of {len(missing)} of {len(wanted)} sequences: "
                f"{few(missing)}. Write them, or use --partial to score without them."
            )
        return tuple(missing)

    def warnings(self) -> tuple[str, ...]:
        """What there is among the predictions that nobody asked for."""
        known = self.true_sequences()
        strays = [name for name in self.predicted_sequences() if name not in known]
        if not strays:
            return ()
        return (f"{self.predictions}: not scored, because the truth has nothing of the name: {few(strays)}.",)

    def frames(self, name: str) -> Iterator[tuple[str, FrameLabels, FrameLabels | None]]:
        """The labelled frames of a sequence of the truth: the frame's name, the truth, and what was predicted.

        Frames are the same where their names are. What has no label at all is None.
        """
        true, predicted = self.true_sequences()[name], self.predicted_sequences()[name]
        _require_one_size(self.predictions, true, predicted)
        waiting: dict[str, FrameLabels] = {}
        others = iter(predicted)
        wanted = {*true.frames}
        for labels in true:
            frame = true.frames[labels.frame]
            while frame not in waiting and (other := next(others, None)) is not None:
                if (other_name := predicted.frames[other.frame]) in wanted:
                    waiting[other_name] = other
            yield frame, labels, waiting.pop(frame, None)


def forget_datasets() -> None:
    """Read the files again at the next use, as they may be others than the last time."""
    _sequences.cache_clear()


@lru_cache(maxsize=4)
def _sequences(path: Path, format_name: str) -> dict[str, Sequence]:
    """The sequences at ``path``, opened once in every process; their labels are read whenever they are asked for."""
    return {sequence.name: sequence for sequence in formats.build(format_name or _recognised(path)).read(path)}


def _recognised(path: Path) -> str:
    names = [name for name in formats.names() if formats.build(name).recognises(path)]
    if len(names) != 1:
        found = f"it looks like {' and like '.join(names)}" if names else "it looks like no known format"
        raise PointreelError(f"{path}: {found}. Say which one it is; there are: {', '.join(formats.names())}.")
    return names[0]


def _require_one_size(path: Path, true: Sequence, predicted: Sequence) -> None:
    for side in ("height", "width"):
        found, expected = getattr(predicted, side), getattr(true, side)
        if found is not None and expected is not None and found != expected:
            raise PointreelError(
                f"{path}: {true.name}: found a {side} of {found}, expected {expected} as in the truth."
            )
