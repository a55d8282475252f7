"""The decoder of pretraining: rebuilds hidden patches from the visible ones."""

import torch
from torch import Tensor, nn

from recon_model.config import ModelConfig
from recon_model.nn.attention import AttentionRecord
from recon_model.nn.blocks import PlainBlock
from recon_model.nn.embedding import PositionEmbedding, learned_token
from recon_model.nn.masking import Selection


class Decoder(nn.Module):
    """Plain blocks on [visible patches; mask tokens], its own positions added before every block; the norm sees mask tokens only."""

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        width = config.width
        self.mask_token = learned_token(width)
        self.position = PositionEmbedding(width=width, hidden=config.position_width, scale=config.centre_scale)
        self.blocks = nn.ModuleList(
            PlainBlock(width=width, heads=config.decoder_heads, mlp_ratio=config.mlp_ratio) for _ in range(config.decoder_depth)
        )
        self.norm = nn.LayerNorm(width)
        self.head = nn.Linear(width, 3 * config.group_size)

    def forward(
        self,
        tokens: Tensor,
        centres: Tensor,
        visible: Selection,
        hidden: Selection,
        record: AttentionRecord | None = None,
    ) -> Tensor:
        """Predicts the hidden patches relative to their centres, in scaled units.

        Args:
            tokens: (B, V, C) encoded visible patches.
            centres: (B, G, 3) centres of all patches, unscaled.
            visible: which patches the tokens are.
            hidden: which patches to rebuild (M of them).
            record: asks for attention weights, see ``AttentionRecord``.

        Returns:
            (B, M, k, 3) coordinates relative to the centre, times ``patch_scale``.
        """
        shown, count = tokens.shape[1], hidden.index.shape[1]
        positions = self.position(torch.cat([visible.take(centres), hidden.take(centres)], dim=1))
        tokens = torch.cat([tokens, self.mask_token.expand(tokens.shape[0], count, -1).to(tokens.dtype)], dim=1)
        keep = _keep(visible, hidden)
        for layer, block in enumerate(self.blocks):
            seen: list[Tensor] | None = [] if record is not None and record.wants(layer, len(self.blocks)) else None
            # Of the last block the mask tokens alone are wanted.
            tokens = block(tokens + positions, keep, seen, shown if layer == len(self.blocks) - 1 else 0)
            if record is not None and seen:
                record.decoder[layer] = seen[0]
        return self.head(self.norm(tokens)).unflatten(-1, (-1, 3))  # type: ignore[no-any-return]


def _keep(visible: Selection, hidden: Selection) -> Tensor | None:
    """(B, 1, 1, V + M) bool, False = padding; None where there is none. Either side may be padded alone: a patch may be neither seen nor
    rebuilt."""
    if visible.padding is None and hidden.padding is None:
        return None
    sides = [torch.zeros_like(side.index, dtype=torch.bool) if side.padding is None else side.padding for side in (visible, hidden)]
    return ~torch.cat(sides, dim=1)[:, None, None, :]
