"""BSDS500 on disk: photographs, each cut into segments by several people.

``images/*/ID.jpg`` with ``groundTruth/*/ID.mat``, as Berkeley hands it out, or with one picture of labels per person,
``groundTruth/*/ID_K.png``.
"""

import zlib
from io import BytesIO
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.io import loadmat
from scipy.io.matlab import MatReadError

from ...core import FormatError

Picture = NDArray[np.uint8]

SMALLEST_SIDE = 100

_UNREADABLE = (MatReadError, LookupError, ValueError, TypeError, NotImplementedError, EOFError, OSError, zlib.error)
"""What SciPy raises for a file that is cut short, or is something else."""


def photographs_in(folder: Path) -> list[Path]:
    """Where the photographs are, in an order that is the same everywhere."""
    paths = sorted(folder.glob("images/*/*.jpg"))
    if not paths:
        raise FormatError(folder, "images/*/*.jpg", found="no photograph", expected="the folders of BSDS500")
    return paths


def read_photograph(path: Path) -> Picture:
    """RGB."""
    photograph = _read(path, cv2.IMREAD_COLOR)
    if min(photograph.shape[:2]) < SMALLEST_SIDE:
        expected = f"a photograph of {SMALLEST_SIDE} pixels or more each way"
        raise FormatError(path, "", found=_shape_of(photograph), expected=expected)
    return cv2.cvtColor(photograph, cv2.COLOR_BGR2RGB).astype(np.uint8, copy=False)


def read_segments(path: Path, shape: tuple[int, ...]) -> list[Picture]:
    """What each of several people made of the photograph at ``path``: a label per pixel, (H, W) as ``shape`` says."""
    folder = path.parents[2] / "groundTruth" / path.parent.name
    pictures, matlab = sorted(folder.glob(f"{path.stem}_*.png")), folder / f"{path.stem}.mat"
    if pictures:
        found = [(_read(where, cv2.IMREAD_UNCHANGED), where) for where in pictures]
    elif matlab.is_file():
        found = [(segments, matlab) for segments in _read_matlab(matlab)]
    else:
        raise FormatError(folder, path.stem, found="no segments", expected=f"{path.stem}.mat or {path.stem}_*.png")
    for segments, where in found:
        if segments.shape != shape:
            expected = f"a label per pixel of {path.name}, {' x '.join(map(str, shape))}"
            raise FormatError(where, "", found=_shape_of(segments), expected=expected)
    return [segments for segments, _ in found]


def _read(path: Path, flags: int) -> Picture:
    picture = cv2.imread(str(path), flags)
    if picture is None:
        raise FormatError(path, "", found="no readable picture", expected="one, as in BSDS500")
    return picture.astype(np.uint8, copy=False)


def _read_matlab(path: Path) -> list[Picture]:
    """A row of cells, one per person, each with a field ``Segmentation`` that counts from 1."""
    data = path.read_bytes()
    try:
        cells = loadmat(BytesIO(data))["groundTruth"].ravel()
        maps: list[NDArray[np.integer]] = [cell["Segmentation"][0, 0] for cell in cells]
    except _UNREADABLE as error:
        expected = "groundTruth{k}.Segmentation, as in BSDS500"
        raise FormatError(path, "", found="something else, or a damaged file", expected=expected) from error
    return [np.minimum(labels - labels.min(), 255).astype(np.uint8) for labels in maps]


def _shape_of(picture: Picture) -> str:
    return " x ".join(map(str, picture.shape))
