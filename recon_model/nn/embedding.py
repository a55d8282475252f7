"""From patches to tokens: a small PointNet over each patch's points, and an MLP over its centre."""

from typing import Self

import torch
from torch import Tensor, nn
from torch.nn.functional import conv1d, linear, relu


class PatchEmbedding(nn.Module):
    """Embeds each patch by a small PointNet (ReCon §3.1): two stages of shared layers, each ending in a maximum over the points.

    The published form repeats the first stage's maximum for every point and joins it to the point before the third layer. Here
    that layer's half for the maximum runs once per patch, and biases are added after a maximum instead of before: the same
    mathematics, a third less work. BatchNorm sees exactly what it would there.
    """

    frozen = False
    """Whether BatchNorm keeps its figures in training, too."""

    def __init__(self, *, width: int, widths: tuple[int, int, int]) -> None:
        super().__init__()
        first, second, third = widths
        self.layer1, self.norm1 = nn.Linear(3, first), nn.BatchNorm1d(first)
        self.layer2 = nn.Linear(first, second)
        self.layer3, self.norm3 = nn.Linear(2 * second, third), nn.BatchNorm1d(third)
        self.layer4 = nn.Linear(third, width)

    def train(self, mode: bool = True) -> Self:
        """Takes the mode of ``nn.Module``, as far as it is not frozen."""
        return super().train(mode and not self.frozen)

    def forward(self, relative: Tensor) -> Tensor:
        """Maps relative coordinates (..., k, 3) of patches to (..., C)."""
        shape = relative.shape[:-2]
        points = relative.flatten(0, -3)
        if points.is_cuda:  # there a convolution rounds to TF32, and a matrix product does not
            points = linear(points, self.layer1.weight, self.layer1.bias)
        else:
            points = conv1d(points.transpose(1, 2), self.layer1.weight.unsqueeze(-1), self.layer1.bias).transpose(1, 2)  # (P, k, first)
        points = linear(relu(_normed(points, self.norm1)), self.layer2.weight)  # (P, k, second); its bias commutes with the maximum
        patch = points.max(1).values  # (P, second)
        from_patch, from_point = self.layer3.weight.chunk(2, dim=1)
        # Both halves of [patch, point] carry layer2's bias.
        shift = linear(self.layer2.bias, from_patch + from_point, self.layer3.bias)
        joined = linear(points, from_point) + linear(patch, from_patch, shift).unsqueeze(1)  # (P, k, third)
        tokens: Tensor = linear(relu(_normed(joined, self.norm3)), self.layer4.weight).max(1).values
        return (tokens + self.layer4.bias).reshape(*shape, -1)


def _normed(points: Tensor, norm: nn.BatchNorm1d) -> Tensor:
    """Batch-normalises points (P, k, C) of patches.

    With channels in the middle: on the CPU torch sums rows of channels ten times less precisely. Of bfloat16 it sums them no worse there,
    and turning all layers round in memory and back would take a seventh of a training step.
    """
    if points.dtype == torch.bfloat16 and points.device.type == "cpu":
        return norm(points.flatten(0, 1)).view_as(points)  # type: ignore[no-any-return]
    return norm(points.transpose(1, 2)).transpose(1, 2)  # type: ignore[no-any-return]


class PositionEmbedding(nn.Sequential):
    """Linear, GELU, Linear of a patch centre times ``scale``: (..., 3) -> (..., C)."""

    def __init__(self, *, width: int, hidden: int, scale: float) -> None:
        super().__init__(nn.Linear(3, hidden), nn.GELU(), nn.Linear(hidden, width))
        self.scale = scale

    def forward(self, centres: Tensor) -> Tensor:
        """Maps centres (..., 3) to (..., C)."""
        return super().forward(centres * self.scale)  # type: ignore[no-any-return]


def learned_token(width: int) -> nn.Parameter:
    """A learned (1, 1, C) token or position, truncated normal with standard deviation 0.02."""
    return nn.Parameter(nn.init.trunc_normal_(torch.empty(1, 1, width), std=0.02))
