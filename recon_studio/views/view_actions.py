"""The actions that concern the views: their menu entries and keys, told as intents."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import get_args

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QAction, QKeyEvent

from recon_studio.scene.camera import beside
from recon_studio.scene.choices import why_not_shown
from recon_studio.state.app_state import AppState
from recon_studio.state.view_state import LARGEST_POINT, LAYOUTS, SMALLEST_POINT, Layout, Shading
from recon_studio.views.actions import VIEW_ENTRIES
from recon_studio.views.bench_view import BenchView

STEP = 2**0.5  # by which points grow and shrink
ZOOM = 1.15
TURN, MOVE = 7.5, 24  # degrees; pixels
WAYS = {"left": (-1, 0), "right": (1, 0), "up": (0, -1), "down": (0, 1)}  # on the screen
_LOOKS = {"iso": "iso", "front": "front", "side": "side", "top": "top", "reset_camera": "iso"}


class ViewActions(QObject):
    """Emits what the actions ask for; shows what the state says in their ticks, and why one cannot be had."""

    layoutChosen = Signal(str)  # Layout
    camerasLinked = Signal(int)  # the view whose camera the others take, where they are linked by it
    turned = Signal(bool)
    flipped = Signal(bool)
    pointsScaled = Signal(float)
    shadingChosen = Signal(str)  # Shading

    def __init__(self, actions: Mapping[str, QAction], bench: BenchView, parent: QObject) -> None:
        super().__init__(parent)
        self._actions, self._bench = actions, bench
        for entry in VIEW_ENTRIES:
            actions[entry.name].setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            bench.addAction(actions[entry.name])
        handlers = {
            **self._by_keys(),
            **{name: partial(bench.look, preset) for name, preset in _LOOKS.items()},
            **{layout: partial(self.layoutChosen.emit, layout) for layout in get_args(Layout)},
            **{shading: partial(self.shadingChosen.emit, shading) for shading in get_args(Shading)},
            "link": lambda: self.camerasLinked.emit(bench.active),
            "turntable": lambda: self.turned.emit(actions["turntable"].isChecked()),
            "flip": lambda: self.flipped.emit(actions["flip"].isChecked()),
            "larger": lambda: self.pointsScaled.emit(STEP),
            "smaller": lambda: self.pointsScaled.emit(1 / STEP),
        }
        for name, handler in handlers.items():
            actions[name].triggered.connect(lambda _checked=False, handler=handler: handler())
        actions["flip"].setAutoRepeat(False)  # held, it stays; it does not flicker

    def _by_keys(self) -> dict[str, Callable[[], None]]:
        bench = self._bench
        made: dict[str, Callable[[], None]] = {
            "zoom_in": lambda: bench.put(bench.camera.zoomed(ZOOM), "zoom"),
            "zoom_out": lambda: bench.put(bench.camera.zoomed(1 / ZOOM), "zoom"),
        }
        for way, (right, down) in WAYS.items():
            made[f"turn_{way}"] = partial(self._turn, right, down)
            made[f"move_{way}"] = partial(self._move, right, down)
            made[f"patch_{way}"] = partial(self._step, (right, down))
        return made

    def _turn(self, right: int, down: int) -> None:
        self._bench.put(self._bench.camera.orbited(TURN * right, TURN * down), "turn the view")

    def _move(self, right: int, down: int) -> None:
        tall = self._bench.tiles[self._bench.active].image_rect().height()
        self._bench.put(self._bench.camera.panned(MOVE * right, MOVE * down, tall), "move the view")

    def _step(self, way: tuple[int, int]) -> None:
        """Selects the patch beside the selected one, as the view last touched shows them."""
        picture, area = self._bench.picture, self._bench.tiles[self._bench.active].image_rect()
        if picture is None or picture.centres is None:
            return
        places, _ = self._bench.camera.project(picture.centres, area.width(), area.height())
        selected = None if picture.marker is None else picture.marker.patch
        patch = beside(places, selected, way, (area.width() / 2, area.height() / 2))
        if patch is not None:
            self._bench.patchPicked.emit(patch)

    def released(self, event: QKeyEvent) -> bool:
        """Takes the truth away when its key is let go; returns whether it did."""
        if event.key() != Qt.Key.Key_F or event.isAutoRepeat() or not self._actions["flip"].isChecked():
            return False
        self._actions["flip"].setChecked(False)
        self.flipped.emit(False)
        return True

    def show_state(self, old: AppState | None, new: AppState) -> None:
        """Draws the difference."""
        watched = ("views", "cloud", "prepared", "selected_patch", "reconstruction", "rival")
        if old is not None and all(getattr(old, name) is getattr(new, name) for name in watched):
            return
        views, actions = new.views, self._actions
        for name, checked in (
            ("link", views.linked),
            ("turntable", views.turning),
            ("flip", views.flipped),
            *((shading, views.shading == shading) for shading in get_args(Shading)),
        ):
            actions[name].setChecked(checked)
        no_cloud = "" if new.cloud is not None else "Open a cloud first."
        nothing = "" if any(tile.show in ("rebuilt", "rebuilt_b") for tile in views.tiles) else "No view shows a reconstruction."
        for name, why_not in (
            *((look, no_cloud) for look in _LOOKS),
            *((name, no_cloud) for name in ("turntable", "zoom_in", "zoom_out")),
            *((f"{what}_{way}", no_cloud) for what in ("turn", "move") for way in WAYS),
            *((f"patch_{way}", "" if new.prepared is not None else "Waits for the model to cut the cloud into patches.") for way in WAYS),
            ("switch_patch", "" if new.selected_patch is not None else "No patch is selected."),
            ("flip", nothing or ("" if new.reconstruction is not None else "Nothing is rebuilt yet.")),
            ("versus", next(filter(None, (why_not_shown(new, tile.show) for tile in LAYOUTS["versus"])), "")),
            ("larger", "" if views.point_size < LARGEST_POINT else "Points are as large as they get."),
            ("smaller", "" if views.point_size > SMALLEST_POINT else "Points are as small as they get."),
        ):
            tip = actions[name].toolTip().split("\n")[0]
            actions[name].setEnabled(not why_not)
            actions[name].setToolTip(f"{tip}\n{why_not}" if why_not else tip)
