"""Training from the command line: it goes on after Ctrl-C, and what it writes is what the engine takes."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import torch

from pointreel.apps.cli import main

TINY = ("--option", "sizes=64,64", "--option", "batch=1", "--option", "drawn=1", "--option", "every=1")


def test_interrupted_and_typed_again(tmp_path: Path) -> None:
    """Ctrl-C reaches the workers too, as in a terminal; no more steps are lost than the one that it came in."""
    words = ("train", "small", "--net", "propagate", "--steps", "1000", "--workers", "1", *TINY, "--out", "net")
    checkpoint = tmp_path / "net/propagate/checkpoint.pt"
    reached = []
    for _ in range(2):
        process = begun(tmp_path, *words)
        wait_for(checkpoint.exists if not reached else lambda: kept(checkpoint) > reached[0], process)
        os.killpg(process.pid, signal.SIGINT)
        said = process.communicate(timeout=60)[1]
        assert process.returncode == 130, said
        reached.append(kept(checkpoint))
        assert f"propagate: {reached[-1]} of 1000 steps are kept. Go on with: pointreel train small" in said
        assert "Traceback" not in said
    assert 0 < reached[0] < reached[1] < 1000
    log = [json.loads(line) for line in (tmp_path / "net/propagate/log.jsonl").read_text().splitlines()]
    assert [line["step"] for line in log] == sorted({line["step"] for line in log})
    assert log[-1]["step"] == reached[-1]
    assert not (tmp_path / "net/propagate.safetensors").exists()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("smal",), "There is no recipe named 'smal'. Did you mean 'small'?"),
        (("small", "--net", "propagat"), "There is no network of the recipe 'small' named 'propagat'."),
        (("small", "--photographs", "nowhere"), "nowhere: images/*/*.jpg: found no photograph"),
        (("small", "--device", "toaster"), "device 'toaster': cannot be used here"),
        (("small", "--option", "sizes=64"), "The option 'sizes' of the recipe 'small' is '64', expected 2 values"),
        (("small", "--option", "sizes=64,x"), "The option 'sizes' of the recipe 'small' is 'x', expected int."),
        (("small", "--option", "sizes=64,70"), "sizes: found (64, 70), expected multiples of 32"),
    ],
)
def test_mistakes_are_told_in_one_line(
    tmp_path: Path, monkeypatch, capsys, words: tuple[str, ...], message: str
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["pointreel", "train", *words, "--option", "drawn=1"])
    with pytest.raises(SystemExit) as ended:
        main()
    said = capsys.readouterr().err
    assert ended.value.code == 1
    assert message in said
    assert len(said.strip().splitlines()) == 1


def begun(folder: Path, *words: str) -> subprocess.Popen[str]:
    """The command in a process group of its own, as a terminal would begin it."""
    environment = os.environ | {"OMP_NUM_THREADS": "1"}
    return subprocess.Popen(
        [sys.executable, "-c", "from pointreel.apps.cli import main; main()", *words],
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def wait_for(happened, process: subprocess.Popen[str]) -> None:
    for _ in range(1000):
        if happened():
            return
        assert process.poll() is None, process.communicate()[1]
        time.sleep(0.1)
    process.kill()
    raise AssertionError("it has not happened in 100 seconds")


def kept(checkpoint: Path) -> int:
    return torch.load(checkpoint, weights_only=True)["step"] if checkpoint.exists() else 0
