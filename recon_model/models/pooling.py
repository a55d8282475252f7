"""One vector per cloud out of the encoder's tokens, the release's two ways."""

import torch
from torch import Tensor

from recon_model.models.encoder import Encoded


def finetuning_feature(encoded: Encoded) -> Tensor:
    """[cls, img, text, max over patches] (B, 4C): what a classifier is trained on (ReCon §4)."""
    highest, _ = _over_patches(encoded)
    return torch.cat([encoded.queries.flatten(1), highest], dim=1)


def svm_feature(encoded: Encoded) -> Tensor:
    """[max over the three queries; max + mean over patches] (B, 2C): what the linear SVM protocol reads (ReCon §4.4)."""
    highest, mean = _over_patches(encoded)
    return torch.cat([encoded.queries.max(1).values, highest + mean], dim=1)


def _over_patches(encoded: Encoded) -> tuple[Tensor, Tensor]:
    patches, padding = encoded.patches, encoded.visible.padding
    if padding is None:
        return patches.max(1).values, patches.mean(1)
    padding = padding.unsqueeze(-1)
    mean = patches.masked_fill(padding, 0.0).sum(1) / (~padding).sum(1)
    return patches.masked_fill(padding, -torch.inf).max(1).values, mean
