"""Putting weights into a model and saying what matched: nothing is silently random."""

from collections.abc import Mapping
from dataclasses import dataclass

from torch import Tensor, nn

from recon_model.errors import CheckpointError

MIN_COVERAGE = 0.95
"""Share of the encoder's numbers a checkpoint must bring to be of use."""


@dataclass(frozen=True)
class Report:
    """What loading matched, by our parameter names."""

    matched: tuple[str, ...]
    missing: tuple[str, ...]
    """In the model, not in the file."""
    unexpected: tuple[str, ...]
    """In the file, not in the model."""
    misshapen: tuple[str, ...]
    """In both, with different shapes, as "name (file's shape, model's shape)"."""
    coverage: float
    """Share of the encoder's numbers that came from the file."""

    @property
    def complete(self) -> bool:
        """Whether file and model hold exactly the same tensors."""
        return not (self.missing or self.unexpected or self.misshapen)

    def notes(self) -> tuple[str, ...]:
        """Sentences for the user; the first says how much matched."""
        total = len(self.matched) + len(self.missing) + len(self.misshapen)
        lines = [f"{len(self.matched)} of {total} tensors loaded, {self.coverage:.1%} of the encoder."]
        for words, names in (
            ("Missing in the file and left as initialised", self.missing),
            ("Not part of this model and left out", self.unexpected),
            ("Of another shape and left as initialised", self.misshapen),
        ):
            if names:
                lines.append(f"{words}: {_shortened(names)}.")
        return tuple(lines)


def compare(model: nn.Module, state: Mapping[str, Tensor]) -> Report:
    """Compares names and shapes, loading nothing."""
    own = model.state_dict()
    misshapen = {name for name in own if name in state and own[name].shape != state[name].shape}
    matched = tuple(name for name in own if name in state and name not in misshapen)
    encoder = {name: tensor.numel() for name, tensor in own.items() if name.startswith("encoder.")}
    found = sum(size for name, size in encoder.items() if name in state and name not in misshapen)
    return Report(
        matched=matched,
        missing=tuple(name for name in own if name not in state),
        unexpected=tuple(name for name in state if name not in own),
        misshapen=tuple(f"{name} ({tuple(state[name].shape)}, {tuple(own[name].shape)})" for name in own if name in misshapen),
        coverage=found / max(1, sum(encoder.values())),
    )


def load_strictly(model: nn.Module, state: Mapping[str, Tensor], name: str) -> Report:
    """Loads a checkpoint that must match the model tensor by tensor.

    Args:
        model: changed in place; untouched if anything differs.
        state: tensors by our names.
        name: what the user calls the checkpoint, for the message.

    Raises:
        CheckpointError: tensors are missing, unexpected or misshapen; the message lists them.
    """
    report = compare(model, state)
    if not report.complete:
        parts = [
            f"{words} {_shortened(names)}"
            for words, names in (
                ("missing", report.missing),
                ("unexpected", report.unexpected),
                ("misshapen", report.misshapen),
            )
            if names
        ]
        raise CheckpointError(f"Checkpoint '{name}' does not fit the model: {'; '.join(parts)}.")
    model.load_state_dict(dict(state), strict=True)
    return report


def transfer(model: nn.Module, state: Mapping[str, Tensor], name: str) -> Report:
    """Loads what fits, for a model whose heads differ from the checkpoint's; what does not fit is reported and stays as it was.

    Args:
        model: changed in place; its ``encoder`` must be covered.
        state: tensors by our names.
        name: what the user calls the checkpoint, for the message.

    Raises:
        CheckpointError: less than 95 % of the encoder is covered.
    """
    report = compare(model, state)
    if report.coverage < MIN_COVERAGE:
        wrong = _shortened([*report.misshapen, *(key for key in report.missing if key.startswith("encoder."))])
        share = f"{report.coverage:.1%} of the encoder and must cover {MIN_COVERAGE:.0%}"
        raise CheckpointError(f"Checkpoint '{name}' covers {share}; not found or misshapen: {wrong}.")
    model.load_state_dict({key: state[key] for key in report.matched}, strict=False)
    return report


def _shortened(names: tuple[str, ...] | list[str], limit: int = 6) -> str:
    more = f" and {len(names) - limit} more" if len(names) > limit else ""
    return ", ".join(names[:limit]) + more
