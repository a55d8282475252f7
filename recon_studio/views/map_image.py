"""The map as an image for a paper: what is in sight, at twice the size, with its legend and how it was made."""

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetrics, QImage, QPainter

from recon_model.counts import grouped
from recon_studio.scene.map import Colouring, recipe
from recon_studio.state.app_state import AppState
from recon_studio.views.map_panels import ROW, paint_scale
from recon_studio.views.marks import path_of
from recon_studio.views.scatter import ScatterView
from recon_studio.views.theme import COLOURS, GRID, SMALL, painting, text_font

SCALE = 2.0
LEGEND, FOOT = 24 * GRID, 4 * GRID
_FULL, _TIGHT = ROW, 13


def map_image(scatter: ScatterView, state: AppState, colouring: Colouring | None, *, scale: float = SCALE, note: str = "") -> QImage:
    """Paints what the scatter plot shows, the legend beside it, and the recipe beneath; the recipe is also the image's description.

    ``note`` takes the recipe's place beneath, such as the name of a checkpoint.
    """
    colours = COLOURS[state.theme]
    width, height = scatter.width() + LEGEND, scatter.height() + FOOT
    image = QImage(round(width * scale), round(height * scale), QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(scale)
    image.fill(QColor(colours.panel))
    projection = state.map.projection
    if projection is None or colouring is None:
        return image
    made = note or recipe(projection)
    image.setText("Description", made)
    with painting(image) as painter:
        painter.setClipRect(QRect(0, 0, scatter.width(), scatter.height()))
        scatter.paint(painter, scale, pointer=False)
        painter.setClipping(False)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        _paint_legend(painter, QRect(scatter.width(), 0, LEGEND, scatter.height()), colouring, state)
        painter.setFont(text_font(SMALL))
        painter.setPen(QColor(colours.muted))
        foot = QRect(2 * GRID, scatter.height(), width - 4 * GRID, FOOT)
        painter.drawText(
            foot, Qt.AlignmentFlag.AlignVCenter, QFontMetrics(painter.font()).elidedText(made, Qt.TextElideMode.ElideRight, foot.width())
        )
    return image


def _paint_legend(painter: QPainter, area: QRect, colouring: Colouring, state: AppState) -> None:
    colours = COLOURS[state.theme]
    left, top = area.left() + GRID, area.top() + 2 * GRID
    painter.setPen(QColor(colours.text))
    painter.setFont(text_font(strong=True))
    painter.drawText(QRect(left, top, area.width() - 2 * GRID, ROW), Qt.AlignmentFlag.AlignVCenter, colouring.title)
    if not colouring.groups:
        paint_scale(painter, QRectF(left, top + ROW + 4, area.width() - 3 * GRID, 10), colouring, state.theme)
        return
    groups = [group for group in colouring.groups if group.name not in state.map.hidden]
    step = min(_FULL, max(_TIGHT, (area.height() - 6 * GRID) // max(len(groups), 1)))  # all may be hidden
    painter.setFont(text_font(SMALL))
    measure = QFontMetrics(painter.font())
    for place, group in enumerate(groups):
        middle = top + ROW + 4 + place * step + step // 2
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(*group.colour))
        painter.drawPath(path_of(group.shape, left + 6, middle, 4.6))
        painter.setPen(QColor(colours.text))
        words = measure.elidedText(f"{group.name} ({grouped(group.count)})", Qt.TextElideMode.ElideRight, area.width() - 5 * GRID)
        painter.drawText(QRect(left + 18, middle - 8, area.width() - 4 * GRID, 16), Qt.AlignmentFlag.AlignVCenter, words)
