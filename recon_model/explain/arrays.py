"""Tensors in, plain arrays out: the edge between explaining and those who read it."""

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

Floats = npt.NDArray[np.float32]
Indices = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]


def floats(values: Tensor) -> Floats:
    """Copies a tensor of any device to float32."""
    return values.detach().to("cpu", torch.float32).numpy()


def spread(values: Floats, places: Indices, length: int) -> Floats:
    """Puts values (..., V) at ``places`` (V,) of a last axis of ``length``, 0 elsewhere."""
    whole = np.zeros((*values.shape[:-1], length), values.dtype)
    whole[..., places] = values
    return whole
