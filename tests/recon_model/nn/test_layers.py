import copy

import pytest
import torch

from recon_model.nn.attention import CrossAttention, SelfAttention
from recon_model.nn.blocks import DropPath, ReConBlock
from recon_model.nn.embedding import PatchEmbedding
from tests import naive


@pytest.fixture(autouse=True)
def _seeded() -> None:
    torch.manual_seed(0)


def test_self_attention_against_one_head_at_a_time() -> None:
    layer, tokens, seen = SelfAttention(width=24, heads=3), torch.randn(2, 5, 24), []
    found = layer(tokens, seen=seen)
    for sample in range(2):
        out, weights = naive.attention(*layer.qkv(tokens[sample]).chunk(3, dim=-1), 3)
        assert torch.allclose(found[sample], layer.proj(out), atol=1e-6)
        assert torch.allclose(seen[0][sample], weights, atol=1e-6)


def test_cross_attention_ignores_padding() -> None:
    layer, queries, patches = CrossAttention(width=24, heads=3), torch.randn(2, 3, 24), torch.randn(2, 6, 24)
    keep = torch.tensor([[True] * 6, [True] * 4 + [False] * 2])[:, None, None]
    seen: list[torch.Tensor] = []
    found = layer(queries, patches, keep, seen)
    assert torch.allclose(found[1:], layer(queries[1:], patches[1:, :4]), atol=1e-6)
    assert seen[0][1, :, :, 4:].abs().max() == 0


@pytest.mark.parametrize("stop_gradient", [True, False])
def test_block_against_its_description(stop_gradient: bool) -> None:
    block = ReConBlock(width=24, heads=3, mlp_ratio=2.0, drop_path=0.0)
    for parameter in block.parameters():
        torch.nn.init.normal_(parameter, std=0.3)
    queries, patches = torch.randn(2, 3, 24), torch.randn(2, 5, 24, requires_grad=True)
    found = block(queries, patches, stop_gradient=stop_gradient)
    for sample in range(2):
        for ours, expected in zip(found, naive.recon_block(block, queries[sample], patches[sample]), strict=True):
            assert torch.allclose(ours[sample], expected, atol=1e-5)
    (gradient,) = torch.autograd.grad(found[0].square().sum(), patches, allow_unused=True)
    assert (gradient is None) == stop_gradient


@pytest.mark.parametrize("training", [True, False])
def test_patch_embedding_is_the_published_form(training: bool) -> None:
    ours = PatchEmbedding(width=20, widths=(8, 16, 24)).double().train(training)
    twin = copy.deepcopy(ours)
    relative = torch.randn(10, 6, 3, dtype=torch.float64)
    found, expected = ours(relative), naive.patch_embedding(twin, relative)
    assert torch.allclose(found, expected)
    for one in (found, expected):
        one.square().sum().backward()
    for (name, parameter), other in zip(ours.named_parameters(), twin.parameters(), strict=True):
        assert torch.allclose(parameter.grad, other.grad, atol=1e-8), name
    for name, buffer in ours.named_buffers():
        assert torch.allclose(buffer, twin.get_buffer(name)), name


def test_patch_embedding_in_bfloat16_is_the_published_form_but_for_its_rounding() -> None:
    ours = PatchEmbedding(width=20, widths=(8, 16, 24))
    twin = copy.deepcopy(ours).double()
    relative = torch.randn(200, 6, 3)
    with torch.autocast("cpu", torch.bfloat16):
        found = ours(relative)
    expected = naive.patch_embedding(twin, relative.double())
    assert (found - expected).abs().max() < 0.02 * expected.abs().max()
    for one in (found, expected):
        one.square().sum().backward()
    for name in ("norm1.weight", "layer2.weight", "layer3.weight", "norm3.weight", "layer4.weight"):
        gradients = torch.stack([module.get_parameter(name).grad.double().flatten() for module in (ours, twin)])
        assert torch.cosine_similarity(*gradients, dim=0) > 0.99, name
    for name, buffer in ours.named_buffers():
        assert torch.allclose(buffer.double(), twin.get_buffer(name).double(), rtol=0.01, atol=0.002), name


def test_stochastic_depth_drops_whole_samples_and_keeps_the_mean() -> None:
    drop = DropPath(0.25)
    out = drop(torch.ones(4000, 2, 3))
    assert set(out.unique().tolist()) == {0.0, torch.tensor(1.0).div(0.75).item()}
    assert torch.equal(out[:, 0, 0], out[:, 1, 2])
    assert abs(float(out.mean()) - 1.0) < 0.05
    assert torch.equal(drop.eval()(torch.ones(5, 2)), torch.ones(5, 2))
