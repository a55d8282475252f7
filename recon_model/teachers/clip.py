"""One CLIP, ours or a published one, through open_clip: texts and pictures to raw features, with a fingerprint of each side."""

import json
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self, cast

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn
from torch.nn import functional

from recon_model.assets import asset_path
from recon_model.errors import InputError, TeacherError
from recon_model.teachers import fingerprint
from recon_model.teachers.memory import PromptMemory
from recon_model.teachers.pictures import depth_like, square

DEFAULT = "default"
"""The tower that ships with the project."""
_FILES = ("open_clip_config.json", "open_clip_model.safetensors", "bpe.txt.gz", "card.json")
NO_OBJECT = "Nothing stands out from the ground of this picture, so the whole of it was compared."
_BATCH = 512
_TEXTS = 64
"""Texts read at a time on a CPU: what they need then stays in its cache."""


@dataclass(frozen=True)
class _Tower:
    """What open_clip made: the network, its tokenizer, and how pictures are scaled."""

    model: nn.Module
    tokenizer: Callable[[list[str]], Tensor]
    mean: tuple[float, ...]
    std: tuple[float, ...]


class Clip:
    """A frozen text and image teacher.

    A folder's tower is opened by open_clip at the first text or picture only: importing open_clip costs more than
    everything else a model process does at its start, and remembered prompts need no tower at all.
    """

    def __init__(
        self,
        *,
        name: str,
        embed_dim: int,
        image_size: int,
        text_fingerprint: str,
        image_fingerprint: str,
        open_tower: Callable[[], _Tower],
        memory: PromptMemory,
        of_depths: bool = False,
    ) -> None:
        self.name = name
        self.of_depths = of_depths
        self.embed_dim = embed_dim
        self.image_size = image_size
        self.text_fingerprint = text_fingerprint
        self.image_fingerprint = image_fingerprint
        self._open_tower = open_tower
        self._memory = memory
        self._tower: _Tower | None = None
        self._lock = threading.Lock()

    @classmethod
    def load(cls, source: str | Path = DEFAULT, *, allow_download: bool = False) -> Self:
        """Loads a teacher.

        Args:
            source: ``"default"`` for the shipped one, a folder laid out like it, or open_clip's name and tag of a published
                model, such as ``"ViT-B-32-quickgelu/openai"``.
            allow_download: whether published weights may be fetched; otherwise they must be on this disk already.

        Raises:
            TeacherError: the source is unknown, incomplete, damaged, or would have to be downloaded.
        """
        if source == DEFAULT:
            try:
                return cls._from_folder(asset_path("clip"))
            except InputError as error:
                raise TeacherError(str(error)) from None
        if Path(source).is_dir():
            return cls._from_folder(Path(source).resolve())
        return cls._published(str(source), allow_download)

    @classmethod
    def _from_folder(cls, folder: Path) -> Self:
        missing = [name for name in _FILES if not (folder / name).is_file()]
        if missing:
            raise TeacherError(f"The teacher's folder '{folder}' lacks {', '.join(missing)}.")
        try:
            config = json.loads((folder / "open_clip_config.json").read_text(encoding="utf-8"))
            card = json.loads((folder / "card.json").read_text(encoding="utf-8"))
            text = fingerprint.text_fingerprint(folder)
            made = cls(
                name=str(card["name"]),
                embed_dim=int(config["model_cfg"]["embed_dim"]),
                image_size=int(config["model_cfg"]["vision_cfg"]["image_size"]),
                text_fingerprint=text,
                image_fingerprint=fingerprint.image_fingerprint(folder),
                open_tower=lambda: _open_folder(folder, config),
                memory=PromptMemory.load(folder, text),
                of_depths="views" in (card.get("image") or {}),
            )
        except Exception as error:  # whatever is wrong inside the files, the sentence is the same
            raise TeacherError(f"The teacher in '{folder}' cannot be read ({type(error).__name__}: {error}).") from error
        return made

    @classmethod
    def _published(cls, source: str, allow_download: bool) -> Self:
        from recon_model.teachers.published import open_published

        found = open_published(source, allow_download=allow_download)
        weights: dict[str, Tensor] = found.model.state_dict()
        tower = _Tower(found.model, found.tokenizer, found.mean, found.std)
        return cls(
            name=source,
            embed_dim=found.embed_dim,
            image_size=found.image_size,
            text_fingerprint=fingerprint.digest({name: value for name, value in weights.items() if fingerprint.is_text(name)}),
            image_fingerprint=fingerprint.digest({name: value for name, value in weights.items() if fingerprint.is_image(name)}),
            open_tower=lambda: tower,
            memory=PromptMemory({}),
        )

    @property
    def fingerprint(self) -> str:
        """One sha256 for both sides together."""
        return fingerprint.joined(self.text_fingerprint, self.image_fingerprint)

    @property
    def entry(self) -> dict[str, str]:
        """What a model's card must hold as its ``teacher``."""
        return {"name": self.name, "text_fingerprint": self.text_fingerprint, "image_fingerprint": self.image_fingerprint}

    def check(self, teacher: Mapping[str, Any], *, image: bool = False) -> None:
        """Refuses to speak for a model that learnt from other weights: its words would mean something else.

        Args:
            teacher: the ``teacher`` entry of the model's card.
            image: whether pictures will be compared too; texts alone need only the text side to agree.

        Raises:
            TeacherError: a side differs; both teachers are named.
        """
        sides = ("text", "image") if image else ("text",)
        for side in sides:
            own, wanted = self.entry[f"{side}_fingerprint"], str(teacher.get(f"{side}_fingerprint", "none"))
            if own != wanted:
                raise TeacherError(
                    f"The model was taught by the {side} teacher '{teacher.get('name', 'unknown')}' ({wanted[:12]}) "
                    f"and cannot work with '{self.name}' ({own[:12]})."
                )

    def remembered(self, name: str, templates: Sequence[str]) -> Tensor | None:
        """Returns the (D,) sum of a name's prompts if it ships with the tower; then the tower need not be opened for it."""
        return self._memory.row(name, templates)

    def _opened(self) -> _Tower:
        with self._lock:
            if self._tower is None:
                self._tower = self._open_tower()
                self._tower.model.eval().requires_grad_(False)
            return self._tower

    def to(self, device: torch.device | str) -> Self:
        """Moves the tower, and with it every later result; opens it if need be."""
        self._opened().model.to(device)
        return self

    @torch.inference_mode()
    def encode_text(self, texts: Sequence[str]) -> Tensor:
        """Embeds texts; what is longer than the tower's context is cut.

        Returns:
            (n, D) float32, raw: not normalised (ReCon §4 regresses onto raw features).
        """
        if not texts:
            return torch.zeros(0, self.embed_dim)
        tower = self._opened()
        device = next(tower.model.parameters()).device
        tokens = tower.tokenizer(list(texts)).to(device)
        return torch.cat([_read(tower.model, part).float() for part in tokens.split(_TEXTS if device.type == "cpu" else _BATCH)])

    def see(self, picture: npt.NDArray[np.uint8]) -> tuple[Tensor, str]:
        """Embeds a user's picture (h, w, 3), brought to what this tower learnt from: (1, D) raw, and how, in a sentence."""
        if not self.of_depths:
            return self.encode_image(torch.from_numpy(square(picture))[None]), ""
        depths, found = depth_like(picture)
        return self.encode_image(torch.from_numpy(depths)[None]), "" if found else NO_OBJECT

    @torch.inference_mode()
    def encode_image(self, images: Tensor) -> Tensor:
        """Embeds pictures or depth views.

        Args:
            images: (n, 3, H, W) colours or (n, H, W) depths, in 0..1; scaled to the tower's size if need be.

        Returns:
            (n, D) float32, raw.

        Raises:
            InputError: the pictures have another shape.
        """
        if images.ndim == 3:
            images = images[:, None].expand(-1, 3, -1, -1)
        if images.ndim != 4 or images.shape[1] != 3:
            raise InputError(f"pictures {tuple(images.shape)} must have the shape (n, 3, height, width) or (n, height, width).")
        if not len(images):
            return torch.zeros(0, self.embed_dim)
        tower = self._opened()
        model: Any = tower.model
        images = images.to(next(tower.model.parameters()).device, torch.float32)
        size = (self.image_size, self.image_size)
        if images.shape[-2:] != size:
            images = functional.interpolate(images, size=size, mode="bilinear", antialias=True, align_corners=False)
        mean, std = (images.new_tensor(values).view(1, 3, 1, 1) for values in (tower.mean, tower.std))
        return torch.cat([model.encode_image(part).float() for part in ((images - mean) / std).split(_BATCH)])


