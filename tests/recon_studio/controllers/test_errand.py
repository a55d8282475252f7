"""What the studio does alone: it goes on when the window is complete, and every way to fail has its code and sentence."""

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QObject, Signal
from pytestqt.qtbot import QtBot

from recon_studio.backend import supervisor
from recon_studio.controllers import errand
from recon_studio.controllers.errand import Errand, complete, first_steps, one_picture
from recon_studio.controllers.keeper import SettingsKeeper
from recon_studio.controllers.studio import Start, Studio
from recon_studio.controllers.timing import seconds_since_start
from recon_studio.state import actions, settings
from recon_studio.state.app_state import AppState, Notice
from recon_studio.state.training import FollowedRun
from recon_studio.views.export import Exporter
from recon_studio.views.session_menu import SessionMenu
from tests.fakes import FakeProcess, fake_backend


class FakeReplay(QObject):
    """Emits what the bench's time-lapse would."""

    runChosen = Signal(str)
    takeChosen = Signal(int)
    closed = Signal()
    saved = Signal(str, str)


class FakeBenchRoom(QObject):
    """Emits what the bench would about explanations."""

    drawerToggled = Signal(bool)
    pageTurned = Signal(str)
    colouringChosen = Signal(str)
    phraseEdited = Signal(str)
    methodChosen = Signal(str)
    measuredChosen = Signal(str)
    askedAgain = Signal(str)
    writeFailed = Signal(str)
    damageSet = Signal(object, str)
    variedChosen = Signal(str)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.replay = FakeReplay(self)


class FakeInput(QObject):
    """Emits what the input card would."""

    fixChosen = Signal(object)
    fixDropped = Signal(int)
    upChosen = Signal(str)
    sidesToggled = Signal(bool)


class FakeWindow(QObject):
    """Emits what the window would and notes which states it was asked to show and which pictures to save."""

    filesDropped = Signal(list)
    openRequested = Signal()
    openModelRequested = Signal()
    defaultModelRequested = Signal()
    rivalRequested = Signal(str)
    recentRequested = Signal(str)
    clearRecentRequested = Signal()
    itemChosen = Signal(str)
    itemRemoved = Signal(str)
    itemStepped = Signal(int)
    libraryEmptied = Signal()
    samplesRequested = Signal()
    searchChanged = Signal(str)
    rowToggled = Signal(str)
    tagged = Signal(tuple, str, bool)
    picturesWanted = Signal(tuple, int)
    ratioChanged = Signal(float)
    strategyChanged = Signal(str)
    seedChanged = Signal(int)
    patchToggled = Signal(int)
    patchPicked = Signal(int)
    strokePainted = Signal(object)
    toolChosen = Signal(str)
    maskEdited = Signal(str)
    halfHidden = Signal(tuple)
    hardestHidden = Signal(int)
    leaksToggled = Signal()
    queryChanged = Signal(object)
    namesEdited = Signal(tuple)
    upChosen = Signal(str)
    undoRequested = Signal()
    redoRequested = Signal()
    themeChanged = Signal(str)
    roomEntered = Signal(str)
    roomMade = Signal(str, object)
    cancelRequested = Signal(int)
    noticeDismissed = Signal(int)
    retryRequested = Signal(str)
    viewsReady = Signal()
    closing = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.bench_room, self.input = FakeBenchRoom(self), FakeInput(self)
        self.shown: list[AppState] = []
        self.pictures: list[tuple[str, AppState]] = []
        self.library = self
        self.exporter, self.sessions = Exporter(self), SessionMenu(self)  # type: ignore[arg-type]

    def take_picture(self, key: str, picture: object) -> None:
        """As the library's card would."""

    def show_state(self, _old: AppState | None, new: AppState) -> None:
        self.shown.append(new)

    def grab_screenshot(self, path: str) -> None:
        if not Path(path).parent.is_dir():
            raise OSError(f"The picture '{path}' cannot be written.")
        self.pictures.append((path, self.shown[-1]))


