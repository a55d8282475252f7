"""What the pointer does in a view while the brush or the lasso is in hand: patches met, told as strokes."""

import itertools

import numpy as np
from PySide6.QtCore import QObject, QPointF, Qt, Signal
from PySide6.QtGui import QColor, QCursor, QPainter, QPen, QPixmap

from recon_studio.scene.camera import Camera, Projected, enclosed, inside
from recon_studio.scene.picture import Pickable
from recon_studio.state.app_state import Theme, Tool
from recon_studio.state.masking import Stroke
from recon_studio.views.theme import COLOURS
from recon_studio.views.tile import Tile

REACH = 10  # logical pixels around the pointer


class Hand(QObject):
    """One drag at a time, from press to release, over one tile. The camera rests meanwhile."""

    painted = Signal(object)  # Stroke

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._numbers = itertools.count(1)
        self._tool: Tool = "turn"
        self._tile: Tile | None = None
        self._camera = Camera()
        self._hide = True
        self._number = 0
        self._path: list[QPointF] = []
        self._met: set[int] = set()
        self._projected: tuple[Pickable, Projected] | None = None

    @property
    def busy(self) -> bool:
        """Whether a drag is under way."""
        return self._tile is not None

    def press(self, tool: Tool, tile: Tile, camera: Camera, place: QPointF, *, hide: bool) -> None:
        """Begins; the brush works at once."""
        self._tool, self._tile, self._camera, self._hide = tool, tile, camera, hide
        self._number = next(self._numbers)
        self._path, self._met, self._projected = [place], set(), None
        if tool == "brush":
            self._brush(place, place)

    def move(self, place: QPointF) -> None:
        """Goes on: the brush hides or shows what it meets, the lasso draws its line."""
        if self._tile is None or place == self._path[-1]:
            return
        self._path.append(place)
        if self._tool == "brush":
            self._brush(self._path[-2], place)
        else:
            self._tile.set_outline(tuple(self._path))

    def release(self) -> None:
        """Ends; the lasso takes what lies inside."""
        tile, self._tile = self._tile, None
        if tile is None or self._tool != "lasso":
            return
        tile.set_outline(())
        if len(self._path) > 2:
            self._tell(self._enclosed(tile))

    def drop(self) -> None:
        """Ends without taking anything more."""
        if self._tile is not None:
            self._tile.set_outline(())
            self._tile = None

    # ------------------------------------------------------------ inside
    def _brush(self, start: QPointF, end: QPointF) -> None:
        tile = self._tile
        if tile is None or (seen := self._look(tile)) is None:
            return
        pickable, projected = seen
        corner = QPointF(tile.image_rect().topLeft())
        a, b = start - corner, end - corner
        hits = projected.along((a.x(), a.y()), (b.x(), b.y()), REACH)
        self._tell(tuple(dict.fromkeys(int(pickable.patches[hit]) for hit in hits)))

    def _enclosed(self, tile: Tile) -> tuple[int, ...]:
        if (seen := self._look(tile)) is None:
            return ()
        pickable, projected = seen
        area = tile.image_rect()
        outline = np.array([(place.x() - area.x(), place.y() - area.y()) for place in self._path], dtype=np.float32)
        diameter = max((layer.diameter for layer in tile.view.layers), default=0.05)
        cell = max(3.0, diameter * self._camera.pixels_per_unit(area.height()))
        front = projected.in_front(cell, 2.0 * diameter)
        return enclosed(pickable.patches, front, inside(projected.pixels, outline))

    def _look(self, tile: Tile) -> tuple[Pickable, Projected] | None:
        """Projects what the tile shows, once for each new picture."""
        pickable = tile.view.pickable
        if pickable is None or not len(pickable.points):
            return None
        if self._projected is None or self._projected[0] is not pickable:
            area = tile.image_rect()
            self._projected = pickable, Projected.of(self._camera, pickable.points, (area.width(), area.height()))
        return self._projected

    def _tell(self, patches: tuple[int, ...]) -> None:
        fresh = tuple(patch for patch in patches if patch not in self._met)
        if fresh:
            self._met.update(fresh)
            self.painted.emit(Stroke(self._tool, self._number, fresh, self._hide))


def tool_cursor(tool: Tool, theme: Theme, ratio: float) -> QCursor:
    """Returns the pointer over the views: a ring of the brush's reach, a cross for the lasso, else the usual arrow."""
    if tool == "turn":
        return QCursor(Qt.CursorShape.ArrowCursor)
    if tool == "lasso":
        return QCursor(Qt.CursorShape.CrossCursor)
    side = 2 * REACH + 4
    drawn = QPixmap(round(side * ratio), round(side * ratio))
    drawn.setDevicePixelRatio(ratio)
    drawn.fill(Qt.GlobalColor.transparent)
    painter = QPainter(drawn)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    for colour, wide in ((COLOURS[theme].panel, 3.5), (COLOURS[theme].accent, 1.8)):
        painter.setPen(QPen(QColor(colour), wide))
        painter.drawEllipse(QPointF(side / 2, side / 2), REACH, REACH)
    painter.end()
    return QCursor(drawn, side // 2, side // 2)
