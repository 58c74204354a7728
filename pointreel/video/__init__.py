"""Read a video file, a folder of pictures or a stream, frame by frame, with exact identity of frames; write and draw.

>>> with open("cat.mp4") as video, write_mp4("overlay.mp4", pts=video.info.pts, time_base=video.info.time_base) as out:
...     for frame in video:      # doctest: +SKIP
...         out.add(overlay(frame, masks[frame.index], names={1: "cat"}))
"""

from .colours import colour_of
from .draw import OUTLINES, OverlayStyle, overlay
from .info import Skipped, VideoInfo
from .manifest import Manifest
from .pictures import write_picture, write_pngs
from .reader import Excerpt, Video, open
from .thumbnails import contact_sheet, thumbnails
from .write import write_mp4

__all__ = [
    "OUTLINES",
    "Excerpt",
    "Manifest",
    "OverlayStyle",
    "Skipped",
    "Video",
    "VideoInfo",
    "colour_of",
    "contact_sheet",
    "open",
    "overlay",
    "thumbnails",
    "write_mp4",
    "write_picture",
    "write_pngs",
]
