"""The engines a config names, each loaded when it is first needed."""

from collections.abc import Callable
from functools import cached_property
from inspect import signature
from typing import Any

from ..core import PointreelError, UnknownName, VideoError
from ..core.protocols import Propagator, Segmenter
from ..engines import propagators, segmenters
from ..video import Video
from .config import Config


class Engines:
    """Unknown names are refused at once."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self._options: dict[str, Any] = dict(config.propagator_options)
        if config.segmenter not in segmenters.names():
            raise UnknownName(segmenters.kind, config.segmenter, segmenters.names())
        if "hints" in propagators.module(config.propagator).Config.__dataclass_fields__:
            self._options = {"hints": True} | self._options

    @cached_property
    def segmenter(self) -> Segmenter[Any]:
        segmenter: Segmenter[Any] = segmenters.build(self._config.segmenter, **self._config.segmenter_options)
        return segmenter

    def encoded(self, video: Video, frame: int) -> Any:  # noqa: ANN401 - what it is, is the segmenter's business
        """A frame, for the segmenter; with the frame beside it if it can look at what moves (``neighbour``)."""
        encode: Callable[..., Any] = self.segmenter.encode
        if "neighbour" not in signature(encode).parameters or len(video) < 2:
            return encode(video[frame])
        try:
            beside = video[frame + 1 if frame + 1 < len(video) else frame - 1]
        except VideoError:
            return encode(video[frame])
        return encode(video[frame], neighbour=beside)

    @cached_property
    def propagator(self) -> Propagator:
        """One that can say how sure it is, is asked to."""
        propagator: Propagator = propagators.build(self._config.propagator, **self._options)
        if "mask" not in propagator.accepts:
            raise PointreelError(f"The propagator {self._config.propagator!r} takes no masks. Choose one that does.")
        return propagator
