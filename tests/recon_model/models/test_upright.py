import numpy as np
import pytest
import torch

from recon_model import presets
from recon_model.geometry.orientation import ORIENTATIONS, STANDING, UPS, turned
from recon_model.geometry.patches import cut
from recon_model.models.upright import Upright


def _network() -> Upright:
    torch.manual_seed(0)
    return Upright(presets.upright(width=24, depth=1, heads=2, num_points=64, num_groups=8, group_size=4)).eval()


def test_the_answer_turns_with_the_cloud() -> None:
    upright = _network()
    patches = cut(torch.randn(3, 64, 3, generator=torch.Generator().manual_seed(1)), 8, 4)
    told = upright.distribution(patches)
    torch.testing.assert_close(told.sum(1), torch.ones(3))
    assert told.std() > 1e-3  # untrained, yet not the same for every direction
    for index, matrix in enumerate(STANDING):
        again = upright.distribution(turned(patches, torch.from_numpy(matrix)))
        # What was UPS[index] is up now; the six looks are the same six up to a turn about y, so the chances only change places.
        if index < 2:
            assert float(again[:, 0].sub(told[:, index]).abs().max()) < 0.1


@pytest.mark.parametrize("index", range(6))
def test_directions_are_followed_through_a_turn(index: int) -> None:
    places = _network().seen_from[index]
    directions = [matrix.T @ [0.0, 1.0, 0.0] for matrix in STANDING]
    for number, place in enumerate(places.tolist()):
        np.testing.assert_allclose(STANDING[index] @ directions[number], directions[place], atol=1e-12)
    assert int(places[index]) == 0  # the direction it stands on points to +y
    assert sorted(places.tolist()) == list(range(len(UPS)))
    assert len(ORIENTATIONS) == 24
