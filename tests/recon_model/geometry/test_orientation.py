import numpy as np
import pytest
import torch

from recon_model.geometry.orientation import ORIENTATIONS, STANDING, UPS, about_y, draw_wrong, turned
from recon_model.geometry.patches import Patches, cut


def _patches(clouds: int = 2) -> Patches:
    points = torch.randn(clouds, 64, 3, generator=torch.Generator().manual_seed(0))
    return cut(points, 8, 4)


def test_there_are_24_rotations_and_the_identity_is_one() -> None:
    assert len(np.unique(ORIENTATIONS.round().astype(int), axis=0)) == 24
    np.testing.assert_allclose(np.linalg.det(ORIENTATIONS), 1.0)
    assert np.abs(ORIENTATIONS - np.eye(3)).sum((1, 2)).min() == 0


@pytest.mark.parametrize("index", range(6))
def test_standing_up_takes_the_named_direction_to_plus_y(index: int) -> None:
    direction = np.zeros(3)
    direction["xyz".index(UPS[index][1])] = 1.0 if UPS[index][0] == "+" else -1.0
    np.testing.assert_allclose(STANDING[index] @ direction, [0.0, 1.0, 0.0])
    assert np.linalg.det(STANDING[index]) == pytest.approx(1.0)


@pytest.mark.parametrize("angle", [0.0, 1.0, 4.0])
def test_turning_about_y_is_rigid_and_keeps_heights(angle: float) -> None:
    before = _patches()
    after = turned(before, about_y(torch.tensor([0.0, angle])))
    torch.testing.assert_close(after.centres[0], before.centres[0])
    torch.testing.assert_close(after.relative[..., 1], before.relative[..., 1])
    whole = [value.centres.unsqueeze(2) + value.relative for value in (before, after)]
    torch.testing.assert_close(whole[0].norm(dim=-1), whole[1].norm(dim=-1))


def test_cutting_and_turning_commute() -> None:
    points = torch.randn(1, 128, 3, generator=torch.Generator().manual_seed(1))
    matrix = torch.from_numpy(ORIENTATIONS[7]).float()
    one, two = turned(cut(points, 8, 4), matrix), cut(points @ matrix.T, 8, 4)
    torch.testing.assert_close(one.centres, two.centres)
    torch.testing.assert_close(one.relative, two.relative)


def test_wrong_poses_of_a_cloud_differ_and_none_stands() -> None:
    wrong = draw_wrong(50, 3, torch.Generator().manual_seed(0))
    assert wrong.shape == (50, 3, 3, 3)
    torch.testing.assert_close(torch.linalg.det(wrong), torch.ones(50, 3))
    fallen = wrong @ torch.tensor([0.0, 1.0, 0.0])  # where what was up has gone
    assert fallen[..., 1].max() < 0.01
    torch.testing.assert_close(wrong.abs().amax(-1), torch.ones(50, 3, 3))  # what lay along the axes still does
    up = wrong[:, :, 1]  # the direction of the upright cloud that is up now
    assert (up.unsqueeze(1) * up.unsqueeze(2)).sum(-1).triu(1).max() < 0.01  # along different axes, or opposite
