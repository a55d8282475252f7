"""The four linked views: one camera, one render into one image, the pointer's doings turned into intents."""

from __future__ import annotations

from time import perf_counter
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QPointF, QRect, Qt, QTimer, Signal
from PySide6.QtGui import QImage, QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QApplication, QGridLayout, QWidget

from recon_studio.scene.camera import PRESETS, Camera, pick
from recon_studio.scene.picture import BenchPicture
from recon_studio.state.app_state import Theme, Tool
from recon_studio.views.hand import REACH, Hand, tool_cursor
from recon_studio.views.theme import GRID
from recon_studio.views.tile import Tile

if TYPE_CHECKING:
    from recon_studio.scene.bench import Bench

TITLES = ("Input", "Seen by the encoder", "Reconstruction", "Attention")
REBUILT = 2
HOVER_LIMIT = 60_000  # points; beyond, finding the patch under the pointer would hold the pointer up
_PATIENCE = 0.06  # seconds a plain image may take for the sharp one to be worth it
_SETTLE = 140  # milliseconds of rest before the sharp image


class BenchView(QWidget):
    """Four tiles that share a camera. ``start`` brings in VTK; until then the tiles say so."""

    patchPicked = Signal(int)
    patchToggled = Signal(int)
    strokePainted = Signal(object)  # Stroke
    drawn = Signal()  # the image of the present picture was handed to the tiles
    ready = Signal()
    _answerShown = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.camera = Camera()
        self._bench: Bench | None = None
        self._picture: BenchPicture | None = None
        self._theme: Theme = "light"
        self._tool: Tool = "turn"
        self._hand = Hand(self)
        self._hand.painted.connect(self.strokePainted)
        self._framed: str | None = None
        self._image: QImage | None = None
        self._press: QPoint | None = None
        self._last = QPoint()
        self._dragging = False
        self._hovered: int | None = None
        self._expanded: int | None = None
        self._closed = False
        self._seconds = 0.0  # what the last plain image took
        # The timer comes after repaints and after requests are written to the model, which can then work meanwhile.
        # What was waited for, the model's answer, is drawn ahead of repaints: image and panels reach the screen together.
        self._draw_timer = QTimer(self, singleShot=True, interval=0)
        self._draw_timer.timeout.connect(self._draw_now)
        self._answerShown.connect(self._draw_scheduled, Qt.ConnectionType.QueuedConnection)
        self._settle_timer = QTimer(self, singleShot=True, interval=_SETTLE)
        self._settle_timer.timeout.connect(self._settle)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(GRID)
        self.tiles = tuple(Tile(title, self) for title in TITLES)
        for index, tile in enumerate(self.tiles):
            grid.addWidget(tile, index // 2, index % 2)
            grid.setRowStretch(index // 2, 1)
            grid.setColumnStretch(index % 2, 1)
            self._connect(index, tile)
        self.setAccessibleName("Four views of the cloud")

    def _connect(self, index: int, tile: Tile) -> None:
        tile.pressed.connect(lambda event: self._on_press(index, event))
        tile.moved.connect(lambda event: self._on_move(index, event))
        tile.released.connect(lambda event: self._on_release(index, event))
        tile.wheeled.connect(self._on_wheel)
        tile.left.connect(lambda: self._hover(None))
        tile.resized.connect(self.schedule)
        tile.expandRequested.connect(lambda: self._toggle_expanded(index))

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
        self._draw_timer.stop()
        self._settle_timer.stop()
        if self._bench is not None:
            self._bench.close()
            self._bench = None

    # ------------------------------------------------------------ showing
    def show_picture(self, picture: BenchPicture, theme: Theme, key: str | None) -> None:
        """Draws what changed; a cloud not shown before is brought into full view."""
        if picture is self._picture:
            return
        answer = self._picture is not None and picture.views[REBUILT] is not self._picture.views[REBUILT]
        self._picture, self._theme = picture, theme
        pickable = picture.views[0].pickable
        points = pickable.points if pickable else (picture.views[0].layers[0].points if picture.views[0].layers else None)
        framing = None if points is None else f"{key}:{pickable is not None}"
        if points is not None and framing != self._framed:
            self.camera = self.camera.framed(points, self._aspect())
            self._framed = framing
        for tile, view in zip(self.tiles, picture.views, strict=True):
            if tile.view is not view or tile.property("theme") != theme:
                tile.set_view(view, theme, picture.background)
                tile.setProperty("theme", theme)
        if self._bench is not None:
            self._bench.show(picture)
        self._place_rings()
        self.schedule()
        if answer:
            self._answerShown.emit()

    def set_tool(self, tool: Tool, theme: Theme) -> None:
        """Says what a drag with the left button does, and shows it in the pointer."""
        if tool != self._tool:
            self._hand.drop()
        self._tool = tool
        for tile in self.tiles:
            tile.setCursor(tool_cursor(tool, theme, self.devicePixelRatioF()))

    def schedule(self) -> None:
        """Asks for one new image in the next turn of the event loop, and a sharp one when things rest."""
        if self._bench is not None and not self._draw_timer.isActive():
            self._draw_timer.start()

    def _draw_scheduled(self) -> None:
        if self._draw_timer.isActive():  # else it is drawn already, or the view is shut
            self._draw_now()

    def _draw_now(self) -> None:
        self._draw_timer.stop()
        self._render(1, coarse=True)
        self._settle_timer.start()

    def _settle(self) -> None:
        if self._hand.busy:
            self._settle_timer.start()  # a sharp image takes long enough to hold the brush up
            return
        # Screens with small pixels need no oversampling, and slow machines are not made to wait for it.
        slow = self._seconds > _PATIENCE
        self._render(1 if slow or self.devicePixelRatioF() >= 2 else 2, coarse=False)

    def _render(self, oversampling: int, *, coarse: bool) -> None:
        if self._bench is None or self._picture is None or not any(view.layers for view in self._picture.views):
            return
        from recon_studio.scene.bench import Rect

        ratio = self.devicePixelRatioF()
        rects: dict[int, Rect] = {}
        for index, tile in enumerate(self.tiles):
            if not tile.isVisibleTo(self):
                continue
            area = tile.image_rect()
            x = 0 if index % 2 == 0 or index - 1 not in rects else rects[index - 1].width
            y = 0 if index < 2 or index - 2 not in rects else rects[index - 2].height
            rects[index] = Rect(x, y, max(2, round(area.width() * ratio)), max(2, round(area.height() * ratio)))
        begun = perf_counter()
        pixels = self._bench.render(self.camera, rects, oversampling, coarse=coarse)
        if oversampling == 1:
            self._seconds = perf_counter() - begun
        height, width = pixels.shape[:2]
        self._image = QImage(pixels.data, width, height, 4 * width, QImage.Format.Format_RGBX8888).copy()
        for index in self._bench.drawn:
            rect = rects[index]
            source = QRect(rect.x, rect.y, rect.width, rect.height)
            self.tiles[index].set_image(
                self._image, QRect(*(oversampling * side for side in (source.x(), source.y(), source.width(), source.height())))
            )
        self._place_rings()
        self.drawn.emit()

    def render_sharp(self) -> None:
        """Draws at once and in full quality, for a picture of the window."""
        self._draw_timer.stop()
        self._settle_timer.stop()
        self._render(1 if self.devicePixelRatioF() >= 2 else 2, coarse=False)

    def _place_rings(self) -> None:
        if self._picture is None:
            return
        marker, centres = self._picture.marker, self._picture.centres
        for tile in self.tiles:
            area = tile.image_rect()
            rings: list[tuple[QPointF, str, bool]] = []
            if centres is not None and self._hovered is not None and self._hovered < len(centres):
                (place,), _ = self.camera.project(centres[self._hovered][None], area.width(), area.height())
                rings.append((QPointF(*place), "", False))
            if marker is not None and centres is not None:
                (place,), _ = self.camera.project(centres[marker.patch][None], area.width(), area.height())
                rings.append((QPointF(*place), f"{marker.patch}", True))
            tile.set_rings(tuple(rings))

    # ------------------------------------------------------------ camera
    def look(self, preset: str) -> None:
        """Goes to a named side ("iso", "front", "top") and shows the whole cloud."""
        self._hand.drop()
        self.camera = PRESETS[preset]
        if self._picture is not None and self._picture.views[0].layers:
            self.camera = self.camera.framed(self._picture.views[0].layers[0].points, self._aspect())
        self._place_rings()
        self.schedule()

    def _aspect(self) -> float:
        if not self.isVisible():
            return 1.2  # nothing is laid out yet; the usual shape of a view
        areas = [tile.image_rect() for tile in self.tiles if tile.isVisibleTo(self)]
        return min(area.width() / area.height() for area in areas)

    def _toggle_expanded(self, index: int) -> None:
        self._expanded = None if self._expanded == index else index
        for other, tile in enumerate(self.tiles):
            tile.setVisible(self._expanded in (None, other))
            tile.set_expanded(self._expanded == other)
        grid = self.layout()
        assert isinstance(grid, QGridLayout)
        for line in range(2):
            empty = self._expanded is not None
            grid.setRowStretch(line, 0 if empty and self._expanded // 2 != line else 1)  # type: ignore[operator]
            grid.setColumnStretch(line, 0 if empty and self._expanded % 2 != line else 1)  # type: ignore[operator]
        self.schedule()

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
        hit = pick(self.camera, pickable.points, at, size, reach=REACH * ratio)
        return None if hit is None else int(pickable.patches[hit])

    @property
    def hovered(self) -> int | None:
        """The patch under the pointer."""
        return self._hovered

    def _on_press(self, index: int, event: QMouseEvent) -> None:
        keys = event.modifiers()
        if self._tool != "turn" and event.button() == Qt.MouseButton.LeftButton and not keys & Qt.KeyboardModifier.ControlModifier:
            self._hover(None)
            shows = bool(keys & Qt.KeyboardModifier.ShiftModifier)
            self._hand.press(self._tool, self.tiles[index], self.camera, event.position(), hide=not shows)
            return
        self._press = self._last = event.position().toPoint()
        self._dragging = False

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
        self._dragging = True
        self._hover(None)
        step, self._last = place - self._last, place
        # With a tool in hand the right button turns, as the left one does without.
        moving = event.buttons() & (
            Qt.MouseButton.MiddleButton | (Qt.MouseButton.RightButton if self._tool == "turn" else Qt.MouseButton.NoButton)
        )
        if moving or event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self.camera = self.camera.panned(step.x(), step.y(), self.tiles[index].image_rect().height())
        else:
            self.camera = self.camera.orbited(0.45 * step.x(), 0.45 * step.y())
        self._place_rings()
        self.schedule()

    def _on_release(self, index: int, event: QMouseEvent) -> None:
        if self._hand.busy:
            if event.button() == Qt.MouseButton.LeftButton:
                self._hand.release()
            return
        clicked = self._press is not None and not self._dragging
        self._press, self._dragging = None, False
        if not clicked or event.button() != Qt.MouseButton.LeftButton:
            return
        patch = self.patch_at(index, event.position())
        if patch is not None:
            toggles = event.modifiers() & Qt.KeyboardModifier.ControlModifier
            (self.patchToggled if toggles else self.patchPicked).emit(patch)

    def _on_wheel(self, event: QWheelEvent) -> None:
        if self._hand.busy:
            return  # the camera rests while a tool draws
        self.camera = self.camera.zoomed(1.0015 ** event.angleDelta().y())
        self._place_rings()
        self.schedule()
        event.accept()

    def _hover(self, patch: int | None) -> None:
        if patch != self._hovered:
            self._hovered = patch
            self._place_rings()
