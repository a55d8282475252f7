"""The form of a new run: data, recipe and size, device, and what will be written where."""

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import QComboBox, QFileDialog, QGridLayout, QHBoxLayout, QLabel, QLineEdit, QPushButton, QSpinBox, QWidget

from recon_model.counts import in_bytes
from recon_model.presets import MILLIONS
from recon_model.serve.messages.training import Device
from recon_studio.backend.runs import free_folder
from recon_studio.state.training import FollowedRun, NewRun, Recipe, estimate
from recon_studio.views.parts import Card, indented, label, restate
from recon_studio.views.theme import GRID

SYNTHETIC, FOLDER, FILE = range(3)
RECIPES: tuple[tuple[Recipe, str, str], ...] = (
    ("quick", "Quick look", "A small model and ten kinds of shapes: the loss falls and a reconstruction takes shape while you watch."),
    (
        "studio",
        "Studio",
        "As the model that ships inside was made: scaled coordinates, names learned by contrast, some clouds lying on their side.",
    ),
    ("published", "As published", "The paper's losses, schedule and sizes; meant for a graphics card and days of time."),
)
SIZES = ("tiny", "small", "base")
WRITTEN = (
    "config.json, events.jsonl (every loss), last and best model, the three newest checkpoints and those you pin, "
    "the probe's reconstructions, and what a resumed run needs."
)


