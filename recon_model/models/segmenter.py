"""Fine-tuning for part segmentation: a part for every point of a cloud whose category is known."""

import torch
from torch import Tensor, nn
from torch.nn.functional import linear, one_hot

from recon_model.config import ModelConfig
from recon_model.errors import InputError
from recon_model.geometry.interpolation import spread
from recon_model.geometry.patches import Patches
from recon_model.models.encoder import Encoder
from recon_model.nn.masking import select_visible

_CATEGORY, _PROPAGATED = 64, 1024


class Segmenter(nn.Module):
    """Gives each point log-probabilities of parts (ReCon §4, ShapeNetPart).

    Reads the patches after a third, two thirds and all of the encoder's blocks (4, 8, 12 as published), each through the shared norm.

    Args:
        config: the encoder; at least three blocks.
        num_parts: parts of all categories together (50 on ShapeNetPart).
        num_categories: categories a cloud may belong to (16 on ShapeNetPart).
        dropout: in the head (0.5 as published).
    """

    def __init__(self, config: ModelConfig, num_parts: int = 50, num_categories: int = 16, dropout: float = 0.5) -> None:
        super().__init__()
        width = config.width
        self.config = config
        self.num_categories = num_categories
        self.taps = tuple(max(1, config.depth * third // 3) for third in (1, 2, 3))
        self.encoder = Encoder(config)
        self.category = nn.Sequential(nn.Linear(num_categories, _CATEGORY, bias=False), nn.BatchNorm1d(_CATEGORY), nn.LeakyReLU(0.2))
        self.propagation = nn.Sequential(
            *(nn.Linear(3 * width + 3, 4 * width), nn.BatchNorm1d(4 * width), nn.ReLU()),
            *(nn.Linear(4 * width, _PROPAGATED), nn.BatchNorm1d(_PROPAGATED), nn.ReLU()),
        )
        self.head = nn.Sequential(
            *(nn.Linear(_PROPAGATED + 7 * width + _CATEGORY, 512), nn.BatchNorm1d(512), nn.ReLU(), nn.Dropout(dropout)),
            *(nn.Linear(512, 256), nn.BatchNorm1d(256), nn.ReLU()),
            nn.Linear(256, num_parts),
        )

    def forward(self, points: Tensor, patches: Patches, category: Tensor) -> Tensor:
        """Maps clouds to log-probabilities (B, N, num_parts).

        Args:
            points: (B, N, 3), the clouds the patches were cut from.
            patches: the cut clouds.
            category: (B,) int64 in 0..num_categories - 1.

        Raises:
            InputError: a category is out of range.
        """
        if int(category.min()) < 0 or int(category.max()) >= self.num_categories:
            raise InputError(f"category ({category.tolist()}) must lie in 0..{self.num_categories - 1}.")
        batch, size, _ = points.shape
        taps, queries = self._tapped(patches)  # (B, G, 3C), (B, 3, C)
        label = self.category(one_hot(category, self.num_categories).to(taps.dtype))  # (B, 64)
        whole = torch.cat([taps.max(1).values, taps.mean(1), queries.max(1).values, label], dim=1)  # (B, 7C + 64)
        local = torch.cat([points, spread(points, patches.centres, taps)], dim=-1)  # (B, N, 3 + 3C)
        local = self.propagation(local.flatten(0, 1)).unflatten(0, (batch, size))  # (B, N, 1024)
        # The first layer of the head reads [local, whole]; its half for the whole cloud runs once per cloud, not once per point.
        first: nn.Linear = self.head[0]  # type: ignore[assignment]
        from_local, from_whole = first.weight.split([local.shape[-1], whole.shape[-1]], dim=1)
        joined = linear(local, from_local) + linear(whole, from_whole, first.bias).unsqueeze(1)
        scores: Tensor = self.head[1:](joined.flatten(0, 1)).unflatten(0, (batch, size))
        return scores.log_softmax(-1)

    def _tapped(self, patches: Patches) -> tuple[Tensor, Tensor]:
        visible = select_visible(None, patches.centres)
        taps: list[Tensor] = []
        queries = torch.empty(0)
        for depth, (queries, tokens) in enumerate(self.encoder.steps(patches, visible), start=1):  # noqa: B007
            taps += [self.encoder.norm(tokens)] * self.taps.count(depth)
        return torch.cat(taps, dim=-1), queries
