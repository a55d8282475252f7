"""A model made for answering: bfloat16 where the hardware multiplies it, what training alone needs folded away.

A copy of the weights, never trained and never saved. Matrix products of the blocks and of the patch embedding take bfloat16 and are summed
in float32; tokens between blocks, norms, softmax, coordinates, positions and the heads stay float32. Answers move by some thousandths.
"""

import copy
from collections.abc import Callable
from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn.functional import gelu, linear, relu

from recon_model.config import PRECISIONS, require_choice
from recon_model.devices import multiplies_bfloat16
from recon_model.models.pretraining import Pretraining
from recon_model.nn.blocks import MLP
from recon_model.nn.embedding import PatchEmbedding

WORTH_WIDTH = 128
"""Channels from which bfloat16 pays: in narrower models calls cost more than products."""

_Activation = Literal["none", "gelu", "relu"]


def in_bfloat16(precision: str, device: torch.device, width: int) -> bool:
    """Whether a model of ``width`` channels answers in bfloat16 on a device; "auto" is where that is faster.

    Raises:
        ConfigError: the precision is unknown.
    """
    require_choice("precision", precision, PRECISIONS)
    return precision == "bfloat16" or (precision == "auto" and width >= WORTH_WIDTH and multiplies_bfloat16(device))


def as_it_answers(model: Pretraining) -> Pretraining:
    """Returns what a model answers as on its device: ``for_inference`` where that is faster, else the model itself."""
    device = next(model.parameters()).device
    return for_inference(model) if in_bfloat16("auto", device, model.config.width) else model


def for_inference(model: Pretraining) -> Pretraining:
    """Returns a copy of a model in evaluation mode, on its device, that answers in bfloat16 as the module says."""
    made = copy.deepcopy(model)
    made.encoder.patch_embedding = _Embedding(model.encoder.patch_embedding)  # type: ignore[assignment]
    for part in (made.encoder.blocks, made.decoder.blocks):
        _replace(part)
    return made.requires_grad_(False)


def _replace(part: nn.Module) -> None:
    for name, child in list(part.named_children()):
        if isinstance(child, MLP):
            child.fc1, child.act, child.fc2 = _Linear.of(child.fc1, "gelu"), nn.Identity(), _Linear.of(child.fc2)  # type: ignore[assignment]
        elif isinstance(child, nn.Linear):
            setattr(part, name, _Linear.of(child))
        else:
            _replace(child)


class _Linear(nn.Module):
    """A linear layer, with what follows it, on float32 or bfloat16 (..., in) to bfloat16 (..., out)."""

    def __init__(self, weight: Tensor, bias: Tensor | None, then: _Activation = "none") -> None:
        super().__init__()
        self._bias = None if bias is None else bias.detach().bfloat16()
        self._weight, self._then = weight.detach().bfloat16(), then
        # oneDNN wants weights in an order of its own; else it brings them into it at every call.
        self._packed = weight.device.type == "cpu" and torch.backends.mkldnn.is_available()
        if self._packed:
            self._weight = torch.ops.mkldnn._reorder_linear_weight(self._weight, None)

    @classmethod
    def of(cls, layer: nn.Linear, then: _Activation = "none") -> "_Linear":
        return cls(layer.weight, layer.bias, then)

    def forward(self, values: Tensor) -> Tensor:
        if self._packed:
            return torch.ops.mkldnn._linear_pointwise(values.bfloat16(), self._weight, self._bias, self._then, [], "none")  # type: ignore[no-any-return]
        return _AFTER[self._then](linear(values.bfloat16(), self._weight, self._bias))


_AFTER: dict[str, Callable[[Tensor], Tensor]] = {"none": lambda values: values, "gelu": gelu, "relu": relu}


class _Embedding(nn.Module):
    """``PatchEmbedding`` with its BatchNorms folded into the layers before them."""

    def __init__(self, given: PatchEmbedding) -> None:
        super().__init__()
        weight1, shift1 = _folded(given.layer1.weight, given.layer1.bias, given.norm1)
        weight3, shift3 = _folded(given.layer3.weight, given.layer3.bias, given.norm3)
        from_patch, from_point = weight3.chunk(2, dim=1)
        self._weight1, self._shift1 = weight1, shift1
        self._layer2 = _Linear(given.layer2.weight, None)
        self._from_point = _Linear(from_point, None)
        # Both halves of [patch, point] carry layer2's bias.
        self._from_patch = _Linear(from_patch, linear(given.layer2.bias.detach(), from_patch + from_point, shift3))
        self._layer4 = _Linear(given.layer4.weight, None)
        self._bias4 = given.layer4.bias.detach()

    def forward(self, relative: Tensor) -> Tensor:
        """Maps relative coordinates (..., k, 3) of patches to (..., C)."""
        points = self._layer2(relu(linear(relative, self._weight1, self._shift1)))  # (..., k, second)
        joined = self._from_point(points) + self._from_patch(points.amax(-2)).unsqueeze(-2)
        return self._layer4(relu(joined)).amax(-2) + self._bias4  # type: ignore[no-any-return]


def _folded(weight: Tensor, bias: Tensor, norm: nn.BatchNorm1d) -> tuple[Tensor, Tensor]:
    """Weight and bias of a linear layer and the BatchNorm behind it as one, as it stands in evaluation mode."""
    assert norm.running_mean is not None
    assert norm.running_var is not None
    scale = norm.weight * torch.rsqrt(norm.running_var + norm.eps)
    return (weight * scale.unsqueeze(1)).detach(), ((bias - norm.running_mean) * scale + norm.bias).detach()
