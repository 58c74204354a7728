"""What is known of objects of a video, as a project keeps it: the video, the objects, their prompts."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import get_args

from ..core import Prompt, PromptKind
from ..store import Project, StoredVideo
from ..systems import check_prompts, merged


def place(project: Project, video: Path, prompts: Sequence[Prompt], names: Mapping[int, str]) -> tuple[int, ...]:
    """The keys of the prompted objects of a video, which are added where the project does not have them yet.

    Videos are known by their name, objects by theirs, or by their number where they have none. What a project knows
    already is not said again.
    """
    stored = _video(project, video)
    with project.open_video(stored.name) as opened:
        check_prompts(prompts, opened.info, frozenset(get_args(PromptKind)), engine="pipeline", names=names)
    keys: dict[int, int] = {}
    for prompt in merged(prompts).values():
        number = prompt.object_id
        if number not in keys:
            keys[number] = _object(project, stored.name, number, names.get(number, ""))
        key = keys[number]
        said = replace(prompt, object_id=project.object(key).object_id)
        if said not in project.prompts(key):
            project.prompt(key, said)
    return tuple(keys.values())


def _video(project: Project, path: Path) -> StoredVideo:
    for one in project.videos:
        if one.name == path.name:
            one.manifest.check(path)
            return one
    return project.add_video(path)


def _object(project: Project, video: str, number: int, name: str) -> int:
    for one in project.objects_of(video):
        if (one.name == name) if name else (one.object_id == number):
            return one.key
    return project.add_object(video, name).key