class NewRunForm(Card):
    """Emits the run to start."""

    startRequested = Signal(object)  # NewRun
    cancelled = Signal()

    def __init__(self) -> None:
        super().__init__("New run")
        self._runs: Sequence[FollowedRun] = ()
        self._home = ""
        self._own_name = True  # whether the folder's name still follows the recipe
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(2 * GRID)
        self._grid.setVerticalSpacing(GRID + 4)
        self._grid.setColumnStretch(1, 1)
        self._make_data()
        self._make_recipe()
        self._make_numbers()
        self._make_out()
        page = QWidget()
        page.setLayout(self._grid)
        page.setMaximumWidth(90 * GRID)  # longer lines are no easier to fill in
        self.body.addWidget(page)
        self.body.addStretch(1)
        buttons = QHBoxLayout()
        self.start = QPushButton("Start training")
        self.start.setProperty("kind", "primary")
        self.start.clicked.connect(lambda: self.startRequested.emit(self.wanted()))
        cancel = QPushButton("Cancel")
        cancel.setToolTip("Back to the runs; nothing is started.")
        cancel.clicked.connect(self.cancelled)
        buttons.addStretch(1)
        buttons.addWidget(cancel)
        buttons.addWidget(self.start)
        self.body.addLayout(buttons)
        self._changed()

    # ---------------------------------------------------------------- making
    def _make_data(self) -> None:
        self.data = QComboBox()
        self.data.addItems(["Synthetic shapes, made on this machine", "A folder of clouds", "A data set in one file (.npz)"])
        self.data.setAccessibleName("Data")
        self.data.currentIndexChanged.connect(self._changed)
        self.path, self._browse = _path_row("Folder or file of the data", "Where the clouds lie.", self._choose_data)
        self.path.textChanged.connect(self._changed)
        self._add("Data", self.data, "What the model learns from.")
        self._path_row = self._add("", _row(self.path, self._browse), "")
        self.data_words = self._hint()

    def _make_recipe(self) -> None:
        self.recipe = QComboBox()
        for _, words, _more in RECIPES:
            self.recipe.addItem(words)
        self.recipe.setAccessibleName("Recipe")
        self.recipe.currentIndexChanged.connect(self._changed)
        self.model_size = QComboBox()
        self.model_size.setAccessibleName("Size")
        self.model_size.currentIndexChanged.connect(self._changed)
        self._add("Recipe", self.recipe, "Losses, schedule and defaults that belong together.")
        self.recipe_words = self._hint()
        self._add("Size", self.model_size, "How large the model is.")

    def _make_numbers(self) -> None:
        self.device = QComboBox()
        self.device.setAccessibleName("Device")
        self.device.addItem("The best there is", "auto")
        self._add("Device", self.device, "Where the model is trained; memory as the model process reports it.")
        self.epochs, self.batch, self.seed = (indented(QSpinBox()) for _ in range(3))
        long = "How long; the recipe's own unless you say otherwise."
        for box, name, high, tip in (
            (self.epochs, "Epochs", 100_000, long),
            (self.batch, "Clouds per step", 65_536, "Clouds per step; less needs less memory."),
            (self.seed, "Seed", 2**31 - 1, "The same seed draws the same clouds and masks again."),
        ):
            box.setRange(0, high)
            box.setAccessibleName(name)
            box.setToolTip(tip)
            box.setFixedWidth(14 * GRID)
            box.valueChanged.connect(self._changed)
        for box in (self.epochs, self.batch):
            box.setSpecialValueText("the recipe's")
        row = _row(self.epochs, label("clouds per step", "small"), self.batch, label("seed", "small"), self.seed)
        self._add("Epochs", row, long)

    def _make_out(self) -> None:
        tip = "Where the run is written; made if it is not there."
        self.out, browse = _path_row("Folder of the run", tip, self._choose_out)
        self.out.textChanged.connect(self._changed)
        self.out.textEdited.connect(lambda _text: setattr(self, "_own_name", False))
        self._add("Folder", _row(self.out, browse), tip)
        self.cost = self._hint()
        self.written = self._hint()
        self.written.setText(f"Written: {WRITTEN}")

    def _add(self, name: str, widget: QWidget, tip: str) -> tuple[QWidget, QWidget]:
        line = self._grid.rowCount()
        caption = label(name)
        caption.setToolTip(tip)
        widget.setToolTip(tip)
        self._grid.addWidget(caption, line, 0)
        self._grid.addWidget(widget, line, 1)
        return caption, widget

    def _hint(self) -> QLabel:
        words = label("", "small")
        words.setWordWrap(True)
        self._grid.addWidget(words, self._grid.rowCount(), 1)
        return words

    # ---------------------------------------------------------------- showing
    def show_plan(self, devices: tuple[Device, ...], runs: Sequence[FollowedRun], home: str) -> None:
        """Takes the devices there are, the runs so far and the folder new ones go into."""
        self._runs = runs
        if home != self._home:
            self._home = home
        chosen = self.device.currentData()
        with QSignalBlocker(self.device):
            self.device.clear()
            best = devices[0] if devices else None
            self.device.addItem(f"The best there is ({best.words})" if best else "The best there is", "auto")
            for device in devices:
                memory = f" · {in_bytes(device.free)} of {in_bytes(device.total)} free" if device.total else ""
                self.device.addItem(f"{device.words}{memory}", device.name)
            self.device.setCurrentIndex(max(self.device.findData(chosen), 0))
        self._changed()

    def begin(self) -> None:
        """Starts from the defaults again, with a folder that is free."""
        self._own_name = True
        self._changed()

    def wanted(self) -> NewRun:
        """Returns the run as the form says it."""
        kind = self.data.currentIndex()
        return NewRun(
            out=self.out.text().strip(),
            recipe=RECIPES[self.recipe.currentIndex()][0],
            size=self.model_size.currentData() or SIZES[0],
            data="synthetic" if kind == SYNTHETIC else self.path.text().strip(),
            device=self.device.currentData() or "auto",
            epochs=self.epochs.value(),
            batch_size=self.batch.value(),
            seed=self.seed.value(),
        )

    def _changed(self) -> None:
        if not hasattr(self, "start"):
            return  # still being made
        recipe, _, words = RECIPES[self.recipe.currentIndex()]
        self.recipe_words.setText(words)
        self._show_sizes(recipe)
        kind = self.data.currentIndex()
        for widget in self._path_row:
            widget.setVisible(kind != SYNTHETIC)
        self.data_words.setVisible(kind != SYNTHETIC)
        self.data_words.setText(
            "Files are named by the folder they lie in (chair/…, chair/train/… as in ModelNet); a tenth is held out."
            if kind == FOLDER
            else "Arrays points (K, P, 3), labels (K,) and names (C,), as published sets are handed on; a tenth is held out."
        )
        self.path.setPlaceholderText("Choose a folder" if kind == FOLDER else "Choose an .npz file")
        if self._own_name and self._home:
            with QSignalBlocker(self.out):
                self.out.setText(str(free_folder(Path(self._home), "quick-look" if recipe == "quick" else self.wanted().preset)))
        new = self.wanted()
        self.cost.setText(estimate(new, self._runs))
        restate(
            self.start, not self._why_not(new), "Start; the run goes on by itself, also when this window is closed.", self._why_not(new)
        )

    def _show_sizes(self, recipe: Recipe) -> None:
        names = SIZES if recipe == "published" else (recipe,)
        if [self.model_size.itemData(row) for row in range(self.model_size.count())] != list(names):
            with QSignalBlocker(self.model_size):
                self.model_size.clear()
                for name in names:
                    self.model_size.addItem(f"{name} · {MILLIONS[name]:.1f} M parameters", name)
        restate(self.model_size, recipe == "published", "How large the model is.", "This recipe has one size; the published one has three.")

    def _why_not(self, new: NewRun) -> str:
        if not new.data:
            return "Choose the data first."
        if new.data != "synthetic" and not Path(new.data).exists():
            return "The data is not there."
        if not new.out:
            return "Choose a folder for the run first."
        if (Path(new.out).expanduser() / "config.json").exists():
            return "This folder already holds a run."
        return "At least two clouds per step are needed." if new.batch_size == 1 else ""

    def _choose_data(self) -> None:
        if self.data.currentIndex() == FOLDER:
            path = QFileDialog.getExistingDirectory(self, "Clouds to train on")
        else:
            path, _ = QFileDialog.getOpenFileName(self, "Data set to train on", "", "Labelled clouds (*.npz)")
        if path:
            self.path.setText(path)

    def _choose_out(self) -> None:
        path = QFileDialog.getExistingDirectory(self, "Folder that the run's folder goes into", self._home)
        if path:
            self._own_name = False
            self.out.setText(str(free_folder(Path(path), self.wanted().preset)))


def _path_row(name: str, tip: str, choose: Callable[[], None]) -> tuple[QLineEdit, QPushButton]:
    line, button = QLineEdit(), QPushButton("Choose…")
    line.setAccessibleName(name)
    line.setToolTip(tip)
    button.setAccessibleName(f"Choose: {name}")
    button.setToolTip("Look for it on this machine.")
    button.clicked.connect(choose)
    return line, button


def _row(*widgets: QWidget) -> QWidget:
    made = QWidget()
    row = QHBoxLayout(made)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(GRID)
    for widget in widgets:
        row.addWidget(widget, 1 if isinstance(widget, QLineEdit) else 0)
    if not any(isinstance(widget, QLineEdit) for widget in widgets):
        row.addStretch(1)
    return made
