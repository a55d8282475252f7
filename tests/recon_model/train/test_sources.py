"""How clouds are turned before they are trained on."""

import numpy as np
import torch

from recon_model.geometry.patches import Patches
from recon_model.train.sources import ALONG_AXES, posed


def _pointing_along_x(count: int) -> Patches:
    ahead = torch.tensor([1.0, 0.5, 0.0]).expand(count, 1, 3)
    return Patches(ahead, torch.empty(0, dtype=torch.int64), ahead.unsqueeze(2))


def test_clouds_keep_their_height_and_turn_by_any_angle_or_by_whole_quarters() -> None:
    turned = posed(_pointing_along_x(4000), (3, 1))
    torch.testing.assert_close(turned.relative[:, :, 0], turned.centres)
    x, y, z = turned.centres[:, 0].unbind(1)
    torch.testing.assert_close(y, torch.full((4000,), 0.5))
    torch.testing.assert_close(x**2 + z**2, torch.ones(4000))
    angles = torch.atan2(z, x).numpy()
    along = np.abs(np.sin(2 * angles)) < 1e-5
    assert abs(along.mean() - ALONG_AXES) < 0.03
    assert np.bincount(np.round(angles[along] / (np.pi / 2)).astype(int) % 4).min() > 500  # each quarter about as often
    assert np.histogram(angles[~along], bins=8, range=(-np.pi, np.pi))[0].min() > 140


def test_the_turns_depend_on_the_seed_alone() -> None:
    one, again, other = (posed(_pointing_along_x(16), seed).centres for seed in ((1, 2), (1, 2), (1, 3)))
    torch.testing.assert_close(one, again, rtol=0, atol=0)
    assert not torch.allclose(one, other)
