"""The two kinds of transformer block: ReCon's two-stream block of the encoder, and the plain one of the decoder."""

from torch import Tensor, nn

from recon_model.nn.attention import CrossAttention, SelfAttention


class MLP(nn.Module):
    """Linear, GELU, Linear."""

    def __init__(self, *, width: int, hidden: int) -> None:
        super().__init__()
        self.fc1 = nn.Linear(width, hidden)
        self.act = nn.GELU()
        self.fc2 = nn.Linear(hidden, width)

    def forward(self, tokens: Tensor) -> Tensor:
        """Maps (..., C) to (..., C)."""
        return self.fc2(self.act(self.fc1(tokens)))  # type: ignore[no-any-return]


class DropPath(nn.Module):
    """Stochastic depth: in training, leaves a residual branch out for whole samples and scales the rest up to the same mean.

    Draws from torch's generator of the device, like ``nn.Dropout``.
    """

    def __init__(self, rate: float) -> None:
        super().__init__()
        self.rate = rate

    def forward(self, branch: Tensor) -> Tensor:
        """Maps (B, ...) to (B, ...)."""
        if not self.training or self.rate == 0.0:
            return branch
        keep = 1.0 - self.rate
        return branch * branch.new_empty(branch.shape[0], *[1] * (branch.ndim - 1)).bernoulli_(keep).div_(keep)


class ReConBlock(nn.Module):
    """One block of the encoder, with one set of weights for each stream (ReCon §3.2).

    Departure from an ordinary pre-norm block, as in the release: each residual starts from the *normalised* tensor, and the
    queries read the normalised patches as they are before self-attention is added to them.
    """

    def __init__(self, *, width: int, heads: int, mlp_ratio: float, drop_path: float) -> None:
        super().__init__()
        hidden = int(width * mlp_ratio)
        self.query_norm1, self.norm1 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.query_norm2, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.cross_attention = CrossAttention(width=width, heads=heads)
        self.attention = SelfAttention(width=width, heads=heads)
        self.query_mlp = MLP(width=width, hidden=hidden)
        self.mlp = MLP(width=width, hidden=hidden)
        self.drop = DropPath(drop_path)

    def forward(
        self,
        queries: Tensor,
        patches: Tensor,
        *,
        stop_gradient: bool,
        keep: Tensor | None = None,
        seen: list[Tensor] | None = None,
    ) -> tuple[Tensor, Tensor]:
        """Maps queries (B, 3, C) and patches (B, V, C) to the same shapes.

        Args:
            queries: (B, 3, C) query stream.
            patches: (B, V, C) patch stream.
            stop_gradient: the queries read the patches without passing gradient back to them.
            keep: (B, 1, 1, V) bool, False = padding; None keeps all.
            seen: cross- and self-attention weights are appended here where given.
        """
        queries, patches = self.query_norm1(queries), self.norm1(patches)
        read = patches.detach() if stop_gradient else patches
        queries = queries + self.drop(self.cross_attention(queries, read, keep, seen))
        patches = patches + self.drop(self.attention(patches, keep, seen))
        queries, patches = self.query_norm2(queries), self.norm2(patches)
        return queries + self.drop(self.query_mlp(queries)), patches + self.drop(self.mlp(patches))

    def patches_alone(self, patches: Tensor, keep: Tensor | None = None) -> Tensor:
        """What ``forward`` makes of the patch stream, which never reads the queries: half the work."""
        patches = self.norm1(patches)
        patches = self.norm2(patches + self.drop(self.attention(patches, keep)))
        return patches + self.drop(self.mlp(patches))  # type: ignore[no-any-return]


class PlainBlock(nn.Module):
    """An ordinary pre-norm transformer block."""

    def __init__(self, *, width: int, heads: int, mlp_ratio: float) -> None:
        super().__init__()
        self.norm1, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.attention = SelfAttention(width=width, heads=heads)
        self.mlp = MLP(width=width, hidden=int(width * mlp_ratio))

    def forward(self, tokens: Tensor, keep: Tensor | None = None, seen: list[Tensor] | None = None, start: int = 0) -> Tensor:
        """Maps (B, S, C) to (B, S - start, C); ``keep``, ``seen`` and ``start`` as in SelfAttention."""
        tokens = tokens[:, start:] + self.attention(self.norm1(tokens), keep, seen, start)
        return tokens + self.mlp(self.norm2(tokens))  # type: ignore[no-any-return]
