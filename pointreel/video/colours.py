"""The colour of an object: always the same for the same id, and told apart by colour-blind eyes."""

from functools import cache

import numpy as np

from ..core import PointreelError

Colour = tuple[int, int, int]

DARK: Colour = (16, 18, 22)
LIGHT: Colour = (255, 255, 255)
GREY: Colour = (158, 160, 166)

_OKABE_ITO: tuple[Colour, ...] = (
    (86, 180, 233),
    (230, 159, 0),
    (0, 158, 115),
    (204, 121, 167),
    (240, 228, 66),
    (213, 94, 0),
    (0, 114, 178),
)
"""The palette of Okabe and Ito, which all common kinds of colour vision tell apart, without its black."""


@cache
def colour_of(object_id: int) -> Colour:
    """RGB of an object. The first seven are Okabe and Ito's; later ones step round the hues by the golden angle.

    Three levels of lightness alternate among the later ones, since lightness is what every eye sees; they and the first
    hue keep the first twenty colours as far apart as they can be for eyes without red or without green cones.
    """
    if object_id < 1:
        raise PointreelError(f"found object id {object_id}, expected a positive number; 0 is the background.")
    if object_id <= len(_OKABE_ITO):
        return _OKABE_ITO[object_id - 1]
    step = object_id - len(_OKABE_ITO)
    return _from_oklch((0.5, 0.88, 0.62)[step % 3], 0.14, np.deg2rad(231 + 137.50776405 * step))


def text_colour_on(colour: Colour) -> Colour:
    """Dark or light, whichever reads better on ``colour``."""
    red, green, blue = colour
    return DARK if 0.299 * red + 0.587 * green + 0.114 * blue > 118 else LIGHT


def _from_oklch(lightness: float, chroma: float, hue: float) -> Colour:
    """OKLCH, in which equal steps look equal, to sRGB; what a screen cannot show is clipped."""
    a, b = chroma * np.cos(hue), chroma * np.sin(hue)
    cones = np.array(
        [
            lightness + 0.3963377774 * a + 0.2158037573 * b,
            lightness - 0.1055613458 * a - 0.0638541728 * b,
            lightness - 0.0894841775 * a - 1.2914855480 * b,
        ]
    )
    to_linear = np.array(
        [
            [4.0767416621, -3.3077115913, 0.2309699292],
            [-1.2684380046, 2.6097574011, -0.3413193965],
            [-0.0041960863, -0.7034186147, 1.7076147010],
        ]
    )
    linear = np.clip(to_linear @ cones**3, 0, 1)
    srgb = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
    red, green, blue = np.rint(255 * srgb).astype(int).tolist()
    return red, green, blue
