"""Pages on paper: what ``report.printed`` wrote, laid out on A4 sheets as a PDF. Takes a second, and may be called on any thread."""

import re
from collections.abc import Sequence

from PySide6.QtCore import QBuffer, QByteArray, QEventLoop, QIODevice, QMarginsF, QRect, QRectF, QSizeF
from PySide6.QtGui import (
    QFont,
    QImage,
    QPageLayout,
    QPageSize,
    QPainter,
    QPdfWriter,
    QPyTextObject,
    QTextCursor,
    QTextDocument,
    QTextFormat,
)
from PySide6.QtSvg import QSvgRenderer

from recon_studio.state.report import Picture, Plot

DPI = 300
MARGIN = 16.0  # millimetres
_SHEET_DPI = 96  # HTML counts in 96ths of an inch
_OBJECT = "\ufffc"
"""Stands for an image in the text of a document."""


def pdf(text: str, pictures: Sequence[Picture], plots: Sequence[Plot], title: str) -> bytes:
    """Returns a PDF of A4 sheets.

    Args:
        text: HTML whose images are called ``view:0``, ``view:1`` and so on, and its plots ``plot:0`` and so on.
        pictures: those images, in this order.
        plots: those plots.
        title: the document's title.
    """
    held = QByteArray()
    buffer = QBuffer(held)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    writer = QPdfWriter(buffer)
    writer.setResolution(DPI)
    writer.setTitle(title)
    writer.setCreator("ReCon Studio")
    margins = QMarginsF(MARGIN, MARGIN, MARGIN, MARGIN)
    writer.setPageLayout(
        QPageLayout(QPageSize(QPageSize.PageSizeId.A4), QPageLayout.Orientation.Portrait, margins, QPageLayout.Unit.Millimeter)
    )
    sheet = writer.pageLayout().paintRectPixels(_SHEET_DPI).size()
    _turns = QEventLoop()  # never turned, but a layout begins timers, which a thread without a loop warns of
    document = QTextDocument()
    font = QFont()
    font.setFamilies(["Inter", "Noto Sans", "Open Sans", "DejaVu Sans"])
    font.setPixelSize(12)
    document.setDefaultFont(font)
    document.setDocumentMargin(0)
    document.setHtml(text)
    images = _Images(pictures, plots)
    document.documentLayout().registerHandler(QTextFormat.ObjectTypes.ImageObject.value, images)
    document.setPageSize(QSizeF(sheet))
    _keep_whole(document, sheet.height())
    document.print_(writer)
    buffer.close()
    return bytes(held.data())


class _Images(QPyTextObject):
    """Draws the images of a document: views as pixels, plots as lines and words."""

    def __init__(self, pictures: Sequence[Picture], plots: Sequence[Plot]) -> None:
        super().__init__()
        self._views = [QImage.fromData(picture.png) for picture in pictures]
        self._plots = [QSvgRenderer(QByteArray(for_paper(plot.svg))) for plot in plots]

    def _named(self, wanted: QTextFormat) -> QImage | QSvgRenderer:
        kind, _, number = wanted.toImageFormat().name().partition(":")
        return self._plots[int(number)] if kind == "plot" else self._views[int(number)]

    def intrinsicSize(self, _document: QTextDocument, _place: int, wanted: QTextFormat) -> QSizeF:
        """Returns the size of the width that is asked for."""
        image, wide = self._named(wanted), wanted.toImageFormat().width()
        size = image.defaultSize() if isinstance(image, QSvgRenderer) else image.size()
        return QSizeF(wide, wide * size.height() / max(size.width(), 1))

    def drawObject(self, painter: QPainter, place: QRectF | QRect, _document: QTextDocument, _at: int, wanted: QTextFormat) -> None:
        """Draws one of them."""
        image = self._named(wanted)
        if isinstance(image, QSvgRenderer):
            image.render(painter, place)
        else:
            painter.drawImage(place, image)


def for_paper(svg: bytes) -> bytes:
    """Returns what ``QSvgGenerator`` wrote as ``QSvgRenderer`` draws it alike on paper.

    Strokes that do not grow with the drawing are as many of the printer's dots wide as they were pixels: they are given more. And what has
    no stroke is stroked all the same (it asks a PDF to stroke with no pen, which PDFs do not heed): it gets one that is not seen.
    """
    times = DPI / _SHEET_DPI
    head, *groups = svg.decode("utf-8").split("<g ")
    drawn = [head]
    for group in groups:
        opening, _, body = group.partition(">")
        if 'stroke="none"' in opening:
            opening = opening.replace('stroke="none"', 'stroke="#ffffff" stroke-opacity="0"')
        elif "non-scaling-stroke" in body:
            opening = re.sub(
                r'(stroke-(?:width|dasharray|dashoffset)=")([^"]*)', lambda found: found[1] + _scaled(found[2], times), opening
            )
        drawn.append(f"{opening}>{body}")
    return "<g ".join(drawn).encode("utf-8")


def _scaled(numbers: str, times: float) -> str:
    return ",".join(f"{float(number) * times:g}" for number in numbers.split(","))


def _keep_whole(document: QTextDocument, height: int) -> None:
    """Lets paragraphs with an image that would be torn between two sheets begin the second one."""
    layout, block = document.documentLayout(), document.begin()
    while block.isValid():
        place, cursor = layout.blockBoundingRect(block), QTextCursor(block)
        if _OBJECT in block.text() and cursor.currentTable() is None and place.top() // height != (place.bottom() - 1) // height:
            form = block.blockFormat()
            form.setPageBreakPolicy(QTextFormat.PageBreakFlag.PageBreak_AlwaysBefore)
            cursor.setBlockFormat(form)
            document.markContentsDirty(0, document.characterCount())  # else what follows would have no height
        block = block.next()
