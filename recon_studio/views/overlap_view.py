"""Why there are more rebuilt points than hidden ones: the cloud's points by who sees them, above the points that are rebuilt."""

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from recon_model.counts import counted, grouped
from recon_model.serve.messages import Overlap
from recon_studio.scene.colours import GROUNDS
from recon_studio.state.app_state import Theme
from recon_studio.views.theme import COLOURS, GRID, SMALL, text_font

_BAR = 3 * GRID


class OverlapView(QWidget):
    """Two bars on one scale of points, their parts named."""

    def __init__(self) -> None:
        super().__init__()
        self._overlap: Overlap | None = None
        self._theme: Theme = "light"
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(40 * GRID, 14 * GRID)
        self.setAccessibleName("Points by who sees them")

    def show_overlap(self, overlap: Overlap | None, theme: Theme) -> None:
        """Shows the counts of a mask."""
        if overlap is not self._overlap or theme != self._theme:
            self._overlap, self._theme = overlap, theme
            self.setAccessibleDescription(
                "" if overlap is None else "; ".join(f"{words} {grouped(count)}" for words, count, _ in self.parts(overlap))
            )
            self.update()

    def parts(self, overlap: Overlap) -> tuple[tuple[str, int, QColor], ...]:
        """Returns the cloud's points in parts: words, count, colour; the colours are those of the Seen view."""
        ground = GROUNDS[self._theme]
        return (
            ("seen in visible patches only", overlap.seen - overlap.leaked, QColor(*ground.context)),
            ("leaked: in a hidden and in a visible patch", overlap.leaked, QColor(*ground.leaked)),
            ("truly hidden", overlap.truly_hidden, QColor(*ground.withheld)),
            ("in no patch", overlap.uncovered, QColor(*ground.ghost)),
        )

    def columns(self) -> dict[str, list[object]]:
        """The counts as a table."""
        if self._overlap is None:
            return {"points": [], "count": []}
        parts = [*((words, count) for words, count, _ in self.parts(self._overlap)), ("rebuilt", self._overlap.rebuilt)]
        return {"points": [words for words, _ in parts], "count": [count for _, count in parts]}

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paints both bars."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self.draw(painter)
        painter.end()

    def draw(self, painter: QPainter) -> None:
        """Paints on any device."""
        overlap, shades = self._overlap, COLOURS[self._theme]
        painter.setFont(text_font(SMALL))
        if overlap is None:
            painter.setPen(QColor(shades.muted))
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, "Open a cloud to see what its mask hides.")
            return
        parts = self.parts(overlap)
        total = sum(count for _, count, _ in parts)
        widest = max(total, overlap.rebuilt, 1)
        left, room = 11 * GRID, self.width() - 12 * GRID
        self._bar(painter, QRectF(left, 4, room, _BAR), counted(total, "point"), [(c, colour) for _, c, colour in parts], widest)
        rebuilt = [(overlap.rebuilt, QColor(shades.good))]
        self._bar(painter, QRectF(left, 4 + _BAR + GRID, room, _BAR), f"{grouped(overlap.rebuilt)} rebuilt", rebuilt, widest)
        below = QRectF(left, 4 + 2 * (_BAR + GRID), room, 0)
        ends = self._legend(painter, below, [*parts, ("rebuilt, patch by patch", overlap.rebuilt, rebuilt[0][1])])
        painter.setPen(QColor(shades.text))
        painter.setFont(text_font())
        painter.drawText(QRectF(left, ends + GRID, room, 60), Qt.TextFlag.TextWordWrap, overlap.sentence)

    def _bar(self, painter: QPainter, place: QRectF, words: str, parts: list[tuple[int, QColor]], widest: int) -> None:
        painter.setPen(QColor(COLOURS[self._theme].text))
        painter.drawText(
            QRectF(0, place.y(), place.x() - GRID, place.height()), Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, words
        )
        x = place.x()
        for count, colour in parts:
            wide = place.width() * count / widest
            painter.fillRect(QRectF(x, place.y(), wide, place.height()), colour)
            if wide > 32:
                painter.setPen(QColor("#ffffff" if colour.lightnessF() < 0.6 else "#1a1f26"))
                painter.drawText(QRectF(x, place.y(), wide, place.height()), Qt.AlignmentFlag.AlignCenter, grouped(count))
            x += wide

    def _legend(self, painter: QPainter, place: QRectF, parts: list[tuple[str, int, QColor]]) -> float:
        """Names the colours; returns where the last line ends."""
        metrics, x, y = QFontMetricsF(painter.font()), place.x(), place.y()
        for words, _, colour in parts:
            wide = metrics.horizontalAdvance(words) + 16
            if x + wide > place.right() and x > place.x():
                x, y = place.x(), y + 2 * GRID
            painter.fillRect(QRectF(x, y + 3, 9, 9), colour)
            painter.setPen(QColor(COLOURS[self._theme].muted))
            painter.drawText(QRectF(x + 13, y, wide, 15), Qt.AlignmentFlag.AlignVCenter, words)
            x += wide + 2 * GRID
        return y + 2 * GRID
