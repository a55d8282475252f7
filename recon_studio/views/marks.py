"""Marks of a scatter plot: each kind is painted once, smoothly, and then copied to fifty thousand places in one call.

``QPainter.drawPixmapFragments`` wants an array of C++ structures of ten doubles each; a numpy array is one, and drawing from it takes
8 ms for 50,000 marks, where a Python object a mark would take a hundred times as long.
"""

from typing import cast

import numpy as np
import numpy.typing as npt
import shiboken6
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QFont, QFontMetricsF, QPainter, QPainterPath, QPen, QPixmap, QPolygonF

from recon_studio.scene.map import Colour
from recon_studio.state.app_state import Indices

_X, _Y, _LEFT, _TOP, _WIDTH, _HEIGHT, _SCALE_X, _SCALE_Y, _TURN, _OPACITY = range(10)
DIMMED = 0.13
RING = 1.2  # logical pixels that the line of a hollow mark is wide


def path_of(shape: str, x: float, y: float, radius: float) -> QPainterPath:
    """Returns a mark's outline; all shapes cover about the same area."""
    path = QPainterPath()
    if shape == "square":
        side = radius * 0.88
        path.addRect(QRectF(x - side, y - side, 2 * side, 2 * side))
    elif shape in ("triangle", "diamond", "cross"):
        path.addPolygon(QPolygonF([QPointF(x + radius * dx, y + radius * dy) for dx, dy in OUTLINES[shape]]))
        path.closeSubpath()
    else:
        path.addEllipse(QPointF(x, y), radius, radius)
    return path


OUTLINES = {
    "triangle": ((0.0, -1.3), (1.2, 0.85), (-1.2, 0.85)),
    "diamond": ((0.0, -1.28), (1.28, 0.0), (0.0, 1.28), (-1.28, 0.0)),
    "cross": tuple(
        (x * 1.2, y * 1.2)
        for x, y in (
            (-0.36, -1), (0.36, -1), (0.36, -0.36), (1, -0.36), (1, 0.36), (0.36, 0.36),
            (0.36, 1), (-0.36, 1), (-0.36, 0.36), (-1, 0.36), (-1, -0.36), (-0.36, -0.36),
        )
    ),
}  # fmt: skip
"""Corners in units of the radius."""


class Marks:
    """The kinds of mark of one picture, side by side in one pixmap, and where each of n marks goes."""

    def __init__(self) -> None:
        self._sheet = QPixmap()
        self._cell = 1
        self._count = 0
        self._fragments: npt.NDArray[np.float64] = np.zeros((0, 10))

    def set_kinds(self, styles: tuple[tuple[Colour, str], ...], radius: float, paper: str, ratio: float) -> None:
        """Paints every kind once.

        Args:
            styles: colour and shape of each.
            radius: in logical pixels.
            paper: colour of the thin rim that parts marks lying over each other.
            ratio: device pixels a logical pixel.
        """
        painter, cell = self._begin((2 * 1.35 * radius + 2) * ratio, len(styles))
        rim = QColor(paper)
        rim.setAlphaF(0.85)
        for place, (colour, shape) in enumerate(styles):
            path = path_of(shape, place * cell + cell / 2, cell / 2, radius * ratio)
            painter.setPen(QPen(rim, 0.9 * ratio) if radius > 2 else Qt.PenStyle.NoPen)
            painter.setBrush(QBrush(QColor(*colour)))
            painter.drawPath(path)
        painter.end()

    def set_rings(self, count: int, radius: float, ink: str, ratio: float) -> None:
        """Makes all marks hollow circles.

        Args:
            count: how many marks there are.
            radius: in logical pixels.
            ink: colour of the line.
            ratio: device pixels a logical pixel.
        """
        painter, cell = self._begin((2 * radius + RING + 2) * ratio, 1)
        painter.setPen(QPen(QColor(ink), RING * ratio))
        painter.drawEllipse(QPointF(cell / 2, cell / 2), radius * ratio, radius * ratio)
        painter.end()
        self.set_style(np.zeros(count, np.int64))

    def _begin(self, side: float, count: int) -> tuple[QPainter, int]:
        """Begins a sheet for so many kinds of mark, each in a cell of at least that side, and tells the cell's."""
        cell = int(np.ceil(side)) | 1
        self._cell, self._count = cell, count
        self._sheet = QPixmap(cell * max(1, count), cell)
        self._sheet.fill(Qt.GlobalColor.transparent)
        painter = QPainter(self._sheet)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        return painter, cell

    def set_style(self, style: Indices) -> None:
        """Says of which kind each mark is (n,)."""
        count = len(style)
        fragments = np.zeros((count, 10))
        fragments[:, _LEFT] = style * self._cell
        fragments[:, _WIDTH] = fragments[:, _HEIGHT] = self._cell
        fragments[:, _SCALE_X] = fragments[:, _SCALE_Y] = fragments[:, _OPACITY] = 1.0
        self._fragments = fragments

    def draw(
        self, painter: QPainter, pixels: npt.NDArray[np.float64], order: Indices, ratio: float, dimmed: npt.NDArray[np.bool_] | None
    ) -> None:
        """Copies marks to their places.

        Args:
            painter: on a device of that ratio.
            pixels: (n, 2) logical pixels.
            order: rows to draw, the last one on top.
            ratio: device pixels a logical pixel.
            dimmed: (n,) which are to step back; None: none.
        """
        if not len(order) or not self._count:
            return
        chosen = np.ascontiguousarray(self._fragments[order])
        chosen[:, :2] = np.rint(pixels[order] * ratio) if ratio == 1.0 else pixels[order] * ratio
        if dimmed is not None:
            chosen[:, _OPACITY] = np.where(dimmed[order], DIMMED, 1.0)
        painter.save()
        painter.scale(1 / ratio, 1 / ratio)
        first = cast(QPainter.PixmapFragment, shiboken6.wrapInstance(chosen.ctypes.data, QPainter.PixmapFragment))
        painter.drawPixmapFragments(first, len(chosen), self._sheet)
        painter.restore()


def rimmed(font: QFont, words: str, colour: str, paper: str, ratio: float) -> QPixmap:
    """Paints words with a rim in the colour of the paper, which read on any marks, on nothing."""
    measure = QFontMetricsF(font)
    width, height = measure.horizontalAdvance(words) + 10, measure.height() + 8
    drawn = QPixmap(round(width * ratio), round(height * ratio))
    drawn.setDevicePixelRatio(ratio)
    drawn.fill(Qt.GlobalColor.transparent)
    path = QPainterPath()
    path.addText(QPointF(5, 4 + measure.ascent()), font, words)
    painter = QPainter(drawn)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    rim = QColor(paper)
    rim.setAlphaF(0.9)
    painter.setPen(QPen(rim, 3.2, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin))
    painter.drawPath(path)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(colour))
    painter.drawPath(path)
    painter.end()
    return drawn
