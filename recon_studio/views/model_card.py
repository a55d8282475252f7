"""The model card as a dialog: what the model is, whom it learned from, how it was measured."""

import json
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QFontDatabase
from PySide6.QtWidgets import (
    QDialog,
    QGridLayout,
    QHeaderView,
    QPlainTextEdit,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from recon_studio.state.app_state import Model
from recon_studio.views.parts import Card, ElidedLabel, label
from recon_studio.views.theme import GRID

_HEADS = {
    "top1": "Top-1", "top3": "Top-3", "top5": "Top-5", "data": "Data", "n": "Clouds", "std": "Top-1, deviation",
    "chamfer": "Squared Chamfer", "protocol": "Protocol",
}  # fmt: skip
"""What is measured, in words."""
_SHARES = ("top1", "top3", "top5", "std")


def card_rows(model: Model) -> list[tuple[str, str]]:
    """Returns the card's plain facts as (name, value) pairs, for reading."""
    card = model.card
    rows = [
        ("Name", str(card.get("name", model.name))),
        ("Parameters", f"{model.parameters:,}"),
        ("Encoder", f"{model.depth} layers, {model.heads} heads"),
        ("Patches", f"{model.num_groups}"),
        ("Device", model.device),
    ]
    teacher = card.get("teacher")
    if isinstance(teacher, dict):
        rows.append(("Teacher", f"{teacher.get('name', '')}  (sha256 {str(teacher.get('sha256', ''))[:12]}…)"))
    elif teacher:
        rows.append(("Teacher", str(teacher)))
    if card.get("templates"):
        rows.append(("Templates", f"{len(card['templates'])}: " + " · ".join(f"“{text}”" for text in card["templates"][:3])))
    if isinstance(card.get("data"), dict):
        rows.append(("Data", ", ".join(f"{key} {_short(value)}" for key, value in card["data"].items())))
    if "seed" in card:
        rows.append(("Seed", str(card["seed"])))
    return rows


def _short(value: Any) -> str:
    if isinstance(value, (list, tuple, dict)):
        return f"({len(value)})"
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)


def _measured(head: str, value: Any) -> str:
    """Writes one result: shares in percent, numbers short."""
    if not isinstance(value, float):
        return _short(value)
    return f"{100 * value:.1f} %" if head in _SHARES else f"{value:.4f}"


class ModelCardDialog(QDialog):
    """Shows one model; made anew each time."""

    def __init__(self, model: Model, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(f"Model card – {model.name}")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setMinimumSize(96 * GRID, 76 * GRID)
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * GRID, 2 * GRID, 2 * GRID, 2 * GRID)
        column.setSpacing(GRID)
        facts = Card("Model")
        grid = QGridLayout()
        grid.setHorizontalSpacing(2 * GRID)
        grid.setVerticalSpacing(4)
        grid.setColumnStretch(1, 1)
        for line, (name, value) in enumerate(card_rows(model)):
            shown = ElidedLabel(value)
            shown.setToolTip(value)
            grid.addWidget(label(name, "small"), line, 0)
            grid.addWidget(shown, line, 1)
        facts.body.addLayout(grid)
        column.addWidget(facts)
        results = model.card.get("results")
        if isinstance(results, list) and results and all(isinstance(row, dict) for row in results):
            column.addWidget(self._results(results))
        raw = Card("The whole card")
        text = QPlainTextEdit(json.dumps(model.card, indent=2, default=str))
        text.setReadOnly(True)
        text.setAccessibleName("The whole card as JSON")
        text.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        for note in model.notes:
            raw.body.addWidget(label(note, "small"))
        raw.body.addWidget(text)
        column.addWidget(raw, 1)
        close = QPushButton("Close")
        close.setDefault(True)
        close.clicked.connect(self.accept)
        column.addWidget(close, 0, Qt.AlignmentFlag.AlignRight)

    def _results(self, results: list[dict[str, Any]]) -> Card:
        card = Card("Measured")
        heads = list(dict.fromkeys(key for row in results for key, value in row.items() if not isinstance(value, (list, dict))))
        heads.sort(key=lambda head: (head == "protocol") - (head == "data"))  # whose numbers they are, numbers, a sentence
        table = QTableWidget(len(results), len(heads))
        table.setHorizontalHeaderLabels([_HEADS.get(head, head.replace("_", " ").capitalize()) for head in heads])
        table.verticalHeader().hide()
        table.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        table.horizontalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        table.setAccessibleName("Measured results")
        table.setTabKeyNavigation(False)
        for line, row in enumerate(results):
            for column, head in enumerate(heads):
                value = row.get(head, "")
                cell = QTableWidgetItem(_measured(head, value))
                cell.setToolTip(str(value))
                table.setItem(line, column, cell)
        table.setFixedHeight(28 + 30 * min(4, len(results)) + 6)
        card.body.addWidget(table)
        return card
