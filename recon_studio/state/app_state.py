"""Everything the window shows, as frozen values. A change makes a new AppState; the views draw the difference."""

from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import numpy.typing as npt

from recon_studio.state.doctor import Doctor
from recon_studio.state.explain import Explain
from recon_studio.state.listing import Listing
from recon_studio.state.training import TrainingState
from recon_studio.state.view_state import ViewState
from recon_studio.state.wording import Wording, WordsState

if TYPE_CHECKING:
    from recon_studio.state.embeddings import Embeddings, EmbeddingWork
    from recon_studio.state.map import MapState
    from recon_studio.state.replay import Replay

Floats = npt.NDArray[np.float32]
Indices = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

Theme = Literal["light", "dark"]
Room = Literal["bench", "words", "map", "training"]
ItemStatus = Literal["queued", "reading", "ready", "failed"]
BackendStatus = Literal["starting", "ready", "busy", "restarting", "failed"]
Token = Literal["cls", "img", "text", "patch", "mask"]
Tool = Literal["turn", "brush", "lasso"]  # what a drag with the left button does in a view


UPS = ("+y", "-y", "+x", "-x", "+z", "-z")
"""Directions that can be up in a file; "+y" is how models want it."""


# Values that hold arrays compare by identity: a new array is always a new value.
@dataclass(frozen=True, eq=False)
class Cloud:
    """A cloud as its file holds it, in the file's units after subtracting ``origin``."""

    key: str
    format: str
    kind: str
    vertex_count: int
    face_count: int
    points: Floats  # (n, 3)
    origin: tuple[float, float, float]
    colours: npt.NDArray[np.uint8] | None  # (n, 3)
    normals: Floats | None  # (n, 3)
    notes: tuple[str, ...]
    parts: npt.NDArray[np.int32] | None = None  # (n,) the part or class each point belongs to

    @cached_property
    def bounds(self) -> tuple[tuple[float, ...], tuple[float, ...]]:
        """The lowest and the highest coordinate along each axis; zeros where there is no point."""
        if not len(self.points):
            return (0.0,) * 3, (0.0,) * 3
        # Column by column: along the first axis of an array of a million rows numpy takes ten times as long.
        return tuple(float(column.min()) for column in self.points.T), tuple(float(column.max()) for column in self.points.T)


@dataclass(frozen=True, eq=False)
class Prepared:
    """The cloud as the model takes it: sampled, centred, scaled, stood up, cut into patches."""

    key: str
    points: Floats  # (N, 3)
    indices: Indices  # (N,) into Cloud.points
    centre: tuple[float, float, float]
    scale: float
    centres: Floats  # (G, 3)
    members: Indices  # (G, k) into points
    rotation: Floats = field(default_factory=lambda: np.eye(3, dtype=np.float32))  # (3, 3) that stood the cloud up
    up: str = UPS[0]  # which direction of the file is up now
    up_chances: Floats | None = None  # (6,) of +y -y +x -x +z -z, as the model sees it
    doubt: Floats | None = None  # (6,) the same of the cloud as it stands now; None where how it stands is not in doubt
    notes: tuple[str, ...] = ()  # what was done beyond sampling, centring and scaling

    def inward(self, points: Floats) -> Floats:
        """Takes points (n, 3) of ``Cloud.points`` to prepared coordinates."""
        moved: Floats = ((points - np.asarray(self.centre, dtype=np.float32)) / self.scale).astype(np.float32)
        return moved if self.up == UPS[0] else moved @ self.rotation.T

    def outward(self, points: npt.ArrayLike) -> npt.NDArray[np.float64]:
        """Takes points (n, 3) in prepared coordinates back to those of ``Cloud.points``."""
        back: npt.NDArray[np.float64] = np.asarray(points, np.float64) @ self.rotation * self.scale + np.asarray(self.centre)
        return back


@dataclass(frozen=True, eq=False)
class Reconstruction:
    """What the model rebuilt of the hidden patches, in prepared coordinates."""

    key: str
    hidden: Flags  # (G,)
    rebuilt: Floats  # (M, k, 3)
    chamfer: Floats  # (M,)
    milliseconds: float


@dataclass(frozen=True, eq=False)
class Attention:
    """Where one token looks: a weight for each patch, 0 for those it cannot see; or how that differs between two tokens."""

    key: str
    query: "AttentionQuery"
    weights: Floats  # (G,)
    hidden: Flags  # (G,) the mask it was asked under


@dataclass(frozen=True)
class AttentionQuery:
    """Which token is asked where it looks; ``layer`` counts from 0 (-1 the last), ``head`` -1 is the mean.

    "patch" is the patch's token in the encoder, or its mask token in the decoder while it is hidden; "mask" all mask tokens in the mean.
    ``rollout`` goes through all layers and heads instead of one. From all this, where ``minus`` looks is subtracted, if it is given.
    """

    token: Token = "cls"
    patch: int = 0
    layer: int = -1
    head: int = -1
    rollout: bool = False
    minus: Token | None = None
    minus_patch: int = 0

    def without_patches(self) -> "AttentionQuery":
        """Returns what still means something on another cloud: its patches lie elsewhere."""
        token = "cls" if self.token == "patch" else self.token
        minus = None if self.minus == "patch" else self.minus
        return replace(self, token=token, patch=0, minus=minus, minus_patch=0)


