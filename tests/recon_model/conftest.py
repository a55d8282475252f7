"""A small model of random weights, written as a checkpoint once for all tests."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest


@pytest.fixture(scope="session")
def small_checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkpoint folder: 128 points, 16 patches of 8; taught (so its card says) by the teacher that ships inside."""
    import torch

    from recon_model.checkpoint import format as folder_format
    from recon_model.config import ModelConfig
    from recon_model.models.pretraining import Pretraining
    from recon_model.teachers.clip import Clip
    from recon_model.templates import PLAIN

    clip = Clip.load()
    config = ModelConfig(
        width=32,
        depth=3,
        heads=2,
        decoder_depth=1,
        decoder_heads=2,
        num_points=128,
        num_groups=16,
        group_size=8,
        patch_widths=(8, 16, 32),
        position_width=8,
        image_dim=clip.embed_dim,
        text_dim=clip.embed_dim,
    )
    with torch.random.fork_rng():
        torch.manual_seed(0)
        model = Pretraining(config)
    card = {"name": "small", "config": config.to_dict(), "teacher": clip.entry, "templates": list(PLAIN), "temperature": 0.07}
    folder = tmp_path_factory.mktemp("models") / "small"
    folder_format.save(folder, model.state_dict(), card)
    return folder


@pytest.fixture(scope="module")
def one_thread() -> Iterator[None]:
    """Models this small lose more to threads waiting for each other than they gain."""
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture
def blob() -> npt.NDArray[np.float32]:
    """500 points of an uneven cloud, far from the origin."""
    rng = np.random.default_rng(5)
    return (rng.standard_normal((500, 3)) * [3.0, 1.0, 0.5] + [10.0, -4.0, 2.0]).astype(np.float32)
