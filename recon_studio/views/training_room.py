"""The training room: runs at the left; of the one looked at its progress, curves, probe and checkpoints; or the form of a new one."""

from functools import partial

import numpy as np
from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QMessageBox,
    QProgressBar,
    QPushButton,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from recon_model.counts import counted, duration, grouped
from recon_studio.state import training
from recon_studio.state.app_state import AppState, Item, Theme
from recon_studio.state.training import FollowedRun, TrainingState
from recon_studio.views.finetune_dialog import FinetuneDialog
from recon_studio.views.parts import Card, ElidedLabel, label, relay, restate
from recon_studio.views.theme import COLOURS, GRID
from recon_studio.views.training_curves import CurvesCard
from recon_studio.views.training_form import NewRunForm
from recon_studio.views.training_probe import ProbeCard
from recon_studio.views.training_table import CheckpointTable

EMPTY, FORM, RUN = range(3)
QUICK = "Quick look: train a small model on synthetic shapes (about two minutes)"


class RunList(Card):
    """The runs that are followed, the newest first."""

    chosen = Signal(str)
    forgotten = Signal(str)

    def __init__(self) -> None:
        super().__init__("Runs")
        self._rows: list[_RunRow] = []
        self.new = QToolButton()
        self.new.setText("New…")
        self.new.setToolTip("Set up a new run.")
        self.open = QToolButton()
        self.open.setText("Open…")
        self.open.setToolTip("Follow a run folder, also one begun in a terminal; or drop it on the window.")
        self.forget = QToolButton()
        self.forget.setText("Forget")
        self.forget.clicked.connect(self._forget)
        for button in (self.new, self.open):
            self.head.addWidget(button)
        self.list = QListWidget()
        self.list.setAccessibleName("Runs")
        self.list.setVerticalScrollMode(QListWidget.ScrollMode.ScrollPerPixel)
        self.list.currentItemChanged.connect(self._choose)
        self.body.addWidget(self.list, 1)
        self.names = QPushButton("Teach names…")
        self.names.setToolTip("Fine-tune a classifier on labelled or tagged clouds of the library.")
        row = QHBoxLayout()
        row.addWidget(self.forget)
        row.addStretch(1)
        row.addWidget(self.names)
        self.body.addLayout(row)

    def show_runs(self, state: TrainingState, theme: Theme) -> None:
        """Lists the runs; each with a line of what it does."""
        blocked = self.list.blockSignals(True)
        if [self.list.item(row).data(Qt.ItemDataRole.UserRole) for row in range(self.list.count())] != [run.path for run in state.runs]:
            self.list.clear()
            self._rows = []
            for run in state.runs:
                item = QListWidgetItem(self.list)
                item.setData(Qt.ItemDataRole.UserRole, run.path)
                item.setSizeHint(QSize(0, 6 * GRID))
                self._rows.append(_RunRow())
                self.list.setItemWidget(item, self._rows[-1])
        for row, run in enumerate(state.runs):
            item = self.list.item(row)
            self._rows[row].show_run(run, theme)
            if run.path == state.current and not state.planning:
                self.list.setCurrentItem(item)
        if state.planning:
            self.list.setCurrentRow(-1)
        self.list.blockSignals(blocked)
        at_work = state.run is not None and (state.run.running or state.run.starting)
        tip = "Take this run out of the list; its folder stays."
        restate(self.forget, state.run is not None and not at_work, tip, "It is at work." if at_work else "No run is chosen.")

    def _choose(self, item: QListWidgetItem | None) -> None:
        if item is not None:
            self.chosen.emit(item.data(Qt.ItemDataRole.UserRole))

    def _forget(self) -> None:
        item = self.list.currentItem()
        if item is not None:
            self.forgotten.emit(item.data(Qt.ItemDataRole.UserRole))


