"""The authors' ``.pth`` files, read into our names and written back bit for bit."""

import io
import pickle
from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from recon_model.checkpoint.format import write_atomically
from recon_model.checkpoint.keys import Kind, Pair, table
from recon_model.config import ModelConfig
from recon_model.errors import CheckpointError, ConfigError

ENVELOPE = ("base_model", "model", "model_state_dict")
TEACHERS = ("img_encoder.", "text_encoder.")
HEAD_WIDTH = 64
"""Channels of one attention head in the published sizes: what heads are derived from when nobody says."""


@dataclass(frozen=True)
class Release:
    """A file of the authors' release, under our names."""

    kind: Kind
    state: dict[str, Tensor]
    unknown: tuple[str, ...]
    """Their names that no table row explains."""
    epoch: int | None
    metrics: dict[str, Any]
    notes: tuple[str, ...]
    """Sentences for the user: what was ignored."""
    prefixed: bool
    """Whether the keys began with ``module.``."""

    def config(self, *, heads: int | None = None, decoder_heads: int | None = None, **changes: Any) -> ModelConfig:
        """Derives the settings from the shapes of the tensors.

        What shapes cannot tell keeps its default unless given: the points and patches of a cloud, and (outside pretraining files) the
        patch size and all of the decoder. Attention heads are width / 64, as published, unless given.

        Raises:
            ConfigError: the width is no multiple of 64 and the heads are not given, or a change breaks a rule.
        """
        found = _shapes(self.state)
        width = found["width"]
        if heads is None:
            if width % HEAD_WIDTH:
                raise ConfigError(f"heads must be given for width ({width}), which is not a multiple of {HEAD_WIDTH}.")
            heads = width // HEAD_WIDTH
        return ModelConfig(**{**found, "heads": heads, "decoder_heads": decoder_heads or heads, **changes})


def load(path: Path) -> Release:
    """Reads a checkpoint of the release; nothing in it is executed.

    Raises:
        CheckpointError: the file is missing, damaged, holds objects other than tensors and plain values, or is not ReCon's.
    """
    envelope = _read(path)
    state = next((envelope[key] for key in ENVELOPE if isinstance(envelope.get(key), Mapping)), None)
    if state is None:
        raise CheckpointError(f"Checkpoint '{path}' holds none of {', '.join(ENVELOPE)}, so it is not one of ReCon's.")
    prefixed = any(str(key).startswith("module.") for key in state)
    theirs = {str(key).removeprefix("module."): value for key, value in state.items() if isinstance(value, Tensor)}
    ignored = [key for key in theirs if key.startswith(TEACHERS)]
    theirs = {key: value for key, value in theirs.items() if not key.startswith(TEACHERS)}
    kind = _kind(theirs, path)
    ours, unknown = _renamed(theirs, kind)
    notes = [f"Ignored {len(ignored)} tensors of the frozen teachers ({' and '.join(TEACHERS)})."] if ignored else []
    if unknown:
        notes.append(f"Left out {len(unknown)} tensors that are not ReCon's: {', '.join(unknown[:6])}.")
    epoch, metrics = envelope.get("epoch"), envelope.get("metrics")
    return Release(
        kind=kind,
        state=ours,
        unknown=unknown,
        epoch=epoch if isinstance(epoch, int) else None,
        metrics=dict(metrics) if isinstance(metrics, Mapping) else {},
        notes=tuple(notes),
        prefixed=prefixed,
    )


def names(state: Mapping[str, Tensor], kind: Kind) -> dict[str, str]:
    """The authors' name of each of our tensors, in the order of their table.

    Raises:
        CheckpointError: a tensor has no counterpart in a file of this kind.
    """
    return {pair.ours: pair.theirs for pair in _pairs(state, kind)}


def to_release(state: Mapping[str, Tensor], kind: Kind, *, prefix: str = "") -> dict[str, Tensor]:
    """Renames and reshapes our tensors to the authors' keys.

    Raises:
        CheckpointError: a tensor has no counterpart in a file of this kind.
    """
    renamed = {}
    for pair in _pairs(state, kind):
        tensor = state[pair.ours].detach().cpu()
        renamed[prefix + pair.theirs] = tensor.unsqueeze(-1) if pair.convolution else tensor
    return renamed


def save(
    path: Path,
    state: Mapping[str, Tensor],
    kind: Kind,
    *,
    epoch: int = 0,
    metrics: Mapping[str, float] | None = None,
    prefix: str = "",
) -> None:
    """Writes a checkpoint the authors' code can read.

    Args:
        path: replaced if there.
        state: tensors by our names.
        kind: which of the release's files to write; part segmentation has its own envelope.
        epoch: stored in the envelope.
        metrics: plain numbers stored in the envelope, as both the last and the best.
        prefix: put before every key, such as "module.".

    Raises:
        CheckpointError: a tensor has no counterpart in a file of this kind.
    """
    theirs = {key: value.clone() for key, value in to_release(state, kind, prefix=prefix).items()}
    numbers = dict(metrics or {})
    envelope: dict[str, Any] = {"base_model": theirs, "optimizer": {}, "epoch": epoch, "metrics": numbers, "best_metrics": numbers}
    if kind == "segmenter":
        envelope = {"model_state_dict": theirs, "epoch": epoch}
    buffer = io.BytesIO()
    torch.save(envelope, buffer)
    write_atomically(path, buffer.getvalue())


