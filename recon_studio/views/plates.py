"""The drawer's plots for a page: drawn out of sight, in the colours of paper, while the drawer goes on showing what it shows."""

from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import numpy as np
from PySide6.QtCore import QObject, Qt, QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from recon_model.counts import grouped
from recon_studio.scene.explain import describe_query, heads, matrix, thumbnails
from recon_studio.state import explaining
from recon_studio.state.app_state import AppState
from recon_studio.state.explain import Page, Refusal
from recon_studio.state.explaining import PAGE_TOPIC, blocks_of, within
from recon_studio.state.replay import seen
from recon_studio.state.report import Plot
from recon_studio.views.bring import Bring
from recon_studio.views.doubt import FIGURES, PAGES, Drawer
from recon_studio.views.head_strip import HeadStrip
from recon_studio.views.matrix import MatrixView, Thumbnails
from recon_studio.views.overlap_view import OverlapView
from recon_studio.views.plots import drawing
from recon_studio.views.theme import COLOURS, GRID

WIDTH = 660
"""Pixels of all plots: what fits between the margins of an A4 sheet, words as large as in the window."""
_MATRIX, _FIGURE, _OVERLAP = 300, 236, 170
"""Pixels down: three with their words find room on a sheet."""
_LAYOUTS = 6
"""Drawings after which a plot counts as laid out: axes make room for the numbers that they found when last drawn."""
Turns = Generator[Plot | None]
"""What is drawn, a turn of the event loop at a time."""


