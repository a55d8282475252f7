"""The linked views: every view under its camera, one render into one image, the pointer's doings turned into intents."""

from __future__ import annotations

from time import perf_counter
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QPointF, Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QImage, QMouseEvent, QShowEvent, QWheelEvent
from PySide6.QtWidgets import QApplication, QGridLayout, QWidget

from recon_studio.scene.camera import PRESETS, Camera, pick
from recon_studio.scene.picture import BenchPicture, Bytes
from recon_studio.scene.ruler import ruler
from recon_studio.state import doctoring
from recon_studio.state.app_state import AppState, Theme, Tool
from recon_studio.state.view_state import MOST_TILES, ViewState
from recon_studio.views.colour_bar import COLUMN
from recon_studio.views.hand import REACH, Hand, tool_cursor
from recon_studio.views.theme import GRID
from recon_studio.views.tile import Tile
from recon_studio.views.tile_menu import TileMenu
from recon_studio.views.tiling import arrange, atlas, rows_of

if TYPE_CHECKING:
    from recon_studio.scene.bench import Bench

HOVER_LIMIT = 60_000  # points; beyond, finding the patch under the pointer would hold the pointer up
RULER = 96  # logical pixels a scale bar may take
_ANSWERS = ("rebuilt", "overlay", "difference", "rebuilt_b", "contest")  # views that change when the model has answered
_PATIENCE = 0.02  # seconds a view may take in a plain image for a sharp one, of four times the pixels, to be worth it
_SETTLE = 140  # milliseconds of rest before the sharp image
_REFINE = 0.02  # seconds at a time for the further parts of large clouds
_TURN_MS, _TURN_SPEED = 33, 24.0  # the turntable: milliseconds between images, degrees a second


