"""How clouds stand, against a naive twin and on shapes whose footing is known."""

import math

import numpy as np
import pytest
import torch

from recon_model.geometry.footing import DIRECTIONS, FOOTING, NUMBERS, SLICES, footing

SHARE, LEAST_BEYOND, BEYOND, WIDTH, NARROWEST, SPREAD = range(NUMBERS)


def _naive(cloud: np.ndarray) -> list[float]:
    low, high = cloud[:, 1].min(), cloud[:, 1].max()
    level = [(point[0] - cloud[:, 0].mean(), point[2] - cloud[:, 2].mean()) for point in cloud]
    reach = max(math.hypot(*place) for place in level)
    turns = [2 * math.pi * step / DIRECTIONS for step in range(DIRECTIONS)]

    def extent(places: list[tuple[float, float]], angle: float) -> float:
        return max(x * math.cos(angle) + z * math.sin(angle) for x, z in places)

    numbers: list[float] = []
    for thickness in SLICES:
        for bottom in (True, False):
            away = (cloud[:, 1] - low if bottom else high - cloud[:, 1]) / (high - low)
            picked = away <= thickness
            places = [place for place, chosen in zip(level, picked, strict=True) if chosen]
            beyond = [extent(places, angle) / reach for angle in turns]
            width = [
                (extent(places, angle) + extent(places, angle + math.pi)) / (extent(level, angle) + extent(level, angle + math.pi))
                for angle in turns
            ]
            spread = np.mean([math.hypot(*place) for place in places]) / reach
            numbers += [len(places) / len(cloud), min(beyond), float(np.mean(beyond)), float(np.mean(width)), min(width), float(spread)]
    return numbers


def test_many_clouds_at_once_are_what_a_naive_twin_finds() -> None:
    clouds = np.random.default_rng(0).normal(size=(5, 80, 3))
    found = footing(torch.from_numpy(clouds))
    assert found.shape == (5, FOOTING)
    np.testing.assert_allclose(found.numpy(), [_naive(cloud) for cloud in clouds], atol=1e-9)


def _cone(slant: float = 0.0) -> torch.Tensor:
    """Points (1, N, 3) of a cone on its base, its tip moved sideways."""
    height, angle = torch.rand(2, 4000, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    height, angle = 1 - height.sqrt(), angle * 2 * math.pi
    return torch.stack([(1 - height) * angle.cos() + slant * height, height, (1 - height) * angle.sin()], -1).unsqueeze(0)


def test_a_cone_stands_wide_on_its_base_and_on_a_point_upside_down() -> None:
    standing = footing(_cone())[0]
    bottom, top = standing[:NUMBERS], standing[NUMBERS : 2 * NUMBERS]
    assert bottom[LEAST_BEYOND] > 0.9
    assert bottom[WIDTH] > 0.95
    assert top[WIDTH] < 0.05
    assert top[SPREAD] < 0.1
    turned = footing(_cone() * torch.tensor([1.0, -1.0, -1.0], dtype=torch.float64))[0]
    torch.testing.assert_close(turned[:NUMBERS], top)


def test_what_leans_too_far_topples() -> None:
    assert footing(_cone(slant=2.0))[0, LEAST_BEYOND] > 0
    assert footing(_cone(slant=4.0))[0, LEAST_BEYOND] < 0


@pytest.mark.parametrize("turn", [1, 5])
def test_a_turn_about_y_changes_nothing(turn: int) -> None:
    angle = turn * 2 * math.pi / DIRECTIONS
    matrix = torch.tensor([[math.cos(angle), 0, math.sin(angle)], [0, 1, 0], [-math.sin(angle), 0, math.cos(angle)]], dtype=torch.float64)
    cloud = _cone(slant=1.0)
    torch.testing.assert_close(footing(cloud @ matrix.T), footing(cloud))


def test_flat_and_single_places_give_numbers() -> None:
    flat = torch.rand(1, 50, 3) * torch.tensor([1.0, 0.0, 1.0])
    assert torch.isfinite(footing(flat)).all()
    assert torch.isfinite(footing(torch.zeros(1, 50, 3))).all()
