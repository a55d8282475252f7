"""Why: all attention of a cloud, and the long questions that doubt it."""

from typing import Final

import msgspec

from recon_model.serve.messages.wire import Array, Message


class AttendAll(Message, frozen=True):
    """To the model: every attention weight of a prepared cloud under a mask, so that scrubbing layers and heads asks nothing more."""

    points: Array  # (N, 3) float32, prepared
    hidden: Array  # (G,) bool


class Overlap(msgspec.Struct, frozen=True):
    """How many points of the prepared cloud a mask hides, for patches overlap. Every point is seen, truly hidden or uncovered."""

    seen: int  # in at least one visible patch
    leaked: int  # of those seen: in a hidden patch too
    truly_hidden: int  # in a hidden patch and in no visible one
    uncovered: int  # in no patch
    rebuilt: int  # points the decoder makes
    sentence: str  # why there are as many rebuilt points as there are


class AttendedAll(Message, frozen=True):
    """All softmax weights, see ``recon_model.explain.attention``: L layers, H heads, V visible and M hidden of G patches.

    Rollouts are spread over all G patches. What needs the decoder is None where nothing is hidden or the model has none.
    """

    cross: Array  # (L, H, 3, V) float32: cls, img, text over visible patches
    patches: Array  # (L, H, V, V) float32: visible patches over visible patches
    decoder: Array | None  # (L', H', V + M, V + M) float32: visible patches first, then mask tokens
    visible: Array  # (V,) int64 ascending
    masked: Array  # (M,) int64 ascending
    rollout_queries: Array  # (3, G) float32
    rollout_patches: Array  # (G, G) float32, rows of hidden patches 0
    rollout_masks: Array | None  # (G, G) float32, rows of visible patches 0
    overlap: Overlap
    milliseconds: float


class Occlude(Message, frozen=True):
    """To the model: leave each visible patch out in turn, and rebuild the hidden ones all the same."""

    points: Array  # (N, 3) float32, prepared
    hidden: Array  # (G,) bool


class Occluded(Message, frozen=True):
    """How much each patch helps: growth of the mean error of the hidden patches without it; 0 for hidden ones."""

    whole: float  # mean squared Chamfer distance with all that the mask shows
    effect: Array  # (G,) float32
    milliseconds: float


class TraceCurves(Message, frozen=True):
    """To the model: deletion and insertion curves, in several orders.

    Without ``names`` the mean error of rebuilding the hidden patches is measured; else the score of the first name, as its margin
    over the others where there are any.
    """

    points: Array  # (N, 3) float32, prepared
    hidden: Array  # (G,) bool
    names: tuple[str, ...] = ()
    templates: str = "default"
    seeds: tuple[int, ...] = (0, 1, 2, 3, 4)  # of the random order
    steps: int = 16


class Curve(msgspec.Struct, frozen=True):
    """What was measured while patches went or came in one order; K runs of S steps."""

    order: str  # "attention", "error", "random"; for a phrase also "relevance", "occlusion"
    removed: Array  # (S,) float32: share of the visible patches taken away
    deletion: Array  # (K, S) float32
    shown: Array  # (S,) float32: share of the visible patches shown
    insertion: Array  # (K, S) float32
    deletion_area: float  # mean over the runs
    insertion_area: float


class CurvesTraced(Message, frozen=True):
    """One curve for each order."""

    curves: tuple[Curve, ...]
    milliseconds: float


class SweepRatios(Message, frozen=True):
    """To the model: the error against mask ratio and strategy, over seeds."""

    points: Array  # (N, 3) float32, prepared
    seeds: tuple[int, ...] = (0, 1, 2, 3, 4)


class RatiosSwept(Message, frozen=True):
    """Mean squared Chamfer distance of the hidden patches for S strategies, R ratios and K seeds."""

    strategies: tuple[str, ...]
    ratios: tuple[float, ...]
    hidden: tuple[int, ...]  # (R,) patches hidden at each ratio
    seeds: tuple[int, ...]
    errors: Array  # (S, R, K) float32
    milliseconds: float


class Relate(Message, frozen=True):
    """To the model: what each patch does for the score of a phrase, by gradient and by leaving it out.

    The score is the cosine of the cloud's zero-shot feature with the first name; with further names, its margin over them.
    """

    points: Array  # (N, 3) float32, prepared
    hidden: Array  # (G,) bool
    names: tuple[str, ...]
    templates: str = "default"
    method: str = "integrated"  # or "gradient"


class Related(Message, frozen=True):
    """Both answers about the same score; hidden patches have 0."""

    score: float
    relevance: Array  # (G,) float32: above 0 speaks for the phrase
    method: str  # in words, with its source
    occlusion: Array  # (G,) float32: fall of the score without the patch
    milliseconds: float


PATIENT: Final = (Occlude, TraceCurves, SweepRatios, Relate)
"""Long questions. They are set aside between two forward passes while anything quicker waits, and then go on; a newer one ends an
older one of its kind without a reply, even one that is being worked on."""

ExplainRequest = AttendAll | Occlude | TraceCurves | SweepRatios | Relate
ExplainReply = AttendedAll | Occluded | CurvesTraced | RatiosSwept | Related
