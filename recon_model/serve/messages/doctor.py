"""The input doctor: a cloud is examined after fixes, seen from 24 sides, and disturbed to see what its name withstands."""

from typing import Final, Literal

import msgspec

from recon_model.config import Damage, DamageKind
from recon_model.lexicon import Name
from recon_model.serve.messages.wire import Array, Message

FixKind = Literal["duplicates", "strays", "floor", "density", "crop"]


class Fix(msgspec.Struct, frozen=True):
    """One thing to do to a cloud; every fix only takes points away."""

    kind: FixKind
    up: str = ""  # of the file, where a floor is to be removed: it lies beneath what stands on it
    low: tuple[float, float, float] | None = None  # corners of the box that a crop keeps
    high: tuple[float, float, float] | None = None


class Finding(msgspec.Struct, frozen=True):
    """One thing found in a cloud, and what mends it."""

    sentence: str
    more: str  # the same in the field's terms: by which rule it was found
    fix: Fix | None = None
    verb: str = ""  # what the fix does, in two or three words


class ExamineCloud(Message, frozen=True):
    """To the reader: apply fixes to a cloud, in this order, and tell what it is like then. No file is opened: the points are here."""

    points: Array  # (n, 3) float32
    normals: Array | None = None  # (n, 3) float32
    origin: tuple[float, float, float] = (0.0, 0.0, 0.0)
    format: str = ""
    up: str = ""  # which direction of the file is up; without it no floor is looked for
    fixes: tuple[Fix, ...] = ()


class CloudExamined(Message, frozen=True):
    """What a cloud is like after its fixes."""

    kept: Array | None  # (m,) int32, rows of the points sent that the fixes left, rising; None for all
    removed: tuple[int, ...]  # points that each fix took away
    count: int
    extent: tuple[float, float, float]
    spacing: tuple[float, float, float]  # 10 % quantile, median and 90 % quantile of the distance to the nearest point
    judged: int  # on how many points spacing was measured
    units: str  # "m", "mm", "normalised" or ""
    why_units: str
    findings: tuple[Finding, ...]
    milliseconds: float


class LookFromSides(Message, frozen=True):
    """To the model: rank names for a prepared cloud in each of the 24 orientations that take axes to axes."""

    points: Array  # (N, 3) float32, prepared
    names: tuple[str | Name, ...]
    templates: str | tuple[str, ...] = "default"


class SidesSeen(Message, frozen=True):
    """The cloud's best name in each orientation."""

    rotations: Array  # (24, 3, 3) float32: a point p becomes rotation @ p
    names: tuple[str, ...]  # in the order asked
    best: Array  # (24,) int64, index of the best name
    shares: Array  # (24,) float32, of the best name
    margins: Array  # (24,) float32, how far it leads the next
    milliseconds: float


class DamageCloud(Message, frozen=True):
    """To the model: damage a cloud and rank names for what is left, as if its file had it so."""

    points: Array  # (n, 3) float32, y up, in the unit sphere
    damage: Damage
    names: tuple[str | Name, ...]
    templates: str | tuple[str, ...] = "default"
    up: str = "auto"  # how the damaged cloud is stood up: "auto" as the model judges, "+y" not at all


class CloudDamaged(Message, frozen=True):
    """A damaged cloud, and its names, best first."""

    points: Array  # (m, 3) float32, some of its points, where the cloud was
    count: int  # points it has
    names: tuple[str, ...]
    scores: Array  # (k,) float32, as in ``Scores``
    shares: Array  # (k,) float32
    notes: tuple[str, ...]  # one sentence for each thing done to the damaged cloud
    milliseconds: float


class TraceDamage(Message, frozen=True):
    """To the model: rank names as one kind of damage grows, over several draws; other kinds stay as they are."""

    points: Array  # (n, 3) float32, y up, in the unit sphere
    damage: Damage
    varied: DamageKind
    names: tuple[str | Name, ...]
    templates: str | tuple[str, ...] = "default"
    up: str = "auto"
    seeds: tuple[int, ...] = (0, 1, 2)


class DamageTraced(Message, frozen=True):
    """Shares of n names at S strengths over K draws."""

    strengths: tuple[float, ...]
    seeds: tuple[int, ...]  # one where nothing was drawn
    names: tuple[str, ...]  # in the order asked
    shares: Array  # (S, K, n) float32
    scores: Array  # (S, K, n) float32
    milliseconds: float


DoctorRequest = ExamineCloud | LookFromSides | DamageCloud | TraceDamage
DoctorReply = CloudExamined | SidesSeen | CloudDamaged | DamageTraced
LONG: Final = (LookFromSides, TraceDamage)
"""Patient questions, see ``messages.PATIENT``."""
