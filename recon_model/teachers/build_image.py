"""Teaches the shipped image tower: ``python -m recon_model.teachers.build_image --clip DIR``.

A small ViT learns to say of a depth picture what the frozen text tower says of the shape's name and caption. The text side of
the folder, and with it its fingerprint, stays as it is.
"""

import argparse
import json
import math
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.torch import load_file
from torch import Tensor, nn
from torch.nn import functional

from recon_model.data.synthetic import CATEGORIES
from recon_model.errors import ReconError
from recon_model.teachers import memory
from recon_model.teachers.clip import Clip
from recon_model.teachers.distillation import folder
from recon_model.teachers.distillation.learning import set_norm
from recon_model.teachers.distillation.pictures import Pictures, draw
from recon_model.teachers.fingerprint import image_fingerprint, is_image, text_fingerprint
from recon_model.teachers.prompts import EVERYDAY, classifier

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
    made.add_argument("--minutes", type=float, default=8.0, help="time to train")
    made.add_argument("--batch", type=int, default=128)
    made.add_argument("--learning-rate", type=float, default=1e-3)
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
    """Share of the learning rate at a share of the time: a short rise, then half a cosine."""
    return min(1.0, spent / 0.03) * 0.5 * (1 + math.cos(math.pi * min(1.0, spent)))


def train(
    encode: Callable[[Tensor], Tensor],
    visual: nn.Module,
    pictures: Pictures,
    targets: tuple[Tensor, Tensor],
    options: argparse.Namespace,
    rng: np.random.Generator,
) -> Iterator[str]:
    """Trains the image side for the time given; yields progress now and then."""
    captions, names = targets
    optimizer = torch.optim.AdamW(visual.parameters(), lr=options.learning_rate, weight_decay=0.05, betas=(0.9, 0.98))
    start, step, running, seconds = time.monotonic(), 0, 0.0, options.minutes * 60
    while (spent := (time.monotonic() - start) / seconds) < 1:
        for settings in optimizer.param_groups:
            settings["lr"] = options.learning_rate * max(_schedule(spent), 1e-3)
        shapes = torch.from_numpy(rng.integers(len(pictures), size=options.batch))
        with torch.autocast("cpu", torch.bfloat16):
            features = encode(pictures.batch(shapes, rng))
        loss = loss_of(features.float(), pictures.names[shapes], captions[shapes], names)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(visual.parameters(), 1.0)
        optimizer.step()
        step += 1
        running += (loss.item() - running) / min(step, 50)
        if step % 100 == 0:
            yield f"{spent:4.0%} step {step}: loss {running:.3f}"


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
        TeacherError: the folder holds no complete tower.
    """
    torch.set_num_threads(options.threads)
    out: Path = options.clip.resolve()
    clip = Clip.load(out)
    rng = np.random.default_rng(options.seed)
    categories = list(CATEGORIES)
    size = folder.IMAGE_SIZE
    pictures = draw(categories, options.shapes, options.views, size, rng)
    print(f"drew {options.views} views of each of {len(pictures)} shapes of {len(categories)} categories", flush=True)
    names = functional.normalize(classifier(clip, categories, EVERYDAY), dim=-1)
    captions = functional.normalize(functional.normalize(clip.encode_text(pictures.captions), dim=-1) + names[pictures.names], dim=-1)
    config = json.loads((out / folder.CONFIG).read_text(encoding="utf-8"))
    config["model_cfg"]["vision_cfg"] = folder.VISION
    folder.write_json(out / folder.CONFIG, config)
    model: Any = folder.create(out, options.seed)
    encode = _encoder(model.visual, config)
    for line in train(encode, model.visual, pictures, (captions.clone(), names.clone()), options, rng):
        print(line, flush=True)
    model.eval()
    with torch.inference_mode():
        set_norm(
            model.visual.proj, encode(pictures.batch(torch.randperm(len(pictures), generator=torch.Generator().manual_seed(0))[:1000], rng))
        )
    fresh = draw(categories, 25, 4, size, np.random.default_rng(options.seed + 1))
    results = _measure(encode, fresh, names)
    return _write(out, model, options, categories, results)


def _write(
    out: Path, model: nn.Module, options: argparse.Namespace, categories: Sequence[str], results: dict[str, float]
) -> dict[str, Any]:
    """Puts the new image side beside the text side as it is stored, to the bit."""
    stored = load_file(out / folder.WEIGHTS)
    before = text_fingerprint(out)
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
        "minutes": options.minutes,
        "seed": options.seed,
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
