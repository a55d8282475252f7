"""What a fine-tuned head calls the cloud: its own labels, which are not the names under Words."""

from recon_model.counts import counted
from recon_studio.state.app_state import AppState, Score
from recon_studio.state.words import head_labels, labelled
from recon_studio.views.parts import Card, label
from recon_studio.views.words import Bars

MOST = 8
"""Labels shown, the surest first."""


class LabelsCard(Card):
    """Bars of a head's labels; hidden while the model has no such head."""

    def __init__(self) -> None:
        super().__init__("Fine-tuned head")
        self.count = label("", "small")
        self.head.addWidget(self.count)
        self.bars = Bars(cosines=False)
        self.bars.setAccessibleName("Labels of the fine-tuned head, ranked")
        self.bars.setToolTip("Share: softmax over the labels that the head was taught. It must choose one of them, whatever the cloud is.")
        self.hint = label("", "small")
        self.hint.setWordWrap(True)
        self.body.addWidget(self.bars)
        self.body.addWidget(self.hint)
        self.hide()

    def show_state(self, old: AppState | None, new: AppState) -> None:
        """Draws the difference."""
        watched = ("words", "model", "prepared", "theme", "cloud")
        if old is not None and all(getattr(old, name) is getattr(new, name) for name in watched):
            return
        taught, found = head_labels(new.model), labelled(new)
        self.setVisible(bool(taught))
        shares = found.shares if found is not None else ()
        self.bars.set_scores(tuple(Score(name, 0.0, share) for name, share in shares[:MOST]), new.theme)
        self.bars.setVisible(bool(shares))
        self.count.setText(counted(len(taught), "label"))
        self.count.setToolTip(", ".join(taught))
        rest = sum(share for _, share in shares[MOST:])
        left = f"{len(shares) - MOST} more labels share {100 * rest:.1f} %." if len(shares) > MOST else ""
        self.hint.setText(left if shares else "Open a cloud to ask the head." if new.cloud is None else "Asking the head…")
        self.hint.setVisible(bool(self.hint.text()))
