"""A scatter plot made for looking around: wheel zooms, drag moves, pointer or arrows name a mark, rectangle and lasso choose."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetricsF,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
    QPolygonF,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QSizePolicy

from recon_studio.scene.camera import inside
from recon_studio.scene.map import Colouring
from recon_studio.state.app_state import Flags, Floats, Indices, Theme
from recon_studio.state.map import MapTool, PhrasePlace, SelectMode
from recon_studio.views.marks import Marks, rimmed
from recon_studio.views.theme import COLOURS, GRID, SMALL, text_font
from recon_studio.views.walked import ARROWS, Walked, paint_frame

MARGIN = 4 * GRID
REACH = 8.0  # logical pixels within which the pointer means a mark
DRAG = 5  # logical pixels a press may move and still be a click
ZOOM = 1.0015  # a unit of the wheel
MOST_ZOOM = 200.0
_STEP = 40  # logical pixels that a key moves the plane
_ZOOMS = {Qt.Key.Key_Plus: 1.25, Qt.Key.Key_Equal: 1.25, Qt.Key.Key_Minus: 0.8}


@dataclass(frozen=True, eq=False)
class Plot:
    """What is drawn."""

    coordinates: Floats  # (n, 2)
    colouring: Colouring
    shown: Flags  # (n,)
    selected: Flags | None = None  # (n,)
    captions: tuple[tuple[str, float, float], ...] = ()
    ring: int | None = None  # the cloud open on the bench
    fitted: int = 0  # rows from here on were placed later
    phrase: PhrasePlace | None = None


class ScatterView(Walked):
    """Draws a ``Plot``; emits what is pointed at and chosen. Marks keep their size while the plane is zoomed."""

    rowHovered = Signal(int, QPoint)  # row or -1, and where the pointer is
    rowClicked = Signal(int)
    rowOpened = Signal(int)
    emptyClicked = Signal()
    rowsChosen = Signal(object, str)  # rows (m,), SelectMode
    painted = Signal()

    def __init__(self) -> None:
        super().__init__("Map of the library")
        self.setAccessibleDescription("Arrows go to the next cloud, Enter opens it, Space selects it; with Ctrl they move the map.")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMouseTracking(True)
        self.theme: Theme = "light"
        self.tool: MapTool = "move"
        self.hovered: int | None = None
        self._plot: Plot | None = None
        self._marks, self._rings = Marks(), Marks()  # rings go around what was placed later
        self._drawn_as: tuple[object, ...] = ()
        self._order: Indices = np.zeros(0, np.int64)
        self._scale, self._centre = 1.0, np.zeros(2)  # logical pixels a unit; what stands in the middle
        self._fits = True  # whether the whole map is kept in sight
        self._low, self._high = np.zeros(2), np.zeros(2)  # the corners of what there is
        self._words: dict[tuple[object, ...], QPixmap] = {}  # words with a rim: slow to paint, quick to copy
        self._press: QPointF | None = None
        self._path: list[QPointF] = []
        self._moved = False
        self._adding: SelectMode = "replace"
        self._current = -1  # the row the keyboard is on

    # ------------------------------------------------------------ what is shown

    def show_plot(self, plot: Plot | None) -> None:
        """Draws another plot; the way it is looked at stays, unless the whole map is in sight: then it stays whole."""
        old, self._plot = self._plot, plot
        if plot is not None and len(plot.coordinates):
            self._low, self._high = plot.coordinates.min(0).astype(np.float64), plot.coordinates.max(0).astype(np.float64)
        if plot is None:
            self.hovered = None
            self._fits = True
        elif old is None or len(old.coordinates) != len(plot.coordinates):
            self._order = np.random.default_rng(0).permutation(len(plot.coordinates))
            self._hover(None, QPointF())
        if self._fits:
            self._fit()
        self.update()

    def set_tool(self, tool: MapTool) -> None:
        """Takes a tool in hand."""
        self.tool = tool
        self.setCursor(Qt.CursorShape.ArrowCursor if tool == "move" else Qt.CursorShape.CrossCursor)

    def fit(self) -> None:
        """Brings the whole map into sight, and keeps it there."""
        self._fits = True
        self._fit()
        self.update()

    def zoom(self, factor: float, about: QPointF | None = None) -> None:
        """Enlarges the plane about a point of the widget (its middle where none is given)."""
        place = np.array([about.x(), about.y()]) if about is not None else np.array([self.width(), self.height()]) / 2
        before = self.plane(place)
        whole = self._whole_scale()
        self._scale = float(np.clip(self._scale * factor, whole / 4, whole * MOST_ZOOM))
        self._centre = self._centre + before - self.plane(place)
        self._fits = False
        self.update()

    def pan(self, dx: float, dy: float) -> None:
        """Moves the plane by logical pixels."""
        self._centre = self._centre - np.array([dx, -dy]) / self._scale
        self._fits = False
        self.update()

    def radius(self) -> float:
        """Returns the radius of a mark in logical pixels: smaller where there are many, larger where the plane is enlarged."""
        count = len(self._plot.coordinates) if self._plot is not None else 1
        base = min(max(14.0 / max(count, 1) ** 0.16, 1.6), 6.0)
        enlarged = min(max(self._scale / self._whole_scale(), 1.0), 16.0)
        return float(round(4 * min(7.0, base * enlarged**0.25)) / 4)  # in steps: every size of a mark is painted once

    def pixels(self, coordinates: npt.NDArray[np.floating]) -> npt.NDArray[np.float64]:
        """Returns where points (n, 2) of the plane are in the widget, in logical pixels."""
        moved: npt.NDArray[np.float64] = (np.asarray(coordinates, np.float64) - self._centre) * self._scale
        moved[..., 1] *= -1  # y is up on the plane
        moved += np.array([self.width(), self.height()]) / 2
        return moved

    def plane(self, place: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Returns which point of the plane a place of the widget shows."""
        moved: npt.NDArray[np.float64] = (place - np.array([self.width(), self.height()]) / 2) / self._scale
        moved *= np.array([1.0, -1.0])
        moved += self._centre
        return moved

    def row_at(self, place: QPointF) -> int | None:
        """Returns the topmost row in the picture within ``REACH``, the nearest one; None where there is none."""
        if self._plot is None or not len(self._plot.coordinates):
            return None
        apart = np.abs(self.pixels(self._plot.coordinates) - np.array([place.x(), place.y()])).max(axis=1)
        apart[~self._plot.shown] = np.inf
        row = int(apart.argmin())
        return row if apart[row] <= max(REACH, self.radius() + 2) else None

    def rows_inside(self, outline: npt.NDArray[np.float32]) -> Indices:
        """Returns the rows in the picture and in sight whose marks lie inside an outline (m, 2) of logical pixels."""
        if self._plot is None:
            return np.zeros(0, np.int64)
        pixels = self.pixels(self._plot.coordinates)
        in_sight = ((pixels >= 0) & (pixels <= [self.width(), self.height()])).all(axis=1) & self._plot.shown
        rows = np.flatnonzero(in_sight)
        return rows[inside(pixels[rows].astype(np.float32), outline)]

    def _whole_scale(self) -> float:
        if self._plot is None or not len(self._plot.coordinates):
            return 1.0
        extent = self._high - self._low
        room = np.array([max(self.width() - 2 * MARGIN, 8), max(self.height() - 2 * MARGIN, 8)])
        with np.errstate(divide="ignore"):
            scale = float((room / np.where(extent > 0, extent, np.nan))[extent > 0].min()) if (extent > 0).any() else 1.0
        return scale

    def _fit(self) -> None:
        if self._plot is None or not len(self._plot.coordinates):
            return
        self._centre, self._scale = (self._low + self._high) / 2, self._whole_scale()

    # ------------------------------------------------------------ painting

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paints the map."""
        painter = QPainter(self)
        self.paint(painter, self.devicePixelRatioF())
        painter.end()
        self.painted.emit()

    def paint(self, painter: QPainter, ratio: float, *, pointer: bool = True) -> None:
        """Paints marks, then what lies over them, on any device of the widget's logical size; without the pointer's ring for a paper."""
        colours = COLOURS[self.theme]
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        plot = self._plot
        if plot is None:
            return
        radius = self.radius()
        kinds = (plot.colouring, radius, self.theme, ratio)
        if self._drawn_as != kinds:
            self._marks.set_kinds(plot.colouring.styles, radius, colours.panel, ratio)
            self._marks.set_style(plot.colouring.style)
            self._rings.set_rings(len(plot.shown), radius + 2, colours.text, ratio)
            self._drawn_as = kinds
        pixels = self.pixels(plot.coordinates)
        near = ((pixels > -16) & (pixels < [self.width() + 16, self.height() + 16])).all(axis=1) & plot.shown
        order = self._order[near[self._order]]
        dimmed = None
        if plot.selected is not None:
            dimmed = ~plot.selected
            order = np.concatenate([order[dimmed[order]], order[~dimmed[order]]])  # what is selected lies on top
        self._marks.draw(painter, pixels, order, ratio, dimmed)
        self._rings.draw(painter, pixels, order[order >= plot.fitted], ratio, None)
        self._paint_over(painter, plot, pixels, radius, self.hovered if pointer else None)
        if pointer and self.walking and self._is_there(self._current):
            place = QRectF(0, 0, 2 * radius + 12, 2 * radius + 12)
            place.moveCenter(QPointF(*pixels[self._current]))
            paint_frame(painter, place, self.theme)

    def _paint_over(self, painter: QPainter, plot: Plot, pixels: npt.NDArray[np.float64], radius: float, hovered: int | None) -> None:
        colours = COLOURS[self.theme]
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for marked, colour, wide in ((plot.ring, colours.accent, 2.2), (hovered, colours.text, 1.6)):
            if marked is not None and marked < len(pixels):
                painter.setPen(QPen(QColor(colours.panel), wide + 2))
                painter.drawEllipse(QPointF(*pixels[marked]), radius + 3, radius + 3)
                painter.setPen(QPen(QColor(colour), wide))
                painter.drawEllipse(QPointF(*pixels[marked]), radius + 3, radius + 3)
        taken = self._paint_phrase(painter, plot, pixels, radius)
        self._paint_captions(painter, plot.captions, taken)
        if len(self._path) > 1:
            soft = QColor(colours.accent)
            soft.setAlphaF(0.10)
            painter.setBrush(soft)
            painter.setPen(QPen(QColor(colours.accent), 1.4, Qt.PenStyle.DashLine))
            painter.drawPolygon(QPolygonF(self._outline()))

    def _paint_phrase(self, painter: QPainter, plot: Plot, pixels: npt.NDArray[np.float64], radius: float) -> list[QRectF]:
        """Draws a phrase as a tag amid its nearest shapes, each linked by a line with its cosine; returns where text stands."""
        phrase = plot.phrase
        if phrase is None or not len(phrase.rows):
            return []
        colours = COLOURS[self.theme]
        middle = QPointF(*self.pixels(np.array(phrase.place)))
        font = text_font(strong=True)
        measure = QFontMetricsF(font)
        words = measure.elidedText(f"“{phrase.text}”", Qt.TextElideMode.ElideRight, 26 * GRID)
        box = self._free_box(middle, measure.horizontalAdvance(words) + 2 * GRID, 3 * GRID, pixels[plot.shown])
        small = text_font(SMALL)
        taken = [box.adjusted(-2, -2, 2, 2)]
        for place, row in enumerate(phrase.rows):
            end = QPointF(*pixels[row])
            painter.setPen(QPen(QColor(colours.text), 1.4 if place == 0 else 1.0, Qt.PenStyle.DashLine))
            painter.drawLine(box.center(), end)
            painter.setPen(QPen(QColor(colours.text), 1.6))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawEllipse(end, radius + 2.5, radius + 2.5)
            rect = QRectF(end.x() + radius + 4, end.y() - 8, 30, 16)
            if not any(rect.intersects(other) for other in taken):
                self._halo(painter, small, rect, f"{phrase.cosines[place]:.2f}", colours.text)
                taken.append(rect)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colours.text))
        painter.drawRoundedRect(box, 6, 6)
        painter.setPen(QColor(colours.panel))
        painter.setFont(font)
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, words)
        return taken

    def _free_box(self, middle: QPointF, width: float, height: float, pixels: npt.NDArray[np.float64]) -> QRectF:
        """Returns a box near a place that covers as few marks as can be, the nearer the better."""
        best, least = QRectF(), np.inf
        for distance in (0.0, 32.0, 56.0, 84.0, 120.0):
            for turn in np.linspace(0, 2 * np.pi, 12, endpoint=False) + np.pi / 2:
                box = QRectF(0, 0, width, height)
                aside = distance * (1 + width / height / 6 * abs(np.cos(turn)))
                box.moveCenter(middle + QPointF(aside * np.cos(turn), -distance * np.sin(turn)))
                box.moveLeft(min(max(box.left(), 4.0), max(4.0, self.width() - width - 4)))
                box.moveTop(min(max(box.top(), 4.0), max(4.0, self.height() - height - 4)))
                low, high = (box.left() - 6, box.top() - 6), (box.right() + 6, box.bottom() + 6)
                covered = int(((pixels > low) & (pixels < high)).all(axis=1).sum()) + distance / 1000
                if covered < least:
                    best, least = box, covered
        return best

    def _paint_captions(self, painter: QPainter, captions: tuple[tuple[str, float, float], ...], taken: list[QRectF]) -> None:
        """Writes names over the groups, the largest group first; one that would lie over another is left out."""
        font = text_font(SMALL, strong=True)
        measure = QFontMetricsF(font)
        area, radius = QRectF(self.rect()), self.radius()
        spots = self.pixels(np.array([(x, y) for _, x, y in captions]).reshape(-1, 2))
        for (name, _, _), spot in zip(captions, spots, strict=True):
            words = measure.elidedText(name, Qt.TextElideMode.ElideRight, 18 * GRID)
            rect = QRectF(0, 0, measure.horizontalAdvance(words) + 6, 15)
            rect.moveCenter(QPointF(spot[0], spot[1] - radius - 11))
            if area.contains(rect) and not any(rect.intersects(other) for other in taken):
                self._halo(painter, font, rect, words, COLOURS[self.theme].text)
                taken.append(rect)

    def _halo(self, painter: QPainter, font: QFont, rect: QRectF, words: str, colour: str) -> None:
        """Writes words that read on any ground: with a rim in the colour of the paper."""
        ratio = painter.device().devicePixelRatioF()
        key = (words, colour, font.weight(), ratio)
        if key not in self._words:
            if len(self._words) > 400:
                self._words.clear()
            self._words[key] = rimmed(font, words, colour, COLOURS[self.theme].panel, ratio)
        drawn = self._words[key]
        corner = rect.center() - QPointF(drawn.width() / ratio / 2, drawn.height() / ratio / 2)
        painter.drawPixmap(QPointF(round(corner.x() * ratio) / ratio, round(corner.y() * ratio) / ratio), drawn)

    # ------------------------------------------------------------ the pointer

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begins a click, a move, or an outline; the middle and right buttons always move."""
        self.rest()
        self._press, self._moved = event.position(), False
        keys = event.modifiers()
        removing = bool(keys & (Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.ControlModifier))
        self._adding = "add" if keys & Qt.KeyboardModifier.ShiftModifier else ("remove" if removing else "replace")
        draws = self.tool != "move" and event.button() == Qt.MouseButton.LeftButton
        self._path = [event.position()] if draws else []

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Goes on with it, or names what the pointer rests on."""
        place = event.position()
        if self._press is None:
            self._hover(self.row_at(place), place)
            return
        step = place - self._press
        if not self._moved and step.manhattanLength() <= DRAG:
            return
        self._moved = True
        self._hover(None, place)
        if self._path:
            self._path = [*self._path, place] if self.tool == "lasso" else [self._path[0], place]
            self.update()
        else:
            self.pan(step.x(), step.y())
            self._press = place

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Ends it: an outline chooses what lies inside, a click what lies under it."""
        pressed, path, self._press = self._press, self._outline(), None
        drew, self._path = bool(self._path), []
        if pressed is None:
            return
        if not self._moved and event.button() == Qt.MouseButton.LeftButton:
            row = self.row_at(event.position())
            if row is not None and self._adding != "replace":
                self.rowsChosen.emit(np.array([row]), self._adding)
            elif row is not None:
                self.rowClicked.emit(row)
            else:
                self.emptyClicked.emit()
        elif drew and len(path) > 2:
            outline = np.array([(each.x(), each.y()) for each in path], np.float32)
            self.rowsChosen.emit(self.rows_inside(outline), self._adding)
        self.update()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Opens what lies under the pointer."""
        row = self.row_at(event.position())
        if row is not None and event.button() == Qt.MouseButton.LeftButton:
            self.rowOpened.emit(row)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zooms about the pointer."""
        self.zoom(ZOOM ** event.angleDelta().y(), event.position())
        event.accept()

    def event(self, event: QEvent) -> bool:
        """Keeps the keys that zoom to itself: elsewhere they zoom the bench's views."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and event.key() in _ZOOMS:
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows go from mark to mark, with Ctrl they move the plane; plus and minus zoom."""
        key = Qt.Key(event.key())
        if key in ARROWS and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            down, right = ARROWS[key]
            self.pan(-_STEP * right, -_STEP * down)
        elif key in _ZOOMS:
            self.zoom(_ZOOMS[key])
        else:
            super().keyPressEvent(event)
            return
        if self.walking:
            self.point()

    def _is_there(self, row: int) -> bool:
        return self._plot is not None and 0 <= row < len(self._plot.shown) and bool(self._plot.shown[row])

    def begin(self) -> None:
        """Begins with what the pointer is on, what is open, or what was current; else with the mark nearest to the middle."""
        plot = self._plot
        if plot is None or not plot.shown.any():
            return
        wanted = [row for row in (self.hovered, plot.ring, self._current) if row is not None and self._is_there(row)]
        apart = np.square(self.pixels(plot.coordinates) - np.array([self.width(), self.height()]) / 2).sum(1)
        self._current = wanted[0] if wanted else int(np.where(plot.shown, apart, np.inf).argmin())
        self._into_sight(plot)

    def go(self, down: int, right: int) -> None:
        """Goes to the nearest mark in a quarter of the plane, and brings it into sight."""
        plot = self._plot
        if plot is None or not self._is_there(self._current):
            self.begin()
            return
        steps = self.pixels(plot.coordinates) - self.pixels(plot.coordinates[self._current])
        along, across = steps @ (right, down), np.abs(steps @ (down, right))
        there = plot.shown & (along > 0) & (across <= along)
        if there.any():
            self._current = int(np.where(there, along**2 + across**2, np.inf).argmin())
        self._into_sight(plot)

    def _into_sight(self, plot: Plot) -> None:
        place, size = self.pixels(plot.coordinates[self._current]), np.array([self.width(), self.height()])
        inward = np.clip(place, np.minimum(MARGIN, size / 2), np.maximum(size - MARGIN, size / 2)) - place
        if inward.any():
            self.pan(*inward.tolist())

    def pick(self, key: Qt.Key) -> None:
        """Enter opens the current cloud; Space takes it into the selection, or out of it."""
        plot, row = self._plot, self._current
        if plot is None or not self._is_there(row):
            return
        if key == Qt.Key.Key_Space:
            chosen = plot.selected is not None and bool(plot.selected[row])
            self.rowsChosen.emit(np.array([row]), "remove" if chosen else "add")
        else:
            self.rowOpened.emit(row)

    def point(self) -> None:
        """Names the current mark."""
        if self._plot is not None and self._is_there(self._current):
            self.hovered = self._current
            place = self.pixels(self._plot.coordinates[self._current])
            self.rowHovered.emit(self._current, QPointF(*place).toPoint())

    def unpoint(self) -> None:
        """Names nothing any more."""
        self._hover(None, QPointF())

    def leaveEvent(self, event: QEvent) -> None:
        """Points at nothing any more, or at what is current."""
        self._hover(None, QPointF())
        if self.walking:
            self.point()
        super().leaveEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keeps the whole map in sight where it was."""
        super().resizeEvent(event)
        if self._fits:
            self._fit()

    def sizeHint(self) -> QSize:
        """Returns a size at which a map is readable."""
        return QSize(480, 360)

    def _outline(self) -> list[QPointF]:
        if self.tool == "rectangle" and len(self._path) > 1:
            box = QRectF(self._path[0], self._path[-1]).normalized()
            return [box.topLeft(), box.topRight(), box.bottomRight(), box.bottomLeft()]
        return self._path

    def _hover(self, row: int | None, place: QPointF) -> None:
        if row != self.hovered:
            self.hovered = row
            self.rowHovered.emit(-1 if row is None else row, place.toPoint())
            self.update()
