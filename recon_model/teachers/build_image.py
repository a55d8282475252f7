"""Teaches the shipped image tower: ``python -m recon_model.teachers.build_image --clip DIR``.

A small ResNet learns to say of a depth picture what the frozen text tower says of the shape's name and caption. The text side of
the folder, and with it its fingerprint, stays as it is.
"""

import argparse
import json
import math
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.torch import load_file
from torch import Tensor, nn
from torch.nn import functional
from torch.nn.attention import sdpa_kernel

from recon_model.data.synthetic import CATEGORIES
from recon_model.devices import device_in_words, find_device
from recon_model.errors import ReconError
from recon_model.teachers import memory
from recon_model.teachers.clip import Clip
from recon_model.teachers.distillation import folder, learning
from recon_model.teachers.distillation.minilm import ATTENTION
from recon_model.teachers.distillation.pictures import Pictures, draw
from recon_model.teachers.fingerprint import image_fingerprint, is_image, text_fingerprint
from recon_model.teachers.prompts import classifier
from recon_model.templates import EVERYDAY

_TEMPERATURE = 0.07


def parser() -> argparse.ArgumentParser:
    """Returns the command line."""
    made = argparse.ArgumentParser(
        prog="python -m recon_model.teachers.build_image", description=__doc__.splitlines()[0] if __doc__ else None
    )
    made.add_argument("--clip", type=Path, required=True, help="folder whose text side is trained already")
    made.add_argument("--seed", type=int, default=0)
    made.add_argument("--shapes", type=int, default=300, help="shapes per category to learn from")
    made.add_argument("--views", type=int, default=8, help="pictures of each shape")
    made.add_argument("--steps", type=int, default=2500, help="batches to learn from")
    made.add_argument("--batch", type=int, default=128)
    made.add_argument("--learning-rate", type=float, default=2e-3)
    made.add_argument("--device", default="auto", help="auto, cpu, cuda, cuda:N or mps: where the image side learns")
    made.add_argument("--threads", type=int, default=1)
    return made


def loss_of(features: Tensor, names: Tensor, captions: Tensor, name_features: Tensor) -> Tensor:
    """1 - cosine to the caption, plus cross-entropy over every category's name (InfoNCE with the names as negatives).

    Args:
        features: (b, D) raw image features.
        names: (b,) index of the right name.
        captions: (b, D) unit features of the captions.
        name_features: (c, D) unit features of all names.
    """
    features = functional.normalize(features, dim=-1)
    return 1 - (features * captions).sum(dim=-1).mean() + functional.cross_entropy(features @ name_features.T / _TEMPERATURE, names)


def _schedule(spent: float) -> float:
    """Share of the learning rate at a share of the steps: a short rise, then half a cosine."""
    return min(1.0, spent / 0.03) * 0.5 * (1 + math.cos(math.pi * min(1.0, spent)))


def train(
    encode: Callable[[Tensor], Tensor],
    visual: nn.Module,
    pictures: Pictures,
    targets: tuple[Tensor, Tensor],
    options: argparse.Namespace,
    rng: np.random.Generator,
) -> Iterator[str]:
    """Trains the image side on the device that pictures, targets and network are on; yields progress now and then."""
    captions, names = targets
    device = names.device
    optimizer = torch.optim.AdamW(visual.parameters(), lr=options.learning_rate, weight_decay=0.05, betas=(0.9, 0.98), fused=True)
    start, running = time.monotonic(), torch.zeros((), device=device)
    for step in range(1, options.steps + 1):
        for settings in optimizer.param_groups:
            settings["lr"] = options.learning_rate * _schedule(step / options.steps)
        shapes = torch.from_numpy(rng.integers(len(pictures), size=options.batch)).to(device, non_blocking=device.type == "cuda")
        with torch.autocast(device.type, torch.bfloat16):
            features = encode(pictures.batch(shapes, rng))
        loss = loss_of(features.float(), pictures.names[shapes], captions[shapes], names)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(visual.parameters(), 1.0)
        optimizer.step()
        running += (loss.detach() - running) / min(step, 50)  # read now and then only: reading waits for the device
        if step % 100 == 0:
            yield f"step {step}: loss {running.item():.3f} ({time.monotonic() - start:.0f} s)"


