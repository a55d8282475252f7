"""Our checkpoints: a folder with ``model.safetensors`` and ``card.json``. No pickle, and no half-written file under a final name."""

import hashlib
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from uuid import uuid4

from safetensors import SafetensorError, safe_open
from safetensors.torch import load as parse
from safetensors.torch import save as serialise
from torch import Tensor

from recon_model.errors import CheckpointError

FORMAT = 1
WEIGHTS, CARD = "model.safetensors", "card.json"


def save(folder: Path, state: Mapping[str, Tensor], card: Mapping[str, Any]) -> None:
    """Writes a checkpoint, replacing one of the same name.

    Each file appears whole or not at all. The card is written last and holds the hash of the weights, so that a folder caught between
    the two is recognised when loading.

    Args:
        folder: made if missing.
        state: tensors by name, on any device.
        card: JSON-ready values; ``format`` and ``weights_sha256`` are set here.
    """
    folder.mkdir(parents=True, exist_ok=True)
    weights = serialise({name: tensor.detach().cpu().contiguous().clone() for name, tensor in state.items()})
    full = {**card, "format": FORMAT, "weights_sha256": hashlib.sha256(weights).hexdigest()}
    text = json.dumps(full, indent=1, ensure_ascii=False, allow_nan=False) + "\n"
    write_atomically(folder / WEIGHTS, weights)
    write_atomically(folder / CARD, text.encode())


def load(folder: Path) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """Reads a checkpoint: tensors by name (on the CPU) and the card.

    Raises:
        CheckpointError: a file is missing or damaged, the card is of another format, or the weights are not the card's.
    """
    card = load_card(folder)
    try:
        weights = (folder / WEIGHTS).read_bytes()
        state = parse(weights)
    except OSError as error:
        raise CheckpointError(f"Checkpoint '{folder}' has no readable {WEIGHTS} ({error.strerror}).") from error
    except (SafetensorError, ValueError, KeyError) as error:
        raise CheckpointError(f"Checkpoint '{folder}' holds a damaged {WEIGHTS} ({error}).") from error
    expected = card.get("weights_sha256")
    if expected != hashlib.sha256(weights).hexdigest():
        raise CheckpointError(f"Checkpoint '{folder}' holds a {WEIGHTS} that is not the one its {CARD} was written for.")
    return state, card


def load_card(folder: Path) -> dict[str, Any]:
    """Reads the card alone.

    Raises:
        CheckpointError: the card is missing, damaged or of another format.
    """
    try:
        card = json.loads((folder / CARD).read_text(encoding="utf-8"))
    except OSError as error:
        raise CheckpointError(f"Checkpoint '{folder}' has no readable {CARD} ({error.strerror}).") from error
    except ValueError as error:
        raise CheckpointError(f"Checkpoint '{folder}' holds a damaged {CARD} ({error}).") from error
    if not isinstance(card, dict) or card.get("format") != FORMAT:
        found = card.get("format") if isinstance(card, dict) else type(card).__name__
        raise CheckpointError(f"Checkpoint '{folder}' is of format {found!r}; this version reads format {FORMAT}.")
    return card


def save_single(file: Path, state: Mapping[str, Tensor], card: Mapping[str, Any]) -> None:
    """Writes weights with their card in the file's own header, so that the pair cannot be torn apart: what a run in progress keeps.

    Args:
        file: replaced whole.
        state: tensors by name, on any device.
        card: JSON-ready values.
    """
    plain = {name: tensor.detach().cpu().contiguous().clone() for name, tensor in state.items()}
    write_atomically(file, serialise(plain, metadata={"card": json.dumps({**card, "format": FORMAT}, allow_nan=False)}))


def load_single(file: Path) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """Reads what ``save_single`` wrote: tensors by name (on the CPU) and the card.

    Raises:
        CheckpointError: the file is missing, damaged, or holds no card.
    """
    try:
        with safe_open(file, framework="pt") as opened:
            card: dict[str, Any] = json.loads(opened.metadata()["card"])
            return {name: opened.get_tensor(name) for name in opened.keys()}, card  # noqa: SIM118 (not a mapping)
    except (OSError, SafetensorError, KeyError, TypeError, ValueError) as error:
        raise CheckpointError(f"'{file}' holds no model of a run ({error}).") from error


def write_atomically(path: Path, content: bytes) -> None:
    """Writes a file under a temporary name beside it, then renames: readers see the old file or the new one, whole."""
    temporary = path.with_name(f".{path.name}.{uuid4().hex}")
    try:
        with temporary.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
