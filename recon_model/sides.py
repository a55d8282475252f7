"""What clouds look like from every side that may be their top, and how words decide among these: numpy alone, for the window holds it, too.

A judge says how likely each side is to be up. It knows of no names on offer, and those tell more: where only furniture is, what looks
like a monitor as it lies and like a bathtub upside down is rather the bathtub, if monitors are not among them. By Bayes' rule the chance of
a side, given that the cloud is one of the names, is its chance times the share that these names have in all the model knows.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Indices = npt.NDArray[np.int64]


# Values that hold arrays compare by identity.
@dataclass(frozen=True, eq=False)
class Sides:
    """Features of B clouds from R sides, R >= B: those of a cloud follow each other, the one it stands on first."""

    features: Floats
    """(R, D), of any length: to compare with words."""
    counts: Indices
    """(B,) how many sides each cloud has, at least 1."""
    chances: Floats
    """(R,) how likely each is to be up; those of a cloud sum to 1."""
    known: Floats
    """(R,) how well it fits all names the model was taught: the log of the sum of ``exp(cosine / temperature)``; 0 where nothing judges."""

    @classmethod
    def single(cls, features: Floats) -> "Sides":
        """Clouds that are seen as they stand only, by their features (B, D)."""
        rows = len(features)
        return cls(features, np.ones(rows, np.int64), np.ones(rows, np.float32), np.zeros(rows, np.float32))

    @classmethod
    def joined(cls, parts: "Sequence[Sides]") -> "Sides":
        """The clouds of all parts, at least one, in a row."""
        return cls(*(np.concatenate([getattr(part, each.name) for part in parts]) for each in fields(cls)))

    def __len__(self) -> int:
        return len(self.counts)

    def fits(self) -> bool:
        """Whether the arrays belong together: asked of what came from a file or another process."""
        if self.features.ndim != 2 or self.counts.ndim != 1 or self.counts.dtype.kind != "i":
            return False
        rows = len(self.features)
        return self.chances.shape == self.known.shape == (rows,) and bool((self.counts >= 1).all()) and int(self.counts.sum()) == rows

    @property
    def starts(self) -> Indices:
        """(B,) which row is the first of each cloud's."""
        return np.cumsum(self.counts) - self.counts

    def of(self, clouds: npt.ArrayLike) -> "Sides":
        """Returns some clouds, by their places."""
        places = np.asarray(clouds, np.int64)
        counts = self.counts[places]
        rows = np.repeat(self.starts[places] - np.cumsum(counts) + counts, counts) + np.arange(counts.sum())
        return Sides(self.features[rows], counts, self.chances[rows], self.known[rows])

    def given(self, fits: npt.NDArray[np.float64]) -> Floats:
        """Returns the chance (R,) of each side if the clouds are one of some names each.

        Args:
            fits: (R,) how well each side fits these names, as ``known`` says it of all that were taught.
        """
        logits = np.log(np.maximum(self.chances, 1e-30)) + fits - self.known
        odds = np.exp(logits - np.repeat(np.maximum.reduceat(logits, self.starts), self.counts))
        return np.asarray(odds / np.repeat(np.add.reduceat(odds, self.starts), self.counts), np.float32)

    def mean(self, chances: Floats | None = None) -> Floats:
        """Returns the feature (B, D) that is to be expected of each cloud.

        Args:
            chances: (R,) of each side, as ``given`` tells them of some names; those of the sides alone unless given.
        """
        starts = self.starts
        if len(self.features) == len(starts):
            return self.features
        shares = self.chances if chances is None else chances
        found: Floats = self.features[starts] * shares[starts, None]
        for place in range(1, int(self.counts.max())):  # ten times as fast as np.add.reduceat along the rows
            more = np.flatnonzero(self.counts > place)
            rows = starts[more] + place
            found[more] += self.features[rows] * shares[rows, None]
        return found
