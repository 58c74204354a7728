"""Read a video file, a folder of pictures or a stream, frame by frame, with exact identity of frames."""

from .info import Skipped, VideoInfo
from .reader import Excerpt, Video, open

__all__ = ["Excerpt", "Skipped", "Video", "VideoInfo", "open"]
