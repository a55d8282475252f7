"""Requests as they arrive on a pipe: oldest first, less those a newer one has replaced. No torch is needed here."""

from collections import deque
from queue import Empty, SimpleQueue
from threading import Thread
from typing import BinaryIO, Final

from recon_model.errors import ServeError
from recon_model.serve.framing import read_frame
from recon_model.serve.messages import (
    PATIENT,
    AttendAll,
    ClassifyByWords,
    EmbedTexts,
    FindByPicture,
    FindByWords,
    RankClouds,
    RebuildByRival,
    Reconstruct,
    Request,
    decode_request,
)

SUPERSEDED: Final = (
    Reconstruct,
    RebuildByRival,
    AttendAll,
    ClassifyByWords,
    EmbedTexts,
    RankClouds,
    FindByWords,
    FindByPicture,
    *PATIENT,
)
"""Kinds of which only the newest waiting one is worth doing: a slider, a brush and a text field send them by the dozen."""


class Closed:
    """The other side has closed the pipe; nothing more will come."""


class Posted:
    """Something this process told itself, from another of its threads."""


Event = Request | Closed | Posted


class Inbox:
    """Reads frames on a thread of its own, so that what waits can be seen while a request is being worked on.

    A waiting request of a kind in ``SUPERSEDED`` is dropped, without a reply, when a newer one of its kind waits behind it.
    """

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._arrived: SimpleQueue[Event | ServeError] = SimpleQueue()
        self._waiting: deque[Event | ServeError] = deque()
        self._thread = Thread(target=self._read, name="inbox", daemon=True)
        self._thread.start()

    def post(self, event: Posted) -> None:
        """Adds an event behind what has arrived so far; safe from any thread."""
        self._arrived.put(event)

    def take(self, timeout_s: float | None = None) -> Event | None:
        """Returns the next event, waiting for one where there is none; None when none has come in time.

        Raises:
            ServeError: the bytes that came next were no request.
        """
        self._drain()
        if not self._waiting:
            try:
                self._waiting.append(self._arrived.get(timeout=timeout_s))
            except Empty:
                return None
            self._drain()
        event = self._waiting.popleft()
        if isinstance(event, ServeError):
            raise event
        return event

    def peek(self) -> Event | None:
        """Returns the event that ``take`` would give, or None when it would have to wait."""
        self._drain()
        first = self._waiting[0] if self._waiting else None
        return None if isinstance(first, ServeError) else first

    def _drain(self) -> None:
        while not self._arrived.empty():
            self._waiting.append(self._arrived.get())
        newest: dict[type, int] = {type(event): place for place, event in enumerate(self._waiting)}
        self._waiting = deque(
            event for place, event in enumerate(self._waiting) if not isinstance(event, SUPERSEDED) or newest[type(event)] == place
        )

    def _read(self) -> None:
        try:
            while (body := read_frame(self._stream)) is not None:
                self._arrived.put(decode_request(body))
            self._arrived.put(Closed())
        except ServeError as error:
            self._arrived.put(error)
        except (OSError, ValueError):  # the descriptor was closed under us: the process is leaving
            self._arrived.put(Closed())
