"""The one encoder of the project: three global queries and the visible patches through two-stream blocks."""

from collections.abc import Iterator
from typing import NamedTuple, cast

import torch
from torch import Tensor, nn

from recon_model.config import ModelConfig
from recon_model.geometry.patches import Patches
from recon_model.nn.attention import AttentionRecord
from recon_model.nn.blocks import ReConBlock
from recon_model.nn.embedding import PatchEmbedding, PositionEmbedding, learned_token
from recon_model.nn.masking import Selection, select_visible

CLS, IMG, TEXT = 0, 1, 2
"""Places of the three queries in ``Encoded.queries``."""


class Encoded(NamedTuple):
    """What the encoder makes of a batch, after the final norm."""

    queries: Tensor
    """(B, 3, C): cls, img, text."""
    patches: Tensor
    """(B, V, C) visible patches, ascending by patch index; entries that are padding hold nothing of meaning."""
    visible: Selection
    """Which patches these are: ``visible.index`` (B, V), ``visible.padding`` (B, V) bool or None."""

    @property
    def visible_index(self) -> Tensor:
        """(B, V) int64: the patch each entry of ``patches`` belongs to."""
        return self.visible.index

    def clouds(self, which: slice) -> "Encoded":
        """Returns what is made of some clouds of the batch."""
        padding = self.visible.padding
        visible = Selection(self.visible.index[which], None if padding is None else padding[which])
        return Encoded(self.queries[which], self.patches[which], visible)


class Encoder(nn.Module):
    """ReCon's encoder (paper §3.2). Positions, the queries' own too, are added again before every block; one final norm for both."""

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        width = config.width
        self.config = config
        self.cls_token, self.cls_position = learned_token(width), learned_token(width)
        self.img_token, self.img_position = learned_token(width), learned_token(width)
        self.text_token, self.text_position = learned_token(width), learned_token(width)
        self.patch_embedding = PatchEmbedding(width=width, widths=config.patch_widths)
        self.position = PositionEmbedding(width=width, hidden=config.position_width, scale=config.centre_scale)
        self.blocks = nn.ModuleList(
            ReConBlock(
                width=width,
                heads=config.heads,
                mlp_ratio=config.mlp_ratio,
                drop_path=config.drop_path * index / max(1, config.depth - 1),
            )
            for index in range(config.depth)
        )
        self.norm = nn.LayerNorm(width)

    def forward(
        self,
        patches: Patches,
        hidden: Tensor | None = None,
        *,
        stop_gradient: bool = False,
        record: AttentionRecord | None = None,
        embedded: Tensor | None = None,
    ) -> Encoded:
        """Encodes the visible patches.

        Args:
            patches: the cut clouds, in unscaled coordinates.
            hidden: (B, G) bool, True = hidden, any number per cloud; None shows all.
            stop_gradient: the queries read the patches without passing gradient back (pretraining as published).
            record: asks for attention weights, see ``AttentionRecord``.
            embedded: (B, G, C) all patches as ``embed`` makes them of a mask that shows all; saves embedding them again when only the
                mask changes. None embeds the visible ones.

        Raises:
            InputError: the mask has the wrong shape or dtype, or hides all patches of a cloud.
        """
        visible = select_visible(hidden, patches.centres)
        queries = tokens = torch.empty(0)
        for queries, tokens in self.steps(patches, visible, stop_gradient=stop_gradient, record=record, embedded=embedded):  # noqa: B007
            pass
        return Encoded(self.norm(queries), self.norm(tokens), visible)

    def steps(
        self,
        patches: Patches,
        visible: Selection,
        *,
        stop_gradient: bool = False,
        record: AttentionRecord | None = None,
        embedded: Tensor | None = None,
    ) -> Iterator[tuple[Tensor, Tensor]]:
        """Yields queries (B, 3, C) and patches (B, V, C) after each block, before any final norm."""
        tokens, positions, keep = self._seen(patches, visible, embedded)
        batch = tokens.shape[0]
        queries = torch.cat([self.cls_token, self.img_token, self.text_token], dim=1).expand(batch, -1, -1)
        query_positions = torch.cat([self.cls_position, self.img_position, self.text_position], dim=1)
        for layer, block in enumerate(self.blocks):
            seen: list[Tensor] | None = [] if record is not None and record.wants(layer, len(self.blocks)) else None
            queries, tokens = block(queries + query_positions, tokens + positions, stop_gradient=stop_gradient, keep=keep, seen=seen)
            if record is not None and seen:
                record.cross[layer], record.patches[layer] = seen
            yield queries, tokens

    def patches_alone(self, patches: Patches, hidden: Tensor | None = None, *, embedded: Tensor | None = None) -> tuple[Tensor, Selection]:
        """Encodes the visible patches without the queries, which read them and are not read: half the work.

        Args:
            patches, hidden, embedded: see ``forward``.

        Returns:
            ``patches`` and ``visible`` of ``Encoded``, the same to the bit.

        Raises:
            InputError: see ``forward``.
        """
        visible = select_visible(hidden, patches.centres)
        tokens, positions, keep = self._seen(patches, visible, embedded)
        for block in self.blocks:
            tokens = cast(ReConBlock, block).patches_alone(tokens + positions, keep)
        return self.norm(tokens), visible

    def _seen(self, patches: Patches, visible: Selection, embedded: Tensor | None) -> tuple[Tensor, Tensor, Tensor | None]:
        """Tokens and positions (B, V, C) of the visible patches, and (B, 1, 1, V) bool, False = padding; None where there is none."""
        tokens = self.embed(patches, visible) if embedded is None else visible.take(embedded)
        keep = None if visible.padding is None else ~visible.padding[:, None, None, :]
        return tokens, self.position(visible.take(patches.centres)), keep

    def embed(self, patches: Patches, visible: Selection) -> Tensor:
        """Embeds the visible patches to (B, V, C).

        In training as published all patches pass through the embedding first, so that BatchNorm sees the hidden ones too
        (``embed_visible_only`` saves that work and changes the statistics). Outside training the two are the same.
        """
        if self.patch_embedding.training and not self.config.embed_visible_only:
            return visible.take(self.patch_embedding(patches.relative * self.config.patch_scale))
        relative = visible.take(patches.relative)  # (B, V, k, 3)
        if visible.padding is None or not self.patch_embedding.training:
            tokens: Tensor = self.patch_embedding(relative * self.config.patch_scale)
            return tokens
        # Padding must not enter the batch statistics.
        real: Tensor = self.patch_embedding(visible.flatten(relative) * self.config.patch_scale)
        return real.new_zeros(*relative.shape[:2], real.shape[-1]).masked_scatter(~visible.padding.unsqueeze(-1), real)