class Plates(QObject):
    """Draws a plot for every answer to what the state asks; none where there is none, or where it is about another mask.

    Args:
        state: what is shown.
        camera: from where the views look.
        plotting: brings the package that draws curves, where there are any.
        parent: who it goes with.
    """

    progressed = Signal(int)  # percent
    finished = Signal(object)  # the plots; None where it was broken off

    def __init__(self, state: AppState, camera: Any, plotting: Bring, parent: QObject) -> None:
        """Begins in the next turn of the event loop."""
        super().__init__(parent)
        self._plots: list[Plot] = []
        self._over = False
        self._turns = _turns(replace(state, theme="light", selected_patch=None), camera, plotting)
        self._turn = QTimer(self, interval=0)
        self._turn.timeout.connect(self._some)
        if plotting.module is None and _answered(state):
            plotting.ready.connect(self._begin)
            plotting.want()
        else:
            self._turn.start()

    def _begin(self) -> None:
        if not self._over:
            self._turn.start()

    def _some(self) -> None:
        """Draws some more."""
        try:
            plot = next(self._turns)
        except StopIteration:
            self._end(tuple(self._plots))
            return
        if plot is not None:
            self._plots.append(plot)
            self.progressed.emit(100 * len(self._plots) // (3 + len(FIGURES)))

    def cancel(self) -> None:
        """Breaks it off; ``finished`` is heard at once."""
        if not self._over:
            self._end(None)

    shut = cancel

    def _end(self, made: tuple[Plot, ...] | None) -> None:
        self._over = True
        self._turn.stop()
        self._turns.close()
        self.finished.emit(made)
        self.deleteLater()


def _answered(state: AppState) -> tuple[Page, ...]:
    """Returns the pages whose question, as it is posed now, has an answer."""
    found = ((page, explaining.current(state, topic)) for page, topic in PAGE_TOPIC.items())
    return tuple(page for page, answer in found if answer is not None and not isinstance(answer, Refusal))


def _turns(state: AppState, camera: Any, plotting: Bring) -> Turns:
    shown = seen(state)  # attention is that of the checkpoint in sight; questions are asked of the model on the bench
    yield from _heads(shown, camera)
    yield from _overlap(shown)
    yield from _matrix(shown)
    for page in _answered(state):
        yield from _figure(state, page, plotting.module)


def _heads(state: AppState, camera: Any) -> Turns:
    """The asked token by each head of its layer."""
    found = heads(state)
    if found is None or state.prepared is None:
        return
    strip = HeadStrip()
    strip.show_heads(found, state.prepared.centres, state.theme, "")
    strip.set_camera(camera)
    strip.resize(WIDTH, GRID)
    values = found.rows[found.chosen]
    patch = int(np.nanargmax(np.abs(values)))
    about = describe_query(state, state.query, state.explain.maps)
    caption = f"{about}, beside the other heads of its layer, all on one scale. Most on patch {patch}: {100 * values[patch]:.1f} %."
    yield from _drawn(strip, strip.sizeHint().height(), Plot("Attention heads", caption), _recipe(state, "matrix"))


def _matrix(state: AppState) -> Turns:
    """Who looks where in the layer and head that are asked, and all others, small."""
    found, maps, query, prepared = matrix(state), state.explain.maps, state.query, state.prepared
    if found is None or maps is None or prepared is None:
        return
    large, small = MatrixView(), Thumbnails()
    large.show_matrix(found, found.row_of(query.token, query.patch), len(prepared.centres), state.theme)
    others, blocks = thumbnails(state), blocks_of(maps, query.token, query.patch)
    small.show_thumbnails(others, (within(query.layer, len(blocks)) if blocks is not None else 0, query.head), state.theme)
    both = QWidget()
    row = QHBoxLayout(both)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(2 * GRID)
    row.addWidget(large, 1)
    if others:
        # As high as wide, and never so wide that the matrix has no room.
        small.setFixedHeight(min(_MATRIX, GRID + 4 + round(WIDTH * 0.4 / len(others)) * len(others[0])))
        row.addWidget(small, 0, Qt.AlignmentFlag.AlignTop)
    place = np.unravel_index(int(found.values.argmax()), found.values.shape)
    beside = " Beside it every layer (a column) and head (a row), each on its own scale." if others else ""
    most = large.words(int(place[0]), int(place[1]))
    caption = f"{found.title}. Rows ask, columns are looked at. Most: {most}.{beside}"
    yield from _drawn(both, _MATRIX, Plot("Attention matrix", caption), _recipe(state, "matrix"))


def _overlap(state: AppState) -> Turns:
    """Which of the cloud's points are seen, hidden or both."""
    found = state.explain.maps.overlap if state.explain.maps is not None else None
    if found is None:
        return
    view = OverlapView()
    view.show_overlap(found, state.theme)
    title, about = PAGES["overlap"]
    counts = "; ".join(f"{words} {grouped(count)}" for words, count in zip(*view.columns().values(), strict=True))
    yield from _drawn(view, _OVERLAP, Plot(title, f"{about} Points: {counts}."), _recipe(state, "overlap"))


def _figure(state: AppState, page: Page, module: Any) -> Turns:
    """The curves or bars of one answer."""
    topic = PAGE_TOPIC[page]
    answer, figure = explaining.current(state, topic), FIGURES[topic]()
    with _passing(figure):
        figure.prepare(module)
        figure.canvas.setUpdatesEnabled(False)  # it is drawn when we say so, not whenever something in it has moved
        yield None
        figure.draw_answer(module, answer, state)
        yield None
        plot = Plot(PAGES[page][0], f"{figure.words(answer)} {figure.numbers(answer)}")
        yield from _drawn(figure, _FIGURE, plot, _recipe(state, page))


def _drawn(widget: QWidget, height: int, plot: Plot, recipe: str) -> Turns:
    """Lays out a widget that nobody sees, and draws it."""
    with _passing(widget):
        widget.setAttribute(Qt.WidgetAttribute.WA_DontShowOnScreen)
        widget.resize(WIDTH, height)
        widget.show()
        yield None
        made = b""
        for _ in range(_LAYOUTS):
            before, made = made, drawing(getattr(widget, "canvas", widget), COLOURS["light"].panel, plot.title, recipe)
            if made == before:
                break
            yield None
        yield replace(plot, svg=made)


@contextmanager
def _passing(widget: QWidget) -> Iterator[None]:
    """A widget that is gone by the end, however that comes."""
    try:
        yield
    finally:
        widget.deleteLater()


def _recipe(state: AppState, page: Page) -> str:
    return Drawer.recipe(replace(state, explain=replace(state.explain, page=page)))