class _RunRow(QWidget):
    """Name, status and how far."""

    def __init__(self) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(GRID, 5, GRID, 5)
        column.setSpacing(2)
        self._name = ElidedLabel("", Qt.TextElideMode.ElideMiddle)
        self._words = ElidedLabel()
        self._words.setProperty("kind", "small")
        column.addWidget(self._name)
        column.addWidget(self._words)

    def show_run(self, run: FollowedRun, theme: Theme) -> None:
        colours = COLOURS[theme]
        self._name.setText(run.name)
        words = training.WORDS[run.status]
        if run.status in ("training", "paused", "data"):
            words += f" · {100 * training.fraction(run):.0f} %"
        elif run.log.best is not None:
            words += f" · {training.metric(run.log.best)}"
        self._words.setText(words)
        tint = {"training": colours.accent, "data": colours.accent, "starting": colours.accent, "done": colours.good}
        wrong = colours.error if run.status in ("failed", "out of memory") else colours.muted
        self._words.setStyleSheet(f"color: {tint.get(run.status, wrong)};")
        self.setToolTip(f"{run.path}\n{training.doing(run)}")


class RunHead(Card):
    """What the run does, how far it is, how fast; and what can be asked of it."""

    pauseRequested = Signal(str)
    continueRequested = Signal(str)
    stopRequested = Signal(str)
    resumeRequested = Signal(str)
    discardRequested = Signal(str)
    retryRequested = Signal(str)

    def __init__(self) -> None:
        super().__init__("")
        self._run: FollowedRun | None = None
        self.buttons: dict[str, QPushButton] = {}
        for name, words in (
            ("pause", "Pause"),
            ("continue", "Go on"),
            ("resume", "Resume"),
            ("retry", "Retry at half the batch"),
            ("stop", "Stop and keep"),
        ):
            button = QPushButton(words)
            button.clicked.connect(partial(self._ask, name))
            self.buttons[name] = button
            self.head.addWidget(button)
        self.buttons["discard"] = QPushButton("Discard…")
        self.buttons["discard"].clicked.connect(self._ask_discard)
        self.head.addWidget(self.buttons["discard"])
        self.doing = ElidedLabel()
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setRange(0, 1000)
        self.body.addWidget(self.doing)
        self.body.addWidget(self.bar)
        self.facts = label("", "small")
        self.body.addWidget(self.facts)

    def show_run(self, run: FollowedRun, theme: Theme) -> None:
        """Shows a run."""
        self._run = run
        log = run.log
        self.title.setText(run.name)
        self.title.setToolTip(run.path)
        self.doing.setText(training.doing(run))
        self.doing.setToolTip(training.doing(run))
        wrong = run.status in ("failed", "out of memory")
        self.doing.setStyleSheet(f"color: {COLOURS[theme].error};" if wrong else "")
        waits = run.status == "starting"
        self.bar.setRange(0, 0 if waits else 1000)
        self.bar.setValue(round(1000 * training.fraction(run)))
        self.bar.setAccessibleName("Progress of the run")
        facts = [f"{grouped(log.step)} of {grouped(log.epochs * log.steps_per_epoch)} steps"] if log.epochs else []
        if log.clouds_per_s:
            facts.append(f"{log.clouds_per_s:.0f} clouds a second")
        if log.eta_s and run.status == "training":
            facts.append(f"{duration(log.eta_s)} left")
        if log.learning_rate:
            facts.append(f"learning rate {log.learning_rate:.2g}")
        if run.config:
            facts.append(f"{run.config.get('preset', '')} on {run.config.get('device', '')}, {counted(log.batch_size, 'cloud')} per step")
        self.facts.setText(" · ".join(facts))
        self._show_buttons(run)

    def _show_buttons(self, run: FollowedRun) -> None:
        status, at_work = run.status, run.running
        shown = {
            "pause": at_work and status != "paused",
            "continue": at_work and status == "paused",
            "resume": not at_work and not run.starting and status in training.RESUMABLE and bool(run.config),
            "retry": not at_work and status == "out of memory" and bool(run.config),
            "stop": at_work,
            "discard": True,
        }
        asked = bool(run.asked)
        why = "It was asked already and answers after its present step." if asked else "The trainer is still starting."
        tips = {
            "pause": "Wait after this step; the model is kept and can be tried on the bench.",
            "continue": "Go on training.",
            "resume": "Go on from the last checkpoint, exactly as if nothing had happened.",
            "retry": "Start again with half as many clouds a step, in a folder of its own; all else as it was.",
            "stop": "End after this step and keep the model; it can be resumed.",
            "discard": "Stop, and delete everything the run has written.",
        }
        for name, button in self.buttons.items():
            button.setVisible(shown[name])
            restate(button, name == "discard" or not asked, tips[name], why)

    def _ask(self, name: str) -> None:
        if self._run is not None:
            getattr(self, f"{name}Requested").emit(self._run.path)

    def _ask_discard(self) -> None:
        if self._run is None:
            return
        box = QMessageBox(self.window())
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.setWindowTitle("Discard this run?")
        box.setTextFormat(Qt.TextFormat.PlainText)  # a name may look like HTML
        box.setText(f"Delete everything that '{self._run.name}' has written?")
        box.setInformativeText(f"{self._run.path}\nIts models go, too. This cannot be undone.")
        yes = box.addButton("Discard", QMessageBox.ButtonRole.DestructiveRole)
        keep = box.addButton("Keep it", QMessageBox.ButtonRole.RejectRole)
        yes.setToolTip("Stops the run and deletes its folder.")
        keep.setToolTip("Leaves everything as it is (Esc).")
        box.setDefaultButton(keep)
        path = self._run.path
        yes.clicked.connect(lambda: self.discardRequested.emit(path))
        self.asking = box
        box.open()


