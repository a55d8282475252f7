"""Small plots in the window's colours, and their way into files."""

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QPoint, QRectF, QSaveFile, Qt
from PySide6.QtGui import QColor, QImage, QImageWriter, QPainter
from PySide6.QtSvg import QSvgGenerator
from PySide6.QtWidgets import QWidget

from recon_studio.state.app_state import Theme
from recon_studio.views.theme import COLOURS, SMALL, painting, text_font

PICTURE_SCALE = 3
"""Pixels of a PNG for each of the window's."""
DASHES = (
    (Qt.PenStyle.SolidLine, "━━━"),
    (Qt.PenStyle.DashLine, "━ ━"),
    (Qt.PenStyle.DotLine, "┅┅┅"),
    (Qt.PenStyle.DashDotLine, "━ ·"),
    (Qt.PenStyle.DashDotDotLine, "━··"),
)
"""Of lines in one plot, and how a legend writes them."""


def series_colours(theme: Theme) -> tuple[QColor, ...]:
    """Returns colours for lines that lie in one plot; they also differ in their dashes."""
    shades = COLOURS[theme]
    return tuple(QColor(shade) for shade in (shades.accent, shades.warning, shades.muted, shades.good, shades.error))


def make_figure(module: Any) -> Any:
    """Returns an empty figure that holds plots side by side."""
    figure = module.GraphicsLayoutWidget()
    figure.setAccessibleName("Plots")
    figure.setAntialiasing(True)
    figure.ci.layout.setContentsMargins(0, 6, 0, 0)  # half a number stands above the highest tick
    figure.ci.layout.setSpacing(16)
    figure.setFrameShape(figure.Shape.NoFrame)
    return figure


def make_plot(figure: Any, column: int) -> Any:
    """Adds a plot; the pointer neither zooms nor moves it."""
    plot = figure.addPlot(row=0, col=column, enableMenu=False)
    plot.ctrlMenu.setParent(figure)  # else it would be a window of its own that outlives the figure
    plot.ctrlMenu.hide()
    plot.setMouseEnabled(x=False, y=False)
    plot.hideButtons()
    for side in ("bottom", "left"):
        axis = plot.getAxis(side)
        axis.setTickFont(text_font(SMALL))
        axis.enableAutoSIPrefix(False)
        axis.setStyle(tickLength=-4, tickTextOffset=4)
    return plot


def name_axes(plot: Any, bottom: str, left: str, theme: Theme) -> None:
    """Says what a plot's axes measure, units included."""
    for side, words in (("bottom", bottom), ("left", left)):
        plot.setLabel(side, words, **{"color": COLOURS[theme].muted, "font-size": f"{SMALL}px"})


def legend_text(entries: Sequence[tuple[str, QColor, str]], theme: Theme, head: str = "") -> str:
    """Returns a legend as rich text: for each (dash, colour, words) its line and its words, under a heading."""
    lines = [f"<span style='color:{colour.name()}'><b>{dash}</b></span> {words}" for dash, colour, words in entries]
    words = "<br>".join([*([f"<b>{head}</b>"] if head else []), *lines])
    return f"<span style='font-size:{SMALL}px; color:{COLOURS[theme].text}'>{words}</span>"


def tenfold(values: Any) -> tuple[float, str]:
    """Returns what to multiply values with for short numbers at an axis, and how to say so: (1000, " (×10⁻³)")."""
    largest = float(np.abs(values).max()) if np.size(values) else 0.0
    power = int(np.floor(np.log10(largest))) if largest > 0 else 0
    if -2 < power < 4:
        return 1.0, ""
    shown = str(power).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
    return 10.0**-power, f" (×10{shown})"


def dress_figure(figure: Any, plots: Sequence[Any], theme: Theme) -> None:
    """Gives a figure and its plots the theme's colours."""
    shades = COLOURS[theme]
    figure.setBackground(shades.panel)
    for plot in plots:
        for side in ("bottom", "left"):
            axis = plot.getAxis(side)
            axis.setPen(shades.line)
            axis.setTextPen(shades.muted)


