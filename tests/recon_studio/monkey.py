"""An hour of nonsense: random clicks, drags, keys, menus and drops on the real window with its real helpers.

``python -m tests.recon_studio.monkey --minutes 60 --seed 0`` prints a line a minute and then one JSON document: faults (exceptions of
ours), what was done how often, the longest stalls of the event loop with what was being done and where, and memory at each minute. The same
seed does the same things, as far as timing lets it.
"""

import argparse
import ctypes
import faulthandler
import json
import os
import random
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, get_args

import numpy as np
from PySide6.QtCore import QEventLoop, QPoint, QPointF, Qt, QTimer
from PySide6.QtGui import QDrag, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QFileDialog, QMenu, QMenuBar, QWidget
from shiboken6 import isValid

from benchmarks.display import virtual_display
from recon_studio.app import give_memory_back
from recon_studio.backend.client import ROLES, Backend
from recon_studio.backend.launch import helper_command, helper_environment, launch, prepared
from recon_studio.backend.process import HelperProcess
from recon_studio.controllers.studio import Start, Studio
from recon_studio.state.app_state import AppState, Room
from recon_studio.state.glances import GlanceCache
from recon_studio.views.actions import ENTRIES
from recon_studio.views.main_window import MainWindow
from tests.recon_studio.heart import Heart, Stall
from tests.recon_studio.pointer import double_click
from tests.recon_studio.shapes import chair, write_broken_ply, write_ply

NEVER = {"quit"}
LIMITS_MS = (100, 200, 500, 1000)
DRAGGED_S = 2.0
"""Seconds after which one thing done is taken for a drag that does not end."""
HUNG_S = 600.0
"""Seconds without a minute's line after which all stacks are printed and the run ends."""
LONGEST = 40
"""Stalls that the report names."""
LETTERS = "abcdefghiklmnopqrstuvwxyz ,=-[]0123456789"
KEYS = (
    Qt.Key.Key_Escape, Qt.Key.Key_Return, Qt.Key.Key_Tab, Qt.Key.Key_Backtab, Qt.Key.Key_Space, Qt.Key.Key_Delete, Qt.Key.Key_Up,
    Qt.Key.Key_Down, Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_PageDown, Qt.Key.Key_Home, Qt.Key.Key_End, Qt.Key.Key_Backspace,
)  # fmt: skip


@dataclass
class Report:
    """What came of it."""

    seed: int
    steps: int = 0
    seconds: float = 0.0
    faults: list[str] = field(default_factory=list)
    stalls: list[Stall] = field(default_factory=list)
    memory_mb: list[float] = field(default_factory=list)  # at the beginning, after each minute and at the end
    actions: Counter[str] = field(default_factory=Counter)  # how often each kind of thing was done
    last: list[str] = field(default_factory=list)  # what was done last

    def document(self) -> dict[str, Any]:
        """Returns it as JSON holds it."""
        worst = sorted(self.stalls, key=lambda stall: -stall.worked_ms)
        return {
            "seed": self.seed,
            "minutes": round(self.seconds / 60, 2),
            "steps": self.steps,
            "actions": dict(self.actions.most_common()),
            "faults": self.faults,
            "stalls": {f"over {limit} ms": sum(stall.ms > limit for stall in self.stalls) for limit in LIMITS_MS},
            "stalls_worked": {f"over {limit} ms": sum(stall.worked_ms > limit for stall in self.stalls) for limit in LIMITS_MS},
            "longest_stalls": [asdict(stall) | {"ms": round(stall.ms), "worked_ms": round(stall.worked_ms)} for stall in worst[:LONGEST]],
            "memory_mb": [round(each) for each in self.memory_mb],
            "most_memory_mb": round(_peak_mb()),
            "load": round(os.getloadavg()[0], 1) if hasattr(os, "getloadavg") else None,
        }


def resident_mb() -> float:
    """Returns this process's resident memory, without what was freed and is only kept at hand."""
    if sys.platform == "linux":
        ctypes.CDLL(None).malloc_trim(0)
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def _peak_mb() -> float:
    """Returns the most memory this process has ever had."""
    import resource  # not everywhere

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1.024e-3 if sys.platform == "linux" else 1e-6)


