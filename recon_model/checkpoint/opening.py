"""From what a user calls a model ("default", a folder of ours, the authors' file) to the model itself."""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from recon_model.assets import asset_path
from recon_model.checkpoint import format as folder_format
from recon_model.checkpoint import release
from recon_model.checkpoint.loading import compare
from recon_model.config import ModelConfig
from recon_model.errors import CheckpointError, ConfigError
from recon_model.models.classifier import LabelHead, make_head
from recon_model.models.pretraining import Pretraining
from recon_model.models.upright import Upright, UprightShape

RELEASE_TEACHER = "ViT-B-32-quickgelu/openai"
"""The text teacher of every model of the release (spec §4)."""
BEST = "best.safetensors"
"""What a run folder calls its best model so far."""

UPRIGHT = "upright.safetensors"
"""What a model's folder calls the network that stands clouds up."""

UPRIGHT_SETTINGS = ("temperature", "ratio", "prior", "enough")

PARTS = ("decoder", "image_proj", "text_proj")
"""Parts of the model beside the encoder that a checkpoint may lack."""


@dataclass(frozen=True, eq=False)
class Opened:
    """A model with its weights, and what is known about it."""

    model: Pretraining
    card: dict[str, Any]
    notes: tuple[str, ...]
    """What loading matched, one sentence each."""
    lacking: tuple[str, ...]
    """Those of ``PARTS`` that the checkpoint brings no weights for."""
    upright: Upright | None = None
    """What stands clouds up before the model looks at them; None where it takes them as they are."""
    head: LabelHead | None = None
    """What a fine-tuned classifier tells labels apart with; None where the checkpoint is none."""


@dataclass(frozen=True, eq=False)
class Stored:
    """What a checkpoint of either kind holds: tensors by our names, and its card."""

    state: dict[str, Tensor]
    card: dict[str, Any]
    notes: tuple[str, ...]


def read(source: str | Path, **changes: Any) -> Stored:
    """Reads a checkpoint without building the model.

    Args:
        source: "default", a folder of ours (a model or a run), a run's ``.safetensors``, or the authors' ``.pth``.
        changes: settings that the shapes in the authors' file cannot tell, see ``release.Release.config``.

    Raises:
        InputError: the default model does not ship with this installation.
        CheckpointError: the checkpoint is missing, damaged or foreign, or is one of ours, whose card knows its settings already.
    """
    path = _place(source)
    if changes and (path.is_dir() or path.suffix == ".safetensors"):
        raise CheckpointError(f"{', '.join(changes)} can be given for a .pth of the release only; '{source}' knows its settings.")
    if path.is_dir():
        if not (path / BEST).exists():
            return Stored(*folder_format.load(path), ())
        path = path / BEST
    if path.suffix == ".safetensors":
        state, card = folder_format.load_single(path)
        return Stored(state, {**card, "weights_sha256": _sha256(path)}, ())
    if not path.exists():
        raise CheckpointError(
            f"Model '{source}' does not exist; it must be 'default', a model's or run's folder, or a .pth of the release."
        )
    found = release.load(path)
    return Stored(found.state, _release_card(path, found, changes), found.notes)


def open_pretraining(source: str | Path) -> Opened:
    """Builds the model a checkpoint describes and fills it.

    Raises:
        InputError: the default model does not ship with this installation.
        CheckpointError: the checkpoint is missing, damaged, foreign, or brings less than the whole encoder, or than the whole head of a
            classifier.
    """
    stored = read(source)
    try:
        config = ModelConfig.from_dict(stored.card["config"])
    except (KeyError, TypeError, ConfigError) as error:
        raise CheckpointError(f"Model '{source}' has a card whose config cannot be used ({str(error).rstrip('.')}).") from error
    # Not on the meta device: that spares the drawing of numbers, but imports torch's compiler, a second and more.
    with torch.random.fork_rng(devices=[]):
        model = Pretraining(config)
    head, rest = _open_head(source, stored, config)
    report = compare(model, rest)
    lost = [*report.missing, *report.misshapen]
    if incomplete := [name for name in lost if name.startswith("encoder.")]:
        raise CheckpointError(
            f"Model '{source}' must bring its whole encoder and brings {report.coverage:.1%}; "
            f"missing or misshapen: {', '.join(incomplete[:6])}{' and more' if len(incomplete) > 6 else ''}."
        )
    model.load_state_dict({name: rest[name] for name in report.matched}, strict=False)
    lacking = {name.partition(".")[0] for name in lost}
    notes = (*stored.notes, *report.notes())
    return Opened(model, stored.card, notes, tuple(part for part in PARTS if part in lacking), _open_upright(source, stored.card), head)


