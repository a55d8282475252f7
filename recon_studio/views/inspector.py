"""The right column's first two panels: the selected patch in numbers, and whose attention is asked for."""

from dataclasses import replace
from typing import get_args

import numpy as np
from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QComboBox, QGridLayout, QPushButton, QSlider, QWidget

from recon_studio.state.app_state import AppState, AttentionQuery, Token
from recon_studio.views.parts import Card, Facts, label, restate
from recon_studio.views.theme import GRID

_TOKENS: dict[Token, str] = {"cls": "cls", "img": "img (image)", "text": "text", "patch": "selected patch"}
assert tuple(_TOKENS) == get_args(Token)


class Inspector(Card):
    """The selected patch."""

    patchToggled = Signal(int)

    def __init__(self) -> None:
        super().__init__("Patch")
        self._patch: int | None = None
        self.toggle = QPushButton("Hide")
        self.toggle.setAccessibleName("Hide or show the selected patch")
        self.toggle.clicked.connect(self._toggle)
        self.head.addWidget(self.toggle)
        self.facts = Facts(
            (
                ("Centre", "Where the patch's centre lies, in the file's own coordinates and units."),
                ("Points", "Sampled points in the patch, and how far the farthest lies from the centre, in the file's units."),
                ("Mask", "Whether the encoder sees this patch."),
                (
                    "Chamfer",
                    "Squared Chamfer distance of the rebuilt patch to the true one, with the cloud in the unit sphere; and its rank.",
                ),
                ("Attention", "This patch's share of the attention shown, and its rank."),
            )
        )
        self.body.addWidget(self.facts)
        self.hint = label("Click a point in any view to select its patch.", "small")
        self.hint.setWordWrap(True)
        self.body.addWidget(self.hint)

    def _toggle(self) -> None:
        if self._patch is not None:
            self.patchToggled.emit(self._patch)

    def show_state(self, old: AppState | None, new: AppState) -> None:
        """Draws the difference."""
        watched = ("selected_patch", "prepared", "mask", "reconstruction", "attention", "cloud")
        if old is not None and all(getattr(old, name) is getattr(new, name) for name in watched):
            return
        prepared, patch = new.prepared, new.selected_patch
        if prepared is not None and patch is not None and patch >= len(prepared.centres):
            patch = None
        self._patch = patch if prepared is not None else None
        self.facts.setVisible(self._patch is not None)
        self.hint.setVisible(self._patch is None)
        restate(self.toggle, self._patch is not None, "Hide this patch from the encoder, or show it again (H).", "No patch is selected.")
        self.title.setText("Patch" if self._patch is None else f"Patch {self._patch}")
        if self._patch is not None:
            self._show_patch(new, self._patch)

    def _show_patch(self, new: AppState, patch: int) -> None:
        prepared, rebuilt, attention = new.prepared, new.reconstruction, new.attention
        assert prepared is not None
        origin = np.asarray(new.cloud.origin if new.cloud is not None else (0.0, 0.0, 0.0))
        place = origin + prepared.outward(prepared.centres[patch])
        self.facts.set_value("Centre", "  ".join(f"{value:.4g}" for value in place))
        members = prepared.points[prepared.members[patch]]
        radius = prepared.scale * float(np.linalg.norm(members - prepared.centres[patch], axis=1).max())
        self.facts.set_value("Points", f"{len(np.unique(prepared.members[patch]))} within {radius:.3g}")
        flags = new.mask.hidden if new.mask.hidden is not None else (rebuilt.hidden if rebuilt is not None else None)
        hidden = None if flags is None or len(flags) <= patch else bool(flags[patch])
        self.facts.set_value("Mask", "" if hidden is None else ("hidden" if hidden else "visible"))
        self.toggle.setText("Show" if hidden else "Hide")
        error = ""
        if rebuilt is not None and rebuilt.key == prepared.key and rebuilt.hidden[patch]:
            row = int(rebuilt.hidden[:patch].sum())
            rank = int((rebuilt.chamfer > rebuilt.chamfer[row]).sum()) + 1
            error = f"{rebuilt.chamfer[row]:.2g}  ({rank}. largest of {len(rebuilt.chamfer)})"
        self.facts.set_value("Chamfer", error or "not rebuilt: visible" if hidden is False else error)
        looked = ""
        if attention is not None and attention.key == prepared.key:
            weight = float(attention.weights[patch])
            rank = int((attention.weights > weight).sum()) + 1
            looked = "hidden, not looked at" if hidden else f"{100 * weight:.1f} %  ({rank}. of {int((attention.weights > 0).sum())})"
        self.facts.set_value("Attention", looked)


