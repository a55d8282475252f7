"""Pages on paper: plots come as lines in their colours, whole, each on one sheet."""

import re
import sys
import zlib

import numpy as np
import pytest
from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QLineF, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPainterPath, QPen, QTransform
from PySide6.QtSvg import QSvgGenerator, QSvgRenderer
from pytestqt.qtbot import QtBot

from recon_studio.controllers.printing import Printer, for_paper, pdf
from recon_studio.state.report import Picture, Plot, printed
from recon_studio.views.theme import painting
from tests.recon_studio.scenery import answered_state

CURVE, BAR, PAPER = "#2f5fd0", "#993f00", "#ffffff"
DOTS = 2
"""Of a sheet's picture for each of the 72 points of an inch."""


def _drawn(tall: int = 250) -> bytes:
    """A bar without an outline, 100 × 80 pixels but in units of its own, and a dashed line of two pixels."""
    held = QByteArray()
    buffer = QBuffer(held)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    generator = QSvgGenerator()
    generator.setOutputDevice(buffer)
    generator.setSize(QSize(660, tall))
    generator.setViewBox(QRectF(0, 0, 660, tall))
    with painting(generator) as painter:
        painter.save()
        painter.scale(100, 20)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(BAR))
        painter.drawRect(QRectF(2, 2, 1, 4))
        painter.restore()
        pen = QPen(QColor(CURVE), 2, Qt.PenStyle.DashLine)
        pen.setCosmetic(True)
        painter.setPen(pen)
        painter.drawLine(QLineF(QPointF(10, 20), QPointF(650, 20)))
    return bytes(held.data())


def _sheets(body: bytes) -> list[QImage]:
    """Draws what a PDF of ours fills: shapes of one colour, opaque. Words and images are left out."""
    found = []
    for stream in re.findall(rb"stream\r?\n(.*?)\r?\nendstream", body, re.S):
        try:
            text = zlib.decompress(stream).decode("latin-1")
        except zlib.error:
            continue
        if "/CSp cs" in text:
            found.append(_sheet(text.split()))
    return found


def _sheet(words: list[str]) -> QImage:
    image = QImage(595 * DOTS, 842 * DOTS, QImage.Format.Format_RGB32)
    image.fill(QColor(PAPER))
    with painting(image) as painter:
        painter.setPen(Qt.PenStyle.NoPen)
        now: tuple[QTransform, QColor, bool] = QTransform(DOTS, 0, 0, -DOTS, 0, 842 * DOTS), QColor("black"), True
        kept, given, path = [], [], QPainterPath()
        for word in words:
            place, colour, opaque = now
            match word:
                case "q":
                    kept.append(now)
                case "Q":
                    now = kept.pop()
                case "cm":
                    now = QTransform(*map(float, given[-6:])) * place, colour, opaque
                case "scn":
                    now = place, QColor.fromRgbF(*map(float, given[-3:])), opaque
                case "gs":
                    now = place, colour, given[-1] == "/GSa"
                case "m" | "l":
                    (path.moveTo if word == "m" else path.lineTo)(*map(float, given[-2:]))
                case "re":
                    path.addRect(*map(float, given[-4:]))
                case "h":
                    path.closeSubpath()
                case "f":
                    if opaque:
                        path.setFillRule(Qt.FillRule.WindingFill)
                        painter.fillPath(place.map(path), colour)
                    path = QPainterPath()
                case "n":
                    path = QPainterPath()
            given = [*given[-6:], word] if not word[-1].isalpha() or word.startswith("/") else []
    return image


def _where(image: QImage, shade: str) -> np.ndarray:
    """(h, w): the pixels of a colour."""
    pixels = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.width(), 4)[..., 2::-1].astype(int)
    near: np.ndarray = np.abs(pixels - QColor(shade).getRgb()[:3]).max(-1) < 3
    return near


def _printed(plots: list[Plot]) -> list[QImage]:
    text = printed(answered_state(), [], plots, model="default", version="9", when="now")
    return _sheets(pdf(text, [], plots, "x"))


def test_a_plot_is_drawn_as_lines_in_its_colours(qtbot: QtBot) -> None:
    (sheet,) = _printed([Plot("Leave one out", "What each patch helps.", _drawn())])
    bar, curve = (np.argwhere(_where(sheet, shade)) for shade in (BAR, CURVE))
    points = DOTS * 72 / 96  # of a pixel
    np.testing.assert_allclose(np.ptp(bar, axis=0) + 1, (80 * points, 100 * points), atol=1)  # no outline was added
    np.testing.assert_allclose(np.ptp(curve, axis=0) + 1, (2 * points, 640 * points), atol=2)  # as thick as on the screen
    assert 0.5 < len(curve) / (2 * points * 640 * points) < 0.95  # dashes
    assert bar[:, 0].min() > curve[:, 0].max()
    (bare,) = _printed([])
    assert not _where(bare, CURVE).any()
    assert not _where(bare, BAR).any()


