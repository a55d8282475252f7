"""Pages on paper: what ``report.printed`` wrote, laid out on A4 sheets as a PDF. Takes a second, and may be called on any thread."""

from collections.abc import Sequence

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QMarginsF, QSizeF, QUrl
from PySide6.QtGui import QFont, QImage, QPageLayout, QPageSize, QPdfWriter, QTextDocument

from recon_studio.state.report import Picture

DPI = 300
MARGIN = 16.0  # millimetres


def pdf(text: str, pictures: Sequence[Picture], title: str) -> bytes:
    """Returns a PDF of A4 sheets.

    Args:
        text: HTML whose images are called ``view:0``, ``view:1`` and so on.
        pictures: those images, in this order.
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
    sheet = writer.pageLayout().paintRectPixels(96).size()  # HTML counts in 96ths of an inch
    document = QTextDocument()
    font = QFont()
    font.setFamilies(["Inter", "Noto Sans", "Open Sans", "DejaVu Sans"])
    font.setPixelSize(12)
    document.setDefaultFont(font)
    document.setDocumentMargin(0)
    for number, picture in enumerate(pictures):
        image = QImage.fromData(picture.png)
        document.addResource(QTextDocument.ResourceType.ImageResource.value, QUrl(f"view:{number}"), image)
    document.setHtml(text)
    document.setPageSize(QSizeF(sheet))
    document.print_(writer)
    buffer.close()
    return bytes(held.data())
