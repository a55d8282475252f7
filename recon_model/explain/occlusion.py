"""Leave one patch out: what the model's answer loses without each patch."""

from dataclasses import dataclass

import torch
from torch import Tensor

from recon_model.errors import InputError
from recon_model.explain.arrays import Floats, floats
from recon_model.explain.probe import Measure, Probe


@dataclass(frozen=True, eq=False)
class Occlusion:
    """A number measured with every patch the mask shows, and again without each one of them."""

    measured: str
    """What was measured: "error" or "phrase"."""
    whole: float
    """With all that the mask shows."""
    without: Floats
    """(G,): without that patch as well; for a hidden patch nothing changes, so it is ``whole``."""

    @property
    def effect(self) -> Floats:
        """(G,): how much the patch helps; above 0 where the score falls or the error grows without it."""
        change = self.without - self.whole
        return change if self.measured == "error" else -change


def leave_one_out(unseen: Tensor) -> Tensor:
    """The masks that hide one more patch each: (G,) bool -> (V, G) bool.

    Raises:
        InputError: only one patch is visible.
    """
    visible = (~unseen).nonzero().squeeze(1)
    if len(visible) < 2:
        raise InputError(f"hidden ({int(unseen.sum())} of {len(unseen)} patches) must leave at least two patches visible to leave one out.")
    return unseen.repeat(len(visible), 1).scatter_(1, visible.unsqueeze(1), True)


def occlude(measure: Measure, unseen: Tensor, measured: str) -> Occlusion:
    """Measures with each visible patch left out (Zeiler & Fergus, *Visualizing and Understanding Convolutional Networks*, ECCV 2014, §4.2,
    with patches for squares). Departure: a patch is not greyed but truly absent, as in the model's own training.

    Args:
        measure: what to measure.
        unseen: (G,) bool, patches hidden throughout.
        measured: see ``Occlusion.measured``.

    Raises:
        InputError: only one patch is visible.
    """
    values = measure(torch.cat([unseen.unsqueeze(0), leave_one_out(unseen)]))
    without = values[0].repeat(len(unseen)).masked_scatter(~unseen, values[1:])
    return Occlusion(measured, float(values[0]), floats(without))


def errors_alone(probe: Probe, unseen: Tensor) -> Floats:
    """How badly each patch is rebuilt when it alone is asked for: (G,) squared Chamfer distance.

    A visible patch is rebuilt from the other visible ones; a hidden one from all visible ones, without the places of other hidden
    patches, which the decoder reads when it rebuilds them together.

    Raises:
        InputError: only one patch is visible.
    """
    leave_one_out(unseen)
    each = torch.eye(len(unseen), dtype=torch.bool, device=unseen.device)
    return floats(probe.errors(unseen | each, each).diagonal())
