"""The time-lapse of the bench: one cloud, one mask and one query as a checkpoint of a run answers them."""

from typing import Final

from recon_model.serve.messages.bench import Reconstructed
from recon_model.serve.messages.clouds import CloudPrepared
from recon_model.serve.messages.explain import AttendedAll
from recon_model.serve.messages.wire import Array, Message


class RebuildAt(Message, frozen=True):
    """To the model: cut a cloud, rebuild its hidden patches and collect all attention, by a checkpoint beside the current model.

    ``hidden`` (G,) bool is used where the checkpoint cuts the cloud at ``centres`` (G, 3); elsewhere ratio, strategy and seed draw a mask.
    """

    checkpoint: str
    points: Array  # (n, 3) float32
    up: str  # which direction of the file is up; checkpoints do not judge
    hidden: Array
    centres: Array  # float32
    mask_ratio: float
    strategy: str
    seed: int


class RebuiltAt(Message, frozen=True):
    """What ``PrepareCloud``, ``Reconstruct`` and ``AttendAll`` would be answered by that checkpoint."""

    prepared: CloudPrepared
    rebuilt: Reconstructed
    attended: AttendedAll
    same_mask: bool  # whether the mask is the one asked for, patch by patch


LONG: Final = (RebuildAt,)
"""Patient questions, see ``messages.PATIENT``."""
