"""DAVIS scores beside the published evaluation: time on one core with reading, difference, memory, two workers.

``python benchmarks/davis.py OFFICIAL DATA`` where OFFICIAL is a checkout of davisvideochallenge/davis2017-evaluation
(it needs scikit-image), and DATA holds ``davis2016/Annotations/480p`` and OSVOS' results in
``davis2017-results/semi-supervised/osvos``. Both sides take turns in one process
and one thread; times are of the processor, but for ``-n 2``, which is by the clock. All figures are medians.
"""

import argparse
import importlib
import statistics
import subprocess
import sys
import time
import types
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar

import cv2
import numpy as np
from PIL import Image

from pointreel.evaluate import scorers
from pointreel.formats import LabelFiles, shelf

ROUNDS = 3
Result = TypeVar("Result")
PEAK = """
import sys
from pathlib import Path
from pointreel.evaluate import scorers
scorers.build("davis").score(Path(sys.argv[1]), Path(sys.argv[2]))
status = Path("/proc/self/status").read_text().split()
print(int(status[status.index("VmHWM:") + 1]) // 1024)
"""


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("official", type=Path)
    arguments.add_argument("data", type=Path)
    given = arguments.parse_args()
    cv2.setNumThreads(1)
    official = load_official(given.official)
    annotations = given.data / "davis2016" / "Annotations" / "480p"
    osvos = given.data / "davis2017-results" / "semi-supervised" / "osvos"
    print(
        "| workload | frames | objects | published | pointreel | faster | largest difference | peak memory | `-n 2` |"
    )
    print("|---|---|---|---|---|---|---|---|---|")
    with TemporaryDirectory() as folder:
        single, multiple = Path(folder, "single"), Path(folder, "multiple")
        binarise(annotations, osvos, single)
        perturb(osvos, multiple)
        print(row("DAVIS-2016, one object", single, official, binary=True), flush=True)
        print(row("multi-object", multiple, official, binary=False), flush=True)


def load_official(checkout: Path) -> types.ModuleType:
    """The published module that scores a sequence; its progress bar is not needed."""
    sys.path.insert(0, str(checkout))
    sys.modules.setdefault("tqdm", types.SimpleNamespace(tqdm=lambda items, **_: items))  # type: ignore[arg-type]
    return importlib.import_module("davis2017.evaluation")


def binarise(annotations: Path, osvos: Path, target: Path) -> None:
    """The workload of one object: the annotations as they are, and what OSVOS says is some object."""
    for sequence in sorted(annotations.iterdir()):
        for side, source in (("truth", sequence), ("predictions", osvos / sequence.name)):
            for path in sorted(source.glob("*.png")):
                put(
                    target / side / sequence.name / path.name, (np.asarray(Image.open(path)) > 0).astype(np.uint8), path
                )


def perturb(osvos: Path, target: Path) -> None:
    """The workload of many objects: OSVOS' results with several objects, against themselves eroded and moved."""
    for sequence in sorted(osvos.iterdir()):
        paths = sorted(sequence.glob("*.png"))
        if np.asarray(Image.open(paths[0])).max() < 2:
            continue
        for t, path in enumerate(paths):
            labels = np.asarray(Image.open(path))
            moved = np.zeros_like(labels)
            right, down = 3 + t // 10, 2 + t // 15
            for i in range(1, int(labels.max()) + 1):
                kept = cv2.erode((labels == i).astype(np.uint8), np.ones((3, 3), np.uint8), iterations=1 + i % 2)
                moved[down:, right:][kept[: labels.shape[0] - down, : labels.shape[1] - right] > 0] = i
            put(target / "truth" / sequence.name / path.name, labels, path)
            put(target / "predictions" / sequence.name / path.name, moved, path)


def put(path: Path, labels: np.ndarray, like: Path) -> None:
    """A palette PNG for a palette PNG, a grey one for a grey one, as the two kinds are read at different speeds."""
    path.parent.mkdir(parents=True, exist_ok=True)
    image = Image.fromarray(labels)
    with Image.open(like) as original:
        if original.mode == "P":
            image.putpalette(list(range(256)) * 3)
    image.save(path)


def row(name: str, workload: Path, official: types.ModuleType, *, binary: bool) -> str:
    truth, predictions = workload / "truth", workload / "predictions"
    files: LabelFiles = shelf.build("davis").label_files(truth)
    theirs, ours = [], []
    for _ in range(ROUNDS):
        expected, seconds = timed(lambda: published(official, files, predictions))
        theirs.append(seconds)
        for _ in range(ROUNDS):
            report, seconds = timed(lambda: scorers.build("davis", binary=binary).score(truth, predictions))
            ours.append(seconds)
    apart = [abs(report.per_object[key][f] - value) for key, row in expected.items() for f, value in row.items()]
    num_frames = sum(len(files.frames(sequence)) - 2 for sequence in files.names)
    peak = subprocess.check_output([sys.executable, "-c", PEAK, truth, predictions], text=True).strip()
    theirs_ms, ours_ms = (statistics.median(times) / num_frames * 1e3 for times in (theirs, ours))
    cells = (
        name,
        num_frames,
        len(expected),
        f"{theirs_ms:.1f} ms a frame",
        f"{ours_ms:.2f} ms a frame",
        f"**{theirs_ms / ours_ms:.1f}x**",
        f"{max(apart):g}",
        f"{peak} MB",
        f"{speed_up(truth, predictions, binary=binary):.2f}x",
    )
    return "| " + " | ".join(map(str, cells)) + " |"


def timed(work: Callable[[], Result]) -> tuple[Result, float]:
    start = time.process_time()
    result = work()
    return result, time.process_time() - start


def published(official: types.ModuleType, files: LabelFiles, predictions: Path) -> dict[str, dict[str, float]]:
    """What the published evaluation does, without its check that the pictures are there."""
    figures = ("J_mean", "J_recall", "J_decay", "F_mean", "F_recall", "F_decay")
    dataset = official.DAVIS.__new__(official.DAVIS)
    dataset.sequences = {
        name: {"masks": [str(files.path(name, frame)) for frame in files.frames(name)]} for name in files.names
    }
    found = {}
    for name in files.names:
        truth, _, frames = dataset.get_all_masks(name, True)
        predicted = official.Results(str(predictions)).read_masks(name, frames[1:-1])
        j, f = official.DAVISEvaluation._evaluate_semisupervised(truth[:, 1:-1], predicted, None, ("J", "F"))
        for i in range(len(j)):
            values = (*official.utils.db_statistics(j[i]), *official.utils.db_statistics(f[i]))
            found[f"{name}_{i + 1}"] = dict(zip(figures, values, strict=True))
    return found


def speed_up(truth: Path, predictions: Path, *, binary: bool) -> float:
    """How much faster two workers are by the clock: the median of five turns."""
    ratios = []
    for _ in range(5):
        seconds = []
        for num_workers in (1, 2):
            start = time.perf_counter()
            scorers.build("davis", binary=binary).score(truth, predictions, num_workers=num_workers)
            seconds.append(time.perf_counter() - start)
        ratios.append(seconds[0] / seconds[1])
    return statistics.median(ratios)


if __name__ == "__main__":
    main()