class Monkey:
    """Has a window and does things to it."""

    def __init__(self, folder: Path, seed: int, *, kills: bool = True) -> None:
        self.random = random.Random(seed)
        self.report = Report(seed)
        self.files = _files(folder)
        self._kills = kills
        self.helpers = {role: HelperProcess(launch(helper_command(role), helper_environment())) for role in ROLES}
        self.helpers["projection"] = HelperProcess(prepared(helper_command("projection"), helper_environment()))
        start = Start(AppState(), files=tuple(self.files[:2]), samples=tuple(self.files[:3]), glances=GlanceCache(folder / "cache"))
        self.studio = Studio(Backend(dict(self.helpers)), start)
        self.studio.training._launch = lambda *_a, **_k: None  # a trainer would outlive the window, and the monkey starts dozens
        self.window = MainWindow()
        self.studio.connect_window(self.window)
        self.heart = Heart(self.window)
        self._never = NEVER | {f"room_{room}" for room in get_args(Room) if room not in self.window.rooms.names}
        self._hook = sys.excepthook
        sys.excepthook = self._fault
        self._dialogs = {name: getattr(QFileDialog, name) for name in ("getOpenFileName", "getOpenFileNames", "getSaveFileName")}
        QFileDialog.getOpenFileName = lambda *_a, **_k: (self.random.choice([*self.files, ""]), "")  # type: ignore[method-assign]
        QFileDialog.getOpenFileNames = lambda *_a, **_k: (self.random.sample(self.files, 2), "")  # type: ignore[method-assign]
        out = str(folder / "out")
        QFileDialog.getSaveFileName = lambda *_a, **_k: (self.random.choice([out, ""]), "")  # type: ignore[method-assign]
        # Some menus hold up whoever opened them until they are closed: a second hand answers those.
        self._inside, self._began = 0, time.monotonic()
        self._hand = QTimer(self.window, interval=40)
        self._hand.timeout.connect(self._second_hand)
        self._hand.start()
        self.studio.start()
        self.studio.start_reader()
        self.window.show()
        QTest.qWaitForWindowExposed(self.window)
        self.window.start_views()

    def _fault(self, kind: type[BaseException], error: BaseException, trace: Any) -> None:
        self._note("".join(traceback.format_exception(kind, error, trace)[-3:]))

    def _note(self, fault: str) -> None:
        """Keeps a fault, and tells it at once: a run takes an hour."""
        self.report.faults.append(f"while {self.heart.doing}: {fault}")
        print(self.report.faults[-1], file=sys.stderr, flush=True)

    def _second_hand(self) -> None:
        over = QApplication.activePopupWidget() or QApplication.activeModalWidget()
        self._inside = self._inside + 1 if over is not None else 0
        if over is None and time.monotonic() - self._began > DRAGGED_S:
            QDrag.cancel()  # words that are carried about wait for a real pointer to let them go
        if over is not None and self._inside > 3:
            self._inside = 0
            if isinstance(over, QMenu) or self.random.random() < 0.5:
                over.close()
            else:
                QTest.keyClick(over, Qt.Key.Key_Escape)

    # ------------------------------------------------------------ life

    def settle(self, limit_s: float = 60.0) -> None:
        """Lets the window show its first cloud."""
        end = time.monotonic() + limit_s
        while self.studio.store.state.reconstruction is None and time.monotonic() < end:
            _turn(50)
        _turn(300)

    def run(self, *, seconds: float | None = None, steps: int | None = None) -> Report:
        """Does things for that long, or so many of them."""
        self.settle()
        self.heart.forget()
        began = time.monotonic()
        self.report.memory_mb.append(resident_mb())
        faulthandler.dump_traceback_later(HUNG_S, exit=True)
        while (seconds is None or time.monotonic() - began < seconds) and (steps is None or self.report.steps < steps):
            self.step()
            if time.monotonic() - began > 60 * len(self.report.memory_mb):
                self._tell(60 * len(self.report.memory_mb))
        faulthandler.cancel_dump_traceback_later()
        self.heart.doing = "resting"
        _turn(300)
        self.report.seconds = time.monotonic() - began
        self.report.stalls = self.heart.stalls
        self.report.memory_mb.append(resident_mb())
        return self.report

    def _tell(self, seconds: float) -> None:
        """Notes the memory of another minute, and says how things stand: a run that ends badly prints no report."""
        faulthandler.dump_traceback_later(HUNG_S, exit=True)
        self.report.memory_mb.append(resident_mb())
        worst = max(self.heart.stalls, key=lambda stall: stall.worked_ms, default=None)
        words = f"{worst.worked_ms:.0f} ms in {worst.doing}" if worst is not None else "none"
        print(
            f"{seconds / 60:.0f} min: {self.report.memory_mb[-1]:.0f} MB, {self.report.steps} steps, {len(self.report.faults)} faults,"
            f" longest stretch of work {words}",
            file=sys.stderr,
            flush=True,
        )

    def close(self) -> None:
        """Closes the window; raises AssertionError where a helper is left."""
        for popup in (QApplication.activePopupWidget(), QApplication.activeModalWidget()):
            if popup is not None:
                popup.close()
        self.heart.stop()
        self._hand.stop()
        self.window.close()
        sys.excepthook = self._hook
        for name, real in self._dialogs.items():
            setattr(QFileDialog, name, real)
        assert not any(helper.running for helper in self.helpers.values())
        self.window.deleteLater()
        self.studio.deleteLater()
        _turn(10)

    # ------------------------------------------------------------ one thing

    def step(self) -> None:
        """Does one random thing, then lets the event loop turn for a moment."""
        ways: list[tuple[int, Callable[[], str]]] = [
            (20, self._click), (14, self._drag), (8, self._wheel), (14, self._key), (10, self._type), (14, self._act), (3, self._drop),
            (3, self._resize), (4, self._room), (2, self._palette),
        ]  # fmt: skip
        if self._kills:
            ways.append((1, self._kill))
        modal = QApplication.activeModalWidget()
        over = QApplication.activePopupWidget() or modal
        if over is not None and (over is modal or self.random.random() < 0.7):  # a dialog holds off the window for people, too
            ways = [(1, lambda: self._answer(over))]
        way = self.random.choices([way for _, way in ways], [weight for weight, _ in ways])[0]
        kind = way.__name__.strip("_") if way.__name__ != "<lambda>" else "answer"
        self.heart.doing, self._began = kind, time.monotonic()
        try:
            self.heart.doing = way() or self.heart.doing
        except Exception:
            self._note(traceback.format_exc(limit=-3))
        self.report.last = [*self.report.last[-19:], self.heart.doing]
        self.report.actions[kind] += 1
        self.report.steps += 1
        _turn(self.random.choice((0, 0, 5, 20, 60)))

    def _widgets(self) -> list[QWidget]:
        found = [
            widget
            for widget in self.window.findChildren(QWidget)
            if widget.isVisible() and widget.isEnabled() and widget.width() > 4 and widget.height() > 4 and not isinstance(widget, QMenuBar)
        ]
        return found or [self.window]

    def _place(self, widget: QWidget) -> QPoint:
        return QPoint(*(self.random.randrange(max(1, side)) for side in widget.size().toTuple()))

    def _keys(self) -> Qt.KeyboardModifier:
        none, shift, control = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier
        return self.random.choice((none, none, none, shift, control))

    def _click(self) -> str:
        widget = self.random.choice(self._widgets())
        button = self.random.choice((Qt.MouseButton.LeftButton,) * 5 + (Qt.MouseButton.RightButton,))
        self.heart.doing = f"clicking {_named(widget)}"
        keys = self._keys()
        if self.random.random() < 0.1:
            double_click(widget, self._place(widget), button, keys)
        else:
            QTest.mouseClick(widget, button, keys, self._place(widget))
        return self.heart.doing

    def _drag(self) -> str:
        tiles = [tile for tile in self.window.bench.tiles if tile.isVisible()]
        widget = self.random.choice(tiles) if tiles and self.random.random() < 0.8 else self.random.choice(self._widgets())
        self.heart.doing = f"dragging over {_named(widget)}"
        button, keys = (
            self.random.choice((Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton, Qt.MouseButton.MiddleButton)),
            self._keys(),
        )
        place = self._place(widget)
        QTest.mousePress(widget, button, keys, place)
        for _ in range(self.random.randrange(2, 9)):
            if not isValid(widget):
                break
            place = self._place(widget)
            QTest.mouseMove(widget, place)
            _turn(self.random.choice((0, 8)))
        # Where nobody lets go of it, the button stays pressed for whatever is tested after.
        QTest.mouseRelease(widget if isValid(widget) else self.window, button, keys, place)
        return self.heart.doing

    def _wheel(self) -> str:
        widget = self.random.choice(self._widgets())
        self.heart.doing = f"turning the wheel over {_named(widget)}"
        place = QPointF(self._place(widget))
        turn = QPoint(0, self.random.choice((-360, -120, 120, 360)))
        event = QWheelEvent(
            place, QPointF(widget.mapToGlobal(place.toPoint())), QPoint(), turn, Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier,
            Qt.ScrollPhase.NoScrollPhase, False,
        )  # fmt: skip
        QApplication.sendEvent(widget, event)
        return self.heart.doing

    def _key(self) -> str:
        key = self.random.choice(KEYS)
        widget = QApplication.focusWidget() or self.window
        self.heart.doing = f"pressing {key.name} in {_named(widget)}"
        QTest.keyClick(widget, key, self._keys())
        return self.heart.doing

    def _type(self) -> str:
        widget = QApplication.focusWidget() or self.window
        self.heart.doing = f"typing into {_named(widget)}"
        for letter in self.random.choices(LETTERS, k=self.random.randrange(1, 6)):
            if isValid(widget):
                QTest.keyClicks(widget, letter)
                _turn(0)
        return self.heart.doing

    def _act(self) -> str:
        name = self.random.choice([entry.name for entry in ENTRIES if entry.name not in self._never])
        self.heart.doing = f"action {name}"
        self.window.actions_by_name[name].trigger()
        return self.heart.doing

    def _drop(self) -> str:
        paths = self.random.sample(self.files, self.random.randrange(1, 3))
        self.heart.doing = f"dropping {', '.join(Path(path).name for path in paths)}"
        self.window.filesDropped.emit(paths)
        return self.heart.doing

    def _resize(self) -> str:
        self.heart.doing = "resizing the window"
        self.window.resize(self.random.randrange(1024, 1590), self.random.randrange(640, 990))
        return self.heart.doing

    def _room(self) -> str:
        room = self.random.choice(("bench", "bench", *self.window.rooms.names))
        self.heart.doing = f"entering {room}"
        self.window.actions_by_name[f"room_{room}"].trigger()
        return self.heart.doing

    def _palette(self) -> str:
        self.heart.doing = "asking the palette"
        palette = self.window.palette_of_actions
        self.window.actions_by_name["palette"].trigger()
        QTest.keyClicks(palette.field, "".join(self.random.choices("aeiomst", k=2)))
        command = palette.list.currentIndex().data()
        if command and command not in ("Quit", "Words", "Map", "Training") and self.random.random() < 0.5:
            self.heart.doing = f"palette runs {command}"
            QTest.keyClick(palette.field, Qt.Key.Key_Return)
        else:
            palette.hide()
        return self.heart.doing

    def _kill(self) -> str:
        role = self.random.choice(("reader", "model"))
        if self.random.random() < 0.1 and self.helpers[role].running:
            self.heart.doing = f"killing the {role}"
            self.helpers[role].kill()
        return self.heart.doing

    def _answer(self, over: QWidget) -> str:
        self.heart.doing = f"answering {_named(over)}"
        if isinstance(over, QMenu) and self.random.random() < 0.5:
            actions = [action for action in over.actions() if action.isEnabled() and action.objectName() not in NEVER and not action.menu()]
            if actions:
                self.heart.doing = f"menu action {self.random.choice(actions).text()}"
                action = self.random.choice(actions)
                over.close()
                action.trigger()
                return self.heart.doing
        if self.random.random() < 0.3:
            QTest.mouseClick(over, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, self._place(over))
        else:
            QTest.keyClick(over, self.random.choice((Qt.Key.Key_Escape, Qt.Key.Key_Escape, Qt.Key.Key_Return)))
        return self.heart.doing