@dataclass(frozen=True)
class Mask:
    """Which patches are hidden: by ratio, strategy and seed, or one by one when ``hidden`` is set."""

    ratio: float = 0.6
    strategy: str = "random"
    seed: int = 0
    hidden: tuple[bool, ...] | None = None


@dataclass(frozen=True)
class Score:
    """One name's rank: cosine similarity of its best phrase, less what negatives take away, and its share among the names offered."""

    name: str
    similarity: float
    probability: float
    phrase: str = ""  # the name or the synonym that fitted best
    lowered: float = 0.0  # what a negative that fits better took away
    negative: str = ""  # which one


@dataclass(frozen=True)
class Item:
    """One cloud of the library: a file, or one cloud of a file that holds several."""

    key: str  # absolute path; with "#" and its number for one cloud of several
    name: str
    status: ItemStatus = "queued"
    sentence: str = ""  # why it failed, or what was noted
    tags: tuple[str, ...] = ()
    clouds: int = 1  # how many the file holds
    member: int = -1  # which of the file's clouds, -1: the file itself, of which the first is shown
    label: str = ""  # its class, where the file says so

    @property
    def path(self) -> str:
        """The file it lies in."""
        return self.key if self.member < 0 else self.key.rpartition("#")[0]


@dataclass(frozen=True)
class Model:
    """The loaded model, as its card describes it."""

    name: str
    device: str
    parameters: int
    depth: int
    heads: int
    num_groups: int
    card: dict[str, Any] = field(default_factory=dict, compare=False)
    notes: tuple[str, ...] = ()
    precision: str = "float32"


@dataclass(frozen=True, eq=False)
class Rival:
    """Model B, beside the loaded one (A), under the same mask of the same cloud."""

    model: Model
    source: str  # "default" or the path of its checkpoint
    reconstruction: Reconstruction | None = None
    group_size: int = 0  # points a patch, as B cuts the cloud
    sentence: str = ""  # why it cannot be laid beside A, empty where it can


@dataclass(frozen=True)
class Job:
    """One line of the activity bar; ``fraction`` -1 while unknown, ``seconds_left`` None while unknown."""

    id: int
    title: str
    fraction: float = -1.0
    seconds_left: float | None = None
    cancellable: bool = True


@dataclass(frozen=True)
class Notice:
    """Something the user should know: plain, or an error."""

    sentence: str
    level: Literal["info", "warning", "error"] = "info"


DEFAULT_NAMES = ("chair", "table", "sofa", "bed", "lamp", "airplane", "car", "guitar", "person", "bottle")  # the samples' own among them


@cache
def _new_map() -> "MapState":
    from recon_studio.state.map import MapState  # which is made of values defined here

    return MapState()


@dataclass(frozen=True)
class AppState:
    """The whole window in one value."""

    items: tuple[Item, ...] = ()
    current: str | None = None  # key of the item shown
    listing: Listing = field(default_factory=Listing)
    cloud: Cloud | None = None
    prepared: Prepared | None = None
    mask: Mask = Mask()
    reconstruction: Reconstruction | None = None
    query: AttentionQuery = AttentionQuery()
    attention: Attention | None = None
    selected_patch: int | None = None
    names: tuple[str, ...] = DEFAULT_NAMES
    scores: tuple[Score, ...] = ()
    model: Model | None = None
    reader: BackendStatus = "starting"
    engine: BackendStatus = "starting"  # the model process
    jobs: tuple[Job, ...] = ()
    notices: tuple[Notice, ...] = ()
    recent: tuple[str, ...] = ()
    theme: Theme = "light"
    room: Room = "bench"
    tool: Tool = "turn"
    explain: Explain = field(default_factory=Explain)
    doctor: Doctor = field(default_factory=Doctor)
    leaks: bool = False  # whether the Seen view tells truly hidden points from those that overlap leaks
    views: ViewState = field(default_factory=ViewState)
    rival: Rival | None = None  # model B
    replay: "Replay | None" = None  # a run's checkpoints in place of the model, while they are looked at
    training: TrainingState = field(default_factory=TrainingState)
    session: str = ""  # the file that the session is kept in by the user's wish; empty while there is none
    can_undo: str = ""  # what undo would take back, in words; empty when nothing
    can_redo: str = ""
    last_milliseconds: float | None = None
    words: WordsState = field(default_factory=lambda: WordsState(Wording("\n".join(DEFAULT_NAMES))))
    embeddings: "Embeddings | None" = None  # of the library's clouds, by the current model
    embedding: "EmbeddingWork | None" = None  # while the library is being embedded
    map: "MapState" = field(default_factory=lambda: _new_map())  # one value, the same for every new state