@torch.inference_mode()
def _measure(encode: Callable[[Tensor], Tensor], fresh: Pictures, names: Tensor) -> dict[str, float]:
    """Accuracy over all categories by one view and by the mean of all views of a shape."""
    views = fresh.views.flatten(0, 1).float() / 255
    features = torch.cat([encode(part) for part in views.split(256)])
    by_view = (features @ names.T).argmax(dim=1)
    by_shape = (functional.normalize(features, dim=-1).view(len(fresh), -1, features.shape[1]).mean(dim=1) @ names.T).argmax(dim=1)
    truth = fresh.names
    return {
        "new shapes, one view": (by_view == truth.repeat_interleave(fresh.views.shape[1])).float().mean().item(),
        "new shapes, all views": (by_shape == truth).float().mean().item(),
    }


def _encoder(visual: nn.Module, config: dict[str, Any]) -> Callable[[Tensor], Tensor]:
    mean, std = config["preprocess_cfg"]["mean"][0], config["preprocess_cfg"]["std"][0]

    def encode(depths: Tensor) -> Tensor:
        features: Tensor = visual(((depths - mean) / std)[:, None].expand(-1, 3, -1, -1))
        return features

    return encode


def build(options: argparse.Namespace) -> dict[str, Any]:
    """Trains the folder's image side and returns the folder's card.

    Raises:
        ConfigError: the device is not there.
        TeacherError: the folder holds no complete tower.
    """
    torch.set_num_threads(options.threads)
    device = find_device(options.device)
    out: Path = options.clip.resolve()
    clip = Clip.load(out)
    categories = list(CATEGORIES)
    rng = np.random.default_rng((options.seed, len(categories)))  # no category draws from it
    pictures = draw(categories, options.shapes, options.views, folder.IMAGE_SIZE, options.seed)
    print(f"drew {options.views} views of each of {len(pictures)} shapes of {len(categories)} categories", flush=True)
    names = functional.normalize(classifier(clip, categories, EVERYDAY), dim=-1)
    captions = functional.normalize(functional.normalize(clip.encode_text(pictures.captions), dim=-1) + names[pictures.names], dim=-1)
    config = json.loads((out / folder.CONFIG).read_text(encoding="utf-8"))
    config["model_cfg"]["vision_cfg"] = folder.VISION
    with tempfile.TemporaryDirectory() as empty:
        # The folder itself stays whole until the new weights are ready.
        folder.write_json(Path(empty) / folder.CONFIG, config)
        model: Any = folder.create(Path(empty), options.seed)
    visual = model.visual.to(device, memory_format=torch.channels_last)
    encode = _encoder(visual, config)
    pictures, captions, names = pictures.to(device), captions.clone().to(device), names.clone().to(device)
    fresh = draw(categories, 25, 4, folder.IMAGE_SIZE, options.seed + 1).to(device)
    with sdpa_kernel(ATTENTION):
        for line in train(encode, visual, pictures, (captions, names), options, rng):
            print(line, flush=True)
        visual.eval()
        with torch.inference_mode():
            some = torch.from_numpy(rng.permutation(len(pictures))[:1000])
            learning.set_norm(visual.attnpool.c_proj.parameters(), encode(pictures.batch(some, rng)))
        results = _measure(encode, fresh, names)
    model.cpu()
    folder.write_json(out / folder.CONFIG, config)
    return _write(out, model, options, categories, results)


def _write(
    out: Path, model: nn.Module, options: argparse.Namespace, categories: Sequence[str], results: dict[str, float]
) -> dict[str, Any]:
    """Puts the new image side beside the text side as it is stored, to the bit."""
    before = text_fingerprint(out)
    stored = {name: value for name, value in load_file(out / folder.WEIGHTS).items() if not is_image(name)}
    stored.update({name: value for name, value in folder.halves(model).items() if is_image(name)})
    folder.write_weights(out, stored)
    card: dict[str, Any] = json.loads((out / folder.CARD).read_text(encoding="utf-8"))
    assert text_fingerprint(out) == before == card["text"]["fingerprint"]
    card["image"] = {
        "fingerprint": image_fingerprint(out),
        "sources": [{"name": "shapes of recon_model.data.synthetic", "licence": "MIT"}],
        "categories": list(categories),
        "shapes": options.shapes * len(categories),
        "views": options.views,
        "steps": options.steps,
        "seed": options.seed,
        "device": device_in_words(find_device(options.device)),
        "results": {name: round(value, 3) for name, value in results.items()},
    }
    folder.write_json(out / folder.CARD, card)
    folder.write_bytes(out / memory.FILE, memory.remember(Clip.load(out), card["text"]["fingerprint"], categories))
    return card


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command; returns its exit status."""
    try:
        card = build(parser().parse_args(arguments))
    except ReconError as error:
        print(error, file=sys.stderr)
        return 2
    print(card["image"]["results"])
    return 0


if __name__ == "__main__":
    sys.exit(main())
