"""Model B, the rival: a second model that rebuilds what the loaded one rebuilds, so that the two can be compared."""

from recon_model.serve.messages.wire import Array, Message


class OpenRival(Message, frozen=True):
    """To the model: load a second checkpoint beside the current one; answered by ``ModelLoaded``."""

    source: str = "default"
    device: str = "auto"


class RebuildByRival(Message, frozen=True):
    """To the model: let the second model rebuild the hidden patches of a prepared cloud.

    The checkpoint is named again, so that a restarted helper can open it anew. ``hidden`` (G,) bool and ``centres`` (G, 3) float32 are
    those of the current model: one mask means the same to both only where they cut the cloud at the same places.
    """

    source: str
    points: Array  # (N, 3) float32, as returned by PrepareCloud
    hidden: Array  # (G,) bool
    centres: Array  # (G, 3) float32
    device: str = "auto"


class RivalRebuilt(Message, frozen=True):
    """What the second model rebuilt; as ``Reconstructed``, with the points a patch as the second model cuts them."""

    hidden: Array  # (G,) bool
    rebuilt: Array  # (M, k, 3) float32
    chamfer: Array  # (M,) float32
    group_size: int
    milliseconds: float


class CloseRival(Message, frozen=True):
    """To the model: forget the second model."""


class RivalClosed(Message, frozen=True):
    """The second model is forgotten."""


RivalRequest = OpenRival | RebuildByRival | CloseRival
RivalReply = RivalRebuilt | RivalClosed
