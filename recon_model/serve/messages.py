"""The words spoken between the window and its helper processes: the one seam of the project.

Every request carries an ``id`` and everything it needs, so a helper keeps no state that a restart could lose.
Every reply names the request it answers; the window drops replies to requests it has since replaced.
Arrays travel as raw little-endian bytes with their dtype and shape. No torch is needed to read this module.
"""

from typing import Any, Self

import msgspec
import numpy as np
import numpy.typing as npt

from recon_model.errors import ServeError

_DTYPES = ("<f4", "<f8", "<i4", "<i8", "|u1", "|b1")


class Array(msgspec.Struct, frozen=True):
    """A numpy array on the wire."""

    dtype: str
    shape: tuple[int, ...]
    data: bytes

    @classmethod
    def of(cls, values: npt.ArrayLike) -> Self:
        """Packs an array; integers, floats, uint8 and booleans only."""
        array = np.ascontiguousarray(values)
        if array.dtype.str not in _DTYPES:
            raise ServeError(f"dtype ({array.dtype.str}) must be one of {', '.join(_DTYPES)}.")
        return cls(dtype=array.dtype.str, shape=array.shape, data=array.tobytes())

    def numpy(self) -> npt.NDArray[Any]:
        """Unpacks to a read-only view of the received bytes.

        Raises:
            ServeError: dtype unknown, or the bytes do not fill the shape.
        """
        if self.dtype not in _DTYPES or any(side < 0 for side in self.shape):
            raise ServeError(f"array ({self.dtype}, {self.shape}) has a dtype or shape that is not allowed.")
        try:
            return np.frombuffer(self.data, dtype=self.dtype).reshape(self.shape)
        except ValueError as error:
            raise ServeError(f"array of {len(self.data)} bytes does not fill {self.dtype} {self.shape}.") from error


class Message(msgspec.Struct, frozen=True, tag=True, kw_only=True):
    """Base of everything on the wire; the class name is the tag."""

    id: int


# ---------------------------------------------------------------- requests


class ReadCloud(Message, frozen=True):
    """To the reader: open a user's file and return at most ``max_points`` points of it."""

    path: str
    max_points: int = 1_000_000
    seed: int = 0


class Shutdown(Message, frozen=True):
    """To any role: finish and exit 0."""


class LoadModel(Message, frozen=True):
    """To the model: load a checkpoint ("default" or a path) and make it the current one."""

    source: str = "default"
    device: str = "auto"


class PrepareCloud(Message, frozen=True):
    """To the model: sample a cloud to the model's number of points, centre and scale it, and cut it into patches."""

    points: Array  # (n, 3) float32


class Reconstruct(Message, frozen=True):
    """To the model: hide patches of a prepared cloud and rebuild them.

    ``hidden`` (G,) bool overrides ratio, strategy and seed when given.
    """

    points: Array  # (N, 3) float32, as returned by PrepareCloud
    mask_ratio: float = 0.6
    strategy: str = "random"
    seed: int = 0
    hidden: Array | None = None


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


class ClassifyByWords(Message, frozen=True):
    """To the model: rank names for a prepared cloud by its zero-shot score."""

    points: Array  # (N, 3) float32, prepared
    names: tuple[str, ...]
    templates: str = "default"


# ---------------------------------------------------------------- replies


class Ready(Message, frozen=True):
    """A helper is up (id 0): its role and the versions it runs."""

    role: str
    versions: dict[str, str]


class Progress(Message, frozen=True):
    """A long request goes on: ``fraction`` in 0..1, or -1 where unknown."""

    fraction: float
    text: str


class Failed(Message, frozen=True):
    """A request could not be done; ``sentence`` is what the user reads. ``fault`` is true when it is our mistake."""

    sentence: str
    fault: bool = False


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


class ModelLoaded(Message, frozen=True):
    """The current model: its card (JSON text), device in words, and what loading matched."""

    name: str
    card: str
    device: str
    parameters: int
    depth: int
    heads: int
    num_groups: int
    notes: tuple[str, ...]


class CloudPrepared(Message, frozen=True):
    """A cloud as the model takes it. ``points = (original[indices] - centre) / scale``."""

    points: Array  # (N, 3) float32
    indices: Array  # (N,) int64 into the cloud sent; repeats where it held fewer than N points
    centre: tuple[float, float, float]
    scale: float
    centres: Array  # (G, 3) float32
    members: Array  # (G, k) int64 into points
    milliseconds: float


class Reconstructed(Message, frozen=True):
    """Rebuilt patches, in the prepared cloud's coordinates."""

    hidden: Array  # (G,) bool
    rebuilt: Array  # (M, k, 3) float32, hidden patches in ascending order of patch index
    chamfer: Array  # (M,) float32: squared Chamfer distance (mean both ways) of each rebuilt patch to the true one
    milliseconds: float


class Attended(Message, frozen=True):
    """Attention weights over all patches; hidden ones hold 0."""

    weights: Array  # (G,) float32
    token: str
    patch: int
    layer: int
    head: int
    milliseconds: float


class Scores(Message, frozen=True):
    """Names with their scores, best first."""

    names: tuple[str, ...]
    scores: Array  # (n,) float32 cosine similarity
    probabilities: Array  # (n,) float32 softmax at the model's temperature
    milliseconds: float


Request = ReadCloud | Shutdown | LoadModel | PrepareCloud | Reconstruct | Attend | ClassifyByWords
Reply = Ready | Progress | Failed | CloudRead | ModelLoaded | CloudPrepared | Reconstructed | Attended | Scores

_encoder = msgspec.msgpack.Encoder()
_requests: msgspec.msgpack.Decoder[Request] = msgspec.msgpack.Decoder(Request)
_replies: msgspec.msgpack.Decoder[Reply] = msgspec.msgpack.Decoder(Reply)


def encode(message: Request | Reply) -> bytes:
    """Returns the body of one frame."""
    return _encoder.encode(message)


def decode_request(body: bytes | memoryview) -> Request:
    """Reads a request; raises ServeError when it is none."""
    try:
        return _requests.decode(body)
    except msgspec.DecodeError as error:
        raise ServeError(f"a request could not be read: {error}.") from error


def decode_reply(body: bytes | memoryview) -> Reply:
    """Reads a reply; raises ServeError when it is none."""
    try:
        return _replies.decode(body)
    except msgspec.DecodeError as error:
        raise ServeError(f"a reply could not be read: {error}.") from error
