"""What a training step of the studio's model takes, and what bfloat16 spares: ``python -m benchmarks.bench_training [--json]``.

Random clouds and weights: time does not depend on them. Each pair is timed in turns in one run, and its ratio is the median of the
turns' ratios: the patch embedding forward and backward with its points in rows and with channels in the middle, and 64 held-out clouds
judged by a model made for answering and by the float32 one.
"""

import argparse
import os
import statistics
import time
from collections.abc import Callable
from dataclasses import replace
from unittest.mock import patch

import torch
from torch import Tensor, nn
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.nn.functional import normalize

from benchmarks.figures import show
from recon_model.devices import device_in_words, multiplies_bfloat16
from recon_model.geometry.patches import Patches
from recon_model.models.inference import for_inference
from recon_model.models.pretraining import Pretraining
from recon_model.nn import embedding
from recon_model.nn.masking import random_mask
from recon_model.presets import preset
from recon_model.teachers.distillation.minilm import MiniLM
from recon_model.train.objective import Objective
from recon_model.train.optimiser import adamw
from recon_model.train.settings import studio
from recon_model.train.sources import Batch
from recon_model.train.validation import validate
from recon_model.versions import versions

MODEL = replace(preset("studio"), image_dim=MiniLM.dim, text_dim=MiniLM.dim)
"""As it is under the teacher that ships."""
NAMES, CLOUDS = 164, 64


def seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def in_turns(quick: Callable[[], object], slow: Callable[[], object], rounds: int) -> dict[str, float]:
    """Milliseconds of both, and how many times longer the second takes."""
    quick(), slow()  # warm-up
    pairs = [(seconds(quick), seconds(slow)) for _ in range(rounds)]
    first, second = (round(statistics.median(taken) * 1e3, 1) for taken in zip(*pairs, strict=True))
    return {"ms": first, "instead_of_ms": second, "ratio": round(statistics.median(late / soon for soon, late in pairs), 2)}


class Middle(embedding.PatchEmbedding):
    """``PatchEmbedding`` as it is in float32: BatchNorm with channels in the middle."""

    def forward(self, relative: Tensor) -> Tensor:
        """Maps relative coordinates (..., k, 3) of patches to (..., C)."""
        with patch.object(embedding, "_normed", lambda points, norm: norm(points.transpose(1, 2)).transpose(1, 2)):
            return super().forward(relative)


def clouds() -> Patches:
    centres = torch.randn(CLOUDS, MODEL.num_groups, 3) / 2
    return Patches(centres, torch.empty(0), torch.randn(CLOUDS, MODEL.num_groups, MODEL.group_size, 3) / 10)


def whole_step(rounds: int) -> dict[str, float]:
    """Clouds a second through steps that rebuild, and through those that do not, as the loop does them."""
    recipe = studio()
    model = Pretraining(MODEL)
    objective = Objective(model, recipe, torch.randn(NAMES, MODEL.text_dim)).train()
    optimiser = adamw(objective, recipe.weight_decay, recipe.learning_rate)
    patches, labels, text = clouds(), torch.randint(NAMES, (CLOUDS,)), torch.randn(CLOUDS, MODEL.text_dim)
    hidden = random_mask(patches.centres, MODEL.mask_ratio, torch.Generator().manual_seed(0))

    def step(reconstruct: bool) -> None:
        with sdpa_kernel(SDPBackend.MATH):
            with torch.autocast("cpu", torch.bfloat16):
                losses = objective(patches, hidden, labels=labels, text=text, images=text, reconstruct=reconstruct)
            losses["total"].backward()
        nn.utils.clip_grad_norm_(objective.parameters(), recipe.clip_norm)
        optimiser.step()
        optimiser.zero_grad()

    found = {}
    for name, reconstruct in (("naming", False), ("rebuilding", True)):
        step(reconstruct)  # warm-up
        taken = statistics.median(seconds(lambda: step(reconstruct)) for _ in range(rounds))  # noqa: B023
        found[f"{name}_clouds_per_s"] = round(CLOUDS / taken, 1)
    return found


def embedded(rounds: int) -> dict[str, float]:
    """The patch embedding of what a step shows, forward and backward."""
    rows, middle = (kind(width=MODEL.width, widths=MODEL.patch_widths) for kind in (embedding.PatchEmbedding, Middle))
    shown = torch.randn(CLOUDS, round(MODEL.num_groups * (1 - MODEL.mask_ratio)), MODEL.group_size, 3)

    def learn(module: nn.Module) -> None:
        with torch.autocast("cpu", torch.bfloat16):
            tokens = module(shown)
        module.zero_grad(set_to_none=True)
        tokens.float().square().sum().backward()

    return in_turns(lambda: learn(rows), lambda: learn(middle), rounds)


def judged(rounds: int) -> dict[str, float]:
    """A batch of held-out clouds."""
    model = Pretraining(MODEL).eval()
    batch = Batch(clouds(), torch.randint(NAMES, (CLOUDS,)), [""] * CLOUDS, None)
    bank, ratio = normalize(torch.randn(NAMES, MODEL.text_dim), dim=-1), MODEL.mask_ratio
    quick = for_inference(model)
    return in_turns(lambda: validate(quick, [batch], bank, ratio, 0), lambda: validate(model, [batch], bank, ratio, 0), rounds)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    parser.add_argument("--rounds", type=int, default=15, help="turns per figure")
    parser.add_argument("--threads", type=int, default=os.cpu_count() or 1, help="threads torch may use")
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    torch.manual_seed(0)
    result = {
        "step": whole_step(args.rounds),
        "patch_embedding": embedded(args.rounds),
        "held_out_clouds": judged(args.rounds),
        "bfloat16_in_hardware": multiplies_bfloat16(torch.device("cpu")),
        "device": device_in_words(torch.device("cpu")),
        "versions": versions(),
    }
    show(result, as_json=args.json)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
