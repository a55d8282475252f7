"""What the input doctor knows: what is to be done to the cloud, what was found in it, and how it looks from other sides."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from recon_model.serve.messages import Finding, Fix

if TYPE_CHECKING:
    from recon_studio.state.app_state import Cloud, Prepared

AUTO = "auto"
"""The way up is the model's to judge."""


@dataclass(frozen=True)
class Treatment:
    """What is done to the cloud before the model sees it; undo covers it, another cloud ends it."""

    fixes: tuple[Fix, ...] = ()
    up: str = AUTO


@dataclass(frozen=True)
class Report:
    """What a cloud is like after some fixes."""

    fixes: tuple[Fix, ...]
    removed: tuple[int, ...]  # points that each took away
    up: str  # which direction was taken for up, "" where none was
    count: int
    spacing: tuple[float, float, float]  # 10 % quantile, median, 90 % quantile
    judged: int  # on how many points spacing was measured
    units: str
    why_units: str
    findings: tuple[Finding, ...]


# Values that hold arrays compare by identity: a new array is always a new value.
@dataclass(frozen=True, eq=False)
class Sides:
    """The best name of a prepared cloud in each of the 24 axis orientations."""

    prepared: "Prepared"
    names: tuple[str, ...]
    rotations: npt.NDArray[np.float32]  # (24, 3, 3) from prepared coordinates
    best: npt.NDArray[np.int64]  # (24,) index into names
    shares: npt.NDArray[np.float32]  # (24,)
    margins: npt.NDArray[np.float32]  # (24,)


@dataclass(frozen=True)
class Doctor:
    """All of the room that is the doctor's."""

    original: "Cloud | None" = None  # as the reader gave it; AppState.cloud is what the fixes left
    treatment: Treatment = field(default_factory=Treatment)
    report: Report | None = None
    looking: bool = False  # whether the view from all sides is open
    sides: Sides | None = None
