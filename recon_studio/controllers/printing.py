"""Pages on paper: what ``report.printed`` wrote, laid out on A4 sheets as a PDF by a process of its own.

It takes a second, which the window does not have, and no thread may do it: making one of Qt's objects holds Python's lock while it waits
for Qt's, and the window's thread, letting one of its own go, holds Qt's lock while it waits for Python's.
"""

import json
import re
import sys
from base64 import b64decode, b64encode
from collections.abc import Sequence
from typing import cast

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QMarginsF, QObject, QProcess, QRect, QRectF, QSizeF, Signal
from PySide6.QtGui import (
    QFont,
    QGuiApplication,
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

from recon_studio.backend.launch import helper_environment, prepared
from recon_studio.state.report import Picture, Plot

DPI = 300
MARGIN = 16.0  # millimetres
_SHEET_DPI = 96  # HTML counts in 96ths of an inch
_OBJECT = "\ufffc"
"""Stands for an image in the text of a document."""
_PATIENCE_MS = 30_000
"""For a page that is being laid out when the window is closed."""


class Printer(QObject):
    """Has pages laid out, several at once."""

    printed = Signal(str, bytes)  # path, PDF
    failed = Signal(str, str)  # path, why in words

    def begin(self, path: str, text: str, pictures: Sequence[Picture], plots: Sequence[Plot], title: str) -> None:
        """Begins to lay out a page, see ``pdf``; ``printed`` or ``failed`` tells its path when that is done."""
        environment = {**helper_environment(), "QT_QPA_PLATFORM": "offscreen"}
        process = prepared((sys.executable, "-P", "-m", __name__), environment)
        process.setParent(self)
        process.setObjectName(path)
        process.finished.connect(self._finished)
        process.errorOccurred.connect(self._unstartable)
        process.start()
        process.write(_packed(text, pictures, plots, title))
        process.closeWriteChannel()

    def close(self) -> None:
        """Waits for pages that are being laid out."""
        for process in self.findChildren(QProcess):
            if process.state() != QProcess.ProcessState.NotRunning and not process.waitForFinished(_PATIENCE_MS):
                process.kill()
                process.waitForFinished(-1)

    def _finished(self, code: int) -> None:
        process = self._speaker()
        body = bytes(process.readAllStandardOutput().data())
        if code == 0 and body.startswith(b"%PDF-"):
            self.printed.emit(process.objectName(), body)
        else:
            said = bytes(process.readAllStandardError().data()).decode("utf-8", "replace").split("\n")
            last = next((line.strip() for line in reversed(said) if line.strip()), "it said nothing")
            self.failed.emit(process.objectName(), f"the process that lays it out ended with exit {code}: {last}")
        process.deleteLater()

    def _unstartable(self, error: QProcess.ProcessError) -> None:
        if error == QProcess.ProcessError.FailedToStart:  # all others are heard of as finished, too
            process = self._speaker()
            self.failed.emit(process.objectName(), f"{process.program()}: {process.errorString()}")
            process.deleteLater()

    def _speaker(self) -> QProcess:
        """The process whose signal is heard: held by none of its own connections, which would outlive it."""
        return cast("QProcess", self.sender())


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


def _packed(text: str, pictures: Sequence[Picture], plots: Sequence[Plot], title: str) -> bytes:
    """Writes what ``pdf`` takes as ``main`` reads it; of pictures and plots only what is drawn."""
    drawn = {"views": [each.png for each in pictures], "plots": [each.svg for each in plots]}
    return json.dumps(
        {"text": text, "title": title} | {name: [b64encode(one).decode() for one in some] for name, some in drawn.items()}
    ).encode()


def main() -> None:
    """Lays out what stdin holds, on stdout."""
    asked = json.load(sys.stdin.buffer)
    views, plots = ([b64decode(one) for one in asked[name]] for name in ("views", "plots"))
    _application = QGuiApplication([])
    body = pdf(asked["text"], [Picture("", "", png) for png in views], [Plot("", "", svg) for svg in plots], asked["title"])
    sys.stdout.buffer.write(body)


if __name__ == "__main__":
    main()
