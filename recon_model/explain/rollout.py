"""Attention rollout: how much of each patch reaches a token through all layers, if attention were all that mixed tokens."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from recon_model.explain.arrays import Floats, spread
from recon_model.explain.attention import AttentionMaps

Doubles = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Rollout:
    """Shares of the G patches as they entered the encoder; hidden ones have none. Every row of a token that exists sums to 1."""

    queries: Floats
    """(3, G): what reached cls, img and text."""
    patches: Floats
    """(G, G): what reached each visible patch's token at the end of the encoder; rows of hidden patches are 0."""
    masks: Floats | None
    """(G, G): what reached each hidden patch's mask token at the end of the decoder; rows of visible patches are 0. None where the
    attention of the decoder was not recorded."""


def rollout(maps: AttentionMaps) -> Rollout:
    """Multiplies the layers' attention, averaged over heads and mixed half and half with the residual (Abnar & Zuidema, *Quantifying
    Attention Flow in Transformers*, ACL 2020, §3).

    - Patches: R = I before the encoder; each block makes it (A + I)/2 R. ReCon's residual starts from the *normalised* tensor, the very
      one that attention reads, so both halves carry the same R and half and half means what it does in the paper. Norms, positions and
      MLPs act on each token alone and leave R as it is.
    - Queries (not in the paper): Q = 0 before the encoder, for a learned token holds nothing of the cloud; each block makes it
      (Q + C R)/2 with C its cross-attention and R that of the patches *entering* the block, which is what the queries read. The last
      block's self-attention therefore never reaches them. After L blocks 1 - 2^-L of the mass lies on patches; rows are divided by it.
    - Mask tokens (not in the paper): the decoder's own product, its columns of visible patches times R, divided by their mass; the rest
      lies on the mask tokens, which hold nothing of the cloud but their places.
    """
    count, groups = len(maps.visible), maps.num_groups
    reached = np.eye(count)
    queries = np.zeros((3, count))
    for cross, block in zip(_mean(maps.cross), _mean(maps.patches), strict=True):
        queries = (queries + cross @ reached) / 2
        reached = (block @ reached + reached) / 2
    return Rollout(
        queries=_spread(_shares(queries), maps),
        patches=_rows(_spread(_shares(reached), maps), maps.visible, groups),
        masks=None if maps.decoder is None else _rows(_spread(_masks(maps.decoder, reached), maps), maps.hidden, groups),
    )


def _masks(decoder: Floats, reached: Doubles) -> Doubles:
    through = np.eye(decoder.shape[-1])
    for block in _mean(decoder):
        through = (block @ through + through) / 2
    count = len(reached)
    return _shares(through[count:, :count] @ reached)


def _mean(weights: Floats) -> Doubles:
    """Mean over heads (L, H, rows, columns) -> (L, rows, columns)."""
    mean: Doubles = weights.mean(1, dtype=np.float64)
    return mean


def _shares(mass: Doubles) -> Doubles:
    shares: Doubles = mass / mass.sum(1, keepdims=True)
    return shares


def _spread(rows: Doubles, maps: AttentionMaps) -> Floats:
    return spread(rows.astype(np.float32), maps.visible, maps.num_groups)


def _rows(values: Floats, places: npt.NDArray[np.int64], groups: int) -> Floats:
    """Puts rows (n, G) at their patches: (G, G)."""
    whole = np.zeros((groups, groups), np.float32)
    whole[places] = values
    return whole
