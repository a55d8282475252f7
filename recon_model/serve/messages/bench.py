"""The bench: hidden patches rebuilt, and where a token looks."""

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


class Attend(Message, frozen=True):
    """To the model: where a token looks, among the patches that are not hidden.

    ``token`` is "cls", "img", "text" (query stream) or "patch" (self-attention of ``patch``).
    ``head`` -1 means the mean over heads; ``layer`` counts from 0, negative from the end.
    """

    points: Array  # (N, 3) float32, prepared
    hidden: Array  # (G,) bool
    token: str = "cls"
    patch: int = 0
    layer: int = -1
    head: int = -1


class Attended(Message, frozen=True):
    """Attention weights over all patches; hidden ones hold 0."""

    weights: Array  # (G,) float32
    token: str
    patch: int
    layer: int
    head: int
    milliseconds: float
