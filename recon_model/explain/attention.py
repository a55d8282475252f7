"""Where tokens look: one row of attention of any layer and head, spread over all patches of the cloud."""

from dataclasses import dataclass

import torch
from torch import Tensor

from recon_model.errors import InputError
from recon_model.geometry.patches import Patches
from recon_model.models.encoder import CLS, IMG, TEXT
from recon_model.models.pretraining import Pretraining
from recon_model.nn.attention import AttentionRecord

QUERIES = {"cls": CLS, "img": IMG, "text": TEXT}
TOKENS = (*QUERIES, "patch")
"""Tokens that can be asked where they look: the three queries, and any visible patch."""


@dataclass(frozen=True, eq=False)
class AttentionMaps:
    """All softmax weights of one cloud's way through the encoder: L layers, H heads, V visible of G patches."""

    cross: Tensor
    """(L, H, 3, V): queries cls, img, text over the visible patches."""
    patches: Tensor
    """(L, H, V, V): visible patches over visible patches, themselves included."""
    visible: Tensor
    """(V,) int64, ascending: the patch each column belongs to."""
    num_groups: int
    """G."""

    def row(self, token: str, patch: int = 0, layer: int = -1, head: int = -1) -> Tensor:
        """Returns where one token looks: (G,), summing to 1, with 0 for hidden patches.

        Args:
            token: one of ``TOKENS``.
            patch: which patch asks, where the token is "patch".
            layer: block counted from 0, or from the end when negative.
            head: head counted from 0; -1 is the mean over heads.

        Raises:
            InputError: a value is out of range, or the patch that asks is hidden.
        """
        depth, heads = self.cross.shape[:2]
        if token not in TOKENS:
            raise InputError(f"token ({token!r}) must be one of {', '.join(TOKENS)}.")
        if not -depth <= layer < depth:
            raise InputError(f"layer ({layer}) must be between {-depth} and {depth - 1}.")
        if not -1 <= head < heads:
            raise InputError(f"head ({head}) must be between 0 and {heads - 1}, or -1 for the mean.")
        rows = self.patches[layer, :, self._place(patch)] if token == "patch" else self.cross[layer, :, QUERIES[token]]  # (H, V)
        weights = rows.mean(0) if head == -1 else rows[head]
        return weights.new_zeros(self.num_groups).index_copy_(0, self.visible, weights)

    def _place(self, patch: int) -> int:
        if not 0 <= patch < self.num_groups:
            raise InputError(f"patch ({patch}) must be between 0 and {self.num_groups - 1}.")
        place = (self.visible == patch).nonzero()
        if not len(place):
            raise InputError(f"patch ({patch}) is hidden, so the encoder never sees it; ask a visible one.")
        return int(place[0, 0])


@torch.no_grad()
def attention_maps(model: Pretraining, patches: Patches, hidden: Tensor | None = None) -> AttentionMaps:
    """Encodes one cloud and keeps every attention weight on the way.

    Args:
        model: in evaluation mode.
        patches: one cut cloud (a batch of 1).
        hidden: (1, G) bool, True = hidden; None shows all.

    Raises:
        InputError: there is more than one cloud, or the mask is misshapen or hides everything.
    """
    if len(patches.centres) != 1:
        raise InputError(f"patches (of {len(patches.centres)} clouds) must be those of one cloud.")
    record = AttentionRecord()
    encoded = model.encode(patches, hidden, record=record)
    layers = range(model.config.depth)
    return AttentionMaps(
        cross=torch.stack([record.cross[layer][0] for layer in layers]),
        patches=torch.stack([record.patches[layer][0] for layer in layers]),
        visible=encoded.visible_index[0],
        num_groups=patches.centres.shape[1],
    )
