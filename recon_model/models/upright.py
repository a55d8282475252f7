"""Which way is up: a small encoder of its own that stands clouds up before a model looks at them (not in the paper).

Files disagree about the up axis and objects lie on their sides, while a model that names shapes knows chairs by their standing. One
answer is given over the six directions an axis can point to; every cloud is looked at from all six, so that the answer turns with
the cloud.
"""

import numpy as np
import torch
from torch import Tensor, nn

from recon_model.config import ModelConfig
from recon_model.geometry.orientation import STANDING, UPS, turned
from recon_model.geometry.patches import Patches
from recon_model.models.encoder import Encoder


def _seen_from() -> Tensor:
    """(6, 6): in a cloud turned by ``STANDING[i]``, the place among ``UPS`` where its direction ``UPS[j]`` has gone."""
    directions = np.stack([matrix.T @ [0.0, 1.0, 0.0] for matrix in STANDING])  # (6, 3), UPS as vectors
    moved = np.einsum("iab,jb->ija", STANDING, directions)
    return torch.from_numpy(np.abs(moved[:, :, None] - directions).sum(-1).argmin(-1))


class Upright(nn.Module):
    """The encoder's three queries, and a linear layer to the six directions of ``orientation.UPS``."""

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.config = config
        self.encoder = Encoder(config)
        self.head = nn.Linear(3 * config.width, len(UPS))
        self.register_buffer("seen_from", _seen_from(), persistent=False)

    seen_from: Tensor

    def forward(self, patches: Patches, hidden: Tensor | None = None) -> Tensor:
        """Returns logits (B, 6) of which direction is up, looking at the clouds as they are."""
        queries = self.encoder(patches, hidden).queries  # (B, 3, C)
        logits: Tensor = self.head(queries.flatten(1))
        return logits

    @torch.no_grad()
    def distribution(self, patches: Patches) -> Tensor:
        """Returns probabilities (B, 6): the normalised geometric mean over looks from six sides."""
        looks = [self(turned(patches, torch.from_numpy(matrix))).log_softmax(-1) for matrix in STANDING]
        told = torch.stack([look[:, places] for look, places in zip(looks, self.seen_from, strict=True)])  # (6, B, 6)
        return told.mean(0).softmax(-1)
