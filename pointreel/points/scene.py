"""What a sampler sees: one object on one frame."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pointreel.core import PointreelError


@dataclass(frozen=True, slots=True, eq=False)
class Scene:
    """One object on one frame: where it is, where the other objects are, and the picture, if the sampler looks at it.

    ``void`` is where nobody can say what is there; no point is ever put on it.
    """

    mask: NDArray[np.bool_]
    others: tuple[NDArray[np.bool_], ...] = ()
    rgb: NDArray[np.uint8] | None = None
    void: NDArray[np.bool_] | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "mask", np.asarray(self.mask) != 0)
        object.__setattr__(self, "others", tuple(np.asarray(other) != 0 for other in self.others))
        if self.void is not None:
            object.__setattr__(self, "void", np.asarray(self.void) != 0)
        if self.mask.ndim != 2:
            raise PointreelError(f"The mask of a scene has shape {self.mask.shape}, expected (height, width).")
        for name, plane in self._planes():
            if plane.shape[:2] != self.mask.shape:
                raise PointreelError(f"The {name} of a scene is {plane.shape[:2]}, its mask is {self.mask.shape}.")

    def _planes(self) -> list[tuple[str, NDArray[np.generic]]]:
        planes: list[tuple[str, NDArray[np.generic]]] = [
            (f"other mask {k}", other) for k, other in enumerate(self.others)
        ]
        if self.rgb is not None:
            planes.append(("picture", self.rgb))
        if self.void is not None:
            planes.append(("void", self.void))
        return planes
