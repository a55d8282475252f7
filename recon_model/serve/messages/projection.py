"""The map: features laid out in a plane, frame by frame, and new ones placed among them."""

from recon_model.serve.messages.wire import Array, Message


class StartProjection(Message, frozen=True):
    """To the projection: lay features out. ``ProjectionFrame``s come while it works, ``Projected`` in the end."""

    features: Array | str  # (n, d) float32, or the path of an .npy that holds them: large ones would hold up whoever packs them
    method: str = "tsne"  # or "pca": at once
    perplexity: float = 30.0
    iterations: int = 750
    seed: int = 0
    start: str = "pca"  # or "random"
    initial: Array | None = None  # (n, 2) float32: where to start from instead
    labels: Array | None = None  # (n,) int64, negative where unknown: for the accuracy of neighbours
    clusters: int = 10  # groups found in the features
    frame_ms: int = 60  # frames come at most this often


class ProjectionFrame(Message, frozen=True):
    """Where the clouds are now; others of the same request follow."""

    iteration: int
    iterations: int
    coordinates: Array  # (n, 2) float32
    divergence: float  # Kullback-Leibler


class Projected(Message, frozen=True):
    """The map is finished, or was stopped."""

    coordinates: Array  # (n, 2) float32
    iteration: int
    iterations: int
    divergence: float  # NaN for PCA
    explained: float  # share of the variance in the plane, for PCA; else NaN
    stopped: bool
    trustworthiness: float
    features_accuracy: float  # of naming a labelled cloud by its neighbours in the features; NaN where labels are missing
    map_accuracy: float  # the same by its neighbours on the map
    neighbours: int  # of both
    clusters: Array  # (n,) int32
    seconds: float


class SteerProjection(Message, frozen=True):
    """To the projection: "pause", "continue" or "stop" what runs."""

    command: str


class ProjectionSteered(Message, frozen=True):
    """Heard; ``running`` is false when there was nothing to steer."""

    command: str
    running: bool


class PlaceClouds(Message, frozen=True):
    """To the projection: where new clouds would lie on a finished map, which does not move."""

    features: Array  # (m, d) float32
    reference: Array | str  # (n, d) float32, or the path of an .npy that holds them
    coordinates: Array  # (n, 2) float32
    method: str = "tsne"


class CloudsPlaced(Message, frozen=True):
    """Where they lie."""

    coordinates: Array  # (m, 2) float32
    neighbours: Array  # (m, k) int64 rows of the reference, nearest first
    milliseconds: float


ProjectionRequest = StartProjection | SteerProjection | PlaceClouds
ProjectionReply = ProjectionFrame | Projected | ProjectionSteered | CloudsPlaced
