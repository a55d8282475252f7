"""What bending does to clouds, measured on their points."""

import numpy as np
import pytest
import torch

from recon_model.geometry.bending import REACH, STRETCH, bent
from recon_model.geometry.patches import Patches, cut


@pytest.fixture
def patches() -> Patches:
    points = torch.nn.functional.normalize(torch.randn(40, 128, 3, generator=torch.Generator().manual_seed(0)), dim=2)
    return cut(points, 16, 8)


def test_none_and_all_are_bent_as_asked_and_the_same_seed_bends_alike(patches: Patches) -> None:
    assert bent(patches, np.random.default_rng(0), 0.0) is patches
    half = bent(patches, np.random.default_rng(1), 0.5)
    again = bent(patches, np.random.default_rng(1), 0.5)
    assert torch.equal(half.relative, again.relative)
    moved = (half.centres != patches.centres).flatten(1).any(1)
    assert 10 < int(moved.sum()) < 30
    assert torch.equal(half.relative[~moved], patches.relative[~moved])
    assert (bent(patches, np.random.default_rng(1), 1.0).centres != patches.centres).flatten(1).any(1).all()


def test_what_is_bent_stays_one_cloud_of_like_form_in_the_unit_sphere(patches: Patches) -> None:
    made = bent(patches, np.random.default_rng(2), 1.0)
    points = made.centres.unsqueeze(2) + made.relative
    torch.testing.assert_close(points.flatten(1, 2).norm(dim=2).amax(1), torch.ones(40), atol=1e-5, rtol=0)
    # A point that several patches share is bent as one: every centre is the first point of its own patch.
    torch.testing.assert_close(made.relative[:, :, 0], torch.zeros(40, 16, 3), atol=1e-6, rtol=0)
    away = (made.centres - patches.centres).norm(dim=2)
    assert 0.02 < float(away.mean()) < 2 * (STRETCH + 3**0.5 * REACH)
    assert float(away.std(0).mean()) > 0.02  # every cloud in a way of its own
