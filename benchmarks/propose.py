"""What the pipeline costs on real sequences, and what its candidates are worth: time, memory, and labels against truth.

Type: python benchmarks/propose.py DAVIS       (a folder in DAVIS' layout; minutes. --clicks 0: begin with true masks)

Seconds are those of the processor, which other work on the machine changes least.
"""

import argparse
import json
import resource
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from pointreel import annotate
from pointreel.annotate.likelihood import Regions, likelihood_of
from pointreel.annotate.sampling import candidates_of
from pointreel.core import AMBIGUOUS, BACKGROUND, FOREGROUND, Mask, Prompt
from pointreel.points import Scene, generator, samplers
from pointreel.store import Project

KINDS = {FOREGROUND: "foreground", AMBIGUOUS: "uncertain", BACKGROUND: "background"}


def truth(root: Path, name: str, frame: int) -> NDArray[np.bool_]:
    with Image.open(sorted((root / "Annotations" / "480p" / name).glob("*.png"))[frame]) as image:
        return np.asarray(image.convert("L")) > 127


def add(project: Project, root: Path, name: str, num_clicks: int) -> int:
    """A sequence with its object, said by clicks on the middle frame, or by its mask there."""
    video = project.add_video(root / "JPEGImages" / "480p" / name, name=name)
    key, frame = project.add_object(name, name).key, video.num_frames // 2
    mask = truth(root, name, frame)
    points = samplers.build("random").sample(Scene(mask), num_clicks, generator(0, name))
    said = {"points": points} if num_clicks else {"mask": Mask.from_array(mask)}
    project.prompt(key, Prompt(object_id=1, frame=frame, **said))
    return key


def on_object(project: Project, key: int, root: Path) -> dict[str, tuple[int, float]]:
    """How many candidates of each kind there are, and which part of them lies on the object."""
    name = project.object(key).video
    found: dict[int, list[bool]] = {kind: [] for kind in KINDS}
    for point in project.points(key):
        found[point.kind].append(bool(truth(root, name, point.frame)[int(point.y), int(point.x)]))
    return {KINDS[kind]: (len(on), float(np.mean(on)) if on else 0.0) for kind, on in found.items()}


def biases(project: Project, key: int, root: Path, num_draws: int) -> Iterator[tuple[int, float, float]]:
    """On each sampled frame, by kind: the part on the object of many draws, less that of the whole region."""
    thing, config = project.object(key), annotate.Config()
    masks = {one.frame: one.segment.mask for one in project.masks(key)}
    for soft in project.maps(key):
        if soft.frame not in config.frames_of(project.video(thing.video).num_frames):
            continue
        real, mask = truth(root, thing.video, soft.frame), masks[soft.frame].to_array() > 0
        likelihood = likelihood_of(soft.logits, *real.shape)
        sure = {"sure_foreground": config.sure_foreground, "sure_background": config.sure_background}
        regions = Regions.of(likelihood, mask, **sure)
        drawn: dict[int, list[bool]] = {kind: [] for kind in KINDS}
        start = time.process_time()
        for seed in range(num_draws):
            for one in candidates_of(soft.frame, regions, likelihood, seed=seed):
                drawn[one.kind].append(bool(real[int(one.y), int(one.x)]))
        seconds = (time.process_time() - start) / num_draws
        for kind, region in regions.by_kind().items():
            if drawn[kind]:
                yield kind, float(np.mean(drawn[kind]) - real[region].mean()), seconds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("root", type=Path)
    parser.add_argument("--clicks", type=int, default=3)
    parser.add_argument("--draws", type=int, default=40)
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    names = sorted(path.name for path in (args.root / "JPEGImages" / "480p").iterdir())
    rows, differences, milliseconds = [], {kind: list[float]() for kind in KINDS}, list[float]()
    with tempfile.TemporaryDirectory() as folder, Project.create(Path(folder) / "project") as project:
        for name in names:
            key = add(project, args.root, name, args.clicks)
            start = time.process_time()
            report = annotate.propose(project, [key])
            seconds = time.process_time() - start
            memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
            frames = project.video(name).num_frames
            rows.append({"sequence": name, "frames": frames, "seconds": round(seconds, 1), "peak_MB": round(memory)})
            if report.failed:
                print(name, report.failed)
                continue
            rows[-1] |= on_object(project, key, args.root)
            for kind, difference, each in biases(project, key, args.root, args.draws):
                differences[kind].append(difference)
                milliseconds.append(1000 * each)
            print(json.dumps(rows[-1]), flush=True)
        size = sum(path.stat().st_size for path in Path(folder).rglob("*") if path.is_file())
    for kind, found in differences.items():
        error = np.std(found) / np.sqrt(len(found))
        print(f"{KINDS[kind]}: drawn less whole region {np.mean(found):+.4f} +- {error:.4f} over {len(found)} frames")
    print(f"a frame's candidates: {np.median(milliseconds):.1f} ms; the project: {size / 1e6 / len(names):.1f} MB each")


if __name__ == "__main__":
    main()