class AttentionPanel(Card):
    """Chooses token, layer and head."""

    queryChanged = Signal(object)  # AttentionQuery

    def __init__(self) -> None:
        super().__init__("Attention")
        self._query = AttentionQuery()
        self._depth, self._heads = 0, -1
        self._selected: int | None = None
        self.token = QComboBox()
        for token, words in _TOKENS.items():
            self.token.addItem(words, token)
        self.token.setAccessibleName("Token asked where it looks")
        self.layer = QSlider(Qt.Orientation.Horizontal)
        self.layer.setAccessibleName("Layer of the encoder")
        self.layer.setPageStep(1)
        self.layer_number = label("–", "value")
        self.layer_number.setMinimumWidth(6 * GRID)
        self.layer_number.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.head_choice = QComboBox()
        self.head_choice.setAccessibleName("Attention head")
        grid = QGridLayout()
        grid.setHorizontalSpacing(GRID)
        grid.setVerticalSpacing(GRID)
        grid.setColumnStretch(1, 1)
        rows: tuple[tuple[str, tuple[QWidget, ...]], ...] = (
            ("Token", (self.token,)),
            ("Layer", (self.layer, self.layer_number)),
            ("Head", (self.head_choice,)),
        )
        for line, (name, widgets) in enumerate(rows):
            grid.addWidget(label(name, "small"), line, 0)
            for column, widget in enumerate(widgets):
                grid.addWidget(widget, line, column + 1, 1, 3 - len(widgets) if column == 0 else 1)
        self.body.addLayout(grid)
        self.token.currentIndexChanged.connect(self._ask)
        self.layer.valueChanged.connect(self._ask)
        self.head_choice.currentIndexChanged.connect(self._ask)

    def _ask(self) -> None:
        token: Token = self.token.currentData()
        patch = self._selected if token == "patch" and self._selected is not None else self._query.patch
        query = replace(self._query, token=token, patch=patch, layer=self.layer.value() - 1, head=self.head_choice.currentData())
        self.layer_number.setText(f"{self.layer.value()} of {self._depth}")
        if query != self._query:
            self._query = query
            self.queryChanged.emit(query)

    def show_state(self, _old: AppState | None, new: AppState) -> None:
        """Draws the difference."""
        self._selected = new.selected_patch
        self._query = new.query
        model = new.model
        with QSignalBlocker(self.token), QSignalBlocker(self.layer), QSignalBlocker(self.head_choice):
            if model is not None and (model.depth != self._depth or model.heads != self._heads):
                self._depth, self._heads = model.depth, model.heads
                self.layer.setRange(1, model.depth)
                self.head_choice.clear()
                self.head_choice.addItem("mean of heads", -1)
                for head in range(model.heads):
                    self.head_choice.addItem(f"head {head + 1}", head)
            self.token.setCurrentIndex(self.token.findData(new.query.token))
            if model is not None:
                self.layer.setValue(new.query.layer % model.depth + 1)
                self.head_choice.setCurrentIndex(self.head_choice.findData(new.query.head))
                self.layer_number.setText(f"{self.layer.value()} of {model.depth}")
        self._restate(new)

    def _restate(self, new: AppState) -> None:
        why_not = "Waits for the model to load."
        restate(self.token, new.model is not None, "Which token is asked where it looks: a global query, or the selected patch.", why_not)
        restate(self.layer, new.model is not None, "Layer of the encoder, counted from 1.", why_not)
        restate(self.head_choice, new.model is not None, "One attention head, or the mean over all.", why_not)
        choice = self.token.model().item(self.token.findData("patch"))  # type: ignore[attr-defined]  # QStandardItemModel
        choice.setEnabled(new.selected_patch is not None or new.query.token == "patch")
        choice.setToolTip("" if choice.isEnabled() else "Click a point first, to select its patch.")