def _clean_quickly(clean: Callable[[str], str]) -> Callable[[str], str]:
    """Spares plain text the search for broken Unicode and HTML: a third of the time that new names take, to find nothing."""

    def cleaned(text: str) -> str:
        plain = text.isascii() and text.isprintable() and "&" not in text
        return " ".join(text.split()).lower() if plain else clean(text)

    return cleaned


def _read(model: Any, tokens: Tensor) -> Tensor:
    """Encodes texts (n, T), without the padding behind the longest where the tower can do so: it reads forward only.

    Most prompts are a third as long as the tower's context, and of the last block (our tower has no other) only the ends are wanted: this
    is most of the time that new names take.
    """
    causal = getattr(model, "attn_mask", None)
    if causal is None or getattr(model, "text_pool_type", "") != "argmax" or isinstance(model.text_projection, nn.Module):
        return cast(Tensor, model.encode_text(tokens))
    if not all(_is_plain(block) for block in model.transformer.resblocks):
        return cast(Tensor, model.encode_text(tokens))
    length = int(tokens.argmax(dim=1).max()) + 1  # the end of a text has the largest number
    kept = tokens[:, :length]
    inside = model.token_embedding(kept) + model.positional_embedding[:length]
    *before, last = model.transformer.resblocks
    for block in before:
        inside = block(inside, attn_mask=causal[:length, :length])
    ends = model.ln_final(_ends(last, inside, kept.argmax(dim=1)))
    return cast(Tensor, ends if model.text_projection is None else ends @ model.text_projection)