def _pairs(state: Mapping[str, Tensor], kind: Kind) -> list[Pair]:
    pairs = table(kind, _depth(state, "encoder.blocks."), _depth(state, "decoder.blocks."))
    foreign = sorted(set(state) - {pair.ours for pair in pairs})
    if foreign:
        raise CheckpointError(f"A {kind} file of the release has no place for {', '.join(foreign[:6])}.")
    return [pair for pair in pairs if pair.ours in state]


def _read(path: Path) -> dict[str, Any]:
    try:
        with _numpy_scalars():
            envelope = torch.load(path, map_location="cpu", weights_only=True)
    except OSError as error:
        raise CheckpointError(f"Checkpoint '{path}' cannot be read ({error.strerror or error}).") from error
    except pickle.UnpicklingError as error:
        raise CheckpointError(f"Checkpoint '{path}' is damaged or holds more than tensors and plain values.") from error
    except (RuntimeError, EOFError, ValueError, KeyError, AttributeError, TypeError, IndexError, AssertionError) as error:
        raise CheckpointError(f"Checkpoint '{path}' is damaged ({type(error).__name__}).") from error
    if not isinstance(envelope, dict):
        raise CheckpointError(f"Checkpoint '{path}' holds {type(envelope).__name__} and must hold a dictionary.")
    return envelope


def _numpy_scalars() -> AbstractContextManager[None]:
    """Lets ``metrics`` hold numpy numbers, as real files do, under the names old and new numpy gave them."""
    scalar = np._core.multiarray.scalar  # type: ignore[attr-defined]
    names = [(scalar, "numpy.core.multiarray.scalar"), (scalar, "numpy._core.multiarray.scalar")]
    kinds = (np.float64, np.float32, np.float16, np.int64, np.int32, np.bool_)
    allowed: list[Any] = [*names, np.dtype, *(type(np.dtype(kind)) for kind in kinds)]
    return torch.serialization.safe_globals(allowed)


def _kind(theirs: Mapping[str, Tensor], path: Path) -> Kind:
    if "MAE_encoder.cls_token" in theirs:
        return "pretraining"
    if "cls_token" not in theirs or "blocks.blocks.0.attn_contrast.q.weight" not in theirs:
        raise CheckpointError(f"Checkpoint '{path}' has no ReCon encoder in it (no cls_token with two-stream blocks).")
    heads: dict[str, Kind] = {
        "cls_head_finetune.0.weight": "classifier",
        "label_conv.0.weight": "segmenter",
        "text_proj.weight": "zero_shot",
    }
    return next((kind for key, kind in heads.items() if key in theirs), "encoder")


def _renamed(theirs: Mapping[str, Tensor], kind: Kind) -> tuple[dict[str, Tensor], tuple[str, ...]]:
    encoder = "MAE_encoder.blocks.blocks." if kind == "pretraining" else "blocks.blocks."
    pairs = {pair.theirs: pair for pair in table(kind, _depth(theirs, encoder), _depth(theirs, "MAE_decoder.blocks."))}
    ours = {}
    for key, value in theirs.items():
        if key in pairs:
            flat = pairs[key].convolution and value.ndim == 3 and value.shape[-1] == 1
            ours[pairs[key].ours] = value.squeeze(-1) if flat else value
    return ours, tuple(key for key in theirs if key not in pairs)


def _depth(state: Mapping[str, Tensor], prefix: str) -> int:
    found = [key.removeprefix(prefix).split(".")[0] for key in state if key.startswith(prefix)]
    return max((int(index) for index in found if index.isdigit()), default=-1) + 1


def _shapes(state: Mapping[str, Tensor]) -> dict[str, Any]:
    def size(name: str, axis: int = 0) -> int | None:
        return state[name].shape[axis] if name in state and state[name].ndim > axis else None

    width = size("encoder.cls_token", 2)
    hidden, embedding = size("encoder.blocks.0.mlp.fc1.weight"), "encoder.patch_embedding"
    if width is None or hidden is None:
        raise CheckpointError("The checkpoint lacks encoder.cls_token or the first block's MLP, so its size is unknown.")
    found: dict[str, Any] = {"width": width, "depth": _depth(state, "encoder.blocks."), "mlp_ratio": hidden / width}
    widths = [size(f"{embedding}.layer{layer}.weight") for layer in (1, 2, 3)]
    if None not in widths:
        found["patch_widths"] = tuple(widths)
    numbers = size("decoder.head.weight")
    optional = {
        "position_width": size("encoder.position.0.weight"),
        "decoder_depth": _depth(state, "decoder.blocks.") or None,
        "group_size": None if numbers is None else numbers // 3,
        "image_dim": size("image_proj.weight"),
        "text_dim": size("text_proj.weight"),
        "self_contrastive": True if "self_proj.0.weight" in state else None,
    }
    return found | {name: value for name, value in optional.items() if value is not None}
