"""Published CLIP weights by open_clip's names: found on this disk, or fetched if, and only if, that was asked for."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from torch import Tensor, nn

from recon_model.errors import TeacherError

_OPENAI_MEAN = (0.48145466, 0.4578275, 0.40821073)
_OPENAI_STD = (0.26862954, 0.26130258, 0.27577711)


@dataclass(frozen=True)
class Published:
    """A published tower, ready to use."""

    model: nn.Module
    tokenizer: Callable[[list[str]], Tensor]
    embed_dim: int
    image_size: int
    mean: tuple[float, ...]
    std: tuple[float, ...]


def _settings(source: str) -> tuple[str, str, Mapping[str, Any]]:
    """Parts ``name/tag`` and looks it up: (name, tag, open_clip's entry)."""
    from open_clip.pretrained import get_pretrained_cfg, list_pretrained_tags_by_model

    name, _, tag = source.partition("/")
    settings: Mapping[str, Any] = get_pretrained_cfg(name, tag)
    if not settings:
        tags = list_pretrained_tags_by_model(name)
        known = f"; of {name} there are {', '.join(tags)}" if tags else ""
        raise TeacherError(
            f"teacher ({source!r}) must be 'default', a folder, or open_clip's name and tag such as 'ViT-B-32-quickgelu/openai'{known}."
        )
    return name, tag, settings


def _on_disk(settings: Mapping[str, Any]) -> Path | None:
    """Where open_clip would have put the weights in an earlier download."""
    from huggingface_hub import try_to_load_from_cache

    if not settings.get("hf_hub"):
        path = Path("~/.cache/clip").expanduser() / Path(str(settings.get("url", ""))).name
        return path if path.is_file() else None
    repository, _, name = str(settings["hf_hub"]).rpartition("/")
    name = name or "open_clip_pytorch_model.bin"
    alternatives = {"open_clip_pytorch_model.bin": "open_clip_model.safetensors"}
    for file in (alternatives.get(name, str(Path(name).with_suffix(".safetensors"))), name):
        found = try_to_load_from_cache(repository, file)
        if isinstance(found, str):
            return Path(found)
    return None


def _fetch(source: str, settings: Mapping[str, Any]) -> Path:
    from huggingface_hub import constants
    from open_clip.pretrained import download_pretrained

    if constants.HF_HUB_OFFLINE:
        raise TeacherError(f"The weights of '{source}' cannot be fetched while HF_HUB_OFFLINE is set.")
    try:
        return Path(download_pretrained(dict(settings)))
    except Exception as error:  # the hub raises its own kinds for each thing that can go wrong on the way
        raise TeacherError(f"The weights of '{source}' could not be fetched ({type(error).__name__}: {error}).") from error


def open_published(source: str, *, allow_download: bool) -> Published:
    """Opens ``name/tag`` without touching the network, unless a download was asked for and is needed.

    Raises:
        TeacherError: the name or tag is unknown, the activation is not the one the weights were trained with, or the weights
            are absent or damaged.
    """
    import open_clip

    name, _, settings = _settings(source)
    config = open_clip.get_model_config(name)
    if bool(settings.get("quick_gelu")) != bool(config.get("quick_gelu")):
        # open_clip only warns, and every feature is wrong.
        raise TeacherError(f"The weights of '{source}' were trained with another activation; use '{name}-quickgelu' in its place.")
    path = _on_disk(settings)
    if path is None and not allow_download:
        raise TeacherError(f"The weights of '{source}' are not on this disk, and fetching them was not asked for.")
    if path is None:
        path = _fetch(source, settings)
    try:
        model = open_clip.create_model(name, pretrained=str(path), require_pretrained=True)
        tokenizer = open_clip.get_tokenizer(name)
    except Exception as error:  # a damaged file fails in as many ways as there are formats
        raise TeacherError(f"The weights of '{source}' in '{path}' cannot be opened ({type(error).__name__}: {error}).") from error
    size = config["vision_cfg"]["image_size"]
    if not isinstance(size, int):
        raise TeacherError(f"The teacher '{source}' reads pictures of {size} pixels, but only square ones are supported.")
    return Published(
        model=model,
        tokenizer=tokenizer,
        embed_dim=int(config["embed_dim"]),
        image_size=size,
        mean=tuple(settings.get("mean") or _OPENAI_MEAN),
        std=tuple(settings.get("std") or _OPENAI_STD),
    )