def _open_head(source: str | Path, stored: Stored, config: ModelConfig) -> tuple[LabelHead | None, dict[str, Tensor]]:
    """Takes the head of a classifier of ours out of its tensors; returns it, and what is left."""
    card = stored.card
    labels = tuple(map(str, card.get("classes") or ())) if card.get("kind") == "classifier" else ()
    if not labels:
        return None, stored.state
    weights = {name.removeprefix("head."): value for name, value in stored.state.items() if name.startswith("head.")}
    try:
        with torch.random.fork_rng(devices=[]):
            layers = make_head(config, len(labels), "linear" if card["recipe"]["mode"] == "linear" else "mlp")
        layers.load_state_dict(weights)
    except (KeyError, TypeError, RuntimeError) as error:
        raise CheckpointError(f"Model '{source}' has a head that does not fit its {len(labels)} labels.") from error
    return LabelHead(layers, labels), {name: value for name, value in stored.state.items() if not name.startswith("head.")}


def save_upright(folder: Path, upright: Upright, card: dict[str, Any]) -> None:
    """Writes the network that stands clouds up to a folder, in half precision, with what is known of it."""
    half = {name: value.half() if value.dtype == torch.float32 else value for name, value in upright.state_dict().items()}
    about = {"shape": list(upright.shape), **{name: getattr(upright, name) for name in UPRIGHT_SETTINGS}}
    folder_format.save_single(folder / UPRIGHT, half, {**card, **about})


def add_upright(folder: Path, file: Path) -> dict[str, Any]:
    """Copies the network that stands clouds up into a model's folder; returns what the model's card must say of it.

    Raises:
        CheckpointError: the file holds none.
    """
    state, card = folder_format.load_single(file)
    folder.mkdir(parents=True, exist_ok=True)
    folder_format.save_single(folder / UPRIGHT, state, card)
    known: dict[str, Any] = {key: value for key, value in card.items() if key not in ("format", "shape")}
    return {**known, "parameters": sum(value.numel() for value in state.values()), "sha256": _sha256(folder / UPRIGHT)}


def carry_upright(folder: Path, source: str | Path, card: dict[str, Any]) -> dict[str, Any]:
    """Copies what stands a model's clouds up into another folder for it.

    Returns:
        The card for that folder: without the entry where the network is not beside the model.
    """
    if not card.get("upright"):
        return card
    file = _place(source) / UPRIGHT
    if not file.is_file():
        return {key: value for key, value in card.items() if key != "upright"}
    folder.mkdir(parents=True, exist_ok=True)
    folder_format.write_atomically(folder / UPRIGHT, file.read_bytes())
    return card


def _open_upright(source: str | Path, card: dict[str, Any]) -> Upright | None:
    """Opens the network that the card names, from beside it."""
    named = card.get("upright")
    if not named:
        return None
    file = _place(source) / UPRIGHT
    state, of = folder_format.load_single(file)
    if _sha256(file) != named.get("sha256"):
        raise CheckpointError(f"Checkpoint '{source}' holds an {UPRIGHT} that is not the one its card was written for.")
    try:
        with torch.random.fork_rng(devices=[]):
            upright = Upright(UprightShape(*of["shape"]), **{name: float(of[name]) for name in UPRIGHT_SETTINGS})
        upright.load_state_dict(state)
    except (KeyError, TypeError, ConfigError, RuntimeError) as error:
        raise CheckpointError(f"Checkpoint '{source}' holds an {UPRIGHT} that cannot be used ({str(error).splitlines()[0]}).") from error
    return upright.eval()


def _place(source: str | Path) -> Path:
    """The file or folder a source stands for."""
    path = asset_path("default") if str(source) == "default" else Path(source).expanduser()
    if path.name == folder_format.WEIGHTS and (path.parent / folder_format.CARD).exists():
        return path.parent  # a file dialog gives the file, and means the folder
    return path


def _release_card(path: Path, found: release.Release, changes: dict[str, Any]) -> dict[str, Any]:
    try:
        config = found.config(**changes)
    except ConfigError as error:
        raise CheckpointError(f"Checkpoint '{path}' cannot be used ({str(error).rstrip('.')}).") from error
    card: dict[str, Any] = {
        "name": path.stem,
        "kind": found.kind,
        "config": config.to_dict(),
        "teacher": {"name": RELEASE_TEACHER},
        "templates": [],
        "weights_sha256": _sha256(path),
        "data": {"source": f"the authors' release, a {found.kind} checkpoint"},
    }
    return card if found.epoch is None else {**card, "epoch": found.epoch}


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
