"""What a predictor gives back: numpy arrays, and a model in short."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from recon_model.geometry.preparation import Floats, Indices
from recon_model.sides import Sides
from recon_model.standing import AS_GIVEN, Stance

Flags = npt.NDArray[np.bool_]


# Results hold arrays and compare by identity.
@dataclass(frozen=True, eq=False)
class Prepared:
    """A cloud as the model takes it: ``points = (original[indices] - centre) / scale @ stance.rotation.T``."""

    points: Floats  # (N, 3)
    indices: Indices  # (N,) into the cloud given; repeats where it held fewer than N points
    centre: tuple[float, float, float]  # in the units given
    scale: float  # in the units given
    centres: Floats  # (G, 3)
    members: Indices  # (G, k) into points
    notes: tuple[str, ...]  # one sentence for each thing done beyond sampling, centring and scaling
    stance: Stance = AS_GIVEN

    def inward(self, points: npt.ArrayLike) -> Floats:
        """Takes points (n, 3) of the cloud given to prepared coordinates."""
        moved = (np.asarray(points, np.float64) - np.asarray(self.centre)) / self.scale
        inside: Floats = (moved @ self.stance.rotation.T).astype(np.float32)
        return inside

    def outward(self, points: npt.ArrayLike) -> npt.NDArray[np.float64]:
        """Takes points (n, 3) in prepared coordinates back to those of the cloud given."""
        back: npt.NDArray[np.float64] = np.asarray(points, np.float64) @ self.stance.rotation * self.scale + np.asarray(self.centre)
        return back


@dataclass(frozen=True, eq=False)
class Reconstruction:
    """Rebuilt patches, in prepared coordinates."""

    hidden: Flags  # (G,)
    rebuilt: Floats  # (M, k, 3), ascending by patch index
    chamfer: Floats  # (M,) squared Chamfer distance, mean forward plus mean backward, of each rebuilt patch to the true one


@dataclass(frozen=True, eq=False)
class Embedding:
    """Features of B clouds."""

    features: Floats  # (B, 2C): [max over the queries; max plus mean over the patches], for a linear SVM or a map (spec §5)
    sides: Sides | None  # to compare with words; None where the two teachers of the model do not share a space
    images: Floats | None = None  # (B, D): what the model expects the image teacher to make of a picture; to compare with pictures
    errors: Floats | None = None  # (B,): mean Chamfer distance of hidden patches, see ``Predictor.embed``
    labels: Floats | None = None  # (B, L): shares of the fine-tuned head's labels; None where the model has none

    @property
    def projected(self) -> Floats | None:
        """(B, D): one feature a cloud to compare with words, whatever names are on offer."""
        return None if self.sides is None else self.sides.mean()


@dataclass(frozen=True)
class About:
    """A model in short."""

    name: str
    device: str  # in words
    precision: str  # "float32" or "bfloat16": what matrix products take where it answers
    parameters: int
    depth: int
    heads: int
    num_groups: int
    notes: tuple[str, ...]  # what loading matched, one sentence each
