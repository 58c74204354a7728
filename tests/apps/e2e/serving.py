"""The command ``pointreel studio`` as a process of its own."""

import os
import re
import signal
import subprocess
import sys
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from pointreel.core import Mask

NUM_FRAMES, HEIGHT, WIDTH = 16, 192, 342


@dataclass
class Server:
    """``pointreel studio`` as a process, which can be killed and started again at the same address."""

    folder: Path
    clip: Path
    port: int = 0
    process: subprocess.Popen[str] | None = None
    said: list[str] = field(default_factory=list)

    def start(self) -> None:
        words = ["studio", str(self.clip), "--no-browser", "--port", str(self.port)]
        command = [sys.executable, "-c", "from pointreel.apps.cli import main; main()", *words]
        environment = {**os.environ, "OMP_NUM_THREADS": "2", "PYTHONUNBUFFERED": "1"}
        self.process = subprocess.Popen(
            command, cwd=self.folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.said.append(line)
            found = re.search(r"http://localhost:(\d+)/", line)
            if found:
                self.port = int(found[1])
                threading.Thread(target=self._read_on, daemon=True).start()
                return
        raise AssertionError("".join(self.said))

    def _read_on(self) -> None:
        """So that the pipe never fills."""
        assert self.process is not None
        assert self.process.stdout is not None
        self.said.extend(self.process.stdout)

    def kill(self) -> None:
        """As when the power fails."""
        if self.process is not None and self.process.poll() is None:
            os.kill(self.process.pid, signal.SIGKILL)
            self.process.wait(timeout=10)

    @property
    def address(self) -> str:
        return f"http://localhost:{self.port}/"

    @property
    def project(self) -> Path:
        return self.folder / f"{self.clip.stem}-studio"

    def get(self, path: str) -> Any:  # noqa: ANN401 what an API answers
        answer = httpx.get(f"{self.address}api/{path}", timeout=60)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def masks(self, key: int, num_frames: int = NUM_FRAMES) -> dict[int, Mask]:
        """What the studio shows of an object now, by frame."""
        frames = self.get(f"videos/1/masks?start=0&stop={num_frames}")["frames"]
        return {
            frame["frame"]: Mask.from_coco(**found["mask"])
            for frame in frames
            for found in frame["objects"]
            if found["key"] == key
        }
