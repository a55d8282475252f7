"""Long questions, worked on by a second thread that runs only while the first one lets it: set aside, and taken up again."""

from collections.abc import Callable
from functools import partial
from threading import Condition, Thread

Pause = Callable[[], None]
Work = Callable[[Pause], None]
"""Answers one question; calls what it is given wherever it can wait or be given up, and lets its exception through."""


class GivenUp(Exception):
    """A newer question has taken this one's place, or the process is leaving."""


class Aside:
    """One long question at a time, the oldest first; of each kind only the newest counts.

    The two threads never run together: the one that calls ``let`` waits for something to happen, and calls ``hold``, which returns
    when the other rests, before it does anything itself. So they share a model and its threads without a lock, and work done before a
    rest is not lost.

    Args:
        told: called on the second thread when a question has been answered; wakes the first.
    """

    def __init__(self, told: Callable[[], None]) -> None:
        self._told = told
        self._turn = Condition()
        self._may_run = False
        self._runs = False  # whether the second thread is at work, rather than waiting or gone
        self._given_up = False
        self._waiting: dict[type, Work] = {}  # oldest first
        self._kind: type | None = None  # of the question taken up
        self._thread: Thread | None = None

    @property
    def busy(self) -> bool:
        """Whether a question is waiting or taken up."""
        return bool(self._waiting) or self._kind is not None

    def put(self, kind: type, work: Work) -> None:
        """Takes in a question; an older one of its kind is given up. To be called while held."""
        self._waiting.pop(kind, None)
        self._waiting[kind] = work
        if self._kind is kind:
            self._given_up = True

    def let(self) -> None:
        """Lets the second thread go on, or take up the next question."""
        with self._turn:
            if self._kind is None and self._waiting:
                self._kind = next(iter(self._waiting))
                work = self._waiting.pop(self._kind)
                self._thread = Thread(target=partial(self._answer, work), name="aside", daemon=True)
                self._thread.start()
            self._may_run = self._runs = self._kind is not None
            self._turn.notify_all()

    def hold(self) -> None:
        """Returns when the second thread rests: after the forward pass it is in, at the latest."""
        with self._turn:
            self._may_run = False
            self._turn.wait_for(lambda: not self._runs)

    def stop(self) -> None:
        """Gives everything up and waits for the second thread to end."""
        self._waiting.clear()
        if self._thread is not None:
            self._given_up = True
            self.let()
            self._thread.join()

    def _answer(self, work: Work) -> None:
        try:
            self._rest()
            work(self._rest)
        except GivenUp:
            pass
        finally:
            with self._turn:
                self._kind, self._given_up = None, False
                self._runs = False
                self._turn.notify_all()
            self._told()

    def _rest(self) -> None:
        """Waits on the second thread until it may run; ends its question where that was given up."""
        with self._turn:
            while not self._may_run:
                self._runs = False
                self._turn.notify_all()
                self._turn.wait()
            if self._given_up:
                raise GivenUp
