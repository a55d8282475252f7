"""The model card as a dialog: what the model is, whom it learned from, how it was measured."""

import json
from html import escape
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

from recon_model.counts import grouped
from recon_studio.state.app_state import Model
from recon_studio.views.parts import Card, ElidedLabel, label
from recon_studio.views.theme import GRID

_HEADS = {
    "data": "Data", "n": "Clouds", "top1": "Top-1", "top3": "Top-3", "top5": "Top-5",
    "kept_standing": "Kept up", "up_found": "Stood up", "chamfer": "Squared Chamfer",
}  # fmt: skip
"""What is measured, in words and in this order: whose numbers they are, then the numbers."""
_SHARES = ("top1", "top3", "top5", "kept_standing", "up_found")


def card_rows(model: Model) -> list[tuple[str, str]]:
    """Returns the card's plain facts as (name, value) pairs, for reading."""
    card = model.card
    rows = [
        ("Name", str(card.get("name", model.name))),
        ("Parameters", grouped(model.parameters)),
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
    return grouped(value) if isinstance(value, int) and not isinstance(value, bool) else str(value)


def _measured(head: str, row: dict[str, Any]) -> str:
    """Writes one result: shares in percent, the first with its deviation where there is one; numbers short."""
    value, spread = row.get(head, ""), row.get("std")
    if not isinstance(value, float):
        return _short(value)
    if head not in _SHARES:
        return f"{value:.4f}"
    around = f" ± {100 * spread:.1f}" if head == "top1" and isinstance(spread, float) else ""
    return f"{100 * value:.1f}{around} %"


class ModelCardDialog(QDialog):
    """Shows one model; made anew each time."""

    def __init__(self, model: Model, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(f"Model card – {model.name}")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setMinimumSize(112 * GRID, 76 * GRID)
        self.resize(138 * GRID, 95 * GRID)
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
        text.setToolTip("All that the checkpoint says of itself; it can be selected and copied.")
        text.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        for note in model.notes:
            raw.body.addWidget(label(note, "small"))
        raw.body.addWidget(text)
        column.addWidget(raw, 1)
        close = QPushButton("Close")
        close.setDefault(True)
        close.setToolTip("Close (Esc)")
        close.clicked.connect(self.accept)
        column.addWidget(close, 0, Qt.AlignmentFlag.AlignRight)

    def _results(self, results: list[dict[str, Any]]) -> Card:
        card = Card("Measured")
        there = {key for row in results for key, value in row.items() if not isinstance(value, (list, dict))} - {"std", "protocol"}
        heads = [*(head for head in _HEADS if head in there), *sorted(there - _HEADS.keys()), "protocol"]
        table = QTableWidget(len(results), len(heads))
        table.setHorizontalHeaderLabels([_HEADS.get(head, head.replace("_", " ").capitalize()) for head in heads])
        table.verticalHeader().hide()
        table.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        header = table.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(len(heads) - 1, QHeaderView.ResizeMode.Stretch)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        table.setTextElideMode(Qt.TextElideMode.ElideMiddle)  # protocols differ at their ends: what was done, to how many
        table.setWordWrap(False)
        table.setAccessibleName("Measured results")
        table.setTabKeyNavigation(False)
        for line, row in enumerate(results):
            for column, head in enumerate(heads):
                cell = QTableWidgetItem(_measured(head, row))
                cell.setToolTip(f"<qt>{escape(str(row.get(head, '')))}</qt>")  # marked up, it is wrapped
                table.setItem(line, column, cell)
        table.setFixedHeight(28 + 30 * min(4, len(results)) + 6)
        card.body.addWidget(table)
        return card
