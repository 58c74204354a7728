"""Methods put together from protocols. They know what an engine can do, never which engine it is.

>>> with Tracking.start(video, prompts, propagator) as tracking:      # doctest: +SKIP
...     for masks in tracking:
...         print(masks.frame, sorted(masks.segments))
"""

from ._carrying import Carried, carried
from ._plan import DIRECTIONS, Direction
from ._prompt_json import prompts_from_json, prompts_to_json, trace_from_json
from ._prompts import PromptError, Said, check_prompts, merged
from ._refilling import Locked, frames_made_by, left_of, refill_plan, refilled
from ._tracking import RECORDS, Progress, Tracking, engine_of

__all__ = [
    "DIRECTIONS",
    "RECORDS",
    "Carried",
    "Direction",
    "Locked",
    "Progress",
    "PromptError",
    "Said",
    "Tracking",
    "carried",
    "check_prompts",
    "engine_of",
    "frames_made_by",
    "left_of",
    "merged",
    "prompts_from_json",
    "prompts_to_json",
    "refill_plan",
    "refilled",
    "trace_from_json",
]
