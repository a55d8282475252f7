"""Masked reconstruction in numbers: how near rebuilt patches come, beside what two rules without a model would have guessed."""

from typing import Any

import torch
from torch import Tensor

from recon_model.config import MaskStrategy
from recon_model.counts import counted
from recon_model.data.labelled import LabelledClouds
from recon_model.errors import CheckpointError, ConfigError, InputError
from recon_model.evaluate.embedding import Told, cut_batches, sampling_in_words
from recon_model.geometry.chamfer import chamfer
from recon_model.geometry.neighbours import nearest
from recon_model.geometry.orientation import UPS
from recon_model.geometry.patches import Patches
from recon_model.nn.masking import draw_mask, hidden_count, select
from recon_model.predictor import Predictor


def reconstruction(
    predictor: Predictor,
    data: LabelledClouds,
    source: str,
    *,
    mask_ratio: float = 0.6,
    strategy: MaskStrategy = "random",
    seed: int = 0,
    tell: Told | None = None,
) -> dict[str, Any]:
    """Hides patches of every cloud, rebuilds them, and measures the Chamfer distance of each to the true one.

    Args:
        predictor: the model.
        data: clouds; their labels are not read.
        source: what the data is called in the result.
        mask_ratio: share of patches hidden.
        strategy: "random" or "block".
        seed: of the masks, drawn cloud after cloud.
        tell: hears how far it is.

    Returns:
        ``protocol`` (a sentence), ``data``, ``n`` (clouds), ``seed``, ``hidden`` (patches a cloud), ``chamfer`` (mean over all hidden
        patches), ``baselines`` (name -> the same of the two rules) and ``ratios`` (name -> ``chamfer`` over the baseline; below 1 is
        better than the rule).

    Raises:
        InputError: nothing would be hidden.
        ConfigError: ratio, strategy or seed are out of range.
        CheckpointError: the checkpoint brought no decoder.
    """
    if "decoder" in predictor.lacking:
        raise CheckpointError(f"The model '{predictor.about.name}' has no decoder; reconstruction needs a pretraining checkpoint.")
    if not 0 <= seed < 2**63:
        raise ConfigError(f"seed ({seed}) must be at least 0 and below 2^63.")
    if not (hidden := hidden_count(predictor.config.num_groups, mask_ratio)):
        raise InputError(f"mask_ratio ({mask_ratio}) must hide at least one of {predictor.config.num_groups} patches.")
    generator = torch.Generator().manual_seed(seed)
    found: dict[str, list[Tensor]] = {"model": [], "mean patch": [], "nearest visible patch": []}
    done = 0
    for patches in cut_batches(predictor, data):
        masks = [draw_mask(centres.unsqueeze(0), mask_ratio, strategy, generator) for centres in patches.centres]
        for name, errors in _errors(predictor, patches, torch.cat(masks)).items():
            found[name].append(errors)
        done += len(patches.centres)
        if tell is not None:
            tell(done / len(data.points))
    means = {name: float(torch.cat(errors).double().mean()) for name, errors in found.items()}
    rebuilt = means.pop("model")
    return {
        "protocol": _protocol(predictor, len(data.points), hidden, strategy, seed),
        "data": source,
        "n": len(data.points),
        "seed": seed,
        "hidden": hidden,
        "chamfer": rebuilt,
        "baselines": means,
        # Clouds whose points all coincide are rebuilt without error by either rule.
        "ratios": {name: rebuilt / mean if mean else None for name, mean in means.items()},
    }


def mean_patches(relative: Tensor, hidden: Tensor) -> Tensor:
    """Guesses every hidden patch as the mean of its cloud's visible ones, rank by rank from the point nearest to the centre.

    Args:
        relative: (B, G, k, 3), the points of each patch by rising distance from its centre.
        hidden: (B, G) bool, as many in every cloud.

    Returns:
        (B, M, k, 3), relative.
    """
    visible = (~hidden).to(relative.dtype)
    mean = torch.einsum("bg,bgkc->bkc", visible, relative) / visible.sum(1)[:, None, None]
    return mean.unsqueeze(1).expand(-1, int(hidden[0].sum()), -1, -1)


def nearest_visible_patches(patches: Patches, hidden: Tensor) -> Tensor:
    """Guesses every hidden patch as the visible one with the nearest centre, moved to the hidden centre: (B, M, k, 3), relative."""
    shown, lost = select(~hidden), select(hidden)
    neighbour = nearest(lost.take(patches.centres), shown.take(patches.centres), 1)  # (B, M, 1)
    relative = shown.take(patches.relative)  # (B, V, k, 3)
    index = neighbour.unsqueeze(-1).expand(-1, -1, *relative.shape[2:])
    return relative.gather(1, index)


@torch.inference_mode()
def _errors(predictor: Predictor, patches: Patches, hidden: Tensor) -> dict[str, Tensor]:
    """Squared Chamfer distances (B * M,), mean forward plus mean backward, of each guess to the true hidden patches."""
    hidden = hidden.to(patches.centres.device)
    lost = select(hidden)
    true, centres = lost.take(patches.relative), lost.take(patches.centres).unsqueeze(2)
    guesses = {
        "model": predictor.model.reconstruct(patches, hidden).points - centres,
        "mean patch": mean_patches(patches.relative, hidden),
        "nearest visible patch": nearest_visible_patches(patches, hidden),
    }
    return {name: chamfer(guess.flatten(0, 1), true.flatten(0, 1)).per_set().cpu() for name, guess in guesses.items()}


def _protocol(predictor: Predictor, clouds: int, hidden: int, strategy: str, seed: int) -> str:
    return (
        f"masked reconstruction: model '{predictor.about.name}'; {hidden} of {predictor.config.num_groups} patches hidden "
        f"({strategy}, seed {seed}); mean over hidden patches of the squared Chamfer distance, mean forward plus mean backward, in squared "
        "radii of the cloud; baselines: mean patch (the cloud's visible patches averaged rank by rank from their centres), nearest visible "
        f"patch (moved to the hidden centre); {sampling_in_words(predictor, up=UPS[0])}; {counted(clouds, 'cloud')}."
    )
