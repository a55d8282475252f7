"""Principal components: two axes, at once, and the same for whoever computes them."""

from dataclasses import dataclass

import numpy as np

from recon_model.projection.neighbours import Floats


@dataclass(frozen=True, eq=False)
class Plane:
    """The plane along which features vary most."""

    mean: Floats
    """(d,)."""
    axes: Floats
    """(2, d)."""
    explained: float
    """Share of the variance that lies in the plane."""

    @classmethod
    def of(cls, features: Floats) -> "Plane":
        """Finds the plane of features (n, d); signs are such that the largest part of each axis is positive."""
        mean = features.mean(0, dtype=np.float64)
        moved = features - mean
        variances, vectors = np.linalg.eigh(moved.T @ moved / max(len(features) - 1, 1))
        axes = vectors[:, ::-1][:, :2].T
        if len(axes) < 2:  # a feature of one channel
            axes = np.vstack([axes, np.zeros_like(axes)])
        largest = np.take_along_axis(axes, np.abs(axes).argmax(1)[:, None], 1)
        axes = axes * np.where(largest < 0, -1.0, 1.0)
        total = float(variances.sum())
        share = float(variances[::-1][:2].sum()) / total if total > 0 else 1.0
        return cls(mean.astype(np.float32), axes.astype(np.float32), share)

    def place(self, features: Floats) -> Floats:
        """Returns where features (m, d) lie in the plane, (m, 2)."""
        placed: Floats = ((features - self.mean) @ self.axes.T).astype(np.float32)
        return placed