class BenchView(QWidget):
    """One to six tiles, under one camera or each under its own. ``start`` brings in VTK; until then the tiles say so.

    While the user drags, the cameras move here; the state hears where they came to rest.
    """

    patchPicked = Signal(int)
    patchToggled = Signal(int)
    patchHovered = Signal(object)  # int, or None
    strokePainted = Signal(object)  # Stroke
    camerasMoved = Signal(tuple, str, int)  # cameras, what was done in words, the number of the drag (0: none)
    camerasFramed = Signal(tuple, str)  # cameras, the cloud that they now fit
    showChosen = Signal(int, str)  # tile, Show
    colourChosen = Signal(int, str)  # tile, ColourBy
    tileAdded = Signal()
    tileClosed = Signal(int)
    rangeSet = Signal(str, float, float)  # ColourBy, low, high
    rangeReset = Signal(str)
    turningStopped = Signal()
    drawn = Signal()  # the image of the present picture was handed to the tiles
    ready = Signal()
    _answerShown = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._views = ViewState()
        self._cameras = self._views.cameras
        self._bench: Bench | None = None
        self._picture: BenchPicture | None = None
        self._tool: Tool = "turn"
        self._hand = Hand(self)
        self._hand.painted.connect(self.strokePainted)
        self._menu = TileMenu(self)
        self._framed = ""
        self._press: QPoint | None = None
        self._last = QPoint()
        self._dragging = ""  # what a drag does to the camera, in words
        self._drags = 0
        self._moving = False  # whether the camera has moved since things were last at rest
        self._hovered: int | None = None
        self._active = 0  # the view last touched
        self._expanded: int | None = None
        self._closed = False
        self._seconds = 0.0  # what a view took in the last plain image
        self._make_timers()
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(GRID)
        self._tiles = tuple(Tile(self) for _ in range(MOST_TILES))
        for index, tile in enumerate(self._tiles):
            self._connect(index, tile)
        self._arrange()
        self.setAccessibleName("Views of the cloud")

    def _make_timers(self) -> None:
        # The timer comes after repaints and after requests are written to the model, which can then work meanwhile.
        # What was waited for, the model's answer, is drawn ahead of repaints: image and panels reach the screen together.
        self._draw_timer = QTimer(self, singleShot=True, interval=0)
        self._draw_timer.timeout.connect(self._draw_now)
        self._answerShown.connect(self._draw_scheduled, Qt.ConnectionType.QueuedConnection)
        self._settle_timer = QTimer(self, singleShot=True, interval=_SETTLE)
        self._settle_timer.timeout.connect(self._settle)
        self._refine_timer = QTimer(self, singleShot=True, interval=0)
        self._refine_timer.timeout.connect(self._refine)
        self._turn_timer = QTimer(self, interval=_TURN_MS, timerType=Qt.TimerType.PreciseTimer)
        self._turn_timer.timeout.connect(self._turn)
        self._turned_at = 0.0

    def _connect(self, index: int, tile: Tile) -> None:
        tile.pressed.connect(lambda event: self._on_press(index, event))
        tile.moved.connect(lambda event: self._on_move(index, event) if index < len(self.tiles) else None)  # it may go while it is dragged
        tile.released.connect(lambda event: self._on_release(index, event))
        tile.wheeled.connect(lambda event: self._on_wheel(index, event))
        tile.left.connect(lambda: self._hover(None))
        tile.entered.connect(lambda: self._enter(index))
        tile.resized.connect(self.schedule)
        tile.expandRequested.connect(lambda: self._toggle_expanded(index))
        tile.menuRequested.connect(lambda menu: self._menu.fill(menu, index))
        tile.rangeSet.connect(self.rangeSet)
        tile.rangeReset.connect(self.rangeReset)

    @property
    def tiles(self) -> tuple[Tile, ...]:
        """The tiles of the present layout."""
        return self._tiles[: len(self._views.tiles)]

    @property
    def picture(self) -> BenchPicture | None:
        """What is drawn."""
        return self._picture

    # ------------------------------------------------------------ life
    def start(self) -> None:
        """Imports VTK and opens its off-screen window; takes some 0.3 s, so the window calls it when it is already visible."""
        if self._bench is not None or self._closed:
            return
        from recon_studio.scene.bench import Bench

        self._bench = Bench()
        if self._picture is not None:
            self._bench.show(self._picture)
        self._settle()
        self.ready.emit()

    def shut(self) -> None:
        """Stops the timers, then frees VTK."""
        self._closed = True
        for timer in (self._draw_timer, self._settle_timer, self._refine_timer, self._turn_timer):
            timer.stop()
        if self._bench is not None:
            self._bench.close()
            self._bench = None

    def showEvent(self, event: QShowEvent) -> None:
        """Lets the turntable go on."""
        super().showEvent(event)
        self._time_turning()

    def hideEvent(self, event: QHideEvent) -> None:
        """Nothing turns or is drawn that no one sees."""
        super().hideEvent(event)
        self._time_turning()

    # ------------------------------------------------------------ showing
    def show_state(self, state: AppState, picture: BenchPicture) -> None:
        """Draws what changed; a cloud not shown before is brought into full view."""
        views, old = state.views, self._views
        self._views = views
        self._menu.state = state
        if views.cameras is not old.cameras and views.cameras != old.cameras:
            self._cameras = views.cameras
            self.schedule(moving=True)
        if len(views.tiles) != len(old.tiles):
            before = self._aspect(len(old.tiles))
            self._expanded, self._active = None, min(self._active, len(views.tiles) - 1)
            self._arrange()
            self._refit(before)
        self._time_turning()
        if picture is not self._picture:
            self._show_picture(picture, state.theme, doctoring.shape_key(state))
        self._place_rings()

    def _show_picture(self, picture: BenchPicture, theme: Theme, key: str | None) -> None:
        old = self._picture.views if self._picture is not None else ()
        answer = any(
            new.name in _ANSWERS and new is not (old[at] if at < len(old) else None) for at, new in enumerate(picture.views) if old
        )
        self._picture = picture
        self._frame(picture, key)
        for tile, view in zip(self.tiles, picture.views, strict=True):
            if tile.view is not view or tile.property("theme") != theme:
                tile.set_view(view, theme, picture.background)
                tile.setProperty("theme", theme)
        if self._bench is not None:
            self._bench.show(picture)
        self.schedule()
        if answer:
            self._answerShown.emit()

    def _frame(self, picture: BenchPicture, key: str | None) -> None:
        """Brings a cloud not shown before into view; one whose cameras the state already has is left as it was looked at."""
        if picture.whole is None:
            return
        prepared = f"{key}:prepared"
        framing = prepared if picture.centres is not None else f"{key}:raw"
        if framing != self._framed and self._views.framed not in (framing, prepared):
            self._cameras = tuple(camera.framed(picture.whole, self._aspect()) for camera in self._cameras)
            self._framed = framing
            self.camerasFramed.emit(self._cameras, framing)
        self._framed = framing

    def set_tool(self, tool: Tool, theme: Theme) -> None:
        """Says what a drag with the left button does, and shows it in the pointer."""
        if tool != self._tool:
            self._hand.drop()
        self._tool = tool
        for tile in self._tiles:
            tile.setCursor(tool_cursor(tool, theme, self.devicePixelRatioF()))
            tile.title.setCursor(Qt.CursorShape.ArrowCursor)

    # ------------------------------------------------------------ drawing
    def schedule(self, *, moving: bool = False) -> None:
        """Asks for one new image in the next turn of the event loop, and a sharp one when things rest."""
        self._moving = self._moving or moving
        if self._bench is not None and not self._draw_timer.isActive():
            self._draw_timer.start()

    def _draw_scheduled(self) -> None:
        if self._draw_timer.isActive():  # else it is drawn already, or the view is shut
            self._draw_now()

    def _draw_now(self) -> None:
        self._draw_timer.stop()
        self._refine_timer.stop()
        self._render(1)
        self._settle_timer.start()

    def _settle(self) -> None:
        if self._hand.busy:
            self._settle_timer.start()  # a sharp image takes long enough to hold the brush up
            return
        self._moving = False
        # Screens with small pixels need no oversampling, and slow machines are not made to wait for it.
        large = self._picture is not None and any(view.finer for view in self._picture.views)
        self._render(1 if large or self._seconds > _PATIENCE or self.devicePixelRatioF() >= 2 else 2, at_once=False)
        if self._bench is not None and self._bench.unfinished:
            self._refine_timer.start()

    def _refine(self) -> None:
        """Adds another view, or some more of large clouds, to the image at rest."""
        if self._bench is None or self._draw_timer.isActive() or not self._bench.unfinished:
            return
        self._hand_out(self._bench.refine(_REFINE))
        self._refine_timer.start()

    def _render(self, oversampling: int, *, coarse: bool = True, at_once: bool = True) -> None:
        if self._bench is None or self._picture is None or not any(view.layers for view in self._picture.views):
            return
        from recon_studio.scene.bench import AT_ONCE, Rect

        ratio = self.devicePixelRatioF()
        sizes = {}
        for index, tile in enumerate(self.tiles):
            if tile.isVisibleTo(self):
                area = tile.image_rect()
                sizes[index] = max(2, round(area.width() * ratio)), max(2, round(area.height() * ratio))
        rects = {index: Rect(*place) for index, place in atlas(rows_of(len(self.tiles)), sizes).items()}
        cameras = {index: self.camera_of(index) for index in rects}
        begun = perf_counter()
        most = None if at_once else AT_ONCE
        pixels = self._bench.render(cameras, rects, oversampling, coarse=coarse, moving=self._moving, most=most)
        if oversampling == 1 and self._bench.drawn:
            self._seconds = (perf_counter() - begun) / len(self._bench.drawn)
        self._hand_out(pixels)
        self._place_rings()

    def _hand_out(self, pixels: Bytes) -> None:
        """Gives each tile that was drawn its part of the image."""
        assert self._bench is not None
        height, width = pixels.shape[:2]
        image = QImage(pixels.data, width, height, 4 * width, QImage.Format.Format_RGBX8888)
        for index in self._bench.drawn:
            self._tiles[index].set_image(image.copy(*self._bench.places[index]))
        if self._bench.drawn or not self._bench.unfinished:  # a band that is not its view's last shows nothing yet
            self.drawn.emit()

    @property
    def complete(self) -> bool:
        """Whether everything there is to see has been drawn."""
        return self._bench is not None and not (self._draw_timer.isActive() or self._settle_timer.isActive() or self._bench.unfinished)

    def render_sharp(self) -> None:
        """Draws at once and in full quality, for a picture of the window."""
        for timer in (self._draw_timer, self._settle_timer, self._refine_timer):
            timer.stop()
        self._moving = False
        self._render(1 if self.devicePixelRatioF() >= 2 else 2, coarse=False)

    def _place_rings(self) -> None:
        if self._picture is None:
            return
        marker, centres, unit = self._picture.marker, self._picture.centres, self._picture.unit
        for index, tile in enumerate(self.tiles):
            area, camera = tile.image_rect(), self.camera_of(index)
            rings: list[tuple[QPointF, str, bool]] = []
            for patch, selected in ((self._hovered, False), (marker.patch if marker else None, True)):
                if centres is not None and patch is not None and patch < len(centres):
                    (place,), _ = camera.project(centres[patch][None], area.width(), area.height())
                    rings.append((QPointF(*place), f"{patch}" if selected else "", selected))
            tile.set_rings(tuple(rings))
            # Under one camera, one scale bar says it for all.
            measured = unit is not None and (not self._views.linked or index in (0, self._expanded))
            if measured and unit is not None:
                length, pixels = ruler(camera.pixels_per_unit(area.height()) / unit, RULER)
                tile.set_ruler((pixels, f"{length:g} file unit{'s' * (length != 1)}"))
            else:
                tile.set_ruler(None)

    # ------------------------------------------------------------ cameras
    @property
    def camera(self) -> Camera:
        """The camera of the view last touched, which is that of all while they are linked."""
        return self.camera_of(self._active)

    @camera.setter
    def camera(self, camera: Camera) -> None:
        self._cameras = (
            (camera,) if len(self._cameras) == 1 else (*self._cameras[: self._active], camera, *self._cameras[self._active + 1 :])
        )
        self._place_rings()
        self.schedule(moving=True)

    def camera_of(self, index: int) -> Camera:
        """Returns where one view is looked at from."""
        return self._cameras[0 if len(self._cameras) == 1 else index]

    @property
    def active(self) -> int:
        """The view last touched."""
        return self._active

    def _enter(self, index: int) -> None:
        self._active = index

    def look(self, preset: str) -> None:
        """Goes to a named side ("iso", "front", "side", "top") and shows the whole cloud."""
        self._hand.drop()
        camera = PRESETS[preset]
        if self._picture is not None and self._picture.whole is not None:
            camera = camera.framed(self._picture.whole, self._aspect())
        self.put(camera, "look from another side")

    def put(self, camera: Camera, words: str) -> None:
        """Looks from there at once, in the view last touched and those linked to it; ``words`` say what was done."""
        if not self._hand.busy:  # the camera rests while a tool draws
            self.camera = camera
            self.camerasMoved.emit(self._cameras, words, 0)

    def _aspect(self, count: int | None = None) -> float:
        """Returns how many times as wide as tall the narrowest of the first ``count`` views is that are shown."""
        areas = [tile.inner_rect() for tile in self._tiles[: count or len(self.tiles)] if self.isVisible() and tile.isVisibleTo(self)]
        # A bar may come later. The usual shape of a view where nothing is laid out yet.
        return min(((area.width() - COLUMN) / area.height() for area in areas), default=1.2)

    def _refit(self, before: float) -> None:
        """Steps back where views became narrower, and near again where they became wider, by as much as a whole cloud would need it."""
        whole = self._picture.whole if self._picture is not None else None
        now = self._aspect()
        if whole is None or abs(now / before - 1) < 0.01:
            return
        self._cameras = tuple(
            camera.zoomed(camera.framed(whole, before).distance / camera.framed(whole, now).distance) for camera in self._cameras
        )
        self.camerasFramed.emit(self._cameras, self._views.framed or self._framed)

    def _time_turning(self) -> None:
        """Runs the turntable while it is wanted and seen."""
        turns = self._views.turning and self.isVisible() and not self._closed
        if turns and not self._turn_timer.isActive():
            self._turned_at = perf_counter()
            self._turn_timer.start()
        elif not turns and self._turn_timer.isActive():
            self._turn_timer.stop()
            self.camerasMoved.emit(self._cameras, "turntable", 0)

    def _turn(self) -> None:
        if self._press is not None or self._hand.busy or self._draw_timer.isActive() or self.window().isMinimized():
            self._turned_at = perf_counter()
            return
        now = perf_counter()
        # By the clock, so that slow images do not slow it down; but never by a jump.
        step = _TURN_SPEED * min(now - self._turned_at, 0.2)
        self._turned_at = now
        self._cameras = tuple(camera.orbited(-step, 0.0) for camera in self._cameras)
        self._place_rings()
        self.schedule(moving=True)

    # ------------------------------------------------------------ layout
    def _arrange(self) -> None:
        rows = rows_of(len(self.tiles)) if self._expanded is None else ((self._expanded,),)
        arrange(self._grid, self._tiles, rows)
        self._grid.activate()  # now, so that cameras can be fitted to the new shapes
        for index, tile in enumerate(self._tiles):
            tile.set_expanded(index == self._expanded, alone=len(self.tiles) == 1)
        self.schedule()

    def _toggle_expanded(self, index: int) -> None:
        before = self._aspect()
        self._expanded = None if self._expanded == index else index
        self._arrange()
        self._refit(before)
        self._place_rings()

    # ------------------------------------------------------------ pointer
    def patch_at(self, index: int, place: QPointF) -> int | None:
        """Returns the patch drawn at a widget position of a tile, or None."""
        tile = self.tiles[index]
        pickable = tile.view.pickable
        area = tile.image_rect()
        if pickable is None or not area.contains(place.toPoint()):
            return None
        ratio = self.devicePixelRatioF()
        at = ((place.x() - area.x()) * ratio, (place.y() - area.y()) * ratio)
        size = (round(area.width() * ratio), round(area.height() * ratio))
        hit = pick(self.camera_of(index), pickable.points, at, size, reach=REACH * ratio)
        return None if hit is None else int(pickable.patches[hit])

    @property
    def hovered(self) -> int | None:
        """The patch under the pointer."""
        return self._hovered

    def _on_press(self, index: int, event: QMouseEvent) -> None:
        if self._hand.busy or event.buttons() != event.button():
            return  # one button at a time: the first to be let go would end what another began
        keys = event.modifiers()
        self._active = index
        if self._views.turning:
            self.turningStopped.emit()  # a hand on the turntable stops it
        if self._tool != "turn" and event.button() == Qt.MouseButton.LeftButton and not keys & Qt.KeyboardModifier.ControlModifier:
            self._hover(None)
            hides = not keys & Qt.KeyboardModifier.ShiftModifier
            self._hand.press(self._tool, self.tiles[index], self.camera, event.position(), hide=hides)
            return
        self._press = self._last = event.position().toPoint()
        self._dragging = ""

    def _on_move(self, index: int, event: QMouseEvent) -> None:
        place = event.position().toPoint()
        if self._hand.busy:
            self._hand.move(event.position())
            return
        if self._press is None:
            pickable = self.tiles[index].view.pickable
            self._hover(self.patch_at(index, event.position()) if pickable and len(pickable.points) <= HOVER_LIMIT else None)
            return
        if not self._dragging and (place - self._press).manhattanLength() < QApplication.startDragDistance() // 2 + 1:
            return
        self._hover(None)
        step, self._last = place - self._last, place
        # With a tool in hand the right button turns, as the left one does without.
        moving = event.buttons() & (
            Qt.MouseButton.MiddleButton | (Qt.MouseButton.RightButton if self._tool == "turn" else Qt.MouseButton.NoButton)
        )
        if moving or event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self._dragging = "move the view"
            self.camera = self.camera.panned(step.x(), step.y(), self.tiles[index].image_rect().height())
        else:
            self._dragging = self._dragging or "turn the view"
            self.camera = self.camera.orbited(0.45 * step.x(), 0.45 * step.y())

    def _on_release(self, index: int, event: QMouseEvent) -> None:
        if self._hand.busy:
            if event.button() == Qt.MouseButton.LeftButton:
                self._hand.release()
            return
        clicked = self._press is not None and not self._dragging
        dragged, self._press, self._dragging = self._dragging, None, ""
        if dragged:
            self._drags += 1
            self.camerasMoved.emit(self._cameras, dragged, self._drags)
        if not clicked or event.button() != Qt.MouseButton.LeftButton or index >= len(self.tiles):
            return
        patch = self.patch_at(index, event.position())
        if patch is not None:
            toggles = event.modifiers() & Qt.KeyboardModifier.ControlModifier
            (self.patchToggled if toggles else self.patchPicked).emit(patch)

    def _on_wheel(self, index: int, event: QWheelEvent) -> None:
        if not self._hand.busy:
            self._active = index
        self.put(self.camera.zoomed(1.0015 ** event.angleDelta().y()), "zoom")
        event.accept()

    def _hover(self, patch: int | None) -> None:
        if patch != self._hovered:
            self.set_hover(patch)
            self.patchHovered.emit(patch)

    def set_hover(self, patch: int | None) -> None:
        """Rings a patch that the pointer is on elsewhere."""
        if patch != self._hovered:
            self._hovered = patch
            self._place_rings()
