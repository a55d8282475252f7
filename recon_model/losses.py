"""Every loss of pretraining by name (ReCon §3.3), and their sum."""

from collections.abc import Mapping

import torch
from torch import Tensor
from torch.nn.functional import normalize, smooth_l1_loss

from recon_model.config import ReconstructionLoss, require_choice
from recon_model.errors import TeacherError
from recon_model.geometry.chamfer import chamfer


def cdl2(predicted: Tensor, true: Tensor) -> Tensor:
    """Chamfer distance of patches (P, k, 3), squared: mean(d1) + mean(d2)."""
    pair = chamfer(predicted, true)
    return pair.forward.mean() + pair.backward.mean()


def cdl1(predicted: Tensor, true: Tensor) -> Tensor:
    """Chamfer distance of patches (P, k, 3), not squared: (mean sqrt(d1) + mean sqrt(d2)) / 2.

    Squared distances below 1e-12 count as 1e-12, for the root has no gradient at 0.
    """
    pair = chamfer(predicted, true)
    return 0.5 * (pair.forward.clamp_min(1e-12).sqrt().mean() + pair.backward.clamp_min(1e-12).sqrt().mean())


RECONSTRUCTION = {"cdl1": cdl1, "cdl2": cdl2}


def reconstruction(predicted: Tensor, true: Tensor, kind: ReconstructionLoss) -> Tensor:
    """The reconstruction loss named in the settings, of patches (P, k, 3); 0 where nothing was hidden.

    Raises:
        ConfigError: the name is unknown.
    """
    require_choice("reconstruction_loss", kind, tuple(RECONSTRUCTION))
    if predicted.shape[0] == 0:
        return predicted.sum()
    return RECONSTRUCTION[kind](predicted, true)


def cross_modal(predicted: Tensor, teacher: Tensor) -> Tensor:
    """SmoothL1 (beta 1, mean) between a projected query and the teacher's raw, un-normalised feature, both (B, D).

    Raises:
        TeacherError: the teacher's feature has another shape than the model predicts.
    """
    if predicted.shape != teacher.shape:
        raise TeacherError(
            f"The teacher's feature {tuple(teacher.shape)} must have the shape the model predicts, {tuple(predicted.shape)}."
        )
    exact = torch.promote_types(predicted.dtype, torch.float32)  # the teacher is not rounded to half precision
    return smooth_l1_loss(predicted.to(exact), teacher.detach().to(exact))


def self_contrastive(features: Tensor, text_ids: Tensor, temperature: float = 0.1) -> Tensor:
    """Single-modal contrast: samples with the same text attract, others repel.

    Each sample's logit is its mean similarity to the samples of its text (itself included), set against its similarity to each
    sample of another text; cross-entropy, mean over samples.

    Args:
        features: (B, D), normalised here.
        text_ids: (B,) int64, equal where the texts are.
        temperature: divides the similarities (0.1 as published).
    """
    features = normalize(features, dim=-1)
    similarity = features @ features.T / temperature  # (B, B)
    same = text_ids.unsqueeze(0) == text_ids.unsqueeze(1)
    positive = (similarity * same).sum(1) / same.sum(1)
    against = similarity.masked_fill(same, -torch.inf)
    return (torch.cat([positive.unsqueeze(1), against], dim=1).logsumexp(1) - positive).mean()


def total(losses: Mapping[str, Tensor]) -> Tensor:
    """The sum of named losses, each with weight 1: the one place they are added."""
    return torch.stack(list(losses.values())).sum()
