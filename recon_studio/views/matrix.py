"""Attention as a matrix: rows ask, columns are looked at. And the matrices of all layers and heads, small, to choose from."""

from typing import Any

import numpy as np
from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QImage, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy

from recon_studio.scene.colours import Bytes, apply_map, attention_map, patch_palette
from recon_studio.scene.explain import Matrix, describe_token
from recon_studio.state.app_state import Floats, Theme
from recon_studio.views.theme import COLOURS, GRID, SMALL, text_font
from recon_studio.views.walked import Cell, Cells

_KEY = 10  # pixels of the strips that name rows and columns by their patch's colour
_LABEL = 28  # pixels for the names of the queries
_GAP = 2
_BAR = 52  # pixels for the colour bar at the right


class MatrixView(Cells):
    """Emits the patch of the column under the pointer, and what is clicked: a row's token, or a column's patch on the strip above.

    To the keyboard that strip is row -1.
    """

    patchHovered = Signal(object)  # int, or None
    tokenPicked = Signal(object)  # Asker
    patchPicked = Signal(int)
    told = Signal(str)  # what lies under the pointer, in words

    def __init__(self) -> None:
        super().__init__("Attention matrix")
        self._matrix: Matrix | None = None
        self._theme: Theme = "light"
        self._image: QImage | None = None
        self._span = (0.0, 0.0)
        self._groups = 0
        self._asked: int | None = None  # the row of the query
        self._column: int | None = None
        self._row: int | None = None
        self.setMouseTracking(True)
        self.setToolTip("Arrows go from cell to cell, up to the strip above; Enter does what a click does.")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(QSize(30 * GRID, 16 * GRID))

    def show_matrix(self, matrix: Matrix | None, asked: int | None, groups: int, theme: Theme) -> None:
        """Shows a matrix of patches of ``groups``, the asked row marked."""
        if matrix is not None and (matrix is not self._matrix or theme != self._theme):
            self._span = (0.0, float(matrix.values.max()) if matrix.values.size else 0.0)
            self._image = _image(apply_map(matrix.values.ravel(), *self._span, attention_map(theme)).reshape(*matrix.values.shape, 3))
        self._matrix, self._asked, self._groups, self._theme = matrix, asked, groups, theme
        shape = "nothing yet" if matrix is None else f"{len(matrix.askers)} tokens over {len(matrix.patches)} patches"
        self.setAccessibleDescription(shape)
        self.settle()
        self.update()

    def set_hover(self, patch: int | None) -> None:
        """Marks the column and the row of a patch under the pointer elsewhere."""
        column = row = None
        if self._matrix is not None and patch is not None:
            column, row = self._matrix.column_of(patch), self._matrix.row_of("patch", patch)
        if (column, row) != (self._column, self._row):
            self._column, self._row = column, row
            self.update()

    # ------------------------------------------------------------ places
    def area(self) -> QRect:
        """Returns where the cells lie."""
        left, top = _LABEL + _KEY + _GAP, _KEY + _GAP
        room = QSize(max(8, self.width() - left - _BAR), max(8, self.height() - top))
        if self._matrix is None:
            return QRect(QPointF(left, top).toPoint(), room)
        rows, columns = self._matrix.values.shape
        tall = room.height()
        wide = min(room.width(), round(tall * columns / max(rows, 1) * 5))  # cells at most so much wider than tall
        return QRect(left, top, wide, tall)

    def cell(self, row: int, column: int) -> QRectF:
        """Returns where one cell lies."""
        area = self.area()
        assert self._matrix is not None
        rows, columns = self._matrix.values.shape
        wide, tall = area.width() / columns, area.height() / rows
        return QRectF(area.x() + column * wide, area.y() + row * tall, wide, tall)

    def _under(self, place: QPointF) -> tuple[int | None, int | None]:
        """The row and the column at a place; the strips beside the cells count to them."""
        if self._matrix is None:
            return None, None
        area, (rows, columns) = self.area(), self._matrix.values.shape
        row = int((place.y() - area.y()) / area.height() * rows) if place.y() >= area.y() else None
        column = int((place.x() - area.x()) / area.width() * columns) if place.x() >= area.x() else None
        return (
            row if row is not None and row < rows else None,
            column if column is not None and column < columns else None,
        )

    # ------------------------------------------------------------ painting
    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paints cells, the strips that name them, and what is marked."""
        painter = QPainter(self)
        self.draw(painter)
        painter.end()

    def draw(self, painter: QPainter) -> None:
        """Paints on any device."""
        matrix, shades = self._matrix, COLOURS[self._theme]
        if matrix is None or self._image is None:
            painter.setPen(QColor(shades.muted))
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, "Open a cloud to see who looks where.")
            return
        area = self.area()
        # Enlarged first: programs that show an SVG would blur its small pictures.
        sharp = self._image.size() * 8
        painter.drawImage(area, self._image.scaled(sharp, Qt.AspectRatioMode.IgnoreAspectRatio, Qt.TransformationMode.FastTransformation))
        self._paint_keys(painter, matrix)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        rows, columns = matrix.values.shape
        for row, colour, wide in ((self._row, shades.text, 1.0), (self._asked, shades.accent, 1.6)):
            if row is not None and row < rows:
                painter.setPen(QPen(QColor(colour), wide))
                painter.drawRect(self.cell(row, 0).united(self.cell(row, columns - 1)).adjusted(-0.5, -0.5, 0.5, 0.5))
        if self._column is not None and self._column < columns:
            painter.setPen(QPen(QColor(shades.text), 1.0))
            painter.drawRect(self.cell(0, self._column).united(self.cell(rows - 1, self._column)).adjusted(-0.5, -0.5, 0.5, 0.5))
        if matrix.masked:
            painter.setPen(QPen(QColor(shades.muted), 1.0, Qt.PenStyle.DashLine))
            border = self.cell(0, columns - matrix.masked).left()
            painter.drawLine(QPointF(border, area.top()), QPointF(border, area.bottom()))
        self._paint_bar(painter, area)
        self.paint_cursor(painter, self._theme)

    def _paint_keys(self, painter: QPainter, matrix: Matrix) -> None:
        """Names rows and columns by the colours that patches have in the input view; queries by their names."""
        area, shades = self.area(), COLOURS[self._theme]
        palette = patch_palette(self._groups, self._theme)
        painter.setFont(text_font(SMALL))
        for column, patch in enumerate(matrix.patches):
            cell = self.cell(0, column)
            painter.fillRect(QRectF(cell.x(), area.y() - _KEY - _GAP, cell.width(), _KEY), QColor(*(int(part) for part in palette[patch])))
        for row, asker in enumerate(matrix.askers):
            cell = self.cell(row, 0)
            key = QRectF(area.x() - _KEY - _GAP, cell.y(), _KEY, cell.height())
            if asker.token == "patch":
                painter.fillRect(key, QColor(*(int(part) for part in palette[asker.patch])))
        queries = [row for row, asker in enumerate(matrix.askers) if asker.token != "patch"]
        # Rows may be thinner than a line of words: the names stand under each other beside them.
        painter.setPen(QColor(shades.muted))
        tall = max(11.0, self.cell(0, 0).height())
        for place, row in enumerate(queries):
            at = QRectF(0, area.y() + place * tall - 1, _LABEL - 2, tall)
            painter.drawText(at, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, matrix.askers[row].token)

    def _paint_bar(self, painter: QPainter, area: QRect) -> None:
        shades = COLOURS[self._theme]
        strip = QRect(area.right() + 12, area.y(), 8, area.height())
        painter.drawImage(strip, _image(attention_map(self._theme)[::-1][:, None]))
        painter.setPen(QColor(shades.muted))
        painter.setFont(text_font(SMALL))
        for words, place in ((f"{100 * self._span[1]:.0f} %", strip.top()), ("0", strip.bottom() - 14)):
            painter.drawText(QRect(strip.right() + 4, place, _BAR - 20, 14), Qt.AlignmentFlag.AlignLeft, words)

    # ------------------------------------------------------------ pointer and keyboard
    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Marks what is under the pointer, and says what it is."""
        if self._matrix is not None:
            self._mark(*self._under(event.position()))

    def _mark(self, row: int | None, column: int | None) -> None:
        self._row, self._column = row, column
        self.update()
        self.patchHovered.emit(None if column is None or self._matrix is None else int(self._matrix.patches[column]))
        self.told.emit("" if row is None or column is None else self.words_of(row, column))

    def has(self, row: int, column: int) -> bool:
        """Whether there is such a cell."""
        return self._matrix is not None and -1 <= row < len(self._matrix.askers) and 0 <= column < len(self._matrix.patches)

    def place_of(self, row: int, column: int) -> QRectF:
        """Returns where a cell lies; row -1 is the strip."""
        place = self.cell(max(row, 0), column)
        return place if row >= 0 else QRectF(place.x(), self.area().y() - _KEY - _GAP, place.width(), _KEY)

    def start(self) -> Cell:
        """Begins in the row that is asked."""
        return (self.current[0] if self._asked is None else self._asked, self.current[1])

    def point(self) -> None:
        """Marks the current cell as the pointer's is marked."""
        super().point()
        if self.has(*self.current):
            row, column = self.current
            self._mark(row if row >= 0 else None, column)
            self.told.emit(self.words_of(row, column))

    def unpoint(self) -> None:
        """Marks nothing any more."""
        self._mark(None, None)

    def words_of(self, row: int, column: int) -> str:
        """Says what a cell holds; on the strip, which patch it selects."""
        assert self._matrix is not None
        return self.words(row, column) if row >= 0 else f"patch {int(self._matrix.patches[column])}, to be selected"

    def words(self, row: int, column: int) -> str:
        """Says who looks at what, how much."""
        matrix = self._matrix
        assert matrix is not None
        asker = matrix.askers[row]
        mask_rows = matrix.masked > 0
        who = f"mask token {asker.patch}" if mask_rows and asker.token == "patch" else describe_token(asker.token, asker.patch, None)
        masked = column >= matrix.values.shape[1] - matrix.masked
        what = f"{'mask token' if masked else 'patch'} {int(matrix.patches[column])}"
        return f"{who} → {what}: {100 * float(matrix.values[row, column]):.2f} %"

    def leaveEvent(self, _event: object) -> None:
        """Marks nothing any more, or what is current."""
        if self.walking:
            self.point()
        else:
            self._mark(None, None)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Asks the token of the row; on the strip above the cells, selects the patch of the column."""
        self.rest()
        row, column = self._under(event.position())
        if self._matrix is not None and event.button() == Qt.MouseButton.LeftButton and (row, column) != (None, None):
            self.pick_cell(-1 if row is None else row, column or 0)

    def pick_cell(self, row: int, column: int) -> None:
        """Asks the token of a row; on the strip, selects the patch."""
        assert self._matrix is not None
        if row >= 0:
            self.tokenPicked.emit(self._matrix.askers[row])
        else:
            self.patchPicked.emit(int(self._matrix.patches[column]))


class Thumbnails(Cells):
    """Every layer (a column) and head (a row) of the stack, small. A click, or Enter, chooses both."""

    chosen = Signal(int, int)  # layer and head, from 0

    def __init__(self) -> None:
        super().__init__("All layers and heads")
        self._images: list[list[QImage]] = []
        self._chosen = (0, -1)
        self._theme: Theme = "light"
        self.setToolTip("Every layer (a column) and head (a row), each on its own scale; click one, or go there by arrows and press Enter.")
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def show_thumbnails(self, thumbnails: tuple[tuple[Floats, ...], ...], chosen: tuple[int, int], theme: Theme) -> None:
        """Shows matrices by layer and head; head -1 (the mean) marks its whole layer."""
        table = attention_map(theme)
        self._images = [[_image(_scaled(values, table)) for values in layer] for layer in thumbnails]
        self._chosen, self._theme = chosen, theme
        self.setVisible(bool(thumbnails))
        self.settle()
        self._fit()
        self.update()

    def choose(self, chosen: tuple[int, int]) -> None:
        """Marks another layer and head."""
        self._chosen = chosen
        self.update()

    def _side(self) -> float:
        """Pixels a matrix has, gap included."""
        heads = max((len(layer) for layer in self._images), default=1)
        return max(10.0, (self.height() - _KEY - _GAP) / max(heads, 1))

    def _fit(self) -> None:
        self.setFixedWidth(round(min(self._side(), 56) * len(self._images)) + 4)

    def resizeEvent(self, _event: object) -> None:
        """Takes the width that goes with the height."""
        self._fit()

    def place(self, layer: int, head: int) -> QRectF:
        """Returns where one matrix lies."""
        tall = self._side()
        wide = min(tall, 56)
        return QRectF(2 + layer * wide, _KEY + _GAP + head * tall, wide - 4, tall - 4)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paints all matrices, the chosen one framed."""
        painter = QPainter(self)
        shades = COLOURS[self._theme]
        painter.setFont(text_font(SMALL))
        for layer, images in enumerate(self._images):
            painter.setPen(QColor(shades.accent if layer == self._chosen[0] else shades.muted))
            top = self.place(layer, 0)
            painter.drawText(QRectF(top.x(), -1, top.width(), _KEY + 2), Qt.AlignmentFlag.AlignCenter, str(layer + 1))
            for head, image in enumerate(images):
                place = self.place(layer, head)
                painter.drawImage(place, image)
                if layer == self._chosen[0] and self._chosen[1] in (-1, head):
                    painter.setPen(QPen(QColor(shades.accent), 2))
                    painter.drawRect(place.adjusted(-1, -1, 1, 1))
        self.paint_cursor(painter, self._theme)
        painter.end()

    def has(self, row: int, column: int) -> bool:
        """Whether there is such a head of such a layer."""
        return 0 <= column < len(self._images) and 0 <= row < len(self._images[column])

    def place_of(self, row: int, column: int) -> QRectF:
        """Returns where one matrix lies."""
        return self.place(column, row).adjusted(-1, -1, 1, 1)

    def words_of(self, row: int, column: int) -> str:
        """Says which one it is, and whether it is chosen."""
        return f"layer {column + 1}, head {row + 1}{', chosen' if self._chosen in ((column, row), (column, -1)) else ''}"

    def start(self) -> Cell:
        """Begins with the chosen one; of a whole layer, with the first head."""
        return max(self._chosen[1], 0), self._chosen[0]

    def pick_cell(self, row: int, column: int) -> None:
        """Chooses a matrix."""
        self.chosen.emit(column, row)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Chooses the matrix under the pointer."""
        self.rest()
        for layer, images in enumerate(self._images):
            for head in range(len(images)):
                if self.place(layer, head).contains(event.position()):
                    self.chosen.emit(layer, head)


def _scaled(values: Floats, table: Bytes) -> Bytes:
    colours = apply_map(values.ravel(), 0.0, float(values.max()) if values.size else 0.0, table)
    shaped: Bytes = colours.reshape(*values.shape, 3)
    return shaped


def _image(colours: Any) -> QImage:
    """An image of (h, w, 3) bytes."""
    pixels = np.ascontiguousarray(colours)
    height, width = pixels.shape[:2]
    return QImage(pixels.data, width, height, 3 * width, QImage.Format.Format_RGB888).copy()
