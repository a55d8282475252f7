"""Multi-head attention, fused; the weights are computed on the side only when somebody asks to see them."""

from collections.abc import Iterable

import torch
from torch import Tensor, nn
from torch.nn.functional import scaled_dot_product_attention


class AttentionRecord:
    """Asks a model for attention weights and holds them afterwards. Asking never changes an output.

    Pass one as ``record=`` to ``Encoder``, ``Pretraining.encode`` or ``Pretraining.reconstruct``. Afterwards, by block index from 0,
    softmax weights detached from the graph (rows sum to 1; keys that are padding hold 0):

    - ``cross[i]`` (B, H, 3, V): where the queries cls, img, text look among the visible patches, in the encoder;
    - ``patches[i]`` (B, H, V, V): where visible patches look among themselves, in the encoder;
    - ``decoder[i]`` (B, H, V + M, V + M): visible patches first, then the mask tokens.

    V lists the patches in ascending order; ``Encoded.visible`` says which they are.

    Args:
        layers: block indices to keep, negative ones from the end; None keeps every block.
    """

    def __init__(self, layers: Iterable[int] | None = None) -> None:
        self.layers = None if layers is None else frozenset(layers)
        self.cross: dict[int, Tensor] = {}
        self.patches: dict[int, Tensor] = {}
        self.decoder: dict[int, Tensor] = {}

    def wants(self, layer: int, depth: int) -> bool:
        """Whether block ``layer`` of ``depth`` blocks is asked for."""
        return self.layers is None or layer in self.layers or layer - depth in self.layers


def attention_weights(query: Tensor, key: Tensor, keep: Tensor | None) -> Tensor:
    """Softmax attention weights of query (B, H, Q, D) over key (B, H, K, D), in float32 or better.

    Args:
        query: (B, H, Q, D).
        key: (B, H, K, D).
        keep: broadcastable to (B, H, Q, K) bool, False = not looked at; None keeps all.
    """
    dtype = torch.promote_types(query.dtype, torch.float32)
    scores = query.to(dtype) @ key.to(dtype).transpose(-1, -2) * query.shape[-1] ** -0.5
    if keep is not None:
        scores = scores.masked_fill(~keep, -torch.inf)
    return torch.softmax(scores, -1)


class SelfAttention(nn.Module):
    """Tokens look at each other. qkv has no bias."""

    def __init__(self, *, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.qkv = nn.Linear(width, 3 * width, bias=False)
        self.proj = nn.Linear(width, width)

    def forward(self, tokens: Tensor, keep: Tensor | None = None, seen: list[Tensor] | None = None, start: int = 0) -> Tensor:
        """Maps (B, S, C) to (B, S - start, C): tokens before ``start`` are looked at and do not look. ``keep`` broadcasts to (B, H, 1, S);
        the weights of all tokens are appended to ``seen`` where given."""
        query, key, value = self.qkv(tokens).unflatten(-1, (3, self.heads, -1)).permute(2, 0, 3, 1, 4)  # each (B, H, S, D)
        if seen is not None:
            seen.append(attention_weights(query.detach(), key.detach(), keep))
        out = scaled_dot_product_attention(query[:, :, start:], key, value, attn_mask=keep)
        return self.proj(out.transpose(1, 2).flatten(2))  # type: ignore[no-any-return]


class CrossAttention(nn.Module):
    """Queries look at patches, never at each other. q and kv have no bias."""

    def __init__(self, *, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.q = nn.Linear(width, width, bias=False)
        self.kv = nn.Linear(width, 2 * width, bias=False)
        self.proj = nn.Linear(width, width)

    def forward(self, queries: Tensor, patches: Tensor, keep: Tensor | None = None, seen: list[Tensor] | None = None) -> Tensor:
        """Maps queries (B, Q, C) and patches (B, V, C) to (B, Q, C); ``keep`` and ``seen`` as in SelfAttention."""
        query = self.q(queries).unflatten(-1, (self.heads, -1)).transpose(1, 2)  # (B, H, Q, D)
        key, value = self.kv(patches).unflatten(-1, (2, self.heads, -1)).permute(2, 0, 3, 1, 4)  # each (B, H, V, D)
        if seen is not None:
            seen.append(attention_weights(query.detach(), key.detach(), keep))
        out = scaled_dot_product_attention(query, key, value, attn_mask=keep)
        return self.proj(out.transpose(1, 2).flatten(2))  # type: ignore[no-any-return]
