"""The map room: the whole library as the model arranges it, and what can be asked of it."""

from functools import partial
from typing import get_args

from PySide6.QtCore import QPoint, QSize, Qt, Signal
from PySide6.QtGui import QAction, QImage, QPixmap, QResizeEvent
from PySide6.QtWidgets import (
    QFileDialog,
    QFrame,
    QHBoxLayout,
    QLabel,
    QMenu,
    QProgressBar,
    QPushButton,
    QScrollArea,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from recon_model.counts import counted, grouped
from recon_studio.scene import map as picture
from recon_studio.scene.map import Colouring
from recon_studio.scene.thumbnail import thumbnail
from recon_studio.state import lapse as lapsing
from recon_studio.state.app_state import AppState, Flags
from recon_studio.state.map import METHODS, MapTool, Quality
from recon_studio.views.dialogs import ask_target
from recon_studio.views.film import Film, ask_film
from recon_studio.views.map_image import map_image
from recon_studio.views.map_lapse import LapseCard
from recon_studio.views.map_panels import ROW, ActionButton, ColourCard, PhraseCard, SettingsCard
from recon_studio.views.parts import Card, ElidedLabel, label, rule
from recon_studio.views.scatter import Plot, ScatterView
from recon_studio.views.theme import GRID

RIGHT = 38 * GRID
PICTURE = 16 * GRID
"""Side of the hover picture."""
OTHER_CARDS = 600
"""Height that the cards need besides the legend, in pixels."""
TOOLS: tuple[MapTool, ...] = get_args(MapTool)
KINDS = ("png", "svg", "csv")


class Hover(QFrame):
    """A small picture of the cloud the pointer rests on, and what is known of it."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setProperty("card", "true")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAccessibleName("Cloud pointed at")
        column = QVBoxLayout(self)
        column.setContentsMargins(6, 6, 6, 6)
        column.setSpacing(2)
        self.image = QLabel()
        self.image.setFixedSize(PICTURE, PICTURE)
        self.name = ElidedLabel()
        self.name.setFixedWidth(PICTURE)
        self.words = label("", "small")
        self.words.setFixedWidth(PICTURE)
        self.words.setWordWrap(True)
        for widget in (self.image, self.name, self.words):
            column.addWidget(widget)
        self.hide()

    def show_cloud(self, state: AppState, row: int, place: QPoint, room: QSize) -> None:
        """Shows a cloud beside a place, within a room."""
        projection = state.map.projection
        if projection is None:
            return
        ratio = self.devicePixelRatioF()
        side = round(PICTURE * ratio)
        drawn = thumbnail(projection.clouds.preview(row), side=side, theme=state.theme)
        image = QImage(drawn.tobytes(), side, side, 3 * side, QImage.Format.Format_RGB888)
        image.setDevicePixelRatio(ratio)
        self.image.setPixmap(QPixmap.fromImage(image))
        self.name.setText(picture.name_of(projection.clouds.keys[row]))
        self.words.setText("\n".join(picture.describe(state.map, row)))
        self.words.setFixedHeight(self.words.heightForWidth(PICTURE))
        self.adjustSize()
        x = place.x() + 18 if place.x() + 18 + self.width() < room.width() else place.x() - 18 - self.width()
        y = min(max(4, place.y() - self.height() // 2), max(4, room.height() - self.height() - 4))
        self.move(max(4, x), y)
        self.show()
        self.raise_()


class MapRoom(QWidget):
    """Controllers connect to the signals; ``show_state`` draws. It decides nothing."""

    embedRequested = Signal()
    foldersChosen = Signal(list)  # paths
    settingsChanged = Signal(object)  # MapSettings
    startRequested = Signal()
    pauseRequested = Signal()
    stopRequested = Signal()
    placeRequested = Signal()
    colourChosen = Signal(str)  # ColourBy
    groupToggled = Signal(str)
    namesToggled = Signal(bool)
    toolChosen = Signal(str)  # MapTool
    rowsChosen = Signal(object, str)  # rows, SelectMode
    selectionCleared = Signal()
    rowPicked = Signal(int)
    rowOpened = Signal(int)
    phraseEntered = Signal(str)
    exportRequested = Signal(str, str)  # kind, path
    lapseWanted = Signal(str)  # a run's folder
    frameChosen = Signal(int)
    lapseClosed = Signal()
    pictureTaken = Signal(str, object)  # path, QImage
    pictureSaved = Signal(str, str)  # path of a time-lapse, and a sentence where it failed

    def __init__(self, actions: dict[str, QAction]) -> None:
        super().__init__()
        self._actions = actions
        self._state: AppState | None = None
        self._colouring: Colouring | None = None
        self._fresh: tuple[tuple[object, object], int] | None = None
        self.scatter = ScatterView()
        self.hover = Hover(self.scatter)
        self.settings = SettingsCard(actions)
        self.colour = ColourCard()
        self.phrase = PhraseCard()
        self.lapse = LapseCard()
        self._film: Film | None = None
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GRID)
        row.addWidget(self._make_canvas(), 1)
        row.addWidget(self._make_side())
        self._connect()

    # ------------------------------------------------------------ making

    def _make_canvas(self) -> QWidget:
        canvas = Card("Map")
        self.made = ElidedLabel()
        self.made.setProperty("kind", "small")
        canvas.head.insertWidget(1, self.made, 1)
        canvas.head.takeAt(2)  # the stretch: the line beside the title takes the room
        for name in (*(f"map_{tool}" for tool in TOOLS), "", "map_fit", "map_names"):
            canvas.head.addWidget(_button(self._actions[name]) if name else rule())
        self.export = QToolButton()
        self.export.setText("Export")
        self.export.setToolTip("Save the map as an image, a drawing or a table.")
        self.export.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        menu = QMenu(self.export)
        menu.setToolTipsVisible(True)
        for kind in KINDS:
            menu.addAction(self._actions[f"map_{kind}"])
        self.export.setMenu(menu)
        canvas.head.addWidget(rule())
        canvas.head.addWidget(self.export)
        self.pages = QStackedWidget()
        self.pages.addWidget(self._make_empty())
        self.pages.addWidget(self.scatter)
        canvas.body.addWidget(self.pages, 1)
        foot = QHBoxLayout()
        foot.setSpacing(GRID)
        self.count = label("", "value")
        self.chosen = ElidedLabel()
        self.chosen.setProperty("kind", "small")
        self.clear = ActionButton(self._actions["map_clear"], "Clear")
        self.clear.setFixedHeight(3 * GRID + 2)
        self.worth = label("", "small")
        for widget, stretch in ((self.count, 0), (self.chosen, 1), (self.clear, 0), (self.worth, 0)):
            foot.addWidget(widget, stretch)
        canvas.body.addLayout(foot)
        return canvas

    def _make_empty(self) -> QWidget:
        page = QWidget()
        column = QVBoxLayout(page)
        column.setSpacing(2 * GRID)
        column.addStretch(2)
        self.teach = label("See the whole library as the model arranges it", "title")
        self.explain = label("")
        self.bar = QProgressBar(textVisible=False)
        self.bar.setFixedWidth(40 * GRID)
        for words in (self.teach, self.explain):
            words.setAlignment(Qt.AlignmentFlag.AlignHCenter)
            words.setWordWrap(True)
            words.setFixedWidth(60 * GRID)
            column.addWidget(words, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addWidget(self.bar, 0, Qt.AlignmentFlag.AlignHCenter)
        buttons = QHBoxLayout()
        buttons.setSpacing(GRID)
        buttons.addStretch(1)
        self.embed = ActionButton(self._actions["map_embed"])
        self.embed.setDefault(True)
        self.folder = QPushButton("Add a folder…")
        self.folder.setToolTip("Open a folder of clouds, or of .npz data sets with labels, in the library.")
        self.folder.clicked.connect(self._ask_folder)
        self.samples = ActionButton(self._actions["open_samples"])
        buttons.addWidget(self.embed)
        buttons.addWidget(self.samples)
        buttons.addWidget(self.folder)
        buttons.addStretch(1)
        column.addLayout(buttons)
        column.addStretch(3)
        return page

    def _make_side(self) -> QWidget:
        column = QWidget()
        side = QVBoxLayout(column)
        side.setContentsMargins(0, 0, 0, 0)
        side.setSpacing(GRID)
        for card in (self.settings, self.colour, self.phrase, self.lapse):
            side.addWidget(card)
        side.addStretch(1)
        area = QScrollArea()
        area.setAccessibleName("How the map is made, coloured and asked")
        area.setWidget(column)
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setFixedWidth(RIGHT)
        return area

    def _connect(self) -> None:
        self.settings.settingsChanged.connect(self.settingsChanged)
        self.colour.colourChosen.connect(self.colourChosen)
        self.colour.groupToggled.connect(self.groupToggled)
        self.phrase.phraseEntered.connect(self.phraseEntered)
        self.lapse.runWanted.connect(self._ask_run)
        self.lapse.frameChosen.connect(self.frameChosen)
        self.lapse.closed.connect(self.lapseClosed)
        self.lapse.filmWanted.connect(self._ask_film)
        self.scatter.rowsChosen.connect(self.rowsChosen)
        self.scatter.rowClicked.connect(self.rowPicked)
        self.scatter.rowOpened.connect(self.rowOpened)
        self.scatter.emptyClicked.connect(self.selectionCleared)
        self.scatter.rowHovered.connect(self._show_hover)
        handlers = {
            "map_embed": self.embedRequested.emit,
            "map_start": self.startRequested.emit,
            "map_pause": self.pauseRequested.emit,
            "map_stop": self.stopRequested.emit,
            **{f"map_{tool}": partial(self.toolChosen.emit, tool) for tool in TOOLS},
            "map_clear": self.selectionCleared.emit,
            "map_fit": self.scatter.fit,
            "map_names": lambda: self.namesToggled.emit(self._actions["map_names"].isChecked()),
            **{f"map_{kind}": partial(self._ask_export, kind) for kind in KINDS},
        }
        for name, handler in handlers.items():
            self._actions[name].triggered.connect(lambda _checked=False, handler=handler: handler())

    # ------------------------------------------------------------ showing

    def show_state(self, old: AppState | None, new: AppState) -> None:
        """Draws what differs between two states."""
        self._state = new
        self.settings.show_state(old, new)
        self.phrase.show_state(old, new)
        self.lapse.show_state(old, new)
        self._show_actions(new)
        self._show_empty(new)
        watched = ("map", "theme", "current", "names")
        if old is None or any(getattr(old, name) is not getattr(new, name) for name in watched):
            self._show_map(old, new)

    def _show_map(self, old: AppState | None, new: AppState) -> None:
        state, projection = new.map, new.map.projection
        colouring = picture.colouring(state, new.theme)
        fresh = old is None or (old.map.hidden, old.theme, old.names) != (state.hidden, new.theme, new.names)
        if colouring is not self._colouring or fresh:
            self._colouring = colouring
            self.colour.show_colouring(colouring, new)
        if self.scatter.theme != new.theme:
            self.scatter.theme = new.theme
        if self.scatter.tool != state.tool:
            self.scatter.set_tool(state.tool)
        if projection is None or colouring is None:
            self.scatter.show_plot(None)
            self.hover.hide()
            for words in (self.count, self.chosen, self.made, self.worth):
                words.setText("")
            self.clear.hide()
            return
        shown = picture.shown_rows(state, colouring)
        plot = Plot(
            projection.coordinates,
            colouring,
            shown,
            state.selected,
            picture.captions(projection.coordinates, colouring, shown) if state.names_shown else (),
            picture.ring_of(projection, new.current),
            projection.fitted,
            state.phrase,
        )
        self.scatter.show_plot(plot)
        self._show_words(new, colouring, shown)

    def _show_words(self, new: AppState, colouring: Colouring, shown: Flags) -> None:
        projection = new.map.projection
        assert projection is not None
        recipe = picture.recipe(projection)
        self.made.setText(picture.title(projection))
        self.made.setToolTip(recipe)
        self.count.setText(picture.count_in_words(new.map, shown))
        self.count.setToolTip("Selected clouds / clouds in the picture.")
        self.clear.setVisible(new.map.selected is not None)
        self.chosen.setText(picture.selection_in_words(new.map, colouring))
        words, tip = quality_in_words(projection.quality, METHODS[projection.settings.method])
        self.worth.setText(words)
        self.worth.setToolTip(tip)

    def _show_actions(self, new: AppState) -> None:
        state, running = new.map, new.map.phase != "idle"
        projection = state.projection
        waiting = "" if new.model is not None else "Waits for the model to load."
        nothing = "" if projection is not None else "There is no map yet."
        busy = "It is being embedded." if new.embedding is not None else ""
        empty = "" if new.items else "Open clouds first."
        few = "" if new.embeddings is not None else "Embed the library first."
        no_words = "Choose queries or pooled patches: this model's features share no space with words."
        lacking = new.embeddings is not None and state.settings.feature == "projected" and new.embeddings.sides is None
        for name, why_not in (
            ("map_embed", waiting or empty or busy),
            ("map_start", waiting or few or (no_words if lacking else "")),
            ("map_pause", "" if running else "Nothing runs."),
            ("map_stop", "" if running else "Nothing runs."),
            ("map_clear", "" if state.selected is not None else "Nothing is selected."),
            *((f"map_{name}", nothing) for name in (*TOOLS, "fit", "names", *KINDS)),
        ):
            action = self._actions[name]
            tip = action.toolTip().split("\n")[0]
            action.setEnabled(not why_not)
            action.setToolTip(f"{tip}\n{why_not}" if why_not else tip)
        for tool in TOOLS:
            self._actions[f"map_{tool}"].setChecked(state.tool == tool)
        self._actions["map_names"].setChecked(state.names_shown)
        fresh = self._new_clouds(new)
        self._actions["map_embed"].setText(f"Place {counted(fresh, 'new cloud')}" if fresh else "Embed the library")
        self.settings.more.setVisible(bool(fresh) or new.embeddings is None)

    def _new_clouds(self, new: AppState) -> int:
        """Returns how many files of the library are not on the map, while there is one."""
        projection = new.map.projection
        if projection is None:
            return 0
        key = (new.items, projection.clouds)
        if self._fresh is None or any(a is not b for a, b in zip(self._fresh[0], key, strict=True)):
            there = {text.rpartition("#")[0] or text for text in projection.clouds.keys} | set(projection.clouds.keys)
            fresh = sum(item.member < 0 and item.status != "failed" and item.key not in there for item in new.items)
            self._fresh = (key, fresh)
        return self._fresh[1]

    def _show_empty(self, new: AppState) -> None:
        self.pages.setCurrentIndex(1 if new.map.projection is not None else 0)
        if new.map.projection is not None:
            return
        count, work = len(new.items), new.embedding
        self.bar.setVisible(work is not None or new.map.phase != "idle")
        if work is not None:
            self.bar.setRange(0, max(1, work.total))
            self.bar.setValue(work.done)
            done = f"{grouped(work.done)} of {counted(work.total, 'cloud')}"
            words = f"Embedding {done}. Go on working meanwhile: what is done is kept, whenever you stop."
        elif new.map.phase != "idle":
            self.bar.setRange(0, 0)
            words = "Laying the clouds out…"
        elif new.embeddings is not None and len(new.embeddings) < 4:
            words = f"A map needs at least 4 clouds; {len(new.embeddings)} are embedded. Add a folder of clouds, or a labelled .npz."
        else:
            held = f"The library holds {counted(count, 'file')}." if count else "The library is empty."
            words = (
                "Each mark will be a cloud; clouds that the model finds alike lie together. Colour them by label, prediction or error, "
                f"draw a lasso around a group, ask where a phrase would be. {held}"
            )
        self.explain.setText(words)
        self.samples.setVisible(not new.items)

    def _show_hover(self, row: int, place: QPoint) -> None:
        if row < 0 or self._state is None:
            self.hover.hide()
        else:
            self.hover.show_cloud(self._state, row, place, self.scatter.size())
            self.scatter.say(f"{self.hover.name.text()}, {self.hover.words.text()}")

    # ------------------------------------------------------------ dialogs

    def _ask_folder(self) -> None:
        folder = QFileDialog.getExistingDirectory(self, "Add a folder of clouds to the library")
        if folder:
            self.foldersChosen.emit([folder])

    def _ask_export(self, kind: str) -> None:
        filters = {"png": "PNG image (*.png)", "svg": "SVG drawing (*.svg)", "csv": "CSV table (*.csv)"}
        path = ask_target(self, "Export the map", f"map.{kind}", filters[kind])
        if path:
            self.export_as(kind, path)

    def _ask_run(self) -> None:
        folder = QFileDialog.getExistingDirectory(self, "Open a run's folder")
        if folder:
            self.lapseWanted.emit(folder)

    def _ask_film(self) -> None:
        path = ask_film(self, "Save the time-lapse")
        if path:
            self.save_film(path)

    def save_film(self, path: str) -> None:
        """Paints the frames of the time-lapse one by one and has them written."""
        state = self._state
        if state is None or state.map.lapse is None or self._film is not None:
            return
        self._film = Film(path, len(state.map.lapse.frames), partial(self._frame, state), self._show_again, self)
        self._film.finished.connect(self._film_saved)

    def _frame(self, state: AppState, at: int) -> QImage:
        assert state.map.lapse is not None
        shown = lapsing.show(state, at)
        self._show_map(None, shown)
        return map_image(self.scatter, shown, self._colouring, scale=1.0, note=state.map.lapse.frames[at].name)

    def _show_again(self) -> None:
        if self._state is not None:
            self._show_map(None, self._state)

    def _film_saved(self, path: str, complaint: str) -> None:
        if self._film is not None:
            self._film.join()
            self._film.deleteLater()
            self._film = None
        self.pictureSaved.emit(path, complaint)

    def export_as(self, kind: str, path: str) -> None:
        """Saves the map; an image is painted here, the rest is written elsewhere."""
        if kind != "png":
            self.exportRequested.emit(kind, path)
        elif self._state is not None:
            self.pictureTaken.emit(path, map_image(self.scatter, self._state, self._colouring))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Gives the legend what the other cards leave."""
        super().resizeEvent(event)
        self.colour.set_rows((self.height() - OTHER_CARDS) // ROW)

    def shut(self) -> None:
        """Stops what runs by itself."""
        self.hover.hide()
        self.lapse.stop()
        if self._film is not None:
            self._film.join()


def quality_in_words(quality: Quality | None, method: str) -> tuple[str, str]:
    """Returns a short line on what the map is worth, and what it means."""
    if quality is None:
        return "", ""
    parts, tips = [], []
    if quality.features_accuracy == quality.features_accuracy:
        parts.append(f"k-NN {100 * quality.features_accuracy:.0f} % features, {100 * quality.map_accuracy:.0f} % map")
        tips.append(
            f"Share of labelled clouds that most of their {quality.neighbours} nearest would name rightly: in the features, and on the map."
        )
    if quality.trustworthiness == quality.trustworthiness:
        parts.append(f"trustworthiness {quality.trustworthiness:.2f}")
        tips.append("1 where every neighbour on the map is a neighbour in the features; about 0.5 by chance (Venna & Kaski 2001).")
    if quality.divergence == quality.divergence:
        parts.append(f"KL {quality.divergence:.2f}")
        tips.append("Kullback-Leibler divergence of the map from the features' affinities, which t-SNE makes small.")
    tips.append(f"{method} took {quality.seconds:.1f} s.")
    return " · ".join(parts), "\n".join(tips)


def _button(action: QAction) -> QToolButton:
    button = QToolButton()
    button.setDefaultAction(action)
    button.setIconSize(QSize(18, 18))
    button.setAccessibleName(action.text())
    return button
