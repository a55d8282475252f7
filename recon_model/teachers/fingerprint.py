"""What a tower is, in one number a side: a model taught by other weights must be refused, and the two sides change apart."""

import gzip
import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path

import torch
from torch import Tensor


def is_image(name: str) -> bool:
    """Whether open_clip's weight of that name belongs to the image side."""
    return name.startswith("visual.")


def is_text(name: str) -> bool:
    """Whether open_clip's weight of that name belongs to the text side (temperatures belong to neither)."""
    return not is_image(name) and not name.startswith("logit_")


def digest(weights: Mapping[str, Tensor], words: Iterable[str] = ()) -> str:
    """Returns the sha256 of weights as fp32, in the order of their names, and of a vocabulary; stored precision doesn't matter."""
    total = hashlib.sha256()
    for name in sorted(weights):
        value = weights[name].detach().to("cpu", torch.float32).contiguous()
        total.update(f"{name}{tuple(value.shape)}".encode())
        total.update(value.numpy().tobytes())
    total.update("\n".join(words).encode("utf-8"))
    return total.hexdigest()


def _stored(folder: Path) -> dict[str, Tensor]:
    from safetensors.torch import load_file

    weights: dict[str, Tensor] = load_file(folder / "open_clip_model.safetensors")
    return weights


def _merges(folder: Path) -> list[str]:
    return gzip.decompress((folder / "bpe.txt.gz").read_bytes()).decode("utf-8").split("\n")[1:]


def text_fingerprint(folder: Path) -> str:
    """Returns the sha256 of a folder's text weights and merges."""
    return digest({name: value for name, value in _stored(folder).items() if is_text(name)}, _merges(folder))


def image_fingerprint(folder: Path) -> str:
    """Returns the sha256 of a folder's image weights."""
    return digest({name: value for name, value in _stored(folder).items() if is_image(name)})


def joined(*fingerprints: str) -> str:
    """Returns one sha256 for several."""
    return hashlib.sha256("".join(fingerprints).encode()).hexdigest()
