"""Extensions are files: the name on the command line is the name of the file, with dashes for underscores.

Listing looks at the folder and imports nothing. Third parties add names through entry points of the same group.
"""

import importlib
import pkgutil
from collections.abc import Mapping, Sequence
from dataclasses import MISSING, Field, dataclass, fields
from functools import cached_property
from importlib.metadata import EntryPoint, entry_points
from types import ModuleType
from typing import Any, cast

from .errors import PointreelError, UnknownName


@dataclass(frozen=True)
class Shelf:
    """The extensions of one kind: the modules of ``package`` whose names do not start with an underscore.

    >>> formats = Shelf("format", "pointreel.formats")
    >>> formats.names()                      # doctest: +SKIP
    ('burst', 'coco', 'cvat', 'davis', ...)
    >>> formats.build("davis", year=2016)    # doctest: +SKIP
    """

    kind: str
    package: str

    def names(self) -> tuple[str, ...]:
        """Every name there is, sorted; nothing is imported but the package itself."""
        return tuple(sorted({*self._modules, *self._entry_points}))

    def module(self, name: str) -> ModuleType:
        """The module of one extension: it holds ``Config`` and ``build``."""
        if name in self._modules:
            return importlib.import_module(self._modules[name])
        if name in self._entry_points:
            return cast(ModuleType, self._entry_points[name].load())
        raise UnknownName(self.kind, name, self.names())

    def build(self, name: str, **options: object) -> Any:  # noqa: ANN401 - the shelf's owner knows the protocol
        """The extension itself, with ``options`` for its ``Config``; an unknown option is named."""
        module = self.module(name)
        try:
            config = module.Config(**options)
        except TypeError:
            self._blame_options(name, fields(module.Config), options)
            raise
        return module.build(config)

    def summary(self, name: str) -> str:
        """The first line of the extension's docstring, for lists."""
        return (self.module(name).__doc__ or "").strip().split("\n")[0]

    def _blame_options(self, name: str, known: Sequence[Field[object]], options: Mapping[str, object]) -> None:
        """Raise if an option does not exist, or one is missing; return if the options are not to blame."""
        for option in options:
            if option not in {field.name for field in known}:
                names = [field.name for field in known]
                raise UnknownName(f"option of the {self.kind} {name!r}", option, names) from None
        for field in known:
            if (
                field.init
                and field.default is MISSING
                and field.default_factory is MISSING
                and field.name not in options
            ):
                raise PointreelError(f"The {self.kind} {name!r} needs the option {field.name!r}.") from None

    @cached_property
    def _modules(self) -> dict[str, str]:
        try:
            folder = importlib.import_module(self.package).__path__
        except ModuleNotFoundError as error:
            if error.name and f"{self.package}.".startswith(f"{error.name}."):
                return {}  # a room that is not built yet has nothing on its shelf
            raise
        modules = (module.name for module in pkgutil.iter_modules(folder) if not module.name.startswith("_"))
        return {name.replace("_", "-"): f"{self.package}.{name}" for name in modules}

    @cached_property
    def _entry_points(self) -> dict[str, EntryPoint]:
        return {point.name: point for point in entry_points(group=self.package)}
