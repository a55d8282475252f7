"""A teacher that needs no weights: a text's feature counts its letters, so that a test can say what it must be."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from recon_model.teachers.clip import Clip, _Tower
from recon_model.teachers.memory import PromptMemory

DIM = 26


class _Counter(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.eye(DIM))

    def encode_text(self, counts: Tensor) -> Tensor:
        return counts @ self.weight


def letters(name: str = "letters", remembers: dict[tuple[str, tuple[str, ...]], Tensor] | None = None) -> tuple[Clip, list[str]]:
    """Returns the teacher and the list of all texts it will have been asked for."""
    asked: list[str] = []

    def tokenizer(texts: Sequence[str]) -> Tensor:
        asked.extend(texts)
        return torch.tensor([[float(text.lower().count(chr(97 + letter))) for letter in range(DIM)] for text in texts])

    clip = Clip(
        name=name,
        embed_dim=DIM,
        image_size=8,
        text_fingerprint=f"{name} text",
        image_fingerprint=f"{name} image",
        open_tower=lambda: _Tower(_Counter(), tokenizer, (0.5,), (0.5,)),
        memory=PromptMemory(remembers or {}),
    )
    return clip, asked
