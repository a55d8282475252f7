import pytest
import torch

from recon_model.errors import ConfigError, InputError
from recon_model.nn.masking import draw_mask, hidden_count, select, select_visible


def _centres(seed: int = 0) -> torch.Tensor:
    return torch.randn(5, 64, 3, generator=torch.Generator().manual_seed(seed))


def _generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def test_counts_as_published() -> None:
    assert hidden_count(64, 0.6) == 38
    assert draw_mask(_centres(), 0.6, "random", _generator()).sum(1).tolist() == [38] * 5


def test_random_masks_differ_by_cloud_and_repeat_by_seed() -> None:
    first = draw_mask(_centres(), 0.5, "random", _generator())
    assert not torch.equal(first[0], first[1])
    assert torch.equal(first, draw_mask(_centres(), 0.5, "random", _generator()))
    share = torch.cat([draw_mask(_centres(), 0.5, "random", _generator(seed)) for seed in range(100)]).float().mean(0)
    assert (share - 0.5).abs().max() < 0.1


def test_block_hides_a_ball_around_a_centre() -> None:
    centres = _centres()
    for cloud, hidden in zip(centres, draw_mask(centres, 0.3, "block", _generator()), strict=True):
        gaps = torch.cdist(cloud, cloud)
        assert any(gaps[seed][hidden].max() <= gaps[seed][~hidden].min() for seed in range(64))


def test_refuses_unknown_strategies_and_ratios() -> None:
    with pytest.raises(ConfigError, match=r"mask_strategy \('stripes'\) must be one of random, block"):
        draw_mask(_centres(), 0.5, "stripes", _generator())  # type: ignore[arg-type]
    with pytest.raises(ConfigError, match=r"mask_ratio \(1.0\)"):
        hidden_count(64, 1.0)


def test_selection_lists_ascending_and_pads() -> None:
    picked = torch.tensor([[True, False, True, True], [False, True, False, False]])
    chosen = select(picked)
    assert chosen.index[0].tolist() == [0, 2, 3]
    assert chosen.index[1, 0] == 1
    assert chosen.padding is not None
    assert chosen.padding.tolist() == [[False] * 3, [False, True, True]]
    values = torch.arange(8).reshape(2, 4)
    assert chosen.flatten(chosen.take(values)).tolist() == [0, 2, 3, 5]


def test_refuses_masks_that_do_not_fit() -> None:
    with pytest.raises(InputError, match="at least one patch of every cloud visible"):
        select_visible(torch.ones(5, 64, dtype=torch.bool), _centres())
    with pytest.raises(InputError, match=r"hidden \(\(5, 63\), torch.bool\) must be \(5, 64\)"):
        select_visible(torch.zeros(5, 63, dtype=torch.bool), _centres())
