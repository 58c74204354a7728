"""One object through the stages of the pipeline: pseudo-mask, propagation, sampling (Point-VOS, section 3.2)."""

from collections.abc import Callable

from ..core import FrameMasks, Mask, PointreelError, Prompt, Segment
from ..core.protocols import Propagator
from ..points import generator
from ..store import Candidate, SoftMask, Stratum
from ..systems import carried
from ..video import Video
from ._engines import Engines
from .config import Config
from .hidden import with_tests
from .likelihood import Pixels, Regions, Soft, likelihood_of, logits_of, softened
from .ordering import refresh_gains
from .sampling import candidates_of
from .way import Way

Tell = Callable[[str, int], None]
"""Hears which stage an object is in, and how many of its frames are done."""


def run(way: Way, video: Video, engines: Engines, config: Config, tell: Tell) -> int:
    """Do what is left to do for an object; how many candidates it has then. What a stage brings is stored at once."""
    edit = way.edit
    if edit is None:
        _begin(way, "pseudo-mask", tell)
        edit = _pseudo_mask(way, video, engines)
    if "propagation" not in way.done:
        _begin(way, "propagation", tell)
        _propagate(way, edit, video, engines.propagator, config, tell)
    _begin(way, "sampling", tell)
    return _sample(way, edit, config)


def _begin(way: Way, stage: str, tell: Tell) -> None:
    tell(stage, 0)
    way.project.mark_stage(way.thing.key, stage, "running", fingerprint=way.fingerprints.by_stage[stage])


def _pseudo_mask(way: Way, video: Video, engines: Engines) -> int:
    """The mask on every frame on which something was said of the object, and which is locked, as a click locks it in
    the studio; the edit that it is stored with.
    """
    found: list[FrameMasks] = []
    maps: list[SoftMask] = []
    for frame, prompt in sorted(way.localisation.prompts.items()):
        segment = _segmented(prompt, video, engines)
        if not segment.mask:
            raise PointreelError(f"frame {frame}: what was said there gives an empty mask. Say more of the object.")
        found.append(FrameMasks(frame, {way.thing.object_id: segment}))
        maps.append(SoftMask(frame, logits_of(segment)))
    fingerprint = way.fingerprints.pseudo_mask
    return way.project.keep_stage(
        way.thing.key, "pseudo-mask", fingerprint=fingerprint, masks=found, maps=maps, locked=True
    )


def _segmented(prompt: Prompt, video: Video, engines: Engines) -> Segment:
    """A mask that was given is itself; everything else is for the segmenter."""
    if prompt.mask is not None and prompt.kinds() == {"mask"}:
        return Segment(prompt.mask)
    segmenter = engines.segmenter
    if unknown := sorted(prompt.kinds() - segmenter.accepts):
        raise PointreelError(f"frame {prompt.frame}: the segmenter takes no {' or '.join(unknown)}. Leave that out.")
    (segment,) = segmenter.segment(engines.encoded(video, prompt.frame), [prompt])
    return segment


def _propagate(way: Way, edit: int, video: Video, propagator: Propagator, config: Config, tell: Tell) -> None:
    """The masks of all other frames, and how likely the object is on those that candidates come from."""
    key, object_id = way.thing.key, way.thing.object_id
    starts, sampled = _starts(way, edit), set(config.frames_of(len(video)))
    prompts = [Prompt(object_id=object_id, frame=frame, mask=mask) for frame, mask in starts.items()]
    absent = Segment(Mask.empty(video.info.height, video.info.width))
    masks: list[FrameMasks] = []
    maps = [SoftMask(frame, softened(mask)) for frame, mask in way.localisation.masks.items() if frame in sampled]
    for done, one in enumerate(carried(video, prompts, propagator, engine=config.propagator), 1):
        frame, segment = one.masks.frame, one.masks.segments.get(object_id, absent)
        if frame not in starts:
            masks.append(FrameMasks(frame, {object_id: Segment(segment.mask, segment.score)}))
            if frame in sampled and not one.guessed:  # nobody could look at the points of a broken frame either
                maps.append(SoftMask(frame, logits_of(segment)))
        tell("propagation", done)
    fingerprint = way.fingerprints.propagation
    way.project.keep_stage(key, "propagation", fingerprint=fingerprint, masks=masks, maps=maps, edit=edit)


def _starts(way: Way, edit: int) -> dict[int, Mask]:
    """The pseudo-masks, as they were stored, and the masks that were locked."""
    made = {one.frame: one.segment.mask for one in way.project.masks_of_edit(way.thing.key, edit)}
    said = {frame: mask for frame, mask in made.items() if frame in way.localisation.prompts}
    return said | dict(way.localisation.masks)


def _sample(way: Way, edit: int, config: Config) -> int:
    """Candidates and the sizes of the regions they come from, stored together."""
    key, stored = way.thing.key, way.project.video(way.thing.video)
    sampled = set(config.frames_of(stored.num_frames))
    masks = {one.frame: one.segment.mask for one in way.project.masks_of_edit(key, edit)} | dict(way.localisation.masks)
    proposal = way.proposal()
    found: list[Candidate] = []
    strata: list[Stratum] = []
    for soft in way.project.maps(key, edit):
        if soft.frame not in sampled:
            continue
        likelihood = likelihood_of(soft.logits, stored.height, stored.width)
        regions = _regions(likelihood, masks.get(soft.frame), config)
        found += candidates_of(
            soft.frame,
            regions,
            likelihood,
            per_frame=config.per_frame,
            min_distance=config.min_distance,
            seed=config.seed,
            key=(way.thing.video, way.thing.object_id),
        )
        sizes = regions.num_pixels().items()
        strata += [Stratum(key, proposal, soft.frame, kind, inside, pixels) for (kind, inside), pixels in sizes]
    found = _with_tests(way, found, config)
    count = way.project.propose(key, found, name=proposal, strata=strata)
    refresh_gains(way.project, key)
    way.project.mark_stage(key, "sampling", "done", fingerprint=way.fingerprints.sampling, detail=str(count))
    return count


def _with_tests(way: Way, found: list[Candidate], config: Config) -> list[Candidate]:
    """What tests those who answer, hidden among the candidates."""
    rng = generator(config.seed, way.thing.video, way.thing.object_id)
    gold, repeats, overlap = config.gold, config.repeats, config.overlap
    return with_tests(found, way.localisation.masks, gold=gold, repeats=repeats, overlap=overlap, rng=rng)


def _regions(likelihood: Soft, mask: Mask | None, config: Config) -> Regions:
    """A frame that was locked meanwhile has no pseudo-mask: there it is what is likelier than not."""
    pixels: Pixels = likelihood > 0.5 if mask is None else mask.to_array() > 0
    return Regions.of(
        likelihood, pixels, sure_foreground=config.sure_foreground, sure_background=config.sure_background
    )
