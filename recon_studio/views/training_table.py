"""The checkpoints of a run: epoch, how good, how large; to open on the bench, compare, pin and delete."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QGridLayout, QScrollArea, QToolButton, QWidget

from recon_model.counts import in_bytes
from recon_studio.state.app_state import Theme
from recon_studio.state.training import FollowedRun, Stored, metric
from recon_studio.views.parts import Card, label, restate
from recon_studio.views.theme import COLOURS, GRID, SMALL

_SPARE = "The last and the best one always stay with the run."


class CheckpointTable(Card):
    """Emits what is to be done with which file."""

    benchRequested = Signal(str)
    compareRequested = Signal(str)
    pinToggled = Signal(str, bool)
    deleteRequested = Signal(str)

    def __init__(self) -> None:
        super().__init__("Checkpoints")
        self._rows: tuple[Stored, ...] | None = None
        self._theme: Theme | None = None
        self.note = label("", "small")
        self.head.addWidget(self.note)
        self._scroll = QScrollArea()
        self._scroll.setAccessibleName("Checkpoints of the run")
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setWidgetResizable(True)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.body.addWidget(self._scroll)

    def show_run(self, run: FollowedRun | None, theme: Theme) -> None:
        """Shows a run's model files."""
        rows = run.stored if run is not None else ()
        if rows == self._rows and theme == self._theme:
            return
        self._rows, self._theme = rows, theme
        keep = (run.config.get("recipe") or {}).get("keep") if run is not None else None
        self.note.setText(
            f"{in_bytes(sum(row.size for row in rows))}; beside last and best the newest {keep} stay" if rows and keep else ""
        )
        page = QWidget()
        grid = QGridLayout(page)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(2 * GRID)
        grid.setVerticalSpacing(0)
        grid.setColumnStretch(4, 1)
        for column, words in enumerate(("", "epoch", "held out", "size")):
            grid.addWidget(label(words, "small"), 0, column)
        for line, row in enumerate(rows, start=1):
            self._add_row(grid, line, row)
        if not rows:
            empty = label("The first is written after the first epoch, and whenever the run is paused or stopped.", "small")
            grid.addWidget(empty, 1, 0, 1, 5)
        grid.setRowStretch(len(rows) + 2, 1)
        self._scroll.setWidget(page)

    def _add_row(self, grid: QGridLayout, line: int, row: Stored) -> None:
        title = label(row.title, "title" if row.title == "best" else "")
        good = COLOURS[self._theme or "light"].good
        if row.title == "best":
            title.setText("best ★")
            title.setStyleSheet(f"color: {good};")
        title.setToolTip(row.path)
        for column, widget in enumerate(
            (title, label("–" if row.epoch is None else str(row.epoch)), label(metric(row.evaluation)), label(in_bytes(row.size)))
        ):
            grid.addWidget(widget, line, column)
        buttons = (
            ("Open on the bench", "Load this model and go to the bench with it.", True, lambda: self.benchRequested.emit(row.path)),
            (
                "Compare",
                "Lay this model on the bench beside the one there, as model B.",
                True,
                lambda: self.compareRequested.emit(row.path),
            ),
            (
                "Pinned" if row.pinned else "Pin",
                "Pinned checkpoints stay when newer ones come.",
                row.spare,
                lambda: self.pinToggled.emit(row.path, not row.pinned),
            ),
            ("Delete", "Delete this file.", row.spare and not row.pinned, lambda: self.deleteRequested.emit(row.path)),
        )
        for place, (words, tip, works, act) in enumerate(buttons):
            button = QToolButton()
            button.setText(words)
            button.setStyleSheet(f"QToolButton {{ font-size: {SMALL}px; padding: 2px 6px; }}")
            button.setAccessibleName(f"{words}: {row.title}")
            button.setCheckable(words in ("Pin", "Pinned"))
            button.setChecked(words == "Pinned")
            restate(button, works, tip, "It is pinned; unpin it first." if row.pinned and words == "Delete" else _SPARE)
            button.clicked.connect(lambda _checked=False, act=act: act())
            grid.addWidget(button, line, 5 + place)
