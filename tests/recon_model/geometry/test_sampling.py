import pytest
import torch

from recon_model.errors import InputError
from recon_model.geometry import sampling
from recon_model.geometry.sampling import farthest_points
from tests import naive


def _cloud(size: int, seed: int = 0, batch: int = 1) -> torch.Tensor:
    return torch.randn(batch, size, 3, generator=torch.Generator().manual_seed(seed))


def test_picks_what_comparing_every_pair_picks() -> None:
    points = _cloud(60, batch=3)
    found = farthest_points(points, 12)
    assert found.tolist() == [naive.farthest_points(cloud, 12) for cloud in points]


def test_lowest_index_wins_a_tie() -> None:
    corners = torch.tensor([[0.0, 0, 0], [1, 0, 0], [-1, 0, 0], [0, 1, 0], [0, -1, 0]])
    assert farthest_points(corners.unsqueeze(0), 3).tolist() == [[0, 1, 2]]


@pytest.mark.parametrize("kind", ["random", "lattice", "flat", "repeated"])
def test_large_clouds_take_the_same_points(kind: str) -> None:
    size = sampling._LARGE
    cloud = _cloud(size)[0]
    if kind == "lattice":
        cloud = (cloud * 3).round()
    elif kind == "flat":
        cloud[:, 1] = 0.25
    elif kind == "repeated":
        cloud = cloud[:7].repeat(size // 7 + 1, 1)[:size]
    expected = sampling._one_by_one(cloud.unsqueeze(0), 48, False)
    assert torch.equal(farthest_points(cloud.unsqueeze(0), 48), expected)


@pytest.mark.parametrize("size", [200, sampling._LARGE])
def test_skips_points_near_the_origin_only_when_asked(size: int) -> None:
    points = _cloud(size) * 0.001
    points[0, :4] = torch.tensor([[5.0, 0, 0], [4.0, 0, 0], [0, 3.0, 0], [0, 0, 2.0]])
    near = points.square().sum(-1)[0] <= sampling.NEAR_ORIGIN
    assert near[farthest_points(points, 10)[0]].any()
    skipped = farthest_points(points, 10, skip_near_origin=True)[0]
    assert not near[skipped[:4]].any()


def test_repeats_index_0_where_all_points_are_near_the_origin() -> None:
    assert farthest_points(_cloud(20) * 1e-3, 4, skip_near_origin=True).tolist() == [[0, 0, 0, 0]]


def test_keeps_double_precision() -> None:
    points = torch.tensor([[[0.0, 0, 0], [1.0, 0, 0], [1.0 + 1e-12, 0, 0]]], dtype=torch.float64)
    assert farthest_points(points, 2).tolist() == [[0, 2]]


@pytest.mark.parametrize("count", [0, 11])
def test_refuses_an_impossible_count(count: int) -> None:
    with pytest.raises(InputError, match=rf"count \({count}\) .* number of points \(10\)"):
        farthest_points(_cloud(10), count)
