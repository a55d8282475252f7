"""MiniLM sentence embeddings (all-MiniLM-L6-v2, Apache-2.0) in plain torch: the model our text tower learns from, used only to build it."""

import hashlib
import re
import unicodedata
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Self

import torch
from torch import Tensor
from torch.nn import functional
from torch.nn.attention import SDPBackend, sdpa_kernel

from recon_model.errors import InputError, TeacherError

WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
LAYERS, HEADS = 6, 12
ATTENTION = [SDPBackend.FLASH_ATTENTION, SDPBackend.EFFICIENT_ATTENTION, SDPBackend.MATH]
"""All kinds of attention but cuDNN's, which is planned anew for every shape: lengths and batches come in hundreds of them."""
_MAX_PIECES = 128
_PIECE = re.compile(r"\w+|[^\w\s]")


class WordPiece:
    """BERT's uncased WordPiece: lower case, accents dropped, longest piece first."""

    def __init__(self, vocabulary: Path) -> None:
        self._ids = {piece: index for index, piece in enumerate(vocabulary.read_text(encoding="utf-8").splitlines())}
        self._word = lru_cache(maxsize=200_000)(self._split)

    def _split(self, word: str) -> tuple[int, ...]:
        pieces: list[int] = []
        start = 0
        while start < len(word):
            prefix = "##" if start else ""
            ends = (end for end in range(len(word), start, -1) if prefix + word[start:end] in self._ids)
            end = next(ends, None)
            if end is None:
                return (self._ids["[UNK]"],)
            pieces.append(self._ids[prefix + word[start:end]])
            start = end
        return tuple(pieces)

    def __call__(self, text: str) -> list[int]:
        """Returns the ids of ``text`` between [CLS] and [SEP]."""
        bare = "".join(char for char in unicodedata.normalize("NFD", text.lower()) if unicodedata.category(char) != "Mn")
        # BERT parts words at every punctuation mark, the underscore among them, which \w would keep.
        ids = [index for word in _PIECE.findall(bare.replace("_", " _ ")) for index in self._word(word)]
        return [self._ids["[CLS]"], *ids[: _MAX_PIECES - 2], self._ids["[SEP]"]]


class MiniLM:
    """The frozen teacher: texts to unit vectors of 384 numbers (mean over tokens, then normalised)."""

    dim = 384

    def __init__(self, weights: Mapping[str, Tensor], word_pieces: WordPiece, device: torch.device | str = "cpu") -> None:
        self.word_pieces = word_pieces
        self._device = torch.device(device)
        self.piece_embeddings = weights["embeddings.word_embeddings.weight"].float()  # (30522, 384)
        # bf16 halves the time and moves a cosine by less than 1e-3; LayerNorm and softmax keep fp32 inside.
        self._weights = {name: value.to(self._device, torch.bfloat16) for name, value in weights.items() if value.is_floating_point()}

    @classmethod
    def load(cls, folder: Path, device: torch.device | str = "cpu") -> Self:
        """Reads ``model.safetensors`` and ``vocab.txt`` of ``folder``; the device is where it will read.

        Raises:
            InputError: one of the files is missing.
            TeacherError: the weights are not the pinned ones.
        """
        from safetensors.torch import load_file

        for name in ("model.safetensors", "vocab.txt"):
            if not (folder / name).is_file():
                raise InputError(f"The folder '{folder}' must hold {name} of all-MiniLM-L6-v2.")
        digest = hashlib.sha256((folder / "model.safetensors").read_bytes()).hexdigest()
        if digest != WEIGHTS_SHA256:
            raise TeacherError(f"The weights in '{folder}' have sha256 {digest}, but must have {WEIGHTS_SHA256}.")
        return cls(load_file(folder / "model.safetensors"), WordPiece(folder / "vocab.txt"), device)

    def _linear(self, x: Tensor, name: str) -> Tensor:
        return functional.linear(x, self._weights[f"{name}.weight"], self._weights[f"{name}.bias"])

    def _norm(self, x: Tensor, name: str) -> Tensor:
        return functional.layer_norm(x, (self.dim,), self._weights[f"{name}.weight"], self._weights[f"{name}.bias"], eps=1e-12)

    def _layer(self, x: Tensor, name: str) -> Tensor:
        batch, length, dim = x.shape
        query, key, value = (
            self._linear(x, f"{name}.attention.self.{part}").view(batch, length, HEADS, dim // HEADS).transpose(1, 2)  # (B, h, L, d)
            for part in ("query", "key", "value")
        )
        mixed = functional.scaled_dot_product_attention(query, key, value).transpose(1, 2).reshape(batch, length, dim)
        x = self._norm(x + self._linear(mixed, f"{name}.attention.output.dense"), f"{name}.attention.output.LayerNorm")
        hidden = functional.gelu(self._linear(x, f"{name}.intermediate.dense"))
        return self._norm(x + self._linear(hidden, f"{name}.output.dense"), f"{name}.output.LayerNorm")

    def _forward(self, ids: Tensor) -> Tensor:
        """(B, L) ids of equal length, hence without padding or mask, to (B, 384)."""
        length = ids.shape[1]
        x = self._weights["embeddings.word_embeddings.weight"][ids]
        x = (
            x
            + self._weights["embeddings.position_embeddings.weight"][:length]
            + self._weights["embeddings.token_type_embeddings.weight"][0]
        )
        x = self._norm(x, "embeddings.LayerNorm")
        for layer in range(LAYERS):
            x = self._layer(x, f"encoder.layer.{layer}")
        return functional.normalize(x.float().mean(dim=1), dim=-1)

    @torch.inference_mode()
    def encode(self, texts: Sequence[str], *, tokens_per_batch: int = 8192) -> Tensor:
        """Embeds texts, grouped by length so that no token is padding.

        Returns:
            (n, 384) float32 unit vectors on the CPU, in the order of ``texts``.
        """
        pieces = [self.word_pieces(text) for text in texts]
        order = sorted(range(len(texts)), key=lambda index: len(pieces[index]))
        out = torch.empty(len(texts), self.dim, device=self._device)
        start = 0
        while start < len(order):
            length = len(pieces[order[start]])
            stop = start
            while stop < len(order) and len(pieces[order[stop]]) == length and (stop - start) * length < tokens_per_batch:
                stop += 1
            chosen = order[start:stop]
            ids = torch.tensor([pieces[index] for index in chosen]).to(self._device)
            with sdpa_kernel(ATTENTION):
                out[torch.tensor(chosen).to(self._device)] = self._forward(ids)
            start = stop
        return out.cpu()
