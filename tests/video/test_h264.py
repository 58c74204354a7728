"""What is read from the first bytes of a packet agrees with what the decoder says of the picture."""

from pathlib import Path

import av
import pytest

from pointreel.video import h264

from . import corpus


@pytest.mark.parametrize(
    "name", ["h264 with b-frames", "h264 with intra refresh", "h264 interlaced", "no times at all", "transport stream"]
)
def test_intra_pictures_and_those_nothing_builds_on(name: str, tmp_path: Path) -> None:
    path = corpus.write(name, tmp_path)
    said: dict[int, tuple[bool, bool]] = {}
    decoded = {}
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        for ordinal, packet in enumerate(container.demux(stream)):
            if packet.size:
                data = memoryview(packet)
                said[ordinal] = h264.is_intra(data), h264.nothing_builds_on(data)
                packet.pts = packet.dts = ordinal
            for frame in stream.codec_context.decode(packet if packet.size else None):
                decoded[frame.pts] = av.video.frame.PictureType(frame.pict_type).name
    assert {ordinal for ordinal, (is_intra, _) in said.items() if is_intra} == {k for k in decoded if decoded[k] == "I"}
    free = {ordinal for ordinal, (_, is_free) in said.items() if is_free}
    assert free <= {k for k in decoded if decoded[k] == "B"}
    assert ("B" in decoded.values()) == bool(free)


@pytest.mark.parametrize("data", [b"", b"\0", b"\0\0\0\1", b"\0\0\0\5", b"\xff" * 9, bytes(40), b"\0\0\0\1\x41\0\0\0"])
def test_debris_is_no_reason_to_fail(data: bytes) -> None:
    assert h264.nothing_builds_on(memoryview(data)) in (True, False)
    assert h264.is_intra(memoryview(data)) in (True, False)
