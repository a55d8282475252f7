"""Which labels were called what: a matrix of counts, coloured by share; a click on a cell, or Enter, asks for its clouds."""

import numpy as np
from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetrics, QHelpEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QToolTip

from recon_model.counts import counted, grouped, were
from recon_studio.state.app_state import Theme
from recon_studio.state.words import Confusion
from recon_studio.views.theme import COLOURS, GRID, SMALL, text_font
from recon_studio.views.walked import Cell, Cells

LEAST, MOST = 18, 44  # pixels, the side of a cell
EDGE = 14 * GRID
"""Most room the labels may take."""


class ConfusionView(Cells):
    """Rows are labels, columns the names they were given; the right one of each row is framed."""

    cellChosen = Signal(object)  # (label, name), or None: the chosen one was clicked again
    told = Signal(str)  # what the keyboard is on, in words

    def __init__(self) -> None:
        super().__init__("Confusion matrix")
        self._matrix: Confusion | None = None
        self._cell: tuple[str, str] | None = None
        self._theme: Theme = "light"
        self._edges: tuple[int, int] | None = None  # room for labels and names, measured once
        self.setMouseTracking(True)

    def show_matrix(self, matrix: Confusion | None, cell: tuple[str, str] | None, theme: Theme) -> None:
        """Shows counts, with one cell chosen."""
        if matrix is not self._matrix:
            self._edges = None
        self._matrix, self._cell, self._theme = matrix, cell, theme
        if matrix is not None:
            self.setAccessibleDescription(
                f"{grouped(matrix.right)} of {counted(matrix.clouds, 'labelled cloud')} {were(matrix.right)} given the name of their label."
            )
        self.settle()
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """Returns what the matrix needs at its smallest."""
        if self._matrix is None:
            return QSize(0, 0)
        left, top = self._margins()
        rows, columns = self._matrix.counts.shape
        return QSize(left + columns * LEAST + GRID, top + rows * LEAST + GRID)

    def minimumSizeHint(self) -> QSize:
        """Returns the same: cells are never squeezed."""
        return self.sizeHint()

    def cell_rect(self, row: int, column: int) -> QRect:
        """Returns where a cell is painted."""
        left, top = self._margins()
        side = self._side()
        return QRect(left + column * side, top + row * side, side - 1, side - 1)

    def _margins(self) -> tuple[int, int]:
        if self._edges is None:
            self._edges = self._measure()
        return self._edges

    def _measure(self) -> tuple[int, int]:
        assert self._matrix is not None
        measure = QFontMetrics(text_font(SMALL))
        longest = [
            max((measure.horizontalAdvance(text) for text in texts), default=0) for texts in (self._matrix.labels, self._matrix.names)
        ]
        return min(longest[0] + 4, EDGE) + GRID, min(longest[1] + 4, EDGE) + GRID

    def _side(self) -> int:
        assert self._matrix is not None
        left, top = self._margins()
        rows, columns = self._matrix.counts.shape
        fits = min((self.width() - left - GRID) // max(columns, 1), (self.height() - top - GRID) // max(rows, 1))
        return int(max(LEAST, min(MOST, fits)))

    def _at(self, place: QPoint) -> tuple[int, int] | None:
        if self._matrix is None:
            return None
        left, top = self._margins()
        column, row = (place.x() - left) // self._side(), (place.y() - top) // self._side()
        rows, columns = self._matrix.counts.shape
        return (row, column) if 0 <= row < rows and 0 <= column < columns else None

    def has(self, row: int, column: int) -> bool:
        """Whether there is such a cell."""
        return self._matrix is not None and 0 <= row < len(self._matrix.labels) and 0 <= column < len(self._matrix.names)

    def place_of(self, row: int, column: int) -> QRectF:
        """Returns where a cell lies."""
        return QRectF(self.cell_rect(row, column))

    def words_of(self, row: int, column: int) -> str:
        """Says what a cell counts."""
        return self.in_words(row, column)

    def start(self) -> Cell:
        """Begins with the chosen cell."""
        if self._matrix is None or self._cell is None:
            return self.current
        label, name = self._cell
        known = label in self._matrix.labels and name in self._matrix.names
        return (self._matrix.labels.index(label), self._matrix.names.index(name)) if known else self.current

    def point(self) -> None:
        """Says the current cell beside the matrix, too."""
        super().point()
        if self.has(*self.current):
            self.told.emit(self.in_words(*self.current))

    def unpoint(self) -> None:
        """Says nothing any more."""
        self.told.emit("")

    def pick_cell(self, row: int, column: int) -> None:
        """Chooses a cell, or lets go of the chosen one."""
        if self._matrix is not None and self._matrix.counts[row, column]:
            cell = (self._matrix.labels[row], self._matrix.names[column])
            self.cellChosen.emit(None if cell == self._cell else cell)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Picks the cell under the pointer."""
        self.rest()
        found = self._at(event.position().toPoint())
        if found is not None:
            self.pick_cell(*found)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Says by the pointer where there is something to choose."""
        found = self._at(event.position().toPoint())
        full = found is not None and self._matrix is not None and bool(self._matrix.counts[found])
        self.setCursor(Qt.CursorShape.PointingHandCursor if full else Qt.CursorShape.ArrowCursor)

    def event(self, event: object) -> bool:
        """Says in words what a cell counts."""
        if isinstance(event, QHelpEvent):
            found = self._at(event.pos())
            QToolTip.showText(event.globalPos(), "" if found is None else self.in_words(*found), self)
            return True
        return super().event(event)  # type: ignore[arg-type]

    def in_words(self, row: int, column: int) -> str:
        """Says what a cell counts."""
        assert self._matrix is not None
        count, total = int(self._matrix.counts[row, column]), int(self._matrix.counts[row].sum())
        label, name = self._matrix.labels[row], self._matrix.names[column]
        share = f" ({100 * count / total:.0f} %)" if total else ""
        return f"{grouped(count)} of {counted(total, 'cloud')} labelled {label} {were(count)} called {name}{share}." + (
            "\nA click or Enter shows them." if count else ""
        )

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paints the cells in sight."""
        if self._matrix is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(text_font(SMALL))
        self._paint_edges(painter)
        colours = COLOURS[self._theme]
        shares = self._matrix.counts / np.maximum(self._matrix.counts.sum(1, keepdims=True), 1)
        (left, top), side = self._margins(), self._side()
        for row, column in np.ndindex(*self._matrix.counts.shape):
            cell = QRect(left + column * side, top + row * side, side - 1, side - 1)
            if not cell.intersects(event.rect()):
                continue
            share, count = float(shares[row, column]), int(self._matrix.counts[row, column])
            right = self._matrix.of_name[row] == column
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(_blend(colours.hover, colours.accent if right else colours.error, share))
            painter.drawRect(cell)
            chosen = self._cell == (self._matrix.labels[row], self._matrix.names[column])
            if right or chosen:
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.setPen(QColor(colours.text if chosen else colours.muted))
                painter.drawRect(QRectF(cell).adjusted(0.5, 0.5, -0.5, -0.5))
            if count:
                painter.setPen(QColor(colours.on_accent if share > 0.5 else colours.text))
                painter.drawText(cell, int(Qt.AlignmentFlag.AlignCenter), str(count) if count < 1000 else "…")
        self.paint_cursor(painter, self._theme)
        painter.end()

    def _paint_edges(self, painter: QPainter) -> None:
        """Paints the labels at the left, and the names at the top, upright."""
        assert self._matrix is not None
        colours = COLOURS[self._theme]
        left, top = self._margins()
        side = self._side()
        measure = QFontMetrics(painter.font())
        for row, label in enumerate(self._matrix.labels):
            painter.setPen(QColor(colours.text if self._matrix.of_name[row] >= 0 else colours.muted))
            text = measure.elidedText(label, Qt.TextElideMode.ElideRight, left - GRID)
            area = QRect(0, top + row * side, left - GRID // 2, side)
            painter.drawText(area, int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter), text)
        painter.setPen(QColor(colours.text))
        for column, name in enumerate(self._matrix.names):
            painter.save()
            painter.translate(QPointF(left + (column + 0.5) * side, top - GRID / 2))
            painter.rotate(-90)
            text = measure.elidedText(name, Qt.TextElideMode.ElideRight, top - GRID)
            painter.drawText(QRectF(0, -side / 2, top, side), int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter), text)
            painter.restore()


def _blend(ground: str, ink: str, share: float) -> QColor:
    below, above = QColor(ground), QColor(ink)
    parts = zip((below.redF(), below.greenF(), below.blueF()), (above.redF(), above.greenF(), above.blueF()), strict=True)
    return QColor.fromRgbF(*(low + (high - low) * share for low, high in parts))