Rig = tuple[Studio, FakeWindow, FakeProcess]


def _rig(file: str, *, prompt: bool = True) -> Rig:
    backend, _, model = fake_backend(prompt=prompt)
    studio = Studio(backend, Start(AppState(), files=(file,)))
    window = FakeWindow()
    studio.connect_window(window)
    studio.start()
    studio.start_reader()
    return studio, window, model


@pytest.fixture
def rig(qtbot: QtBot) -> Rig:
    """A studio whose helpers answer promptly, about to show a chair."""
    return _rig("/x/chair.ply")


def _end(qtbot: QtBot, errand: Errand, window: FakeWindow) -> list[object]:
    with qtbot.waitSignal(errand.finished, timeout=10_000) as finished:
        window.viewsReady.emit()
    return finished.args


def test_a_picture_is_taken_when_everything_is_there(rig: Rig, qtbot: QtBot, tmp_path: Path) -> None:
    studio, window, _ = rig
    path = str(tmp_path / "out.png")
    assert _end(qtbot, Errand(studio, window, one_picture(window, path)), window) == [0, ""]
    ((written, state),) = window.pictures
    assert written == path
    assert complete(state)
    assert state.scores
    assert state.doctor.report is not None  # nothing is still being looked over


def test_no_picture_before_the_views_are_there(rig: Rig, qtbot: QtBot, tmp_path: Path) -> None:
    studio, window, _ = rig
    task = Errand(studio, window, one_picture(window, str(tmp_path / "out.png")))
    qtbot.waitUntil(lambda: complete(studio.store.state))
    assert window.pictures == []
    assert _end(qtbot, task, window) == [0, ""]


def test_first_steps_show_each_step_after_it_is_done(rig: Rig, qtbot: QtBot, tmp_path: Path) -> None:
    studio, window, _ = rig
    said: list[str] = []
    assert _end(qtbot, Errand(studio, window, first_steps(studio, window, tmp_path / "out", said.append)), window) == [0, ""]
    assert [Path(path).name for path, _ in window.pictures] == ["1-open.png", "2-reconstruct.png", "3-attention.png", "4-words.png"]
    states = [state for _, state in window.pictures]
    assert states[1].reconstruction.hidden.sum() == 6
    assert states[2].attention.query.token == "patch"
    assert "airplane" in {score.name for score in states[3].scores}
    assert said[0].startswith("1-open: chair.ply holds 40 points")
    assert "6 of 8 patches hidden, 24 points rebuilt" in said[1]


def test_a_file_that_cannot_be_read_ends_with_two(qtbot: QtBot) -> None:
    studio, window, _ = _rig("/x/broken.ply")
    task = Errand(studio, window, one_picture(window, None))
    assert _end(qtbot, task, window) == [2, "broken.ply ends in the middle of its header."]


def test_a_model_that_cannot_be_loaded_ends_with_two(qtbot: QtBot) -> None:
    studio, window, model = _rig("/x/chair.ply", prompt=False)
    task = Errand(studio, window, one_picture(window, None))
    with qtbot.waitSignal(task.finished, timeout=5_000) as finished:
        model.fail("Model 'x' is of another kind.")
    assert finished.args == [2, "Model 'x' is of another kind."]


def test_a_model_process_that_dies_of_its_model_ends_with_one(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervisor, "RESTART_DELAYS_MS", (0, 0, 0))
    studio, window, model = _rig("/x/chair.ply", prompt=False)
    task = Errand(studio, window, one_picture(window, None))
    with qtbot.waitSignal(task.finished, timeout=5_000) as finished:
        model.die("exit 1")
        qtbot.waitUntil(lambda: model.running)
        model.die("exit 1")
    assert finished.args == [1, "The model process stopped 2 times over the same LoadModel request (exit 1); it was given up."]


