"""The right column's first panel: the selected patch in numbers, or the one under the pointer."""

import numpy as np
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QPushButton

from recon_studio.scene.digits import told_apart
from recon_studio.state import explaining
from recon_studio.state.app_state import AppState, Floats
from recon_studio.views.parts import Card, Facts, label, restate


class Inspector(Card):
    """The selected patch; while the pointer rests on another one, that."""

    patchToggled = Signal(int)

    def __init__(self) -> None:
        super().__init__("Patch")
        self._patch: int | None = None
        self._hovered: int | None = None
        self._state: AppState | None = None
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
                ("Attention", "This patch's share of the attention asked for, and its rank; or the difference between two tokens."),
                (
                    "Left out",
                    "How much the mean error of the hidden patches grows without this patch, and its rank; where it was asked for.",
                ),
                ("Phrase", "What this patch does for the phrase: its relevance by gradient, and the fall of the score without it."),
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
        self._state = new
        watched = ("selected_patch", "prepared", "mask", "reconstruction", "attention", "cloud", "explain", "names", "scores")
        if old is None or any(getattr(old, name) is not getattr(new, name) for name in watched):
            self._show(new)

    def set_hover(self, patch: int | None) -> None:
        """Shows the patch under the pointer; None goes back to the selected one."""
        if patch != self._hovered:
            self._hovered = patch
            if self._state is not None:
                self._show(self._state)

    def _show(self, new: AppState) -> None:
        prepared = new.prepared
        hovered = self._hovered is not None and self._hovered != new.selected_patch
        patch = self._hovered if hovered else new.selected_patch
        if prepared is not None and patch is not None and patch >= len(prepared.centres):
            patch = None
        self._patch = patch if prepared is not None else None
        self.facts.setVisible(self._patch is not None)
        self.hint.setVisible(self._patch is None)
        restate(self.toggle, self._patch is not None, "Hide this patch from the encoder, or show it again (H).", "No patch is selected.")
        self.title.setText("Patch" if self._patch is None else f"Patch {self._patch}{' · pointed at' if hovered else ''}")
        if self._patch is not None:
            self._show_patch(new, self._patch)

    def _show_patch(self, new: AppState, patch: int) -> None:
        prepared, rebuilt = new.prepared, new.reconstruction
        assert prepared is not None
        origin = np.asarray(new.cloud.origin if new.cloud is not None else (0.0, 0.0, 0.0))
        place = origin + prepared.outward(prepared.centres[patch])
        self.facts.set_value("Centre", "  ".join(told_apart(value, 2 * prepared.scale, 4) for value in place))
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
        self.facts.set_value("Attention", self._attention(new, patch))
        helps = explaining.occlusion(new)
        grows = None if helps is None else np.where(np.frombuffer(helps.asked.hidden, np.bool_), np.nan, helps.effect)
        self.facts.set_value("Left out", "" if grows is None else "hidden" if hidden else _ranked(grows, patch, "{:+.2g}"))
        phrase = explaining.relevance(new)
        words = "" if phrase is None else f"{phrase.relevance[patch]:+.2g} · without it {phrase.occlusion[patch]:+.2g}"
        self.facts.set_value("Phrase", words, "" if phrase is None else f"{phrase.asked.names[0]}: {phrase.method}; {words}")

    @staticmethod
    def _attention(new: AppState, patch: int) -> str:
        attention, prepared, maps = new.attention, new.prepared, new.explain.maps
        if attention is None or prepared is None or attention.key != prepared.key:
            return ""
        seen = ~attention.hidden if maps is None else explaining.looked_at(maps, attention.query)
        if not seen[patch]:
            return "hidden, not looked at"
        if attention.query.minus is not None:
            return f"{100 * float(attention.weights[patch]):+.1f} points"
        return _ranked(np.where(seen, attention.weights, np.nan), patch, "{:.1f} %", 100)


def _ranked(values: Floats, patch: int, form: str, times: float = 1.0) -> str:
    """Writes a patch's value and its place among all that are known."""
    rank = int((values > values[patch]).sum()) + 1
    return f"{form.format(times * float(values[patch]))}  ({rank}. of {int(np.isfinite(values).sum())})"
