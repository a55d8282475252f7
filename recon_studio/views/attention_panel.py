"""Whose attention the attention view shows, and what else it can show in its place."""

from dataclasses import replace
from typing import get_args

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QComboBox, QGridLayout, QSlider, QToolButton, QWidget

from recon_studio.scene.explain import heads
from recon_studio.state.app_state import AppState, AttentionQuery, Token
from recon_studio.state.explain import Colouring
from recon_studio.state.explaining import blocks_of, is_decoded, within
from recon_studio.views.head_strip import HeadStrip
from recon_studio.views.parts import Card, label, restate
from recon_studio.views.theme import GRID

_TOKENS: dict[Token, str] = {
    "cls": "cls", "img": "img (image)", "text": "text", "patch": "selected patch", "mask": "mask tokens, mean (decoder)",
}  # fmt: skip
assert tuple(_TOKENS) == get_args(Token)
_COLOURINGS: dict[Colouring, str] = {
    "attention": "attention",
    "occlusion": "leave one out: rebuilding",
    "relevance": "relevance to a phrase",
    "phrase_occlusion": "leave one out: a phrase",
}
assert tuple(_COLOURINGS) == get_args(Colouring)
_NOTHING = "nothing"
_WAITS = "Waits for the model to load."


class AttentionPanel(Card):
    """Emits another query, or what else the view is to show."""

    queryChanged = Signal(object)  # AttentionQuery
    colouringChosen = Signal(str)  # Colouring

    def __init__(self) -> None:
        super().__init__("Attention")
        self._query = AttentionQuery()
        self._depth = 0
        self._selected: int | None = None
        self.colouring = QComboBox()
        for colouring, words in _COLOURINGS.items():
            self.colouring.addItem(words, colouring)
        self.colouring.setAccessibleName("What the attention view shows")
        self.token = QComboBox()
        for token, words in _TOKENS.items():
            self.token.addItem(words, token)
        self.token.setAccessibleName("Token asked where it looks")
        self.minus = QComboBox()
        self.minus.addItem(_NOTHING, None)
        for token, words in _TOKENS.items():
            self.minus.addItem(words, token)
        self.minus.setAccessibleName("Token whose attention is subtracted")
        self.layer = QSlider(Qt.Orientation.Horizontal)
        self.layer.setAccessibleName("Layer")
        self.layer.setPageStep(1)
        self.layer_number = label("–", "value")
        self.layer_number.setMinimumWidth(5 * GRID)
        self.layer_number.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.rollout = QToolButton()
        self.rollout.setText("Rollout")
        self.rollout.setCheckable(True)
        self.rollout.setAccessibleName("Attention rollout")
        self.strip = HeadStrip()
        for box in (self.colouring, self.token, self.minus):
            box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
            box.setMinimumContentsLength(8)  # the longest entry must not widen the column
        self._lay_out()
        self.colouring.currentIndexChanged.connect(lambda: self.colouringChosen.emit(self.colouring.currentData()))
        for signal in (self.token.currentIndexChanged, self.minus.currentIndexChanged, self.layer.valueChanged, self.rollout.toggled):
            signal.connect(self._ask)
        self.strip.headChosen.connect(lambda head: self._emit(replace(self._query, head=head)))

    def _lay_out(self) -> None:
        grid = QGridLayout()
        grid.setHorizontalSpacing(GRID)
        grid.setVerticalSpacing(GRID)
        grid.setColumnStretch(1, 1)
        rows: tuple[tuple[str, tuple[QWidget, ...]], ...] = (
            ("View", (self.colouring,)),
            ("Token", (self.token,)),
            ("Minus", (self.minus,)),
            ("Layer", (self.layer, self.layer_number, self.rollout)),
        )
        for line, (name, widgets) in enumerate(rows):
            grid.addWidget(label(name, "small"), line, 0)
            for column, widget in enumerate(widgets):
                grid.addWidget(widget, line, column + 1, 1, 4 - len(widgets) if column == 0 else 1)
        grid.addWidget(label("Heads", "small"), len(rows), 0, Qt.AlignmentFlag.AlignTop)
        grid.addWidget(self.strip, len(rows), 1, 1, 3)
        self.body.addLayout(grid)

    # ------------------------------------------------------------ asking
    def _ask(self) -> None:
        token: Token = self.token.currentData()
        minus: Token | None = self.minus.currentData()
        query = replace(self._query, token=token, minus=minus, rollout=self.rollout.isChecked())
        if token == "patch" and self._query.token != "patch" and self._selected is not None:
            query = replace(query, patch=self._selected)
        if minus == "patch" and self._query.minus != "patch" and self._selected is not None:
            query = replace(query, minus_patch=self._selected)  # stays while other patches are selected
        if self.layer.value() != self._shown_layer():
            query = replace(query, layer=self.layer.value() - 1)
        self._emit(query)

    def _shown_layer(self) -> int:
        return within(self._query.layer, self._depth) + 1 if self._depth else 1

    def _emit(self, query: AttentionQuery) -> None:
        if query != self._query:
            self._query = query
            self.queryChanged.emit(query)

    def step_head(self, by: int) -> None:
        """Asks the head so many places on."""
        self.strip.step(by)

    def step_layer(self, by: int) -> None:
        """Asks the layer so many places on."""
        if self.layer.isEnabled():
            self.layer.setValue(self.layer.value() + by)

    # ------------------------------------------------------------ showing
    def show_state(self, old: AppState | None, new: AppState) -> None:
        """Draws the difference."""
        watched = ("query", "model", "selected_patch", "explain", "attention", "prepared", "theme")
        if old is not None and all(getattr(old, name) is getattr(new, name) for name in watched):
            return
        self._selected, self._query = new.selected_patch, new.query
        query, maps = new.query, new.explain.maps
        blocks = None if maps is None else blocks_of(maps, query.token, query.patch)
        self._depth = len(blocks) if blocks is not None else (new.model.depth if new.model is not None else 0)
        controls = (self.colouring, self.token, self.minus, self.layer, self.rollout)
        blockers = [QSignalBlocker(each) for each in controls]
        self.colouring.setCurrentIndex(self.colouring.findData(new.explain.colouring))
        self._name_patches(new)
        self.token.setCurrentIndex(self.token.findData(query.token))
        self.minus.setCurrentIndex(self.minus.findData(query.minus) if query.minus is not None else 0)
        self.layer.setRange(1, max(1, self._depth))
        self.layer.setValue(self._shown_layer())
        self.rollout.setChecked(query.rollout)
        del blockers
        self.layer_number.setText("all" if query.rollout else f"{self._shown_layer()} of {self._depth}" if self._depth else "–")
        self._restate(new)
        centres = new.prepared.centres if new.prepared is not None else None
        why = "A rollout goes through all heads." if query.rollout else "Open a cloud to see its heads."
        self.strip.show_heads(heads(new), centres, new.theme, why)

    def _name_patches(self, new: AppState) -> None:
        """Says of "selected patch" which one it is, and whether it is the encoder's token or a mask token."""
        query, maps = new.query, new.explain.maps
        for box, kept in ((self.token, query.token == "patch"), (self.minus, query.minus == "patch")):
            patch = (query.patch if box is self.token else query.minus_patch) if kept else new.selected_patch
            place = box.findData("patch")
            if patch is None:
                box.setItemText(place, _TOKENS["patch"])
            elif maps is not None and is_decoded(maps, "patch", patch):
                box.setItemText(place, f"mask token {patch} (decoder)")
            else:
                box.setItemText(place, f"patch {patch}")
            for token, there, why in (
                ("patch", patch is not None, "Click a point first, to select its patch."),
                ("mask", maps is None or maps.decoder is not None, "Nothing is hidden, so there is no mask token."),
            ):
                choice = box.model().item(box.findData(token))  # type: ignore[attr-defined]  # QStandardItemModel
                choice.setEnabled(there)
                choice.setToolTip("" if there else why)

    def _restate(self, new: AppState) -> None:
        there = new.model is not None
        query, maps = new.query, new.explain.maps
        restate(self.colouring, there, "What the fourth view shows: attention, or an explanation that can be held against it.", _WAITS)
        tip = "Which token is asked where it looks: a global query, or the selected patch; a hidden one's mask token looks in the decoder."
        restate(self.token, there, tip, _WAITS)
        tip = "Subtract where another token looks. A patch chosen here stays while others are selected."
        restate(self.minus, there, tip, _WAITS)
        stack = "decoder" if maps is not None and is_decoded(maps, query.token, query.patch) else "encoder"
        why = _WAITS if not there else "A rollout goes through all layers."
        restate(self.layer, there and not query.rollout, f"Layer of the {stack}, counted from 1 (< and >).", why)
        tip = "Attention through all layers and heads at once, residuals included (Abnar & Zuidema, 2020)."
        restate(self.rollout, there, tip, _WAITS)
        tip = "The heads of this layer, on one scale; click one, or go through them by arrows or with , and ."
        restate(self.strip, there and not query.rollout, tip, why)
