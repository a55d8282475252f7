"""Where tokens look: all attention weights of one cloud, and single rows of them spread over its patches."""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from recon_model.errors import InputError
from recon_model.explain.arrays import Floats, Indices, floats, spread
from recon_model.geometry.patches import Patches
from recon_model.models.encoder import CLS, IMG, TEXT
from recon_model.models.pretraining import Pretraining
from recon_model.nn.attention import AttentionRecord
from recon_model.nn.masking import select

QUERIES = {"cls": CLS, "img": IMG, "text": TEXT}
TOKENS = (*QUERIES, "patch", "mask")
"""Tokens that can be asked where they look: the three queries and any visible patch in the encoder, any mask token in the decoder."""


@dataclass(frozen=True, eq=False)
class AttentionMaps:
    """All softmax weights of one cloud's way through the model: L layers, H heads, V visible and M hidden of G patches.

    Rows ask, columns are looked at; every row sums to 1. With d channels per head a row is softmax(q K^T / sqrt(d)) (Vaswani et al., 2017).
    """

    cross: Floats
    """(L, H, 3, V): queries cls, img, text over the visible patches, in the encoder."""
    patches: Floats
    """(L, H, V, V): visible patches over visible patches, themselves included, in the encoder."""
    decoder: Floats | None
    """(L', H', V + M, V + M): visible patches first, then mask tokens, in the decoder's layers and heads; None where nobody asked for
    the decoder or nothing is hidden."""
    visible: Indices
    """(V,) ascending: the patch each visible row or column belongs to."""
    hidden: Indices
    """(M,) ascending: the patch each mask token stands for."""

    @property
    def num_groups(self) -> int:
        """G."""
        return len(self.visible) + len(self.hidden)

    def row(self, token: str, patch: int = 0, layer: int = -1, head: int = -1) -> Floats:
        """Returns where one token looks: (G,), summing to 1. In the encoder hidden patches get 0; in the decoder theirs is the weight on
        their mask token.

        Args:
            token: one of ``TOKENS``.
            patch: which patch asks, where the token is "patch" (a visible one) or "mask" (a hidden one).
            layer: block counted from 0, or from the end when negative; of the decoder where the token is "mask".
            head: head counted from 0; -1 is the mean over heads.

        Raises:
            InputError: a value is out of range, the patch that asks has no such token, or the decoder was not recorded.
        """
        if token not in TOKENS:
            raise InputError(f"token ({token!r}) must be one of {', '.join(TOKENS)}.")
        place = self._place(token, patch)
        blocks = self._blocks(token)
        depth, heads = blocks.shape[:2]
        if not -depth <= layer < depth:
            raise InputError(f"layer ({layer}) must be between {-depth} and {depth - 1}.")
        if not -1 <= head < heads:
            raise InputError(f"head ({head}) must be between 0 and {heads - 1}, or -1 for the mean.")
        rows = blocks[layer, :, place]  # (H, columns)
        weights: Floats = rows.mean(0) if head == -1 else rows[head]
        columns = np.append(self.visible, self.hidden) if token == "mask" else self.visible
        return spread(weights, columns, self.num_groups)

    def _place(self, token: str, patch: int) -> int:
        """The row that asks."""
        if token in QUERIES:
            return QUERIES[token]
        if not 0 <= patch < self.num_groups:
            raise InputError(f"patch ({patch}) must be between 0 and {self.num_groups - 1}.")
        hidden = patch in self.hidden
        if token == "patch":
            if hidden:
                raise InputError(f"patch ({patch}) is hidden, so the encoder never sees it; ask a visible one.")
            return int(np.searchsorted(self.visible, patch))
        if not hidden:
            raise InputError(f"patch ({patch}) is visible, so it has no mask token; ask a hidden one.")
        return len(self.visible) + int(np.searchsorted(self.hidden, patch))

    def _blocks(self, token: str) -> Floats:
        if token != "mask":
            return self.patches if token == "patch" else self.cross
        if self.decoder is None:
            raise InputError(f"token ({token!r}) needs the attention of the decoder, which was not recorded.")
        return self.decoder


@torch.inference_mode()
def attention_maps(model: Pretraining, patches: Patches, hidden: Tensor | None = None, *, decoder: bool = False) -> AttentionMaps:
    """Sends one cloud through the model and keeps every attention weight on the way. What the model answers stays the same to the bit:
    weights are computed beside the fused attention (``AttentionRecord``).

    Args:
        model: in evaluation mode.
        patches: one cut cloud (a batch of 1).
        hidden: (1, G) bool, True = hidden; None shows all.
        decoder: goes through the decoder too, where something is hidden.

    Raises:
        InputError: there is more than one cloud, or the mask is misshapen or hides everything.
    """
    if len(patches.centres) != 1:
        raise InputError(f"patches (of {len(patches.centres)} clouds) must be those of one cloud.")
    record = AttentionRecord()
    encoded = model.encode(patches, hidden, record=record)
    groups = patches.centres.shape[1]
    visible = encoded.visible_index[0].cpu().numpy()
    if decoder and hidden is not None and len(visible) < groups:
        model.decoder(encoded.patches, patches.centres, encoded.visible, select(hidden), record)
    return AttentionMaps(
        cross=_stacked(record.cross),
        patches=_stacked(record.patches),
        decoder=_stacked(record.decoder) if record.decoder else None,
        visible=visible,
        hidden=np.setdiff1d(np.arange(groups), visible),
    )


def _stacked(weights: dict[int, Tensor]) -> Floats:
    return floats(torch.stack([weights[layer][0] for layer in sorted(weights)]))