def _named(widget: QWidget) -> str:
    name = widget.accessibleName() or widget.objectName()
    return f"{type(widget).__name__}{f' ({name})' if name else ''}" if not isinstance(widget, QComboBox) else f"list {name}"


def _turn(milliseconds: int) -> None:
    """Lets the event loop turn that long, and at least once."""
    loop = QEventLoop()
    QTimer.singleShot(milliseconds, loop.quit)
    loop.exec()


def _files(folder: Path) -> list[str]:
    """Returns good and bad things to open, the good ones first."""
    rng = np.random.default_rng(0)
    write_ply(folder / "chair.ply", chair(1500))
    write_ply(folder / "large chair.ply", chair(60_000))
    write_ply(folder / "two points.ply", chair(2))
    np.savez(
        folder / "set.npz",
        points=rng.normal(size=(40, 256, 3)).astype(np.float32),
        labels=np.arange(40) % 3,
        names=np.array(["a", "b", "c"]),
    )
    write_broken_ply(folder / "broken.ply")
    (folder / "empty.xyz").touch()
    (folder / "model.safetensors").write_bytes(b"no model")
    (folder / "work.recon").write_text("{}")
    (folder / "many").mkdir()
    for number in range(30):
        write_ply(folder / "many" / f"{number:02}.ply", chair(300 + number))
    names = (
        "chair.ply",
        "set.npz",
        "large chair.ply",
        "two points.ply",
        "broken.ply",
        "empty.xyz",
        "model.safetensors",
        "work.recon",
        "many",
        "gone.ply",
    )
    return [str(folder / name) for name in names]


def main() -> int:
    """Runs the monkey from the command line; returns 1 where something went wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=2.0)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--no-kills", action="store_true", help="leave the helper processes alone")
    options = parser.parse_args()
    faulthandler.enable()
    give_memory_back()  # as the application does
    with virtual_display(), tempfile.TemporaryDirectory() as folder:
        app = QApplication(sys.argv[:1])
        monkey = Monkey(Path(folder), options.seed, kills=not options.no_kills)
        report = monkey.run(seconds=60 * options.minutes)
        monkey.close()
        print(json.dumps(report.document(), indent=2))
        app.processEvents()
    return 1 if report.faults else 0


if __name__ == "__main__":
    sys.exit(main())
