"""The engines a config names, each loaded when it is first needed."""

from functools import cached_property
from typing import Any

from ..core import PointreelError, UnknownName
from ..core.protocols import Propagator, Segmenter
from ..engines import propagators, segmenters
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

    @cached_property
    def propagator(self) -> Propagator:
        """One that can say how sure it is, is asked to."""
        propagator: Propagator = propagators.build(self._config.propagator, **self._options)
        if "mask" not in propagator.accepts:
            raise PointreelError(f"The propagator {self._config.propagator!r} takes no masks. Choose one that does.")
        return propagator