class TrainingRoom(QWidget):
    """Lays the parts out and passes on what they emit."""

    quickRequested = Signal()
    planRequested = Signal(bool)
    startRequested = Signal(object)  # NewRun
    runChosen = Signal(str)
    openRequested = Signal(str)
    forgetRequested = Signal(str)
    pauseRequested = Signal(str)
    continueRequested = Signal(str)
    stopRequested = Signal(str)
    resumeRequested = Signal(str)
    discardRequested = Signal(str)
    retryRequested = Signal(str)
    shotChosen = Signal(object)
    pinToggled = Signal(str, bool)
    deleteRequested = Signal(str)
    benchRequested = Signal(str)
    compareRequested = Signal(str)
    finetuneRequested = Signal(list, list, str)  # keys, labels, mode

    def __init__(self) -> None:
        super().__init__()
        self._state: AppState | None = None
        self.runs, self.form, self.head = RunList(), NewRunForm(), RunHead()
        self.curves, self.probe, self.table = CurvesCard(), ProbeCard(), CheckpointTable()
        self.stack = QStackedWidget()
        for page in (self._make_empty(), self.form, self._make_run()):
            self.stack.addWidget(page)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GRID)
        self.runs.setFixedWidth(27 * GRID)
        row.addWidget(self.runs)
        row.addWidget(self.stack, 1)
        self._connect()

    def _make_empty(self) -> QWidget:
        page = Card("Training")
        page.body.addStretch(2)
        words = label("Train a model, and watch it learn", "title")
        more = label(
            "A model is shown clouds with most patches hidden and learns to rebuild them, and to speak of them as its teachers do.\n"
            "A run is a folder: it goes on when this window closes, and can be paused, resumed and looked into at any time.",
            "small",
        )
        for line in (words, more):
            line.setAlignment(Qt.AlignmentFlag.AlignCenter)
            page.body.addWidget(line)
        self.quick = QPushButton(QUICK)
        self.quick.setProperty("kind", "primary")
        self.quick.clicked.connect(self.quickRequested)
        set_up, follow = QPushButton("Set up a run…"), QPushButton("Follow a run folder…")
        self.quick.setToolTip("Made on this machine from shapes we draw ourselves; nothing is downloaded.")
        set_up.setToolTip("Choose data, recipe, size and device first.")
        follow.setToolTip("Watch a run by its folder, also one begun in a terminal.")
        set_up.clicked.connect(lambda: self.planRequested.emit(True))
        follow.clicked.connect(self.ask_folder)
        page.body.addSpacing(GRID)
        page.body.addWidget(self.quick, 0, Qt.AlignmentFlag.AlignCenter)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(set_up)
        row.addWidget(follow)
        row.addStretch(1)
        page.body.addLayout(row)
        page.body.addStretch(3)
        return page

    def _make_run(self) -> QWidget:
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID)
        middle = QHBoxLayout()
        middle.setSpacing(GRID)
        middle.addWidget(self.curves, 1)
        middle.addWidget(self.probe)
        self.probe.setFixedWidth(34 * GRID)
        self.table.setFixedHeight(23 * GRID)
        column.addWidget(self.head)
        column.addLayout(middle, 1)
        column.addWidget(self.table)
        return page

    def _connect(self) -> None:
        for part in (self.head, self.table, self.probe, self.form):
            relay(part, self)
        self.form.cancelled.connect(lambda: self.planRequested.emit(False))
        self.runs.chosen.connect(self.runChosen)
        self.runs.forgotten.connect(self.forgetRequested)
        self.runs.new.clicked.connect(lambda: self.planRequested.emit(True))
        self.runs.open.clicked.connect(self.ask_folder)
        self.runs.names.clicked.connect(lambda: self.teach_names())

    # ---------------------------------------------------------------- showing
    def show_state(self, old: AppState | None, new: AppState) -> None:
        """Draws the difference."""
        self._state = new
        before, state = (old.training if old is not None else None), new.training
        if old is not None and before is state and old.theme == new.theme and old.items is new.items and old.map is new.map:
            return
        labelled = sum(bool(item.label or item.tags) for item in taught(new)[0])
        restate(
            self.runs.names,
            labelled > 1,
            "Fine-tune a classifier on labelled or tagged clouds: those selected on the map, or else all of the library.",
            "Tag clouds of the library first (Ctrl+T), or open a labelled data set.",
        )
        self.runs.show_runs(state, new.theme)
        if state.planning:
            if before is None or not before.planning:
                self.form.begin()
            self.form.show_plan(state.devices, state.runs, state.home)
            self.stack.setCurrentIndex(FORM)
            return
        run = state.run
        self.stack.setCurrentIndex(EMPTY if run is None else RUN)
        if run is not None:
            self.head.show_run(run, new.theme)
            self.curves.show_log(run.log, new.theme)
            self.probe.show_probe(state.probe, run.log.shots, state.shot, new.theme)
            self.probe.setVisible(not run.finetunes)
            self.table.show_run(run, new.theme)

    def teach_names(self) -> None:
        """Opens the dialog that fine-tunes a classifier, on the clouds selected on the map or else on all of the library."""
        if self._state is None:
            return
        dialog = FinetuneDialog(*taught(self._state), self)
        dialog.wanted.connect(self.finetuneRequested)
        self.dialog = dialog
        dialog.open()

    def ask_folder(self) -> None:
        """Lets the user choose a run folder to follow."""
        home = self._state.training.home if self._state is not None else ""
        path = QFileDialog.getExistingDirectory(self, "Follow a run folder, or all runs in a folder", home)
        if path:
            self.openRequested.emit(path)

    def shut(self) -> None:
        """Stops what runs by itself."""
        self.probe.stop()


def taught(state: AppState) -> tuple[list[Item], str]:
    """Returns the clouds that names would be taught on, and in words which they are: the map's selection, or else the library."""
    projection, chosen = state.map.projection, state.map.selected
    if projection is None or chosen is None:
        return list(state.items), "all clouds of the library"
    known, clouds = {item.key: item for item in state.items}, projection.clouds
    items = []
    for row in np.flatnonzero(chosen).tolist():
        key = clouds.keys[row]
        items.append(known.get(key) or Item(key, key, label=clouds.labels[row]))
    return items, f"the {counted(len(items), 'cloud')} selected on the map"
