"""Hashes of a video: of all its bytes, of a sample of them, and of each frame's pixels."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

from .reader import Source, Video

_BLOCK = 1 << 20
_NUM_PLACES, _PLACE = 16, 1 << 16
"""The sample of a file: so many stretches, evenly spaced from its first byte to its last, of so many bytes."""


def num_bytes(source: Source) -> int:
    """The size of the file, or of all pictures together."""
    return sum(file.stat().st_size for file in source.files)


def hash_all(source: Source) -> str:
    """SHA-256 of a file; of pictures, of the name, size and bytes of each, in order of frames."""
    digest = hashlib.sha256()
    for file in source.files:
        if source.info.kind == "images":
            digest.update(_label(file))
        for block in _blocks(file):
            digest.update(block)
    return digest.hexdigest()


def hash_sample(source: Source) -> str:
    """A hash that reads a mebibyte of a file of any size; of pictures, their names, sizes and first 4 KiB each."""
    digest = hashlib.sha256()
    for file in source.files:
        if source.info.kind == "images":
            digest.update(_label(file))
            with file.open("rb") as opened:
                digest.update(opened.read(4096))
            continue
        for block in _sample(file):
            digest.update(block)
    return digest.hexdigest()


def hash_frames(video: Video) -> tuple[str, ...]:
    """One short hash for each frame's RGB pixels; "" for a frame that is skipped as broken."""
    hashes = [""] * len(video)
    for frame in video:
        hashes[frame.index] = hashlib.blake2b(frame.rgb.data, digest_size=16).hexdigest()
    return tuple(hashes)


def _label(file: Path) -> bytes:
    return f"{file.name}\0{file.stat().st_size}\0".encode("utf-8", "surrogateescape")


def _blocks(file: Path) -> Iterator[bytes]:
    with file.open("rb") as opened:
        while block := opened.read(_BLOCK):
            yield block


def _sample(file: Path) -> Iterator[bytes]:
    size = file.stat().st_size
    yield str(size).encode()
    with file.open("rb") as opened:
        for place in range(_NUM_PLACES):
            opened.seek(max(0, size - _PLACE) * place // (_NUM_PLACES - 1))
            yield opened.read(_PLACE)
