"""Pictures of views for paper and slides: any size, with title, caption and scale drawn as large as wanted."""

from dataclasses import dataclass

from PySide6.QtCore import QBuffer, QIODevice, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QImage, QPainter

from recon_studio.scene.colours import GROUNDS
from recon_studio.scene.picture import ViewPicture
from recon_studio.state.app_state import Theme
from recon_studio.state.report import Picture
from recon_studio.views.bench_view import BenchView
from recon_studio.views.colour_bar import BarPlace, paint_bar
from recon_studio.views.theme import COLOURS, GRID, SMALL, text_font
from recon_studio.views.tiling import rows_of

TITLE, CAPTION = 4 * GRID, 3 * GRID
LARGEST = 16_384
"""Pixels of the longer side."""
OVERSAMPLED = 4_000_000
"""Pixels up to which a picture is drawn at twice its size first."""


@dataclass(frozen=True)
class Wanted:
    """What kind of picture is wanted."""

    width: int  # pixels
    height: int
    scale: float = 1.0  # how many times larger than on the screen words are drawn
    words: bool = True  # title, caption and colour scale
    fine: bool = True  # drawn at twice its size first, where that is not too large


def portrait(bench: BenchView, index: int, theme: Theme, wanted: Wanted) -> QImage | None:
    """Draws one view alone; None while there is nothing to draw."""
    tile, ground = bench.tiles[index], GROUNDS[theme].background
    view = tile.view
    if not view.layers:
        return None
    across, down = wanted.width / wanted.scale, wanted.height / wanted.scale
    top, bottom = (TITLE, CAPTION) if wanted.words else (0, 0)
    area = QRect(0, top, round(across), max(8, round(down) - top - bottom))
    size = round(area.width() * wanted.scale), round(area.height() * wanted.scale)
    # A narrower picture is taken from farther away, so that what could be seen still can.
    shown = tile.image_rect()
    camera = bench.camera_of(index).zoomed(min(1.0, (size[0] / size[1]) / (shown.width() / shown.height())))
    pixels = bench.draw_alone(index, camera, size, 2 if wanted.fine and size[0] * size[1] <= OVERSAMPLED else 1)
    if pixels is None:
        return None
    drawn = QImage(pixels.data, pixels.shape[1], pixels.shape[0], 4 * pixels.shape[1], QImage.Format.Format_RGBX8888)
    canvas = QImage(wanted.width, wanted.height, QImage.Format.Format_RGB32)
    canvas.fill(QColor(*ground))
    painter = QPainter(canvas)
    painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
    painter.scale(wanted.scale, wanted.scale)
    painter.drawImage(area, drawn)  # brought to size smoothly
    if wanted.words:
        _write(painter, view, theme, QRectF(0, 0, across, down))
        if view.bar is not None:
            paint_bar(painter, BarPlace(area), view.bar, theme, QColor(*ground))
    painter.end()
    return canvas


def _write(painter: QPainter, view: ViewPicture, theme: Theme, whole: QRectF) -> None:
    colours, room = COLOURS[theme], whole.width() - 24
    title = f"{view.title} · {view.coloured}" if view.coloured else view.title
    for words, size, strong, colour, place in (
        (title, 13, True, colours.text, QRectF(12, 0, room, TITLE)),
        (view.caption, SMALL, False, colours.muted, QRectF(12, whole.height() - CAPTION, room, CAPTION)),
    ):
        painter.setFont(text_font(size, strong=strong))
        painter.setPen(QColor(colour))
        shown = QFontMetricsF(painter.font()).elidedText(words, Qt.TextElideMode.ElideRight, room)
        painter.drawText(place, Qt.AlignmentFlag.AlignVCenter, shown)


def group(bench: BenchView, theme: Theme, wanted: Wanted) -> QImage | None:
    """Draws all views, arranged as in the window."""
    canvas = QImage(wanted.width, wanted.height, QImage.Format.Format_RGB32)
    canvas.fill(QColor(COLOURS[theme].window))
    gap = round(GRID * wanted.scale)
    painter = QPainter(canvas)
    rows = rows_of(len(bench.tiles))
    drawn = 0
    for line, row in enumerate(rows):
        top, bottom = (round(edge * (wanted.height + gap) / len(rows)) for edge in (line, line + 1))
        for place, index in enumerate(row):
            left, right = (round(edge * (wanted.width + gap) / len(row)) for edge in (place, place + 1))
            size = Wanted(right - left - gap, bottom - top - gap, wanted.scale, wanted.words, wanted.fine)
            one = portrait(bench, index, theme, size)
            if one is not None:
                painter.drawImage(left, top, one)
                drawn += 1
    painter.end()
    return canvas if drawn else None


def png(image: QImage) -> bytes:
    """Returns an image as a PNG file."""
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")  # type: ignore[call-overload]  # its stub has forgotten words
    return bytes(buffer.data().data())


def pictures_for_page(bench: BenchView, theme: Theme) -> tuple[Picture, ...]:
    """Draws each view as a page shows it."""
    made = []
    for index, tile in enumerate(bench.tiles):
        image = portrait(bench, index, theme, Wanted(1040, 840, 2.0, fine=False))  # shown at half its size
        if image is not None:
            made.append(Picture(tile.view.title, tile.view.caption, png(image)))
    return tuple(made)
