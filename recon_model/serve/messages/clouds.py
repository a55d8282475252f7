"""Clouds: a user's file to the reader, what it holds back, and the cloud as the model takes it."""

from recon_model.serve.messages.wire import Array, Message


class ReadCloud(Message, frozen=True):
    """To the reader: open a user's file and return at most ``max_points`` points of it."""

    path: str
    max_points: int = 1_000_000
    seed: int = 0


class CloudRead(Message, frozen=True):
    """What a user's file holds. Points are float32 after subtracting ``origin`` in float64."""

    path: str
    format: str
    kind: str  # "points" or "mesh"
    vertex_count: int  # points or vertices really in the file
    face_count: int
    points: Array  # (n, 3) float32; for a mesh, samples of its surface by area
    origin: tuple[float, float, float]
    colours: Array | None  # (n, 3) uint8
    normals: Array | None  # (n, 3) float32, unit length
    notes: tuple[str, ...]  # one sentence for each thing done to the data
    seconds: float


class PrepareCloud(Message, frozen=True):
    """To the model: sample a cloud to the model's number of points, centre and scale it, and cut it into patches."""

    points: Array  # (n, 3) float32


class CloudPrepared(Message, frozen=True):
    """A cloud as the model takes it. ``points = (original[indices] - centre) / scale``."""

    points: Array  # (N, 3) float32
    indices: Array  # (N,) int64 into the cloud sent; repeats where it held fewer than N points
    centre: tuple[float, float, float]
    scale: float
    centres: Array  # (G, 3) float32
    members: Array  # (G, k) int64 into points
    milliseconds: float
