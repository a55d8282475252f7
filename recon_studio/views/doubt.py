"""The drawer under the views: who looks where as a matrix, and whether to believe it. Each page exports what it shows."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, get_args

from PySide6.QtCore import QSignalBlocker, QSize, Qt, Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QComboBox,
    QFrame,
    QHBoxLayout,
    QMenu,
    QSizePolicy,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from recon_studio.scene.explain import Asker, matrix, thumbnails
from recon_studio.state import explaining, trying
from recon_studio.state.app_state import AppState
from recon_studio.state.explain import Colouring, Page, Refusal, Topic
from recon_studio.state.explaining import PAGE_TOPIC, blocks_of, within
from recon_studio.views.bring import Bring
from recon_studio.views.dialogs import ask_target
from recon_studio.views.doubt_plots import CurvesFigure, Figure, OcclusionFigure, PhraseFigure, RatiosFigure
from recon_studio.views.matrix import MatrixView, Thumbnails
from recon_studio.views.overlap_view import OverlapView
from recon_studio.views.parts import label, restate
from recon_studio.views.plots import write_picture, write_table
from recon_studio.views.robustness import RobustnessPage, WithstandingFigure
from recon_studio.views.theme import COLOURS, GRID, icon

PAGES: dict[Page, tuple[str, str]] = {
    "matrix": ("Matrix", "Every token's attention as a row, by layer and head; hover and click follow in the views."),
    "occlusion": ("Leave one out", "How much worse the hidden patches are rebuilt without each visible one."),
    "curves": ("Curves", "What is left as patches are taken away, or shown, in the order of attention, of error, or at random."),
    "ratios": ("Mask ratio", "The error as more and more is hidden, at random or as a block, over several draws."),
    "phrase": ("Phrase", "Which patches speak for a phrase: by gradient, and by leaving each of them out."),
    "overlap": ("Overlap", "Why there are more rebuilt points than hidden ones: patches overlap."),
    "robustness": ("Robustness", "What the name withstands: points dropped, noise, turns, occlusion. Only a preview is damaged."),
}
assert tuple(PAGES) == get_args(Page)
FIGURES: dict[Topic, type[Figure]] = {
    "occlusion": OcclusionFigure,
    "curves": CurvesFigure,
    "ratios": RatiosFigure,
    "phrase": PhraseFigure,
    "robustness": WithstandingFigure,
}
_COLOURING: dict[Page, Colouring] = {"matrix": "attention", "occlusion": "occlusion", "phrase": "relevance"}

EXPORT = "Export this page: a picture (PNG), a drawing (SVG) or a table (CSV)."


class Drawer(QFrame):
    """Emits what the user turns to, asks, points at and picks. Shows nothing, and asks nothing, while it is closed."""

    drawerToggled = Signal(bool)
    pageTurned = Signal(str)  # Page
    colouringChosen = Signal(str)  # Colouring
    phraseEdited = Signal(str)
    methodChosen = Signal(str)  # Method
    measuredChosen = Signal(str)  # Measured
    askedAgain = Signal(str)  # Topic
    writeFailed = Signal(str)  # why
    queryChanged = Signal(object)  # AttentionQuery
    patchPicked = Signal(int)
    patchHovered = Signal(object)  # int, or None
    damageSet = Signal(object, str)  # Damage, what changed in words
    variedChosen = Signal(str)  # DamageKind

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("card", "true")
        self.setAccessibleName("Doubt")
        self._state: AppState | None = None
        self._drawn: tuple[Any, ...] = ()  # what the open page was last drawn from
        self.plotting = Bring("pyqtgraph", self)
        self.plotting.ready.connect(self._draw_again)
        self.tabs: dict[Page, QToolButton] = {}
        self.matrix, self.thumbnails, self.overlap = MatrixView(), Thumbnails(), OverlapView()
        self.figures = {topic: make() for topic, make in FIGURES.items()}
        withstanding = self.figures["robustness"]
        assert isinstance(withstanding, WithstandingFigure)
        self.robustness = RobustnessPage(withstanding)
        self._make_controls()
        self._lay_out()
        self._connect()
        self.hide()

    # ------------------------------------------------------------ making
    def _make_controls(self) -> None:
        group = QButtonGroup(self)
        for page, (words, tip) in PAGES.items():
            tab = QToolButton()
            tab.setText(words)
            tab.setToolTip(tip)
            tab.setAccessibleName(words)
            tab.setCheckable(True)
            tab.setProperty("kind", "page")
            group.addButton(tab)
            self.tabs[page] = tab
        self.measured = QComboBox()
        self.measured.addItem("error of rebuilding", "error")
        self.measured.addItem("score of the phrase", "phrase")
        self.measured.setAccessibleName("Measured along the curves")
        self.measured.setToolTip("What is measured as patches go or come: how badly hidden ones are rebuilt, or how well the phrase fits.")
        self.phrase = QComboBox()
        self.phrase.setEditable(True)
        self.phrase.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.phrase.setMinimumWidth(13 * GRID)
        self.phrase.setAccessibleName("Phrase")
        self.phrase.setToolTip("A name or free text; it stands against the names under Words.")
        self.method = QComboBox()
        self.method.addItem("integrated gradients", "integrated")
        self.method.addItem("gradient × input", "gradient")
        self.method.setFixedWidth(23 * GRID)
        self.method.setAccessibleName("Method of relevance")
        self.method.setToolTip(
            "How the score is shared out among patches: gradients along the way from a mean patch, or the gradient where it is."
        )
        self.colour = QToolButton()
        self.colour.setText("In view")
        self.colour.setCheckable(True)
        self.colour.setAccessibleName("Colour the attention view by this")
        self.again = QToolButton()
        self.again.setText("Ask again")
        self.again.setAccessibleName("Ask again")
        self.export = QToolButton()
        self.export.setIconSize(QSize(18, 18))
        self.export.setToolTip(EXPORT)
        self.export.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.export.setAccessibleName("Export this page")
        menu = QMenu(self.export)
        for kind, words in (("png", "Picture (PNG)…"), ("svg", "Drawing (SVG)…"), ("csv", "Table (CSV)…")):
            menu.addAction(words).triggered.connect(lambda _checked=False, kind=kind: self.ask_export(kind))
        self.export.setMenu(menu)
        self.close_button = QToolButton()
        self.close_button.setIconSize(QSize(14, 14))
        self.close_button.setToolTip("Close (D)")
        self.close_button.setAccessibleName("Close the drawer")

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(0)
        for tab in self.tabs.values():
            head.addWidget(tab)
        head.addStretch(1)
        tools = QHBoxLayout()
        tools.setSpacing(GRID // 2)
        self.state_words = label("", "small")
        for widget in (self.state_words, self.again, self.colour, self.export, self.close_button):
            tools.addWidget(widget)
        head.addLayout(tools)
        foot = QHBoxLayout()
        foot.setSpacing(GRID)
        self.stack = QStackedWidget()
        page = QWidget()
        row = QHBoxLayout(page)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(2 * GRID)
        row.addWidget(self.matrix, 1)
        row.addWidget(self.thumbnails)
        self._pages: dict[Page, QWidget] = {"matrix": page, "overlap": self.overlap}
        self._pages |= {name: self.figures[topic] for name, topic in PAGE_TOPIC.items()} | {"robustness": self.robustness}
        for name in PAGES:
            self.stack.addWidget(self._pages[name])
        self.caption = label("", "small")
        self.caption.setWordWrap(True)
        self.caption.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.caption.setFixedHeight(5 * GRID)  # three lines; the tooltip has what does not fit
        self.caption.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.hint = label("", "small")
        self.hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.hint.setWordWrap(True)
        self.stack.addWidget(self.hint)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(12, 4, 12, GRID)
        outer.setSpacing(4)
        outer.addLayout(head)
        outer.addWidget(self.stack, 1)
        for box, share in ((self.measured, 0), (self.phrase, 1), (self.method, 0), (self.caption, 3)):
            foot.addWidget(box, share)
        outer.addLayout(foot)
        self.setMinimumHeight(24 * GRID)

    def _connect(self) -> None:
        for page, tab in self.tabs.items():
            tab.clicked.connect(lambda _checked=False, page=page: self.pageTurned.emit(page))
        self.close_button.clicked.connect(lambda: self.drawerToggled.emit(False))
        self.measured.currentIndexChanged.connect(lambda: self.measuredChosen.emit(self.measured.currentData()))
        self.method.currentIndexChanged.connect(lambda: self.methodChosen.emit(self.method.currentData()))
        self.phrase.activated.connect(lambda _place: self._send_phrase())
        line = self.phrase.lineEdit()
        assert line is not None
        line.editingFinished.connect(self._send_phrase)
        line.setAcceptDrops(False)  # a file dropped here is meant for the window, too
        self.colour.clicked.connect(self._colour)
        self.again.clicked.connect(self._ask_again)
        pointed: list[MatrixView | Figure] = [self.matrix, *self.figures.values()]
        for part in pointed:
            part.patchHovered.connect(self.patchHovered)
            part.patchPicked.connect(self.patchPicked)
        for figure in self.figures.values():
            figure.told.connect(partial(self._tell_of, figure))
        self.matrix.tokenPicked.connect(self._pick_token)
        self.matrix.told.connect(self._tell)
        self.thumbnails.chosen.connect(self._choose)
        self.robustness.damageSet.connect(self.damageSet)
        self.robustness.variedChosen.connect(self.variedChosen)

    # ------------------------------------------------------------ asking
    def _send_phrase(self) -> None:
        shown = self._state
        text = " ".join(self.phrase.currentText().split())
        if shown is None:
            return
        names = explaining.phrase_names(shown)
        if text != (names[0] if names else "") and text != shown.explain.phrase:
            self.phraseEdited.emit(text)

    def _colour(self) -> None:
        page: Page = self._state.explain.page if self._state is not None else "matrix"
        self.colouringChosen.emit(_COLOURING.get(page, "attention") if self.colour.isChecked() else "attention")

    def _ask_again(self) -> None:
        topic = PAGE_TOPIC.get(self._state.explain.page) if self._state is not None else None
        if topic is not None:
            self.askedAgain.emit(topic)

    def _pick_token(self, asker: Asker) -> None:
        if asker.token == "patch":
            self.patchPicked.emit(asker.patch)
        elif self._state is not None:
            self.queryChanged.emit(replace(self._state.query, token=asker.token))

    def _choose(self, layer: int, head: int) -> None:
        if self._state is not None:
            self.queryChanged.emit(replace(self._state.query, layer=layer, head=head))

    def set_hover(self, patch: int | None) -> None:
        """Marks the patch under the pointer in the views."""
        if self.isVisible():
            self.matrix.set_hover(patch)
            for figure in self.figures.values():
                figure.set_hover(patch)

    # ------------------------------------------------------------ showing
    def show_state(self, old: AppState | None, new: AppState) -> None:
        """Draws the difference; nothing while closed."""
        self._state = new
        self.setVisible(new.explain.open)
        if not new.explain.open:
            return
        # Not the reconstruction, which changes with every move of a brush: attention follows when the brush rests.
        watched = ("explain", "query", "theme", "selected_patch", "prepared", "names", "scores", "model", "words")
        if self._drawn and old is not None and all(getattr(old, name) is getattr(new, name) for name in watched):
            return
        if old is None or old.theme != new.theme or not self._drawn:
            self.close_button.setIcon(icon("close", new.theme))
            self.export.setIcon(icon("export", new.theme))
        page = new.explain.page
        self.tabs[page].setChecked(True)
        self._show_controls(new, page)
        self._draw(new, page)

    def _show_controls(self, new: AppState, page: Page) -> None:
        explain = new.explain
        phrased = page == "phrase" or (page == "curves" and explain.measured == "phrase")
        self.measured.setVisible(page == "curves")
        self.phrase.setVisible(phrased)
        self.method.setVisible(page == "phrase")
        self.colour.setVisible(page in _COLOURING and page != "matrix")
        self.colour.setChecked(explain.colouring == _COLOURING.get(page))
        self.colour.setToolTip("Colour the attention view by this explanation, with its own bar and caption.")
        with QSignalBlocker(self.measured), QSignalBlocker(self.phrase), QSignalBlocker(self.method):
            self.measured.setCurrentIndex(self.measured.findData(explain.measured))
            self.method.setCurrentIndex(self.method.findData(explain.method))
            names = explaining.phrase_names(new)
            line = self.phrase.lineEdit()
            if line is not None and not line.hasFocus():
                self.phrase.clear()
                self.phrase.addItems(list(new.names))
                self.phrase.setEditText(names[0] if names else "")

    def _draw(self, new: AppState, page: Page) -> None:
        topic = PAGE_TOPIC.get(page)
        self.state_words.setText("")
        self.again.hide()
        if topic is not None:
            self._draw_figure(new, page, topic)
            return
        told = (page, new.explain.maps, new.query, new.theme)
        if told != self._drawn:
            self._drawn = told
            (self._draw_matrix if page == "matrix" else self._draw_overlap)(new)
        self.stack.setCurrentWidget(self._pages[page])
        restate(self.export, new.explain.maps is not None, EXPORT, "Nothing is there to export yet.")

    def _draw_matrix(self, new: AppState) -> None:
        shown, query, maps = matrix(new), new.query, new.explain.maps
        asked = None if shown is None else shown.row_of(query.token, query.patch)
        groups = len(new.prepared.centres) if new.prepared is not None else 0
        self._tell("")  # first: the matrix tells more while it is walked through
        self.matrix.show_matrix(shown, asked, groups, new.theme)
        blocks = None if maps is None else blocks_of(maps, query.token, query.patch)
        layer = within(query.layer, len(blocks)) if blocks is not None else 0
        self.thumbnails.show_thumbnails(thumbnails(new), (layer, query.head), new.theme)

    def _tell(self, words: str) -> None:
        """Says what the pointer is on; else what the matrix is."""
        shown = matrix(self._state) if self._state is not None else None
        help_ = "rows ask, columns are looked at; a click or Enter asks the row's token, above the cells it selects the column's patch"
        self._say(words or ("" if shown is None else f"{shown.title} · {help_}"))

    def _tell_of(self, figure: Figure, words: str) -> None:
        """Says what the pointer is on in a figure; else what is seen there."""
        if figure.isVisible() and figure.answer is not None:
            self._say(words or figure.words(figure.answer))

    def _say(self, words: str) -> None:
        self.caption.setText(words)
        self.caption.setToolTip(words)

    def _draw_overlap(self, new: AppState) -> None:
        overlap = new.explain.maps.overlap if new.explain.maps is not None else None
        self.overlap.show_overlap(overlap, new.theme)
        self._say("" if overlap is None else "Press O to see these points in the Seen view, in the same colours.")

    def _draw_figure(self, new: AppState, page: Page, topic: Topic) -> None:
        answer, current = explaining.last_answer(new, topic), explaining.current(new, topic)
        why = explaining.why_not(new, topic)
        if page == "robustness":
            self.robustness.show_state(new)
        if isinstance(current, Refusal) or why or answer is None or isinstance(answer, Refusal):
            self._drawn = ()
            self._hint(page, current.sentence if isinstance(current, Refusal) else why or "Asking the model…")
            self.again.setVisible(isinstance(current, Refusal))
            self._say(PAGES[page][1])
            restate(self.export, False, EXPORT, "Waits for the answer.")
            return
        self.state_words.setText("" if current is not None else "updating…")
        self.plotting.want()
        if self.plotting.module is None:
            self._hint(page, "Opening the plots…")
            return
        told = (page, answer, new.theme, new.selected_patch, new.explain.maps if page == "ratios" else None)
        if told != self._drawn:
            self._drawn = told
            figure = self.figures[topic]
            self._say(figure.words(answer))  # first: the figure tells more while it is walked through
            figure.draw_answer(self.plotting.module, answer, new)
        if page == "robustness":
            self.robustness.show_hint("")
        self.stack.setCurrentWidget(self._pages[page])
        restate(self.export, True, EXPORT, "")

    def _hint(self, page: Page, words: str) -> None:
        """Says why there is no plot; beside the sliders, where the page has any."""
        if page == "robustness":
            self.robustness.show_hint(words)
        else:
            self.hint.setText(words)
        self.stack.setCurrentWidget(self.robustness if page == "robustness" else self.hint)

    def _draw_again(self) -> None:
        if self._state is not None:
            self._drawn = ()
            self.show_state(None, self._state)

    # ------------------------------------------------------------ into files
    def ask_export(self, kind: str = "png") -> None:
        """Asks where to write the open page, and does; nothing where it has nothing to show."""
        if self._state is None or not self._state.explain.open or not self.export.isEnabled():
            return
        page = self._state.explain.page
        words = {"png": "PNG image (*.png)", "svg": "SVG drawing (*.svg)", "csv": "Table (*.csv)"}
        filters = ";;".join(sorted(words.values(), key=lambda each: each != words[kind]))
        path = ask_target(self, f"Export '{PAGES[page][0]}'", f"{page}.{kind}", filters)
        if path:
            try:
                self.write(path)
            except OSError as error:
                self.writeFailed.emit(str(error))

    def write(self, path: str) -> None:
        """Writes the open page as a picture, a drawing or a table, by the path's ending, with what it was made from.

        Raises:
            OSError: the file cannot be written.
        """
        state = self._state
        assert state is not None
        recipe, page = self.recipe(state), state.explain.page
        if path.lower().endswith(".csv"):
            write_table(path, self._columns(state, page), recipe)
            return
        topic = PAGE_TOPIC.get(page)
        walked: MatrixView | Figure = self.matrix if topic is None else self.figures[topic]
        walked.rest()  # a file shows nothing of where the keyboard is
        shown: QWidget = self.figures[topic].canvas if topic is not None else (self.matrix if page == "matrix" else self.overlap)
        write_picture(shown, path, COLOURS[state.theme].panel, recipe)

    def _columns(self, state: AppState, page: Page) -> Mapping[str, Sequence[Any]]:
        if page == "matrix":
            shown = matrix(state)
            assert shown is not None
            rows = [
                (asker.token if asker.token != "patch" else f"patch {asker.patch}", int(patch), float(value))
                for asker, row in zip(shown.askers, shown.values, strict=True)
                for patch, value in zip(shown.patches, row, strict=True)
            ]
            return {name: [row[place] for row in rows] for place, name in enumerate(("token", "patch", "attention"))}
        if page == "overlap":
            return self.overlap.columns()
        topic = PAGE_TOPIC[page]
        return self.figures[topic].columns(explaining.last_answer(state, topic))

    @staticmethod
    def recipe(state: AppState) -> str:
        """Returns in one line what the page that is open was made from."""
        mask, maps = state.mask, state.explain.maps
        by_hand = mask.hidden is not None or maps is None
        how = "by hand" if by_hand else f"{mask.strategy}, ratio {mask.ratio:g}, seed {mask.seed}"
        hidden = "" if maps is None else " ".join(str(int(patch)) for patch in maps.masked)
        shown = matrix(state)
        what = shown.title if shown is not None and state.explain.page == "matrix" else PAGES[state.explain.page][0]
        model = state.model.name if state.model is not None else "no model"
        if state.explain.page == "robustness":
            damage = trying.in_words(state.explain.damage) or "none in the view"
            names = ", ".join(state.names)
            return f"ReCon Studio: {what} against {state.explain.varied}; {state.current}; model {model}; damage: {damage}; names: {names}"
        return f"ReCon Studio: {what}; {state.current}; model {model}; mask {how}; hidden patches {hidden or 'none'}"

    def stop(self) -> None:
        """Waits for what runs by itself."""
        self.plotting.stop()
