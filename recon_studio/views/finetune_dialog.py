"""A dialog that teaches names: which clouds of the library, named by what, and how much of the model learns."""

from collections import Counter
from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QDialog, QDialogButtonBox, QGridLayout, QPushButton, QVBoxLayout, QWidget

from recon_model.counts import counted, grouped
from recon_studio.state.app_state import Item
from recon_studio.views.parts import explain_buttons, label, restate
from recon_studio.views.theme import GRID

MODES = (
    ("linear", "Only a linear layer on the model's features: quick, few clouds are enough"),
    ("mlp3", "Three layers on the model's features"),
    ("full", "The whole model: slow, needs many clouds"),
)


class FinetuneDialog(QDialog):
    """Emits keys, labels and mode when it is accepted.

    Args:
        items: clouds to teach on.
        which: what they are, in words.
        parent: Qt's.
    """

    wanted = Signal(list, list, str)

    def __init__(self, items: Sequence[Item], which: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Teach names")
        self.setMinimumWidth(60 * GRID)
        self._items = items
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * GRID, 2 * GRID, 2 * GRID, 2 * GRID)
        column.setSpacing(GRID + 4)
        words = label(
            f"A classifier learns to tell clouds apart by the features of the model on the bench. It is taught on {which}; "
            "one in five of each name is held out."
        )
        words.setWordWrap(True)
        column.addWidget(words)
        grid = QGridLayout()
        grid.setHorizontalSpacing(2 * GRID)
        grid.setColumnStretch(1, 1)
        self.source, self.mode = QComboBox(), QComboBox()
        self.source.addItem("their label in the data set", "label")
        self.source.addItem("their first tag", "tag")
        self.source.setAccessibleName("Clouds are named by")
        self.source.setToolTip("Where the names come from; clouds without one are left out.")
        if not any(item.label for item in items):
            self.source.setCurrentIndex(1)
        for name, described in MODES:
            self.mode.addItem(described, name)
        self.mode.setAccessibleName("What learns")
        self.mode.setToolTip("How much of the model changes; the more, the longer it takes and the more clouds it needs.")
        for line, (name, widget) in enumerate((("Named by", self.source), ("What learns", self.mode))):
            grid.addWidget(label(name), line, 0)
            grid.addWidget(widget, line, 1)
        column.addLayout(grid)
        self.counts = label("", "small")
        self.counts.setWordWrap(True)
        column.addWidget(self.counts)
        column.addStretch(1)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self.start = QPushButton("Start")
        self.start.setProperty("kind", "primary")
        buttons.addButton(self.start, QDialogButtonBox.ButtonRole.AcceptRole)
        buttons.accepted.connect(self._accept)
        buttons.rejected.connect(self.reject)
        explain_buttons(buttons, "")
        column.addWidget(buttons)
        self.source.currentIndexChanged.connect(self._count)
        self._count()

    def named(self) -> tuple[list[str], list[str]]:
        """Returns keys and labels of the clouds that have one."""
        by_tag = self.source.currentData() == "tag"
        pairs = [(item.key, (item.tags[0] if item.tags else "") if by_tag else item.label) for item in self._items]
        pairs = [(key, name) for key, name in pairs if name]
        return [key for key, _ in pairs], [name for _, name in pairs]

    def _count(self) -> None:
        _, names = self.named()
        counts = Counter(names).most_common()
        shown = ", ".join(f"{name} {grouped(count)}" for name, count in counts[:12]) + (
            f" and {len(counts) - 12} more" if len(counts) > 12 else ""
        )
        self.counts.setText(
            f"{counted(len(names), 'cloud')}, {counted(len(counts), 'name')}: {shown}" if counts else "None of the clouds has such a name."
        )
        enough = sum(count >= 2 for _, count in counts) >= 2
        restate(self.start, enough, "Start; the run appears in the list.", "Two names with two clouds each are needed.")

    def _accept(self) -> None:
        self.wanted.emit(*self.named(), self.mode.currentData())
        self.accept()
