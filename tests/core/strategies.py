"""Pictures of pixels that show every kind of run: speckles, long runs, thin and flat shapes, nothing and everything."""

import numpy as np
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.typing import NDArray

Pixels = NDArray[np.bool_]


def blown_up(pixels: Pixels, rows: int, columns: int) -> Pixels:
    """Every pixel as a block, so that runs get long and their lengths need several characters."""
    return np.repeat(np.repeat(pixels, rows, axis=0), columns, axis=1)


def sizes(largest: int = 9) -> st.SearchStrategy[tuple[int, int]]:
    """Heights and widths, one pixel high and one pixel wide among them."""
    side = st.integers(1, largest)
    return st.one_of(st.tuples(side, side), st.tuples(st.just(1), side), st.tuples(side, st.just(1)))


def pixels(size: st.SearchStrategy[tuple[int, int]] | None = None) -> st.SearchStrategy[Pixels]:
    """Boolean pictures; of the given sizes, or of sizes up to a few hundred pixels with runs of many lengths."""
    if size is not None:
        return size.flatmap(lambda shape: hnp.arrays(np.bool_, shape))
    small = sizes().flatmap(lambda shape: hnp.arrays(np.bool_, shape))
    factor = st.sampled_from([1, 1, 2, 7, 33, 64])
    return st.builds(blown_up, small, factor, factor)


def several(number: int) -> st.SearchStrategy[list[Pixels]]:
    """So many pictures of one size."""
    return sizes(7).flatmap(lambda shape: st.lists(hnp.arrays(np.bool_, shape), min_size=number, max_size=number))
