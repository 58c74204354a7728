"""What a run has found so far, on disk as it is found: one file that only grows, every entry with its checksum.

::

    "pointreel track 1\\n", then entries of: kind (1 byte), length (4), CRC-32 of kind and payload (4), payload
    H  JSON   what is tracked and by which engine: the first entry
    R  JSON   a round: prompts that came together
    Q  JSON   corrections, each of which is to be a round once those before it are done
    S  bytes  a step: round, pass, frame, flags, and the objects with score and run lengths
    T  JSON   seconds that went by

A step is handed to the operating system at once, so a killed process loses none; every two seconds the file is flushed
to the disk, so a power cut loses at most that. An entry that was cut short is cut off when the file is opened again.
Little endian throughout. Steps are read back one at a time, so memory holds their places only.
"""

import json
import os
import struct
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from zlib import crc32

from ..core import FormatError, Mask, PointreelError, Segment

MAGIC = b"pointreel track 1\n"
_ENTRY, _STEP, _SEGMENT = struct.Struct("<cII"), struct.Struct("<HBBIH"), struct.Struct("<IfI")
_FLUSH_SECONDS = 2.0
_CARRIED = 1
_LARGEST = 1 << 28
"""More bytes than an entry has; a length above is damage."""


@dataclass(frozen=True, slots=True)
class Step:
    """One frame of one pass: the objects that the pass makes there. ``carried``: the frame could not be read."""

    round: int
    turn: int
    frame: int
    segments: Mapping[int, Segment]
    carried: bool = False


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry and where it lies."""

    kind: str
    place: int
    payload: bytes

    def json(self) -> dict[str, object]:
        value: dict[str, object] = json.loads(self.payload)
        return value


class RecordFile:
    """The file of one run. One process writes at a time; another is refused while it does."""

    def __init__(self, path: Path, header: Mapping[str, object], handle: int, end: int) -> None:
        self.path, self.header, self.size = path, header, _size_in(header, path)
        self._handle, self._end = handle, end
        self._flushed = time.monotonic()

    @classmethod
    def create(cls, path: Path, header: Mapping[str, object]) -> "RecordFile":
        """A new file with its header, on disk when this returns. ``height`` and ``width`` in it are those of masks."""
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o666)
        except FileExistsError:
            raise PointreelError(f"{path}: there is a run already. Resume it, or choose another folder.") from None
        _lock(handle, path)
        records = cls(path, header, handle, 0)
        records._append(MAGIC)
        records.add_json("H", header)
        records.flush()
        _flush_folder(path.parent)
        return records

    @classmethod
    def open(cls, path: Path) -> "tuple[RecordFile, list[Entry]]":
        """The file and its entries after the header, of steps without masks; a half-written end is cut off."""
        if not path.is_file():
            raise PointreelError(f"{path}: there is no run to go on with. Start one first.")
        handle = os.open(path, os.O_RDWR)
        try:
            _lock(handle, path)
            entries, end = _scan(handle, path)
            if not entries or entries[0].kind != "H":
                raise FormatError(path, "byte 0", found="no header", expected="the records of a run")
            if end < os.fstat(handle).st_size:
                os.ftruncate(handle, end)
            return cls(path, entries[0].json(), handle, end), entries[1:]
        except BaseException:
            os.close(handle)
            raise

    def add_json(self, kind: str, value: Mapping[str, object]) -> int:
        return self._add(kind, json.dumps(value, ensure_ascii=False).encode())

    def add_step(self, step: Step) -> int:
        """Write a step and return its place."""
        flags = _CARRIED if step.carried else 0
        parts = [_STEP.pack(step.round, step.turn, flags, step.frame, len(step.segments))]
        for object_id, segment in sorted(step.segments.items()):
            parts += [_SEGMENT.pack(object_id, segment.score, len(segment.mask.counts)), segment.mask.counts]
        return self._add("S", b"".join(parts))

    def step(self, place: int) -> Step:
        """The step at a place, read from the file."""
        head = os.pread(self._handle, _ENTRY.size, place)
        kind, length, checksum = _ENTRY.unpack(head)
        payload = os.pread(self._handle, length, place + _ENTRY.size)
        if crc32(kind + payload) != checksum:
            raise FormatError(self.path, f"byte {place}", found="another checksum", expected="the entry written there")
        return self.unpack(payload)

    def unpack(self, payload: bytes) -> Step:
        turn, flags, frame, num = step_head(payload)[1:]
        at, segments = _STEP.size, {}
        for _ in range(num):
            object_id, score, length = _SEGMENT.unpack_from(payload, at)
            at += _SEGMENT.size
            segments[object_id] = Segment(Mask(*self.size, payload[at : at + length]), score)
            at += length
        return Step(step_head(payload)[0], turn, frame, segments, bool(flags & _CARRIED))

    def flush_now_and_then(self) -> bool:
        """Flush where the last time is two seconds ago; says whether it did."""
        if time.monotonic() - self._flushed < _FLUSH_SECONDS:
            return False
        self.flush()
        return True

    def flush(self) -> None:
        os.fsync(self._handle)
        self._flushed = time.monotonic()

    def close(self) -> None:
        if self._handle >= 0:
            os.close(self._handle)
            self._handle = -1

    def _add(self, kind: str, payload: bytes) -> int:
        place, code = self._end, kind.encode()
        self._append(_ENTRY.pack(code, len(payload), crc32(code + payload)) + payload)
        return place

    def _append(self, data: bytes) -> None:
        """Write at the end; where that fails midway, as on a full disk, the file ends where it did before."""
        at = self._end
        try:
            while data:
                written = os.pwrite(self._handle, data, at)
                data, at = data[written:], at + written
        except OSError as error:
            os.ftruncate(self._handle, self._end)
            raise PointreelError(f"{self.path}: {error.strerror or error}. What was found so far is kept.") from None
        self._end = at


def step_head(payload: bytes) -> tuple[int, int, int, int, int]:
    """Round, pass, flags, frame and the number of objects of a packed step."""
    head: tuple[int, int, int, int, int] = _STEP.unpack_from(payload)
    return head


def is_carried(flags: int) -> bool:
    return bool(flags & _CARRIED)


def _scan(handle: int, path: Path) -> tuple[list[Entry], int]:
    """All entries that are whole, and where they end. Of a step the head is kept only."""
    with os.fdopen(os.dup(handle), "rb") as file:
        file.seek(0)
        if file.read(len(MAGIC)) != MAGIC:
            raise FormatError(path, "byte 0", found="another beginning", expected="the records of a run")
        entries: list[Entry] = []
        place = len(MAGIC)
        while True:
            head = file.read(_ENTRY.size)
            if len(head) < _ENTRY.size:
                return entries, place
            kind, length, checksum = _ENTRY.unpack(head)
            payload = file.read(length) if length <= _LARGEST else b""
            if len(payload) < length or crc32(kind + payload) != checksum:
                return entries, place
            kept = payload[: _STEP.size] if kind == b"S" else payload
            entries.append(Entry(kind.decode("latin-1"), place, kept))
            place += _ENTRY.size + length


def _size_in(header: Mapping[str, object], path: Path) -> tuple[int, int]:
    height, width = header.get("height"), header.get("width")
    if not isinstance(height, int) or not isinstance(width, int):
        raise FormatError(path, "header", found=f"height {height} and width {width}", expected="two whole numbers")
    return height, width


def _lock(handle: int, path: Path) -> None:
    """Keep a second process out; the lock goes with the process, however it ends."""
    try:
        import fcntl
    except ImportError:  # Windows: two runs into one folder are not noticed there
        return
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        raise PointreelError(f"{path}: another run is writing here. Wait for it, or choose another folder.") from None


def _flush_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
