import pytest
import torch

from recon_model.errors import InputError
from recon_model.geometry import neighbours
from recon_model.geometry.interpolation import spread
from recon_model.geometry.normalise import unit_sphere
from recon_model.geometry.patches import cut, gather_points
from tests import naive


@pytest.fixture
def points() -> torch.Tensor:
    return torch.rand(2, 80, 3, generator=torch.Generator().manual_seed(0))


def test_members_are_the_nearest_points_and_relative_to_the_centre(points: torch.Tensor) -> None:
    patches = cut(points, 6, 9)
    for cloud in range(2):
        for group in range(6):
            centre = patches.centres[cloud, group]
            assert set(patches.members[cloud, group].tolist()) == naive.nearest(centre, points[cloud], 9)
    assert torch.allclose(patches.relative + patches.centres.unsqueeze(2), gather_points(points, patches.members))
    assert torch.equal(patches.relative[:, :, 0], torch.zeros(2, 6, 3))


def test_neighbours_do_not_depend_on_how_many_are_held_in_memory(points: torch.Tensor, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = neighbours.nearest(points[:, :10], points, 5)
    monkeypatch.setattr(neighbours, "_PAIRS_AT_ONCE", 500)
    assert torch.equal(neighbours.nearest(points[:, :10], points, 5), whole)


def test_refuses_more_patches_or_members_than_points(points: torch.Tensor) -> None:
    with pytest.raises(InputError, match=r"num_groups \(81\) .* number of points \(80\)"):
        cut(points, 81, 5)
    with pytest.raises(InputError, match=r"group_size \(99\) .* number of points \(80\)"):
        cut(points, 8, 99)


def test_unit_sphere_can_be_undone(points: torch.Tensor) -> None:
    moved, centre, scale = unit_sphere(points * 40 + 7)
    assert torch.allclose(moved.norm(dim=-1).amax(-1), torch.ones(2))
    assert torch.allclose(moved.mean(1), torch.zeros(2, 3), atol=1e-6)
    assert torch.allclose(moved * scale[:, None, None] + centre[:, None], points * 40 + 7, atol=1e-4)


def test_unit_sphere_of_one_place_stays_finite() -> None:
    moved, _, scale = unit_sphere(torch.full((5, 3), 2.0))
    assert torch.equal(moved, torch.zeros(5, 3))
    assert scale == 1


def test_spread_keeps_features_at_centres_and_weighs_by_inverse_square(points: torch.Tensor) -> None:
    centres = torch.tensor([[[0.0, 0, 0], [3.0, 0, 0], [0, 50.0, 0]]])
    features = torch.tensor([[[1.0], [2.0], [0.0]]])
    found = spread(torch.tensor([[[0.0, 0, 0], [1.0, 0, 0]]]), centres, features)
    weights = torch.tensor([1.0, 1 / 4, 1 / 2501])
    assert torch.allclose(found[0, :, 0], torch.stack([torch.tensor(1.0), (weights * features[0, :, 0]).sum() / weights.sum()]), atol=1e-5)
