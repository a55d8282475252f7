"""A film of the bench's time-lapse is of one time-lapse from end to end, or is not written; none is kept in memory."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from recon_studio.state import replay as replaying
from recon_studio.state.app_state import AppState, Mask
from recon_studio.state.replay import Replay, Take
from recon_studio.views.film import Film
from recon_studio.views.replay_bar import CHANGED, ReplayBar
from tests.recon_studio.scenery import HIDDEN, explained_state

FRAMES = 4


class Bench(QWidget):
    """Is always drawn; something may happen once the second picture of it is taken."""

    complete = True

    def __init__(self) -> None:
        super().__init__()
        self.pictures = 0
        self.then: Callable[[], object] = lambda: None

    def grab(self) -> QPixmap:
        self.pictures += 1
        picture = QPixmap(40, 30)
        picture.fill("white")
        if self.pictures == 2:
            self.then()
        return picture


def _takes(count: int) -> tuple[Take, ...]:
    state = explained_state()
    return tuple(Take(f"epoch {at}", state.prepared, state.reconstruction, state.explain.maps, True) for at in range(count))


def _lapsed() -> AppState:
    state = explained_state()
    names = tuple(str(at) for at in range(FRAMES))
    return replace(state, replay=Replay("/runs/a", names, state.cloud, state.prepared, HIDDEN.tobytes(), _takes(FRAMES)))


class Rig:
    """The bar, over a state that does what the bar asks."""

    def __init__(self, qtbot: QtBot) -> None:
        self.bench = Bench()
        self.bar = ReplayBar(self.bench)  # type: ignore[arg-type]
        for widget in (self.bench, self.bar):
            qtbot.addWidget(widget)
        self.state = _lapsed()
        self.bar.show_state(None, self.state)
        self.bar.takeChosen.connect(lambda at: self.show(replaying.show(self.state, at)))

    def show(self, new: AppState) -> None:
        old, self.state = self.state, new
        self.bar.show_state(old, new)

    def begin_anew(self, count: int) -> None:
        """As the controller does under another mask: all takes go, others come one by one."""
        self.show(replaying.change(self.state, hidden=b"x", takes=(), at=0, doing="epoch 0"))
        for take in _takes(count):
            self.show(replaying.add(self.state, take))
        self.show(replaying.change(self.state, doing=""))


@pytest.fixture
def rig(qtbot: QtBot) -> Rig:
    return Rig(qtbot)


CHANGES: dict[str, Callable[[Rig], None]] = {
    "closed": lambda rig: rig.show(replace(rig.state, replay=None)),
    "another cloud": lambda rig: rig.show(replace(rig.state, cloud=replace(rig.state.cloud))),
    "another mask": lambda rig: rig.show(replace(rig.state, mask=Mask(0.2))),
    "begun anew": lambda rig: rig.begin_anew(FRAMES),
    "begun anew and cancelled": lambda rig: rig.begin_anew(1),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_film_whose_time_lapse_changes_is_broken_off_and_said_to_be(rig: Rig, qtbot: QtBot, tmp_path: Path, change: str) -> None:
    path = tmp_path / "film.gif"
    path.write_bytes(b"an earlier film")
    rig.bench.then = lambda: CHANGES[change](rig)
    with qtbot.waitSignal(rig.bar.saved) as saved:
        rig.bar.save_film(str(path))
    assert saved.args == [str(path), CHANGED]
    assert rig.bench.pictures == 2
    assert path.read_bytes() == b"an earlier film"
    qtbot.waitUntil(lambda: not rig.bar.findChildren(Film))
    rig.show(_lapsed())
    assert rig.bar.export.isEnabled()  # another can be made


def test_a_film_is_saved_whole_and_then_let_go(rig: Rig, qtbot: QtBot, tmp_path: Path) -> None:
    rig.show(replaying.show(rig.state, 2))
    with qtbot.waitSignal(rig.bar.saved) as saved:
        rig.bar.save_film(str(tmp_path / "film.gif"))
        (film,) = rig.bar.findChildren(Film)
    assert saved.args == [str(tmp_path / "film.gif"), ""]
    assert (rig.bench.pictures, rig.state.replay.at) == (FRAMES, 2)
    with Image.open(tmp_path / "film.gif") as written:
        assert written.size == (40, 30)
    assert film._frames == []
    del film
    qtbot.waitUntil(lambda: not rig.bar.findChildren(Film))
