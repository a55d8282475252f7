"""Frames survive any way a pipe may cut them up."""

import io

import pytest

from recon_model.errors import ServeError
from recon_model.serve.framing import MAX_FRAME, FrameBuffer, pack, read_frame

BODIES = [b"", b"a", b"second", bytes(range(256)) * 300, b"", b"last"]
STREAM = b"".join(pack(body) for body in BODIES)


@pytest.mark.parametrize("size", [1, 2, 3, 4, 5, 7, 64, 65_536, len(STREAM)])
def test_frames_are_whole_however_the_bytes_arrive(size: int) -> None:
    buffer = FrameBuffer()
    found = [bytes(body) for start in range(0, len(STREAM), size) for body in buffer.feed(STREAM[start : start + size])]
    assert found == BODIES


def test_the_blocking_reader_agrees() -> None:
    stream = io.BytesIO(STREAM)
    assert [read_frame(stream) for _ in BODIES] == BODIES
    assert read_frame(stream) is None


def test_half_a_frame_yields_nothing_and_is_an_error_where_the_pipe_ends() -> None:
    assert list(FrameBuffer().feed(STREAM[:3])) == []
    assert list(FrameBuffer().feed(pack(b"abc")[:-1])) == []
    for cut in (2, 6):
        with pytest.raises(ServeError, match="before the end of a frame"):
            read_frame(io.BytesIO(pack(b"abc")[:cut]))


def test_a_length_beyond_the_limit_is_refused_before_anything_is_collected() -> None:
    monstrous = (MAX_FRAME + 1).to_bytes(4, "little")
    with pytest.raises(ServeError, match="must not exceed"):
        list(FrameBuffer().feed(monstrous))
    with pytest.raises(ServeError, match="must not exceed"):
        read_frame(io.BytesIO(monstrous))
