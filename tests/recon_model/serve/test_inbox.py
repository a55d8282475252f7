import io
import os
from collections.abc import Iterator
from typing import BinaryIO

import numpy as np
import pytest

from recon_model.errors import ServeError
from recon_model.serve.framing import pack
from recon_model.serve.inbox import Closed, Inbox, Posted
from recon_model.serve.messages import Array, AttendAll, LoadModel, PrepareCloud, Reconstruct, Request, encode

POINTS = Array.of(np.zeros((2, 3), np.float32))
HIDDEN = Array.of(np.zeros(2, np.bool_))


@pytest.fixture
def pipe() -> Iterator[tuple[BinaryIO, BinaryIO]]:
    reading, writing = os.pipe()
    with os.fdopen(reading, "rb") as incoming, os.fdopen(writing, "wb") as outgoing:
        yield incoming, outgoing


def frames(*requests: Request) -> bytes:
    return b"".join(pack(encode(request)) for request in requests)


def taken(inbox: Inbox) -> list[int | type]:
    """Ids of everything up to the end, which is waited for first so that all of it is seen waiting together."""
    inbox._thread.join()
    found: list[int | type] = []
    while True:
        event = inbox.take()
        if isinstance(event, Closed):
            return [*found, Closed]
        found.append(type(event) if isinstance(event, Posted) else event.id)


def test_of_a_kind_that_waits_only_the_newest_is_kept_in_its_place() -> None:
    inbox = Inbox(
        io.BytesIO(
            frames(
                LoadModel(id=1),
                Reconstruct(id=2, points=POINTS),
                AttendAll(id=3, points=POINTS, hidden=HIDDEN),
                Reconstruct(id=4, points=POINTS),
                PrepareCloud(id=5, points=POINTS),
                PrepareCloud(id=6, points=POINTS),
                Reconstruct(id=7, points=POINTS),
            )
        )
    )
    assert taken(inbox) == [1, 3, 5, 6, 7, Closed]


def test_what_was_taken_is_not_taken_back(pipe: tuple[BinaryIO, BinaryIO]) -> None:
    incoming, outgoing = pipe
    inbox = Inbox(incoming)
    outgoing.write(frames(Reconstruct(id=1, points=POINTS)))
    outgoing.flush()
    first = inbox.take()
    assert isinstance(first, Reconstruct)
    assert first.id == 1
    outgoing.write(frames(Reconstruct(id=2, points=POINTS)))
    outgoing.close()
    assert taken(inbox) == [2, Closed]


def test_peeking_takes_nothing(pipe: tuple[BinaryIO, BinaryIO]) -> None:
    inbox = Inbox(pipe[0])
    assert inbox.peek() is None
    inbox.post(Posted())
    assert isinstance(inbox.peek(), Posted)
    pipe[1].close()
    assert taken(inbox) == [Posted, Closed]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"\x05\x00\x00\x00abcde", "a request could not be read"),
        (b"\xff\xff\xff\xff", "must not exceed"),
        (b"\x05\x00\x00\x00ab", "closed 3 bytes before the end of a frame"),
        (b"\x05\x00", "closed 2 bytes before the end"),
    ],
)
def test_bytes_that_are_no_messages_are_an_error_in_their_turn(content: bytes, sentence: str) -> None:
    inbox = Inbox(io.BytesIO(frames(LoadModel(id=1)) + content))
    first = inbox.take()
    assert isinstance(first, LoadModel)
    with pytest.raises(ServeError, match=sentence):
        inbox.take()