def banded(module: Any, plot: Any, x: Any, low: Any, high: Any, colour: QColor) -> None:
    """Fills between two lines, faintly."""
    nothing = module.mkPen(None)
    edges = [module.PlotDataItem(x, values, pen=nothing) for values in (low, high)]
    for edge in edges:
        plot.addItem(edge)
    shade = QColor(colour)
    shade.setAlphaF(0.18)
    plot.addItem(module.FillBetweenItem(*edges, brush=module.mkBrush(shade)))


# ---------------------------------------------------------------- into files


def write_picture(widget: QWidget, path: str, ground: str, recipe: str) -> None:
    """Writes what a widget shows as PNG or SVG, by the path's ending; the recipe goes into the file's description.

    Raises:
        OSError: the file cannot be written.
    """
    if path.lower().endswith(".svg"):
        _save(path, drawing(widget, ground, "ReCon Studio", recipe))
    else:
        _write_png(widget, path, ground, recipe)


def drawing(widget: QWidget, ground: str, title: str, recipe: str) -> bytes:
    """Returns what a widget shows as SVG: lines and words on a ground, with a title and what it was made from."""
    held = QByteArray()
    buffer = QBuffer(held)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    generator = QSvgGenerator()
    generator.setOutputDevice(buffer)
    generator.setSize(widget.size())
    generator.setResolution(widget.logicalDpiX())  # axes are kept as recorded strokes, which scale by the device they meet
    generator.setViewBox(widget.rect())
    generator.setTitle(title)
    generator.setDescription(recipe)
    with painting(generator) as painter:
        painter.fillRect(widget.rect(), QColor(ground))
        _draw(widget, painter)
    return bytes(held.data())


def _write_png(widget: QWidget, path: str, ground: str, recipe: str) -> None:
    image = QImage(widget.size() * PICTURE_SCALE, QImage.Format.Format_RGB32)
    image.fill(QColor(ground))
    image.setText("Description", recipe)
    with painting(image) as painter:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.scale(PICTURE_SCALE, PICTURE_SCALE)
        _draw(widget, painter)
    held = QByteArray()
    buffer = QBuffer(held)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    QImageWriter(buffer, b"png").write(image)
    _save(path, bytes(held.data()))


def _draw(widget: QWidget, painter: QPainter) -> None:
    """Paints a plot's scene, or lets a widget paint itself; anything inside another keeps its place."""
    if hasattr(widget, "draw"):
        widget.draw(painter)
    elif hasattr(widget, "scene"):
        items = [item for item in widget.scene().items() if hasattr(item, "setExportMode")]
        for item in items:  # marks are drawn, not copied from pictures of them as on the screen
            item.setExportMode(True, {"resolutionScale": painter.worldTransform().m11()})
        widget.render(painter, QRectF(widget.rect()), widget.viewport().rect())  # type: ignore[attr-defined,call-overload]
        for item in items:
            item.setExportMode(False)
    else:
        widget.render(painter, QPoint(), renderFlags=QWidget.RenderFlag.DrawChildren)


def write_table(path: str, columns: Mapping[str, Sequence[Any]], recipe: str) -> None:
    """Writes columns as CSV, the recipe as a comment in front.

    Raises:
        OSError: the file cannot be written.
    """
    text = io.StringIO()
    text.write(f"# {recipe}\n")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    for row in zip(*columns.values(), strict=True):
        writer.writerow([f"{float(value):.8g}" if isinstance(value, float | np.floating) else value for value in row])
    _save(path, text.getvalue().encode())


def _save(path: str, data: bytes) -> None:
    """Writes a file whole or not at all."""
    file = QSaveFile(path)
    if not file.open(QIODevice.OpenModeFlag.WriteOnly) or file.write(data) != len(data) or not file.commit():
        raise OSError(f"'{path}' cannot be written: {file.errorString()}.")
