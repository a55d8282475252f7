"""Which points a mask truly hides: patches overlap, so a hidden patch may show through its neighbours."""

from dataclasses import dataclass

import numpy as np

from recon_model.counts import grouped
from recon_model.explain.arrays import Flags, Indices


@dataclass(frozen=True, eq=False)
class Coverage:
    """What becomes of the N points of a prepared cloud under a mask. Every point is seen, truly hidden or uncovered."""

    seen: Flags
    """(N,): in at least one visible patch, so that the encoder sees it."""
    truly_hidden: Flags
    """(N,): in a hidden patch and in no visible one."""
    uncovered: Flags
    """(N,): in no patch at all; no mask makes the model see it."""
    leaked: Flags
    """(N,): in a hidden patch, and all the same in a visible one; part of ``seen``."""
    hidden_patches: int
    """M."""
    patch_points: int
    """k, points in each patch."""

    @property
    def leak(self) -> float:
        """Share of the hidden patches' points that a visible patch shows all the same; 0 where nothing is hidden."""
        covered = int(self.leaked.sum() + self.truly_hidden.sum())
        return float(self.leaked.sum() / covered) if covered else 0.0

    @property
    def sentence(self) -> str:
        """Why there are as many rebuilt points as there are."""
        if not self.hidden_patches:
            return "Nothing is hidden, so nothing is rebuilt."
        covered, rebuilt = int(self.leaked.sum() + self.truly_hidden.sum()), self.hidden_patches * self.patch_points
        return (
            f"{self.hidden_patches} hidden patches of {self.patch_points} points are rebuilt one by one to {grouped(rebuilt)} points; "
            f"patches overlap, so they cover only {grouped(covered)} different points of the cloud, of which "
            f"{grouped(int(self.leaked.sum()))} lie in a visible patch too."
        )


def coverage(members: Indices, hidden: Flags, num_points: int) -> Coverage:
    """Sorts the points of a cloud by who sees them.

    Args:
        members: (G, k) into the points.
        hidden: (G,) bool, True = hidden.
        num_points: N.
    """
    seen, masked = np.zeros(num_points, np.bool_), np.zeros(num_points, np.bool_)
    seen[members[~hidden]] = True
    masked[members[hidden]] = True
    return Coverage(seen, masked & ~seen, ~(masked | seen), masked & seen, int(hidden.sum()), members.shape[1])
