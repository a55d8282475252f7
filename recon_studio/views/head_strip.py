"""All heads of a layer side by side: the cloud's patches, small, as each head looks at them. A click or an arrow chooses one."""

from typing import Any

import numpy as np
from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QHelpEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QToolTip

from recon_studio.scene.colours import GROUNDS, apply_map, attention_map, diverging_map
from recon_studio.scene.explain import Heads, describe_head
from recon_studio.state.app_state import Floats, Theme
from recon_studio.views.theme import COLOURS, SMALL, text_font
from recon_studio.views.walked import Cell, Cells

_LEAST = 40  # pixels a head needs
_MOST = 64
_WORDS = 14
_GAP = 4


class HeadStrip(Cells):
    """Emits the head chosen: -1 for the mean, else counted from 0."""

    headChosen = Signal(int)

    def __init__(self) -> None:
        super().__init__("Attention heads")
        self._heads: Heads | None = None
        self._centres: Floats | None = None
        self._camera: Any = None
        self._theme: Theme = "light"
        self._why = ""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def show_heads(self, heads: Heads | None, centres: Floats | None, theme: Theme, why: str) -> None:
        """Shows heads of patches at centres (G, 3); where there are none, why."""
        self._heads, self._centres, self._theme, self._why = heads, centres, theme, why
        known = "" if heads is None else f"{describe_head(heads.chosen - 1)} of {len(heads.rows) - 1} is chosen"
        self.setAccessibleDescription(known or why)
        self.current = self.start()
        self.settle()
        self.updateGeometry()
        self.update()

    def set_camera(self, camera: Any) -> None:
        """Looks at the patches from where the views do."""
        if camera != self._camera:
            self._camera = camera
            self.update()

    # ------------------------------------------------------------ places
    def _grid(self) -> tuple[int, int]:
        """Columns, and pixels of a side; rows are as even as they can be."""
        count = 5 if self._heads is None else len(self._heads.rows)
        width = max(self.width(), 1)
        most = max(1, min(count, (width + _GAP) // (_LEAST + _GAP)))
        columns = -(-count // -(-count // most))
        return columns, min(_MOST, (width + _GAP) // columns - _GAP)

    def sizeHint(self) -> QSize:
        """Returns the rows' height at the present width."""
        columns, side = self._grid()
        rows = 1 if self._heads is None else -(-len(self._heads.rows) // columns)
        return QSize(5 * _LEAST, rows * (side + _WORDS + _GAP) - _GAP)

    def minimumSizeHint(self) -> QSize:
        """Returns one row."""
        return QSize(2 * _LEAST, self.sizeHint().height())

    def resizeEvent(self, _event: object) -> None:
        """Makes room for the rows that the new width needs."""
        self.current = self.start()
        self.updateGeometry()

    def place(self, row: int) -> QRect:
        """Returns where a head lies: row 0 is the mean."""
        columns, side = self._grid()
        return QRect((row % columns) * (side + _GAP), (row // columns) * (side + _WORDS + _GAP), side, side)

    def _at(self, point: QPointF) -> int | None:
        rows = 0 if self._heads is None else len(self._heads.rows)
        return next((row for row in range(rows) if self.place(row).adjusted(0, 0, 0, _WORDS).contains(point.toPoint())), None)

    # ------------------------------------------------------------ painting
    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paints each head's patches on their scale, far ones first."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(text_font(SMALL))
        if self._heads is None or self._centres is None:
            painter.setPen(QColor(COLOURS[self._theme].muted))
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextWordWrap, self._why)
            painter.end()
            return
        table = diverging_map(self._theme) if self._heads.signed else attention_map(self._theme)
        _, side = self._grid()
        places, order = self._projected(side)
        for row, values in enumerate(self._heads.rows):
            self._paint_head(painter, row, places[order], values[order], apply_map(values[order], *self._heads.span, table))
        self.paint_cursor(painter, self._theme)
        painter.end()

    def _projected(self, side: int) -> tuple[Floats, Any]:
        """Pixels (G, 2) of the centres within a square, and the order to paint them in."""
        assert self._centres is not None
        axes = np.eye(3) if self._camera is None else self._camera.axes
        turned = (self._centres - (self._centres.max(0) + self._centres.min(0)) / 2) @ axes.T
        reach = max(float(np.linalg.norm(turned, axis=1).max()), 1e-6)
        places = turned[:, :2] * np.array([1, -1]) / reach * (side / 2 - 5) + side / 2
        return places.astype(np.float32), np.argsort(turned[:, 2])

    def _paint_head(self, painter: QPainter, row: int, places: Floats, values: Floats, colours: Any) -> None:
        assert self._heads is not None
        shades, area = COLOURS[self._theme], self.place(row)
        chosen = row == self._heads.chosen
        painter.setPen(QPen(QColor(shades.accent if chosen else shades.line), 2 if chosen else 1))
        painter.setBrush(QColor(*GROUNDS[self._theme].background))
        painter.drawRoundedRect(QRectF(area).adjusted(1, 1, -1, -1), 5, 5)
        painter.setPen(Qt.PenStyle.NoPen)
        ghost = QColor(*GROUNDS[self._theme].ghost)
        for (x, y), value, colour in zip(places.tolist(), values, colours, strict=True):
            absent = bool(np.isnan(value))
            painter.setBrush(ghost if absent else QColor(*(int(part) for part in colour)))
            radius = 1.4 if absent else 2.6
            painter.drawEllipse(QPointF(area.x() + x, area.y() + y), radius, radius)
        painter.setPen(QColor(shades.accent if chosen else shades.muted))
        painter.setFont(text_font(SMALL, strong=chosen))
        words = "mean" if row == 0 else str(row)
        painter.drawText(QRect(area.x(), area.bottom() + 1, area.width(), _WORDS), Qt.AlignmentFlag.AlignCenter, words)

    # ------------------------------------------------------------ choosing
    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Chooses the head under the pointer."""
        self.rest()
        row = self._at(event.position())
        if row is not None and event.button() == Qt.MouseButton.LeftButton:
            self.headChosen.emit(row - 1)

    def has(self, row: int, column: int) -> bool:
        """Whether a head stands there."""
        columns, _ = self._grid()
        return self._heads is not None and row >= 0 and 0 <= column < columns and row * columns + column < len(self._heads.rows)

    def place_of(self, row: int, column: int) -> QRectF:
        """Returns where it lies."""
        return QRectF(self.place(row * self._grid()[0] + column)).adjusted(1, 1, -1, -1)

    def words_of(self, row: int, column: int) -> str:
        """Says how sharply it looks."""
        return self._words(row * self._grid()[0] + column)

    def start(self) -> Cell:
        """Begins with the chosen one."""
        columns, _ = self._grid()
        return divmod(0 if self._heads is None else self._heads.chosen, columns)

    def pick_cell(self, row: int, column: int) -> None:
        """Chooses a head."""
        self.headChosen.emit(row * self._grid()[0] + column - 1)

    def go(self, down: int, right: int) -> None:
        """Goes on in the next line at the end of one."""
        if right:
            self.step(right)
        else:
            super().go(down, right)

    def to(self, row: int, column: int) -> None:
        """Chooses a head at once, as arrows do among buttons of which one is down."""
        self.pick_cell(row, column)

    def step(self, by: int) -> None:
        """Chooses the head so many places on."""
        if self._heads is not None:
            self.headChosen.emit((self._heads.chosen + by) % len(self._heads.rows) - 1)

    def event(self, event: Any) -> bool:
        """Says of the head under the pointer how sharply it looks."""
        if isinstance(event, QHelpEvent) and self._heads is not None:
            row = self._at(QPointF(event.pos()))
            if row is not None:
                QToolTip.showText(event.globalPos(), f"{self._words(row)} All heads share one scale; arrows choose, too.", self)
                return True
        return super().event(event)

    def _words(self, row: int) -> str:
        assert self._heads is not None
        values = self._heads.rows[row]
        best = int(np.nanargmax(np.abs(values)))
        return f"{describe_head(row - 1)}: most on patch {best}, {100 * float(values[best]):.1f} %."
