"""How far an object got on its way through the stages, and what is left to do."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ..store import Project, Stage, StoredObject
from .config import Config
from .localisation import Localisation, localisation_of

STAGES = ("pseudo-mask", "propagation", "sampling")


@dataclass(frozen=True)
class Fingerprints:
    """What each stage depends on: the same names mean the same results."""

    pseudo_mask: str
    propagation: str
    sampling: str

    @classmethod
    def of(cls, localisation: Localisation, video: str, config: Config) -> "Fingerprints":
        pseudo_mask = _digest(video, localisation.fingerprint(), config.segmenter, _options(config.segmenter_options))
        options = _options(config.propagator_options)
        propagation = _digest(pseudo_mask, config.propagator, options, config.num_frames)
        drawn = (sorted(config.per_frame.items()), config.min_distance, config.seed)
        hidden = (config.gold, config.repeats, config.overlap)
        tests = () if hidden == (0, 0, 1) else (hidden,)
        sampling = _digest(propagation, drawn, config.sure_foreground, config.sure_background, *tests)
        return cls(pseudo_mask, propagation, sampling)

    @property
    def proposal(self) -> str:
        return f"point-vos {self.sampling[:24]}"

    @property
    def by_stage(self) -> Mapping[str, str]:
        return dict(zip(STAGES, (self.pseudo_mask, self.propagation, self.sampling), strict=True))


@dataclass(frozen=True)
class Way:
    """An object and what is left to do for it. ``edit`` is the one its masks came with, if any that count did."""

    project: Project
    thing: StoredObject
    localisation: Localisation
    fingerprints: Fingerprints
    edit: int | None
    done: tuple[str, ...]

    @classmethod
    def of(cls, project: Project, thing: StoredObject, config: Config) -> "Way":
        """How far an object got with this localisation and this config, before now."""
        localisation = localisation_of(project, thing.key)
        stored = project.video(thing.video)
        fingerprints = Fingerprints.of(localisation, stored.manifest.sha256, config)
        known = {one.stage: one for one in project.stages(thing.key) if one.state == "done"}
        done: list[str] = []
        for stage, fingerprint in fingerprints.by_stage.items():
            if stage not in known or known[stage].fingerprint != fingerprint:
                break
            if stage == STAGES[-1] and not _drawn(project, thing.key, fingerprints):
                break
            done.append(stage)
        edit = int(known[STAGES[0]].detail) if done else None
        if edit is None or project.is_undone(edit) or _is_full(edit, known.get(STAGES[1]), done):
            return cls(project, thing, localisation, fingerprints, None, ())
        return cls(project, thing, localisation, fingerprints, edit, tuple(done))

    @property
    def is_done(self) -> bool:
        return self.done == STAGES

    @property
    def num_frames_left(self) -> int:
        """How many frames sessions have yet to see."""
        return 0 if "propagation" in self.done else self.project.video(self.thing.video).num_frames

    def proposal(self) -> str:
        """The name of this draw. One that others have replaced is a new one when it is wanted again."""
        name = self.fingerprints.proposal
        earlier = self.project.proposals(self.thing.key)
        if earlier and _is_of(earlier[-1], name):
            return earlier[-1]
        return f"{name} {len(earlier)}" if name in earlier else name


def _drawn(project: Project, key: int, fingerprints: Fingerprints) -> bool:
    """Whether the points are there: people may have taken them back."""
    return any(_is_of(name, fingerprints.proposal) for name in project.proposals(key))


def _is_of(name: str, draw: str) -> bool:
    return name == draw or name.startswith(f"{draw} ")


def _is_full(edit: int, propagation: Stage | None, done: Sequence[str]) -> bool:
    """Whether an edit holds the masks of another propagation already, by another engine or for other frames."""
    return propagation is not None and propagation.detail == str(edit) and STAGES[1] not in done


def _options(options: Mapping[str, object]) -> list[tuple[str, str]]:
    return sorted((name, repr(value)) for name, value in options.items())


def _digest(*parts: object) -> str:
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()
