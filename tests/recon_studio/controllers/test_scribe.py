"""What is written is written in order, beside the window, and told of on its thread."""

import threading
from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from recon_studio.controllers.scribe import Scribe


@pytest.fixture
def scribe(qtbot: QtBot) -> Iterator[Scribe]:
    made = Scribe()
    yield made
    made.close()


def test_a_slow_disk_holds_nothing_up_and_the_order_stays(scribe: Scribe, qtbot: QtBot) -> None:
    spins, done, told = threading.Event(), [], []

    def slow() -> str:
        assert spins.wait(30)
        done.append(("slow", threading.current_thread() is threading.main_thread()))
        return "slow"

    scribe.write(slow, told.append)
    scribe.write(lambda: done.append(("quick", False)), lambda _: told.append(threading.current_thread() is threading.main_thread()))
    assert (done, told) == ([], [])  # this thread has gone on
    spins.set()
    scribe.flush()
    assert done == [("slow", False), ("quick", False)]
    assert told == []  # the event loop tells
    qtbot.waitUntil(lambda: len(told) == 2)
    assert told == ["slow", True]


def test_once_closed_it_writes_at_once(scribe: Scribe) -> None:
    done: list[int] = []
    scribe.write(lambda: done.append(1))
    scribe.close()
    assert done == [1]
    scribe.write(lambda: 2, done.append)
    assert done == [1, 2]
    scribe.close()
    scribe.flush()


def test_a_fault_is_not_lost(scribe: Scribe, qtbot: QtBot) -> None:
    def faulty() -> None:
        raise KeyError("fault")

    with qtbot.captureExceptions() as caught:
        scribe.write(faulty)
        qtbot.waitUntil(lambda: bool(caught))
    assert caught[0][0] is KeyError
