import torch

from recon_model import losses
from recon_model.geometry.chamfer import chamfer
from tests import naive


def _sets(seed: int = 0) -> tuple[torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(4, 7, 3, generator=generator).requires_grad_(), torch.randn(4, 11, 3, generator=generator).requires_grad_()


def test_values_and_gradients_of_all_pairs() -> None:
    first, second = _sets()
    pair = chamfer(first, second)
    slow = [naive.chamfer(a, b) for a, b in zip(first, second, strict=True)]
    assert torch.allclose(pair.forward, torch.stack([row for row, _ in slow]))
    assert torch.allclose(pair.backward, torch.stack([row for _, row in slow]))
    fast = torch.autograd.grad(pair.per_set().sum(), (first, second))
    slow_sum = sum(row.mean() + column.mean() for row, column in slow)
    for found, expected in zip(fast, torch.autograd.grad(slow_sum, (first, second)), strict=True):
        assert torch.allclose(found, expected, atol=1e-6)


def test_losses_by_name() -> None:
    first, second = _sets(1)
    pair = chamfer(first, second)
    assert torch.allclose(losses.reconstruction(first, second, "cdl2"), pair.forward.mean() + pair.backward.mean())
    roots = (pair.forward.sqrt().mean() + pair.backward.sqrt().mean()) / 2
    assert torch.allclose(losses.reconstruction(first, second, "cdl1"), roots)


def test_cdl1_of_equal_sets_has_a_finite_gradient() -> None:
    first, _ = _sets()
    (gradient,) = torch.autograd.grad(losses.cdl1(first, first.detach()), first)
    assert gradient.isfinite().all()


def test_half_precision_is_raised() -> None:
    first, second = _sets()
    assert chamfer(first.bfloat16(), second.bfloat16()).forward.dtype == torch.float32
