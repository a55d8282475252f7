"""What is done to clouds before they are measured: turned about y, laid on any side, a part taken away."""

from dataclasses import dataclass

import numpy as np

from recon_model.data.labelled import LabelledClouds
from recon_model.errors import ConfigError
from recon_model.geometry.augment import axis_rotation
from recon_model.geometry.orientation import ORIENTATIONS
from recon_model.geometry.preparation import Floats


@dataclass(frozen=True, kw_only=True)
class Disturbance:
    """What happens to every cloud, in this order: points go missing, it turns about y, it is laid on a side."""

    missing: float = 0.0
    """Share of the points removed: those nearest to one of them, drawn at random, so the gap is one region."""
    rotate_y: bool = False
    """Whether each cloud is turned about y by its own random angle."""
    orientations: bool = False
    """Whether each cloud is brought to one of the 24 axis orientations, drawn at random."""
    seed: int = 0
    """Seed; cloud number i of a data set draws from (seed, i), whichever others are measured with it."""

    def __post_init__(self) -> None:
        if not 0.0 <= self.missing < 1.0:
            raise ConfigError(f"missing ({self.missing}) must be at least 0 and below 1.")
        if not 0 <= self.seed < 2**63:
            raise ConfigError(f"seed ({self.seed}) must be at least 0 and below 2^63.")

    def apply(self, data: LabelledClouds) -> LabelledClouds:
        """Returns the data set with every cloud disturbed."""
        if not (self.missing or self.rotate_y or self.orientations):
            return data
        return data._replace(points=[self.disturb(cloud, index) for index, cloud in enumerate(data.points)])

    def disturb(self, cloud: Floats, index: int) -> Floats:
        """Disturbs one cloud (P, 3), number ``index`` of its data set; P falls where points go missing, but never to 0."""
        rng = np.random.default_rng((self.seed, index))
        # Each draw is made whether it is wanted or not: the same cloud turns by the same angle with and without a gap.
        middle, angle, side = int(rng.integers(len(cloud))), rng.random() * 2 * np.pi, int(rng.integers(len(ORIENTATIONS)))
        points = np.asarray(cloud, np.float64)
        if self.missing:
            gaps = np.square(points - points[middle]).sum(1)
            points = points[np.sort(np.argsort(gaps, kind="stable")[int(self.missing * len(points)) :])]
        if self.rotate_y:
            points = points @ axis_rotation(np.array([0.0, 1.0, 0.0]), angle).T
        if self.orientations:
            points = points @ ORIENTATIONS[side].T
        return points.astype(np.float32)

    def in_words(self) -> str:
        """Says what was done, for the protocol."""
        done = [f"{self.missing:.0%} of the points removed, those nearest to a random one"] if self.missing else []
        done += ["turned about y by a random angle"] if self.rotate_y else []
        done += [f"turned to a random one of the {len(ORIENTATIONS)} axis orientations"] if self.orientations else []
        return f"every cloud disturbed: {', '.join(done)} (seed {self.seed})" if done else "pose as given"


UNDISTURBED = Disturbance()
