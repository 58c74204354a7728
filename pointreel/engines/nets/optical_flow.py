"""Optical flow by dense inverse search (Kroeger et al.), and how badly it explains a picture."""

import cv2
import numpy as np
from numpy.typing import NDArray

Grey = NDArray[np.uint8]
Flow = NDArray[np.float32]


class FlowFinder:
    """Where the pixels of pictures of one size came from.

    >>> finder = FlowFinder()
    >>> grey = np.random.default_rng(0).integers(0, 255, (64, 64), np.uint8)
    >>> flow, error = finder(grey, grey)
    >>> flow.shape, error.shape, int(error.max())
    ((64, 64, 2), (64, 64), 0)
    """

    def __init__(self, preset: int = cv2.DISOPTICAL_FLOW_PRESET_MEDIUM) -> None:
        self._search = cv2.DISOpticalFlow.create(preset)
        self._places: tuple[Flow, Flow] | None = None

    def flow(self, grey: Grey, earlier: Grey) -> Flow:
        """(H, W, 2): ``grey[y, x]`` was ``earlier[y + flow[y, x, 1], x + flow[y, x, 0]]``."""
        # A flow to start from, be it all zeros, changes what is found and is slower; the stubs know no None here.
        found: Flow = self._search.calc(grey, earlier, None)  # type: ignore[call-overload]
        return found

    def __call__(self, grey: Grey, earlier: Grey) -> tuple[Flow, Grey]:
        """The flow, and the smoothed difference between the picture and the earlier one moved along it."""
        flow = self.flow(grey, earlier)
        moved = self.moved(earlier, flow)
        return flow, cv2.blur(cv2.absdiff(grey, moved), (3, 3)).astype(np.uint8, copy=False)

    def moved(self, earlier: Grey, flow: Flow) -> Grey:
        """The earlier picture as it would be now."""
        if self._places is None or self._places[0].shape != flow.shape[:2]:
            y, x = np.mgrid[: flow.shape[0], : flow.shape[1]].astype(np.float32)
            self._places = x, y
        x, y = self._places
        at_x, at_y = x + flow[..., 0], y + flow[..., 1]
        moved = cv2.remap(earlier, at_x, at_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        return moved.astype(np.uint8, copy=False)