def test_any_other_error_ends_with_one_and_its_sentence(rig: Rig, qtbot: QtBot) -> None:
    studio, window, _ = rig
    task = Errand(studio, window, one_picture(window, None))
    with qtbot.waitSignal(task.finished, timeout=5_000) as finished:
        studio.store.apply(lambda state: actions.notify(state, Notice("Something broke.", "error")))
    assert finished.args == [1, "Something broke."]


def test_a_picture_that_cannot_be_written_ends_with_two(rig: Rig, qtbot: QtBot) -> None:
    studio, window, _ = rig
    task = Errand(studio, window, one_picture(window, "/no/such/folder/x.png"))
    assert _end(qtbot, task, window) == [2, "The picture '/no/such/folder/x.png' cannot be written."]


def test_what_never_comes_ends_with_one_and_says_what(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    studio, window, _ = _rig("/x/chair.ply", prompt=False)
    monkeypatch.setattr(errand, "LIMIT_MS", 30)
    code, sentence = _end(qtbot, Errand(studio, window, one_picture(window, None)), window)
    assert code == 1
    assert "the model" in sentence
    assert "ranked names" in sentence


def test_every_wish_of_the_window_has_a_handler(rig: Rig, qtbot: QtBot) -> None:
    from recon_studio.views.bench_room import BenchRoom
    from recon_studio.views.main_window import MainWindow

    wishes = {name for name, value in vars(MainWindow).items() if isinstance(value, Signal)}
    assert wishes == {name for name, value in vars(FakeWindow).items() if isinstance(value, Signal)}
    _, window, _ = rig
    told = [name for name in wishes - {"viewsReady"} if window.receivers(f"2{_signature(window, name)}") == 0]
    assert told == []
    room, wishes = window.bench_room, {name for name, value in vars(BenchRoom).items() if isinstance(value, Signal)}
    assert wishes == {name for name, value in vars(FakeBenchRoom).items() if isinstance(value, Signal)}
    assert [name for name in wishes if room.receivers(f"2{_signature(room, name)}") == 0] == []


def _signature(window: QObject, name: str) -> str:
    meta = window.metaObject()
    methods = (meta.method(index) for index in range(meta.methodCount()))
    return next(bytes(method.methodSignature().data()).decode() for method in methods if bytes(method.name().data()).decode() == name)


def test_settings_are_kept_as_they_change(tmp_path: Path, qtbot: QtBot) -> None:
    path = tmp_path / "settings.json"
    keeper = SettingsKeeper(path, settings.Settings(theme="light", model="mine"))
    keeper.close()  # what is written is on the disk at once
    backend, _, _ = fake_backend(prompt=True)
    studio = Studio(backend, Start(AppState(theme="dark")), keeper)  # dark by the command line
    window = FakeWindow()
    studio.connect_window(window)
    studio.start()
    studio.start_reader()
    window.filesDropped.emit(["/x/a.ply"])
    assert settings.load(path)[0] == settings.Settings(theme="light", model="mine", recent=("/x/a.ply",))
    window.themeChanged.emit("light")
    window.themeChanged.emit("dark")
    keeper.remember_geometry("QUJD")
    assert settings.load(path)[0] == settings.Settings(theme="dark", model="mine", recent=("/x/a.ply",), geometry="QUJD")
    window.clearRecentRequested.emit()
    assert settings.load(path)[0].recent == ()
    known = ("/runs/a", "/runs/ch\udce2ise")  # the second name is not UTF-8: no file can keep it
    followed = tuple(FollowedRun(path) for path in known)
    studio.store.apply(lambda state: replace(state, training=replace(state.training, runs=followed)))
    assert settings.load(path)[0].runs == ("/runs/a",)


def test_closing_stops_everything(rig: Rig, qtbot: QtBot) -> None:
    _, window, model = rig
    window.closing.emit()
    assert not model.running
    window.closing.emit()  # a second time does no harm


def test_this_process_has_been_running_for_a_while() -> None:
    first = seconds_since_start()
    assert 0 < first < 3600
    assert seconds_since_start() >= first
