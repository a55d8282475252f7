"""The whole window: it shows a state and emits what the user wants. It decides nothing and talks to no process."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, get_args

from PySide6.QtCore import QEvent, QMimeData, QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QCloseEvent, QDragEnterEvent, QDragLeaveEvent, QDropEvent, QIcon, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import (
    QApplication,
    QFileDialog,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QMainWindow,
    QMenu,
    QPlainTextEdit,
    QVBoxLayout,
    QWidget,
)

from recon_model.assets import asset_path
from recon_studio.state.app_state import AppState, Room, Theme
from recon_studio.state.explain import Page
from recon_studio.state.masking import MaskEdit
from recon_studio.views.actions import MENUS, STEPS, commands, dress_actions, make_actions
from recon_studio.views.activity import Activity, NoticeRow
from recon_studio.views.availability import show_actions
from recon_studio.views.bench_room import BenchRoom
from recon_studio.views.dialogs import ask_files, ask_hardest, show_about
from recon_studio.views.export import Exporter
from recon_studio.views.input_panel import InputPanel
from recon_studio.views.library import Library
from recon_studio.views.measured import MeasuredView
from recon_studio.views.model_card import ModelCardDialog
from recon_studio.views.overlay import DropHint
from recon_studio.views.palette import Palette
from recon_studio.views.parts import as_it_is, relay
from recon_studio.views.rooms import Maker, Rooms, RoomSwitch
from recon_studio.views.session_menu import SessionMenu
from recon_studio.views.theme import GRID, apply_theme
from recon_studio.views.toolbar import TOOLS, Toolbar
from recon_studio.views.tour import Guide

LEFT = 30 * GRID


class MainWindow(QMainWindow):
    """Controllers connect to the signals and call ``show_state``; nothing else goes in or out."""

    filesDropped = Signal(list)  # paths of files and folders
    openRequested = Signal()
    openModelRequested = Signal()
    defaultModelRequested = Signal()
    rivalRequested = Signal(str)  # what model B is to be: a "file", the "default", or "none" any more
    recentRequested = Signal(str)
    clearRecentRequested = Signal()
    itemChosen = Signal(str)
    itemRemoved = Signal(str)
    itemStepped = Signal(int)  # rows down, negative: up
    libraryEmptied = Signal()
    samplesRequested = Signal()
    searchChanged = Signal(str)
    rowToggled = Signal(str)
    tagged = Signal(tuple, str, bool)  # keys, tag, whether it is given or taken
    picturesWanted = Signal(tuple, int)  # keys of items in sight, side in pixels
    ratioChanged = Signal(float)
    strategyChanged = Signal(str)
    seedChanged = Signal(int)
    patchToggled = Signal(int)
    patchPicked = Signal(int)
    strokePainted = Signal(object)  # Stroke
    toolChosen = Signal(str)
    maskEdited = Signal(str)  # MaskEdit
    halfHidden = Signal(tuple)  # the direction of the eye
    hardestHidden = Signal(int)
    leaksToggled = Signal()
    queryChanged = Signal(object)  # AttentionQuery
    namesEdited = Signal(tuple)
    upChosen = Signal(str)  # which direction of the file is to be up, by the names that fit it
    undoRequested = Signal()
    redoRequested = Signal()
    themeChanged = Signal(str)
    cancelRequested = Signal(int)
    noticeDismissed = Signal(int)
    retryRequested = Signal(str)  # the helper that was given up: "reader" or "model"
    roomEntered = Signal(str)  # Room
    roomMade = Signal(str, object)  # Room, its widget: made when it is first entered
    viewsReady = Signal()
    closing = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._state: AppState | None = None
        self.setWindowTitle("ReCon Studio")
        self.setWindowIcon(QIcon(str(asset_path("icons", "app.svg"))))
        self.setAcceptDrops(True)
        self.setMinimumSize(1024, 640)
        self.resize(1280, 800)
        self.actions_by_name = make_actions(self)
        self.toolbar = Toolbar(self.actions_by_name)
        self.library = Library(self.actions_by_name)
        self.exporter, self.sessions, self.guide = Exporter(self), SessionMenu(self), Guide(self)
        self.input = InputPanel()
        self.bench_room = BenchRoom(self)
        self.bench, self.words = self.bench_room.bench, self.bench_room.words
        self.inspector, self.attention = self.bench_room.inspector, self.bench_room.attention
        self.rooms = Rooms(self._makers())
        self.activity = Activity()
        self._lay_out()
        self._make_menus()
        self._connect()
        self.drop_hint = DropHint(self)
        for part in (self, self.bench_room):
            leave_drops(part)
        self.rooms.made.connect(self._join_room)
        self.palette_of_actions = Palette(self)
        self._toast: NoticeRow | None = None
        self.measured: MeasuredView | None = None

    # ------------------------------------------------------------ making
    def _lay_out(self) -> None:
        middle = QWidget()
        grid = QGridLayout(middle)
        grid.setContentsMargins(GRID, 0, GRID, 0)
        grid.setSpacing(GRID)
        left = QVBoxLayout()
        left.setSpacing(GRID)
        left.addWidget(self.library, 1)
        left.addWidget(self.input)
        row = QHBoxLayout()
        row.setSpacing(GRID)
        row.addLayout(left)
        row.addWidget(self.rooms, 1)
        self.toolbar.setFixedHeight(5 * GRID)
        self.activity.setFixedHeight(4 * GRID)
        grid.addWidget(self.toolbar, 0, 0)
        grid.addLayout(row, 1, 0)
        grid.addWidget(self.activity, 2, 0)
        grid.setRowStretch(1, 1)
        self.setCentralWidget(middle)
        self._middle = middle

    def _makers(self) -> dict[Room, Maker]:
        return {
            "words": Maker(_words_room),
            "bench": Maker(lambda: self.bench_room),
            "map": Maker(lambda: _map_room(self.actions_by_name)),
            "training": Maker(_training_room, needs="pyqtgraph"),
        }

    def _make_menus(self) -> None:
        self.recent_menu = QMenu("Open recent", self)
        self.menuBar().setNativeMenuBar(False)  # the switch of rooms stands at its end
        self.room_switch = RoomSwitch(self.actions_by_name)  # the bar does not keep it alive
        self.menuBar().setCornerWidget(self.room_switch)
        inner = {">recent": self.recent_menu}
        for title, _ in MENUS:
            if title[0] == ">":
                name, _, words = title.partition(" ")
                inner[name] = QMenu(words, self)
        for title, names in MENUS:
            menu = inner[title.partition(" ")[0]] if title[0] == ">" else self.menuBar().addMenu(title)
            menu.setToolTipsVisible(True)
            for name in names:
                if name == "-":
                    menu.addSeparator()
                elif name in inner:
                    menu.addMenu(inner[name])
                else:
                    menu.addAction(self.actions_by_name[name])

    def _connect(self) -> None:
        for panel in (self.toolbar, self.library, self.activity):
            relay(panel, self)
        self.rooms.made.connect(self.roomMade)
        self.input.trialAsked.connect(partial(self.bench_room.pageTurned.emit, "robustness"))
        self.toolbar.modelCardRequested.connect(self.show_model_card)
        handlers = {
            "open": self.openRequested.emit,
            "open_model": self.openModelRequested.emit,
            "default_model": self.defaultModelRequested.emit,
            "open_rival": partial(self.rivalRequested.emit, "file"),
            "default_rival": partial(self.rivalRequested.emit, "default"),
            "close_rival": partial(self.rivalRequested.emit, "none"),
            "clear_recent": self.clearRecentRequested.emit,
            "open_samples": self.samplesRequested.emit,
            "next_item": partial(self.itemStepped.emit, 1),
            "previous_item": partial(self.itemStepped.emit, -1),
            "tag": self.library.open_tagging,
            "find": self._find,
            **self._in_other_rooms(),
            "empty_library": self.libraryEmptied.emit,
            "screenshot": self.exporter.ask_window,
            "quit": self.close,
            "undo": self.undoRequested.emit,
            "redo": self.redoRequested.emit,
            "toggle_patch": self._toggle_patch,
            "switch_patch": self._switch_patch,
            "new_seed": self.toolbar.dice.click,
            **{tool: partial(self._take, tool) for tool in (*TOOLS, "turn")},
            **{edit: partial(self.maskEdited.emit, edit) for edit in get_args(MaskEdit)},
            "hide_half": lambda: self.halfHidden.emit(tuple(float(part) for part in self.bench.camera.axes[2])),
            "hide_hardest": self._ask_hardest,
            "leaks": self.leaksToggled.emit,
            **{f"room_{room}": partial(self.roomEntered.emit, room) for room in get_args(Room)},
            "light": lambda: self.themeChanged.emit("light"),
            "dark": lambda: self.themeChanged.emit("dark"),
            "measured": self.show_measured,
            "palette": self.open_palette,
            "doubt": lambda: self.bench_room.drawerToggled.emit(not (self._state is not None and self._state.explain.open)),
            "export_drawer": lambda: self.bench_room.drawer.ask_export(),
            **{f"page_{page}": partial(self.bench_room.pageTurned.emit, page) for page in get_args(Page)},
            **{name: partial(getattr(self.attention, step), by) for name, (step, by) in STEPS.items()},
            "replay": self.bench_room.replay.ask_run,
            "tour": self.guide.take,
            **self.exporter.handlers(),
            **self.sessions.handlers(),
            "orientations": lambda: self.input.sidesToggled.emit(True),
            "crop": self.input.ask_box,
            "model_card": self.show_model_card,
            "about": lambda: show_about(self),
        }
        for name, handler in handlers.items():
            self.actions_by_name[name].triggered.connect(lambda _checked=False, handler=handler: handler())

    def _join_room(self, name: str, room: QWidget) -> None:
        leave_drops(room)
        if name == "map":
            room.pictureTaken.connect(self.exporter.save_image)  # type: ignore[attr-defined]

    def _in_other_rooms(self) -> dict[str, Callable[[], None]]:
        return {
            "quick_look": lambda: self._in_room("training", lambda room: room.quickRequested.emit()),
            "new_run": lambda: self._in_room("training", lambda room: room.planRequested.emit(True)),
            "follow_run": lambda: self._in_room("training", lambda room: room.ask_folder()),
            "teach_names": lambda: self._in_room("training", lambda room: room.teach_names()),
            "find_phrase": lambda: self._in_room("words", lambda room: room.library.phrase.setFocus()),
            "find_alike": lambda: self._in_room("words", lambda room: room.alikeSearched.emit((self._state and self._state.current) or "")),
            "find_picture": lambda: self._in_room("words", lambda room: room.library.by_picture.click()),
            "export_words": lambda: self._in_room("words", lambda room: room.library.export.click()),
        }

    # ------------------------------------------------------------ showing
    def start_views(self) -> None:
        """Brings in the 3D views; to be called from the event loop once the window is visible. Emits ``viewsReady``."""
        self.bench.start()

    def show_state(self, old: AppState | None, new: AppState) -> None:
        """Draws what differs between two states; ``old`` is None the first time."""
        self._state = new
        if old is None or old.theme != new.theme:
            app = QApplication.instance()
            assert isinstance(app, QApplication)
            apply_theme(app, new.theme)
            dress_actions(self.actions_by_name, new.theme)
        for panel in (self.toolbar, self.library, self.input, self.rooms, self.activity):
            panel.show_state(old, new)
        show_actions(self.actions_by_name, new, self.rooms.names)
        if old is None or old.recent != new.recent:
            self._show_recent(new.recent)
        if old is None or old.notices != new.notices or old.theme != new.theme:
            self._show_toast(new)
        item = next((item for item in new.items if item.key == new.current), None)
        self.setWindowTitle(f"{item.name} – ReCon Studio" if item is not None else "ReCon Studio")

    def _show_recent(self, recent: tuple[str, ...]) -> None:
        self.recent_menu.clear()
        self.recent_menu.setToolTipsVisible(True)
        self.recent_menu.menuAction().setEnabled(bool(recent))
        self.recent_menu.menuAction().setToolTip("" if recent else "Nothing was opened before.")
        for path in recent:
            action = QAction(as_it_is(Path(path).name), self.recent_menu)
            action.setToolTip(path)
            action.triggered.connect(lambda _checked=False, path=path: self.recentRequested.emit(path))
            self.recent_menu.addAction(action)
        if recent:
            self.recent_menu.addSeparator()
            self.recent_menu.addAction(self.actions_by_name["clear_recent"])

    def _show_toast(self, new: AppState) -> None:
        """Lays the latest warning or error over the views until it is dismissed."""
        if self._toast is not None:
            self._toast.hide()
            self._toast.deleteLater()
            self._toast = None
        index = next((at for at in reversed(range(len(new.notices))) if new.notices[at].level != "info"), None)
        if index is None:
            return
        self._toast = NoticeRow(new.notices[index], new.theme)
        self._toast.setParent(self._middle)
        self._toast.dismissed.connect(lambda: self.noticeDismissed.emit(index))
        self._toast.show()
        self._place_toast()

    def _place_toast(self) -> None:
        if self._toast is not None:
            width = min(76 * GRID, self.bench.width() - 6 * GRID)
            height = self._toast.fitting_height(width)
            corner = self.bench.mapTo(self._middle, QPoint((self.bench.width() - width) // 2, self.bench.height() - height - 4 * GRID))
            self._toast.setGeometry(corner.x(), corner.y(), width, height)
            self._toast.raise_()

    # ------------------------------------------------------------ dialogs and pictures
    def ask_files(self) -> list[str]:
        """Lets the user choose files; an empty list when they change their mind."""
        return ask_files(self)

    def ask_model(self) -> str:
        """Lets the user choose a model's file; empty when they change their mind."""
        path, _ = QFileDialog.getOpenFileName(self, "Open a model", "", "Models (*.safetensors *.pth *.pt);;All files (*)")
        return path

    def show_model_card(self) -> None:
        """Opens the card of the loaded model."""
        if self._state is not None and self._state.model is not None:
            ModelCardDialog(self._state.model, self).open()

    def show_measured(self) -> None:
        """Opens the current cloud in a window of its own, in its file's units."""
        if self._state is not None and self._state.cloud is not None:
            if self.measured is None:
                self.measured = MeasuredView(self)
            self.measured.show_cloud(self._state.cloud, self._state.theme)

    @property
    def theme(self) -> Theme:
        """How the window looks now."""
        return self._state.theme if self._state is not None else "light"

    @property
    def state(self) -> AppState | None:
        """What is shown."""
        return self._state

    def open_palette(self) -> None:
        """Opens the command palette."""
        if self._state is not None:
            self.palette_of_actions.ask(commands(self.actions_by_name), self._state.theme)

    def grab_screenshot(self, path: str) -> None:
        """Writes the window, 3D views included and in full quality, as a PNG.

        Raises:
            OSError: the file cannot be written.
        """
        for _ in ("card", "column", "window"):  # words that just changed get their room first; each asks the next when it has been asked
            QApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest.value)
        self.bench.render_sharp()
        if not self.grab().save(path, "PNG"):
            raise OSError(f"The picture '{path}' cannot be written.")

    def _ask_hardest(self) -> None:
        rebuilt = self._state.reconstruction if self._state is not None else None
        if rebuilt is not None and len(rebuilt.chamfer):
            ask_hardest(self, len(rebuilt.chamfer), self.hardestHidden)

    # ------------------------------------------------------------ keys, drops, end
    def _take(self, tool: str) -> None:
        """Takes a tool in hand; the one already there is put down."""
        held = self._state.tool if self._state is not None else "turn"
        self.toolChosen.emit("turn" if tool == held else tool)

    def _find(self) -> None:
        self.library.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.library.search.selectAll()

    def _in_room(self, name: Room, do: Callable[[Any], None]) -> None:
        """Goes to a room and does something there."""
        self.roomEntered.emit(name)
        self.rooms.when_made(name, do)

    def _toggle_patch(self) -> None:
        if self.bench.hovered is not None:
            self.patchToggled.emit(self.bench.hovered)
        else:
            self._switch_patch()

    def _switch_patch(self) -> None:
        if self._state is not None and self._state.selected_patch is not None:
            self.patchToggled.emit(self._state.selected_patch)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        """Ends what lasts only while its key is held."""
        if not self.bench_room.view_actions.released(event):
            super().keyReleaseEvent(event)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Says whether what is dragged can be dropped."""
        if local_paths(event.mimeData()):
            event.acceptProposedAction()
            self.drop_hint.cover(self._middle.geometry(), self._state.theme if self._state else "light")

    def dragLeaveEvent(self, _event: QDragLeaveEvent) -> None:
        """Takes the hint away."""
        self.drop_hint.hide()

    def dropEvent(self, event: QDropEvent) -> None:
        """Emits the dropped files and folders."""
        self.drop_hint.hide()
        paths = local_paths(event.mimeData())
        if paths:
            event.acceptProposedAction()
            self.filesDropped.emit(paths)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Shares out the width, and keeps the notice over the views in its place."""
        super().resizeEvent(event)
        # The views take most of what a larger screen gives, the panels a little.
        more = max(0, self.width() - 1280) // 10 // GRID * GRID
        for panel in (self.library, self.input):
            panel.setFixedWidth(LEFT + min(more, 8 * GRID))
        self.bench_room.widen(min(more, 8 * GRID))
        QTimer.singleShot(0, self, self._place_toast)

    def changeEvent(self, event: QEvent) -> None:
        """Draws anew when the window moves to a screen of another pixel size."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.DevicePixelRatioChange:
            self.bench.schedule()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Timers and jobs first, then the views, then the window."""
        self.closing.emit()
        self.exporter.shut()
        if self.measured is not None:
            self.measured.shut()
        self.rooms.shut()
        self.bench_room.shut()
        super().closeEvent(event)


def _words_room() -> QWidget:
    from recon_studio.views.words_room import WordsRoom

    return WordsRoom()


def _map_room(actions: dict[str, QAction]) -> QWidget:
    from recon_studio.views.map_room import MapRoom

    return MapRoom(actions)


def _training_room() -> QWidget:
    from recon_studio.views.training_room import TrainingRoom

    return TrainingRoom()


def local_paths(data: QMimeData) -> list[str]:
    """Returns the paths of the files and folders that a drag carries."""
    return [url.toLocalFile() for url in data.urls() if url.isLocalFile()]


def leave_drops(part: QWidget) -> None:
    """Keeps fields from taking drops: a file dropped on one is meant for the window, too."""
    for field in (*part.findChildren(QLineEdit), *part.findChildren(QPlainTextEdit)):
        field.setAcceptDrops(False)
