"""How fast videos are read, beside a bare PyAV loop in the same process, and how much memory 20,000 frames take.

Type: python benchmarks/video.py            (about three minutes; --json for numbers only, --quick for a glance)
"""

import argparse
import json
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np

import pointreel.video

Job = Callable[[], object]


@dataclass(frozen=True)
class Clip:
    """A clip to make: H.264 with two B pictures between others, noise that moves over a gradient."""

    name: str
    width: int
    height: int
    num_frames: int
    gop: int


CLIPS = (
    Clip("480p, GOP 12", 854, 480, 720, 12),
    Clip("480p, GOP 250", 854, 480, 750, 250),
    Clip("1080p, GOP 60", 1920, 1080, 180, 60),
    Clip("1080p, GOP 250", 1920, 1080, 250, 250),
)


def make(clip: Clip, folder: Path) -> Path:
    path = folder / f"{clip.width}-{clip.gop}-{clip.num_frames}.mp4"
    texture = np.random.default_rng(0).integers(0, 64, (clip.height * 2, clip.width * 2, 3), dtype=np.uint8)
    ramp = np.linspace(0, 190, clip.width, dtype=np.uint8)[None, :, None]
    with av.open(str(path), "w") as output:
        stream = output.add_stream("libx264", rate=25, options={"preset": "veryfast", "crf": "26"})
        stream.width, stream.height, stream.pix_fmt = clip.width, clip.height, "yuv420p"
        stream.gop_size, stream.max_b_frames = clip.gop, 2
        for k in range(clip.num_frames):
            top, left = k * 2 % clip.height, k * 3 % clip.width
            image = texture[top : top + clip.height, left : left + clip.width] // 4 + ramp
            output.mux(stream.encode(av.VideoFrame.from_ndarray(np.ascontiguousarray(image), format="rgb24")))
        output.mux(stream.encode(None))
    return path


def bare(path: Path, threads: str) -> None:
    """The loop everybody writes first."""
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        stream.thread_type = threads
        for frame in container.decode(stream):
            frame.to_ndarray(format="rgb24")


def iterating(video: pointreel.video.Video) -> None:
    """A video that is open; a decoder of its own is set up for each pass all the same."""
    for _ in video:
        pass


def forwards(path: Path) -> None:
    """With opening: its index is built, and the first frame decoded."""
    with pointreel.video.open(path) as video:
        iterating(video)


def backwards(path: Path) -> int:
    with pointreel.video.open(path) as video:
        return sum(frame.height for frame in reversed(video))


def backwards_by_index(path: Path) -> int:
    with pointreel.video.open(path) as video:
        return sum(video[k].height for k in range(len(video) - 1, -1, -1))


def at_random(path: Path, num_frames: int = 24) -> int:
    with pointreel.video.open(path) as video:
        chosen = random.Random(0).sample(range(len(video)), num_frames)
        return sum(video[k].height for k in chosen)


def opening(path: Path) -> int:
    with pointreel.video.open(path) as video:
        return len(video)


def rounds_of(jobs: dict[str, Job], rounds: int) -> dict[str, list[float]]:
    """The times of each job in seconds; rounds of all jobs take turns, after one that is not counted."""
    times: dict[str, list[float]] = {name: [] for name in jobs}
    for k in range(rounds + 1):
        for name, job in jobs.items():
            start = time.perf_counter()
            job()
            if k:
                times[name].append(time.perf_counter() - start)
    return times


def ratio(above: list[float], below: list[float]) -> float:
    """The median of the ratios of each round, which a machine that slows down for a while does not disturb."""
    return round(statistics.median(a / b for a, b in zip(above, below, strict=True)), 2)


def speed(folder: Path, rounds: int, clips: tuple[Clip, ...]) -> Iterator[dict[str, object]]:
    for clip in clips:
        path = make(clip, folder)
        with pointreel.video.open(path) as video:
            jobs: dict[str, Job] = {
                "bare": lambda path=path: bare(path, "SLICE"),
                "iterating": lambda video=video: iterating(video),
                "bare_auto": lambda path=path: bare(path, "AUTO"),
                "forwards": lambda path=path: forwards(path),
                "backwards": lambda path=path: backwards(path),
                "backwards_by_index": lambda path=path: backwards_by_index(path),
                "at_random": lambda path=path: at_random(path),
                "opening": lambda path=path: opening(path),
            }
            times = rounds_of(jobs, rounds)
        yield {
            "clip": clip.name,
            "frames_per_second": round(clip.num_frames / statistics.median(times["iterating"]), 1),
            "speed_beside_bare_loop": ratio(times["bare"], times["iterating"]),
            "speed_beside_bare_loop_with_auto_threads": ratio(times["bare_auto"], times["iterating"]),
            "speed_with_opening": ratio(times["bare"], times["forwards"]),
            "backwards_time_over_forwards": ratio(times["backwards"], times["forwards"]),
            "backwards_by_index_time_over_forwards": ratio(times["backwards_by_index"], times["forwards"]),
            "ms_for_a_random_frame": round(statistics.median(times["at_random"]) / 24 * 1e3, 1),
            "ms_to_open": round(statistics.median(times["opening"]) * 1e3, 1),
        }


_MEASURE = """
import pathlib, random, re, sys, pointreel.video
peak = lambda: int(re.search(r"VmHWM:\\s+(\\d+)", pathlib.Path("/proc/self/status").read_text())[1]) / 1024
before, way, path = peak(), sys.argv[1], sys.argv[2]
with pointreel.video.open(path) as video:
    count = 0
    if way == "forwards":
        for frame in video: count += frame.height > 0
    elif way == "backwards":
        for frame in reversed(video): count += frame.height > 0
    elif way == "at random":
        for k in random.Random(0).choices(range(len(video)), k=int(sys.argv[3])): count += video[k].height > 0
print(count, peak() - before)
"""


def memory(folder: Path, num_frames: int) -> Iterator[dict[str, object]]:
    """Peak resident memory above the interpreter with pointreel imported, each way of reading in its own process."""
    for clip, num_random in (
        (Clip("240p", 426, 240, num_frames, 50), 4_000),
        (Clip("1080p", 1920, 1080, 600, 600), 40),
    ):
        path = make(clip, folder)
        for way, asked in (("forwards", 0), ("backwards", 0), ("at random", num_random)):
            command = [sys.executable, "-c", _MEASURE, way, str(path), str(asked)]
            count, megabytes = subprocess.run(command, capture_output=True, check=True, text=True).stdout.split()
            yield {
                "clip": f"{clip.name}, GOP {clip.gop}",
                "way": way,
                "frames": int(count),
                "peak_mib_above_interpreter": round(float(megabytes)),
            }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--quick", action="store_true")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        found = {
            "speed": list(speed(folder, 2 if arguments.quick else 9, CLIPS[:1] if arguments.quick else CLIPS)),
            "memory": list(memory(folder, 2_000 if arguments.quick else 20_000)),
        }
    if arguments.json:
        print(json.dumps(found))
        return
    for part, rows in found.items():
        print(f"\n{part}")
        for row in rows:
            print("  " + ", ".join(f"{key.replace('_', ' ')}: {value}" for key, value in row.items()))


if __name__ == "__main__":
    main()
