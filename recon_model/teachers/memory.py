"""Summed prompts of everyday names, kept beside the tower that made them, so that the first words need no tower at all.

Importing open_clip takes longer than anything else at start-up. The rows are worth nothing to another tower, so they carry the
fingerprint of the text side they were made by and are passed over when it differs. Of each number's four bytes the three upper ones are
kept: the tower's own weights have two. Signs and exponents, which are much alike, lie together and are deflated.
"""

import json
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Self

import torch
from torch import Tensor
from torch.nn.functional import pad

from recon_model.teachers.prompts import TextTower, classifier
from recon_model.templates import SETS, clean

FILE = "names.safetensors"


class PromptMemory:
    """Classifier rows by cleaned name and templates."""

    def __init__(self, rows: Mapping[tuple[str, tuple[str, ...]], Tensor]) -> None:
        self._rows = dict(rows)

    def __len__(self) -> int:
        return len(self._rows)

    def row(self, name: str, templates: Sequence[str]) -> Tensor | None:
        """Returns the (D,) sum of a name's prompts, or None where it was never kept."""
        return self._rows.get((clean(name), tuple(templates)))

    @classmethod
    def load(cls, folder: Path, text_fingerprint: str) -> Self:
        """Reads what a folder remembers; nothing, where there is no such file or another text side wrote it."""
        from safetensors import safe_open

        path = folder / FILE
        if not path.is_file():
            return cls({})
        with safe_open(path, framework="pt") as file:
            notes = file.metadata() or {}
            if notes.get("text_fingerprint") != text_fingerprint:
                return cls({})
            sets, names = json.loads(notes["templates"]), json.loads(notes["names"])
            stored = {tuple(sets[key]): file.get_tensor(key) for key in file.keys()}  # noqa: SIM118 - a handle, not a mapping
        try:
            kept = {templates: _whole(rows if rows.ndim > 1 else _unpacked(rows, len(names))) for templates, rows in stored.items()}
        except (zlib.error, RuntimeError):
            return cls({})  # damaged: the tower will say it all again
        return cls({(name, templates): rows[index] for templates, rows in kept.items() for index, name in enumerate(names)})


def remember(tower: TextTower, text_fingerprint: str, names: Sequence[str]) -> bytes:
    """Returns the file that lets names, in every template set, be answered without the tower."""
    from safetensors.torch import save

    cleaned = [clean(name) for name in names]
    rows = {key: _packed(_shortened(classifier(tower, cleaned, templates))) for key, templates in SETS.items()}
    notes = {"text_fingerprint": text_fingerprint, "names": json.dumps(cleaned), "templates": json.dumps(SETS)}
    content: bytes = save(rows, notes)
    return content


def _shortened(rows: Tensor) -> Tensor:
    """(n, D) float32 to (n, D, 3) uint8: without the lowest byte, which comes first."""
    return rows.float().contiguous().view(torch.uint8).view(*rows.shape, 4)[..., 1:].contiguous()


def _packed(rows: Tensor) -> Tensor:
    """(n, D, 3) uint8 to its deflated bytes (bytes,) uint8, byte after byte of all numbers."""
    return torch.frombuffer(bytearray(zlib.compress(rows.permute(2, 0, 1).numpy().tobytes(), 9)), dtype=torch.uint8)


def _unpacked(packed: Tensor, names: int) -> Tensor:
    """Undoes ``_packed``; nothing sound grows fourfold."""
    unfolding = zlib.decompressobj()
    planes = unfolding.decompress(packed.numpy().tobytes(), 4 * len(packed))
    if not unfolding.eof:
        raise zlib.error("cut short, or swollen")
    return torch.frombuffer(bytearray(planes), dtype=torch.uint8).view(3, names, -1).permute(1, 2, 0)


def _whole(rows: Tensor) -> Tensor:
    """Undoes ``_shortened``, less what the lowest byte said: at most 2**-15 of a number. Folders of earlier builds hold whole numbers."""
    return rows if rows.is_floating_point() else pad(rows, (1, 0)).view(torch.float32).squeeze(-1)
