"""Average precision of tracks side by side with the official code, from reading the files to the last figure.

Both do the same work in turns, in one process and one thread, after a check that every figure is equal; a figure is the
median over the rounds. The files are those of golden/evaluate in the folder ``shared`` beside the checkout, or any
other annotations and results of YouTube-VIS.

The official code is not part of this project: get youtubevos/cocoapi, and name its folder ``PythonAPI``. It was
written for an older numpy; what that has renamed since is put in place before it is loaded, and its module ``mask`` is
the one of the installed pycocotools.

Type: python benchmarks/ytvis.py --official cocoapi/PythonAPI [--truth truth.json --results results.json] [--rounds 9]
"""

import argparse
import importlib
import io
import os
import statistics
import sys
import time
from collections.abc import Callable
from contextlib import redirect_stdout
from pathlib import Path
from types import ModuleType

import numpy as np
import pycocotools.mask

from pointreel.evaluate.scorers import ytvis

SHARED = Path(os.environ.get("POINTREEL_SHARED", Path(__file__).parents[1].parent / "shared"))
GOLDEN = SHARED / "golden" / "evaluate"
NAMES = ("AP", "AP50", "AP75", "APs", "APm", "APl", "AR1", "AR10", "AR100", "ARs", "ARm", "ARl")
Figures = dict[str, float]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--official", type=Path, required=True, help="the folder PythonAPI of youtubevos/cocoapi")
    parser.add_argument("--truth", type=Path, default=GOLDEN / "ytvis_gt.json")
    parser.add_argument("--results", type=Path, default=GOLDEN / "ytvis_dt.json")
    parser.add_argument("--rounds", type=int, default=9, help="how often everything is measured")
    options = parser.parse_args()
    official = official_code(options.official)
    print("| what | official, s | pointreel, s | faster | largest difference |\n|---|---|---|---|---|")
    for what, class_agnostic in (("by category", False), ("class-agnostic", True)):
        ours = ytvis.build(ytvis.Config(class_agnostic=class_agnostic))
        pair: tuple[Callable[[], Figures], Callable[[], Figures]] = (
            lambda use=not class_agnostic: official(options.truth, options.results, use),
            lambda scorer=ours: dict(scorer.score(options.truth, options.results).overall),
        )
        one, two = pair[0](), pair[1]()
        difference = max(abs(one[name] - two[name]) for name in NAMES)
        slow, fast = (statistics.median(times) for times in in_turns(pair, options.rounds))
        print(f"| {what} | {slow:.2f} | {fast:.2f} | {slow / fast:.1f}x | {difference:g} |")


def in_turns(jobs: tuple[Callable[[], Figures], ...], rounds: int) -> list[list[float]]:
    """Seconds of each job, round by round."""
    times: list[list[float]] = [[] for _ in jobs]
    for _ in range(rounds):
        for job, seconds in zip(jobs, times, strict=True):
            start = time.perf_counter()
            job()
            seconds.append(time.perf_counter() - start)
    return times


def official_code(folder: Path) -> Callable[[Path, Path, bool], Figures]:
    """The official evaluation as a function of the two files and whether categories are looked at."""
    linspace = np.linspace
    np.float = float  # type: ignore[attr-defined]
    np.linspace = lambda start, stop, num, **rest: linspace(start, stop, int(num), **rest)  # type: ignore[assignment]
    package = ModuleType("official")
    package.__path__ = [str(folder / "pycocotools")]
    sys.modules |= {"official": package, "official.mask": pycocotools.mask}
    package.mask = pycocotools.mask  # type: ignore[attr-defined]
    load, evaluate = (importlib.import_module(f"official.{name}") for name in ("ytvos", "ytvoseval"))

    def score(truth: Path, results: Path, by_category: bool) -> Figures:
        with redirect_stdout(io.StringIO()):
            annotations = load.YTVOS(str(truth))
            evaluation = evaluate.YTVOSeval(annotations, annotations.loadRes(str(results)))
            evaluation.params.useCats = int(by_category)
            evaluation.evaluate()
            evaluation.accumulate()
            evaluation.summarize()
        return dict(zip(NAMES, map(float, evaluation.stats), strict=True))

    return score


if __name__ == "__main__":
    main()
