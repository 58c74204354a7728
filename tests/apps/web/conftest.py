"""A studio on a small project: a moving square on noise, two objects, and a client that may do everything."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import httpx
import numpy as np
import pytest
from fastapi.testclient import TestClient
from numpy.typing import NDArray

from pointreel.apps.web.app import create_app
from pointreel.apps.web.studio import Studio
from pointreel.store import Project
from pointreel.video import write_mp4

NUM_FRAMES, HEIGHT, WIDTH, SIDE = 12, 64, 96, 24


def square(frame: int) -> NDArray[np.bool_]:
    """Where the square is."""
    pixels = np.zeros((HEIGHT, WIDTH), bool)
    pixels[20 : 20 + SIDE, 8 + 3 * frame : 8 + 3 * frame + SIDE] = True
    return pixels


def picture(frame: int) -> NDArray[np.uint8]:
    """The square is red and the ground is grey, both with a texture that a flow can follow."""
    rng = np.random.default_rng(7)
    ground = cv2.GaussianBlur(rng.integers(0, 255, (HEIGHT, WIDTH)).astype(np.uint8), (0, 0), 1.5) // 3 + 40
    patch = cv2.GaussianBlur(rng.integers(0, 255, (SIDE, SIDE)).astype(np.uint8), (0, 0), 1.5) // 2
    rgb = np.repeat(ground[..., None], 3, axis=2)
    rgb[square(frame)] = np.stack([patch + 120, patch, patch // 2], axis=-1).reshape(-1, 3)
    return rgb


@pytest.fixture(scope="session")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("clip") / "clip.mp4"
    with write_mp4(path, frame_rate=12) as out:
        for frame in range(NUM_FRAMES):
            out.add(picture(frame))
    return path


@pytest.fixture(scope="session")
def template(clip: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("template") / "squares"
    with Project.create(folder) as project:
        project.add_video(clip)
        project.add_object("clip.mp4", "square")
        project.add_object("clip.mp4", "rest")
    return folder


@pytest.fixture
def folder(template: Path) -> Iterator[Path]:
    """In memory, where there is a file system in memory."""
    with tempfile.TemporaryDirectory(dir="/dev/shm" if os.access("/dev/shm", os.W_OK) else None) as place:
        shutil.copytree(template, Path(place) / "squares")
        yield Path(place) / "squares"


@dataclass
class Page:
    """Somebody's browser: it keeps cookies, and sends back the token it was given."""

    client: TestClient
    studio: Studio
    headers: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.refresh()

    def refresh(self) -> None:
        self.headers["X-Pointreel-Csrf"] = self.client.get("/api/me").json()["csrf"]

    def get(self, path: str, **options: object) -> httpx.Response:
        return self.client.get(path, **options)

    def send(self, method: str, path: str, body: object = None, **options: object) -> httpx.Response:
        if body is not None:
            options["json"] = body
        return self.client.request(method, path, headers=self.headers | options.pop("headers", {}), **options)

    def post(self, path: str, body: object = None) -> dict[str, object]:
        return self.done(self.send("POST", path, body))

    def put(self, path: str, body: object = None) -> dict[str, object]:
        return self.done(self.send("PUT", path, body))

    def read(self, path: str) -> dict[str, object]:
        return self.done(self.get(path))

    @staticmethod
    def done(answer: httpx.Response) -> dict[str, object]:
        assert answer.status_code == 200, f"{answer.status_code} {answer.text}"
        return answer.json()

    def other(self) -> "Page":
        """Another browser at the same studio."""
        return Page(TestClient(self.client.app, base_url="http://localhost"), self.studio)


@pytest.fixture
def page(folder: Path) -> Iterator[Page]:
    """Without the server's own beginning, which loads an engine: who needs one loads it with the first click."""
    studio = Studio(Project.open(folder), propagator="flow")
    yield Page(TestClient(create_app(studio, most_upload=4 << 20), base_url="http://localhost"), studio)
    studio.close()


def jpeg(content: bytes) -> NDArray[np.uint8]:
    bgr = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_COLOR)
    return bgr[..., ::-1]
