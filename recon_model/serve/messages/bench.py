"""The bench: hidden patches rebuilt."""

from recon_model.serve.messages.wire import Array, Message


class Reconstruct(Message, frozen=True):
    """To the model: hide patches of a prepared cloud and rebuild them.

    ``hidden`` (G,) bool overrides ratio, strategy and seed when given.
    """

    points: Array  # (N, 3) float32, as returned by PrepareCloud
    mask_ratio: float = 0.6
    strategy: str = "random"
    seed: int = 0
    hidden: Array | None = None


class Reconstructed(Message, frozen=True):
    """Rebuilt patches, in the prepared cloud's coordinates."""

    hidden: Array  # (G,) bool
    rebuilt: Array  # (M, k, 3) float32, hidden patches in ascending order of patch index
    chamfer: Array  # (M,) float32: squared Chamfer distance (mean both ways) of each rebuilt patch to the true one
    milliseconds: float
