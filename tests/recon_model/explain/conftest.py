"""A small model whose attention is far from even, one cloud, and words that point somewhere."""

import pytest
import torch
from torch import Tensor

from recon_model.config import ModelConfig
from recon_model.geometry.patches import Patches, cut
from recon_model.models.pretraining import Pretraining

GROUPS = 12


@pytest.fixture(scope="package")
def model() -> Pretraining:
    config = ModelConfig(
        width=24,
        depth=3,
        heads=3,
        decoder_depth=2,
        decoder_heads=2,
        num_points=90,
        num_groups=GROUPS,
        group_size=6,
        patch_widths=(8, 12, 16),
        position_width=8,
        patch_scale=2.0,
        image_dim=10,
        text_dim=10,
        zero_shot_ratio=0.7,
    )
    with torch.random.fork_rng():
        torch.manual_seed(0)
        model = Pretraining(config)
        for name, parameter in model.named_parameters():
            if "norm" not in name:
                torch.nn.init.normal_(parameter, std=0.25)
    return model.eval().requires_grad_(False)


@pytest.fixture(scope="package")
def patches() -> Patches:
    return cut(torch.randn(1, 90, 3, generator=torch.Generator().manual_seed(1)), GROUPS, 6)


@pytest.fixture(scope="package")
def words() -> Tensor:
    """Three phrases (3, 10), each of length 1."""
    return torch.nn.functional.normalize(torch.randn(3, 10, generator=torch.Generator().manual_seed(2)), dim=-1)


@pytest.fixture(scope="package")
def unseen() -> Tensor:
    """Patches 0, 3, 4 and 11 of 12 are hidden."""
    return torch.tensor([group in (0, 3, 4, 11) for group in range(GROUPS)])
