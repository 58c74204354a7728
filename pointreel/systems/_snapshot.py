"""The state of a session, put beside the records every few seconds, so that a resumed run need not begin again."""

import struct
import time
from dataclasses import dataclass, field
from pathlib import Path
from zlib import crc32

from ..core import replacing
from ..core.protocols import Resumable

_HEAD = struct.Struct("<8sHBII")
_MAGIC = b"prstate1"
_SECONDS = 10.0


@dataclass
class Snapshots:
    """One file with the newest state: of which round and pass, after which frame."""

    path: Path
    seconds: float = _SECONDS
    _written: float = field(default_factory=time.monotonic)

    def now_and_then(self, session: object, round_: int, turn: int, frame: int) -> None:
        """Keep the session's state where it can be had and the last one is some seconds old."""
        if time.monotonic() - self._written >= self.seconds:
            self.keep(session, round_, turn, frame)

    def keep(self, session: object, round_: int, turn: int, frame: int) -> None:
        if isinstance(session, Resumable) and getattr(session, "lookahead", None) == 0:
            state = session.snapshot()
            with replacing(self.path) as draft:
                draft.write_bytes(_HEAD.pack(_MAGIC, round_, turn, frame, crc32(state)) + state)
        self._written = time.monotonic()

    def newest(self, round_: int, turn: int) -> tuple[int, bytes] | None:
        """The frame of the newest state of this pass, and the state; None where there is none that is whole."""
        data = self.path.read_bytes() if self.path.is_file() else b""
        if len(data) < _HEAD.size:
            return None
        magic, of_round, of_turn, frame, checksum = _HEAD.unpack_from(data)
        state = data[_HEAD.size :]
        if (magic, of_round, of_turn) != (_MAGIC, round_, turn) or crc32(state) != checksum:
            return None
        return frame, state

    def remove(self) -> None:
        self.path.unlink(missing_ok=True)
