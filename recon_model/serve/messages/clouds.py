"""Clouds: a user's file to the reader, what it holds back, and the cloud as the model takes it."""

import msgspec

from recon_model.serve.messages.wire import Array, Message


class ReadCloud(Message, frozen=True):
    """To the reader: open a user's file and return at most ``max_points`` points of it; of a stack of clouds, the one asked for."""

    path: str
    max_points: int = 1_000_000
    seed: int = 0
    member: int = 0


class Glance(Message, frozen=True):
    """To the reader: a few points of a file, for a list; answered as ``ReadCloud`` is, but never ahead of it nor in its way."""

    path: str
    max_points: int = 1024
    seed: int = 0
    member: int = 0


class DataSet(msgspec.Struct, frozen=True):
    """What a file of several clouds says of them all."""

    clouds: int
    labels: Array | None = None  # (clouds,) int64 into names
    names: tuple[str, ...] = ()


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
    parts: Array | None = None  # (n,) int32: the part or class each point belongs to
    dataset: DataSet | None = None  # where this is one of several clouds


class WriteCloud(Message, frozen=True):
    """To the reader: write points as a PLY file, whole or not at all."""

    path: str
    points: Array  # (n, 3) float32
    origin: tuple[float, float, float] = (0.0, 0.0, 0.0)  # added in float64
    colours: Array | None = None  # (n, 3) uint8
    normals: Array | None = None  # (n, 3)
    scalars: dict[str, Array] = msgspec.field(default_factory=dict)  # one (n,) of each: floats, or integers of 32 bits
    centres: Array | None = None  # (G, 3) of patches: each point is told the nearest, as the scalar "patch"
    of_patches: dict[str, Array] = msgspec.field(default_factory=dict)  # one (G,) of each: each point is given its patch's


class CloudWritten(Message, frozen=True):
    """The file is there."""

    path: str
    bytes: int


class PrepareCloud(Message, frozen=True):
    """To the model: sample a cloud to the model's number of points, centre, scale and stand it up, and cut it into patches."""

    points: Array  # (n, 3) float32
    up: str = "auto"  # which direction of the file is up: "+y", "-y", "+x", "-x", "+z", "-z", or "auto" for the model's judgement


class CloudPrepared(Message, frozen=True):
    """A cloud as the model takes it. ``points = (original[indices] - centre) / scale @ rotation.T``."""

    points: Array  # (N, 3) float32
    indices: Array  # (N,) int64 into the cloud sent; repeats where it held fewer than N points
    centre: tuple[float, float, float]
    scale: float
    centres: Array  # (G, 3) float32
    members: Array  # (G, k) int64 into points
    milliseconds: float
    up: str = "+y"  # which direction of the file is up now
    rotation: Array | None = None  # (3, 3) float32; None where the cloud stands as it was given
    up_chances: Array | None = None  # (6,) float32, of +y -y +x -x +z -z, as the model sees it; None where it does not judge
    doubt: Array | None = None  # (6,) float32: the same of the cloud as it stands now; None where how it stands is not in doubt
    notes: tuple[str, ...] = ()  # one sentence for each thing done beyond sampling, centring and scaling