def _is_plain(block: nn.Module) -> bool:
    attention = getattr(block, "attn", None)
    return isinstance(attention, nn.MultiheadAttention) and attention.batch_first


def _ends(block: Any, inside: Tensor, ends: Tensor) -> Tensor:
    """What a block makes of one token of each text, which looks at itself and those before it: (n, T, C) and places (n,) to (n, C)."""
    rows = torch.arange(len(ends), device=ends.device)
    seen, behind = block.ln_1(inside), torch.arange(inside.shape[1], device=ends.device) > ends.unsqueeze(1)
    read, _ = block.attn(seen[rows, ends].unsqueeze(1), seen, seen, key_padding_mask=behind, need_weights=False)
    kept = inside[rows, ends] + block.ls_1(read.squeeze(1))
    return cast(Tensor, kept + block.ls_2(block.mlp(block.ln_2(kept))))


def _open_folder(folder: Path, config: Mapping[str, Any]) -> _Tower:
    import open_clip

    # The tokenizer's path is given whole: open_clip takes it as it stands, and falls back on another vocabulary if it is missing.
    tokenizer = open_clip.get_tokenizer(f"local-dir:{folder}", bpe_path=str(folder / "bpe.txt.gz"))
    vocab_size = config["model_cfg"]["text_cfg"]["vocab_size"]
    if tokenizer.vocab_size != vocab_size:
        raise TeacherError(f"The teacher in '{folder}' has {vocab_size} words, but its merges make {tokenizer.vocab_size}.")
    try:
        model = open_clip.create_model(f"local-dir:{folder}", require_pretrained=True)
    except (RuntimeError, ValueError, OSError) as error:
        raise TeacherError(f"The teacher in '{folder}' cannot be opened ({type(error).__name__}: {error}).") from error
    tokenizer.clean_fn = _clean_quickly(tokenizer.clean_fn)
    preprocess = config["preprocess_cfg"]
    return _Tower(model, tokenizer, tuple(preprocess["mean"]), tuple(preprocess["std"]))