def test_on_a_screen_it_looks_the_same_but_for_thicker_lines(qtbot: QtBot) -> None:
    pictures = []
    for svg in (_drawn(), for_paper(_drawn())):
        image = QImage(660, 250, QImage.Format.Format_RGB32)
        image.fill(QColor(PAPER))
        with painting(image) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            QSvgRenderer(QByteArray(svg)).render(painter)
        pictures.append(image)
    assert [int(_where(picture, BAR).sum()) for picture in pictures] == [8000, 8000]
    assert pictures[0].copy(0, 30, 660, 220) == pictures[1].copy(0, 30, 660, 220)
    thin, thick = (int((~_where(picture.copy(0, 0, 660, 30), PAPER)).any(1).sum()) for picture in pictures)
    assert thin < thick


def test_a_plot_is_never_torn_between_two_sheets(qtbot: QtBot, capfd: pytest.CaptureFixture[str]) -> None:
    plots = [Plot(f"Plot {number}", "Words. " * 30, _drawn(400)) for number in range(5)]
    sheets = _printed(plots)
    assert capfd.readouterr().err == ""
    rows = [_where(sheet, BAR).any(1).astype(int) for sheet in sheets]
    bars = [int((np.diff(row) == 1).sum()) for row in rows]
    assert bars == [2, 2, 1, 0]
    np.testing.assert_allclose([row.sum() for row in rows], [120 * count for count in bars], atol=2)
    top = DOTS * (16 / 25.4 * 72 + 40 * 0.75)  # where a bar begins on a sheet that nothing else stands on
    for row in rows[1:3]:
        assert 10 < np.flatnonzero(row)[0] - top < 40  # a line


def _png() -> bytes:
    held = QBuffer()
    held.open(QIODevice.OpenModeFlag.WriteOnly)
    image = QImage(40, 20, QImage.Format.Format_RGB32)
    image.fill(QColor(CURVE))
    image.save(held, "PNG")
    return bytes(held.data().data())


def test_a_process_of_its_own_lays_a_page_out_as_this_one_would(qtbot: QtBot) -> None:
    pictures, plots = [Picture("Seen", "half", _png())] * 2, [Plot("Curve", "Words.", _drawn())]
    text = printed(answered_state(), pictures, plots, model="m", version="1", when="now")
    printer = Printer()
    with qtbot.waitSignal(printer.printed, timeout=30_000) as told:
        printer.begin("/x/page.pdf", text, pictures, plots, "A title – é")
    path, body = told.args
    assert path == "/x/page.pdf"
    assert body.count(b"/Subtype /Image") >= 1
    here = _sheets(pdf(text, pictures, plots, "A title – é"))
    there = _sheets(body)
    assert len(here) == len(there) > 0
    assert [int(_where(sheet, BAR).sum()) for sheet in there] == [int(_where(sheet, BAR).sum()) for sheet in here]
    assert sum(int(_where(sheet, BAR).sum()) for sheet in there) > 0


def test_closing_waits_for_a_page(qtbot: QtBot) -> None:
    printer, told = Printer(), []
    printer.printed.connect(lambda path, body: told.append((path, body[:5])))
    printer.begin("a.pdf", "<p>one</p>", [], [], "a")
    printer.begin("b.pdf", "<p>two</p>", [], [], "b")
    assert not told
    printer.close()
    assert sorted(told) == [("a.pdf", b"%PDF-"), ("b.pdf", b"%PDF-")]


@pytest.mark.parametrize(
    ("text", "program", "why"),
    [
        (5, "", "ended with exit 1: "),  # a text that is none
        ("<p></p>", "/nowhere/python", "/nowhere/python: "),
    ],
)
def test_a_page_that_cannot_be_laid_out_is_told_of(
    text: str | int, program: str, why: str, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    printer, told = Printer(), []
    printer.failed.connect(lambda *said: told.append(said))
    if program:
        monkeypatch.setattr(sys, "executable", program)
    printer.begin("a.pdf", text, [], [], "a")
    qtbot.waitUntil(lambda: bool(told), timeout=30_000)
    ((path, said),) = told
    assert (path, why in said) == ("a.pdf", True), said
    printer.close()
