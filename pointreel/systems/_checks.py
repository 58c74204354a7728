"""What is looked at before a run begins or goes on: names, the video, and the frames that prompts are on."""

from collections.abc import Mapping, Sequence

from ..core import Prompt, UnknownName, VideoError
from ..video import Video
from ..video.fingerprint import hash_sample, num_bytes
from ._plan import DIRECTIONS, Direction
from ._prompts import PromptError


def direction_named(name: str) -> Direction:
    found = next((direction for direction in DIRECTIONS if direction == name), None)
    if found is None:
        raise UnknownName("direction", name, DIRECTIONS)
    return found


def identity_of(video: Video) -> dict[str, object]:
    """What tells a video from another: all that costs no reading of the whole file."""
    info = video.info
    return {
        "bytes": num_bytes(video.source),
        "sample": hash_sample(video.source),
        "frames": len(video),
        "height": info.height,
        "width": info.width,
    }


def check_readable(video: Video, prompts: Sequence[Prompt], names: Mapping[int, str] | None) -> None:
    """A prompt on a frame that is broken has nothing to look at."""
    for prompt in {prompt.frame: prompt for prompt in prompts}.values():
        try:
            video[prompt.frame]
        except VideoError as error:
            problem = f"this frame cannot be read ({error}). Say it on another frame."
            raise PromptError(prompt, "at", problem, names) from None
