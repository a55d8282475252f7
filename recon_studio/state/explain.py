"""What is known of why: all attention of the cloud under its mask, answers to long questions, and which of them are asked for."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
import numpy.typing as npt

from recon_model.config import HARMLESS, Damage, DamageKind
from recon_model.serve.messages import Overlap
from recon_studio.state.wording import Wording

if TYPE_CHECKING:
    from recon_studio.state.app_state import Prepared

Floats = npt.NDArray[np.float32]
Indices = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

Colouring = Literal["attention", "occlusion", "relevance", "phrase_occlusion"]
"""What the attention view shows."""
Page = Literal["matrix", "occlusion", "curves", "ratios", "phrase", "overlap", "robustness"]
"""The pages of the drawer."""
Topic = Literal["occlusion", "curves", "ratios", "phrase", "robustness"]
"""Long questions, each asked by itself."""
Method = Literal["integrated", "gradient"]
Measured = Literal["error", "phrase"]


# Values that hold arrays compare by identity: a new array is always a new value.
@dataclass(frozen=True, eq=False)
class Maps:
    """All attention of one cloud under one mask: L layers, H heads, V visible and M hidden of G patches. Rows ask and sum to 1."""

    key: str
    hidden: Flags  # (G,) the mask it was asked under
    cross: Floats  # (L, H, 3, V): cls, img, text over visible patches
    patches: Floats  # (L, H, V, V)
    decoder: Floats | None  # (L', H', V + M, V + M): visible patches, then mask tokens
    visible: Indices  # (V,) ascending
    masked: Indices  # (M,) ascending
    rollout_queries: Floats  # (3, G)
    rollout_patches: Floats  # (G, G), rows of hidden patches 0
    rollout_masks: Floats | None  # (G, G), rows of visible patches 0
    overlap: Overlap


@dataclass(frozen=True)
class Question:
    """A long question with all it depends on; two that are equal have the same answer."""

    topic: Topic
    key: str  # the cloud's
    model: str
    hidden: bytes = b""  # (G,) bool; empty where the whole cloud is asked
    names: tuple[str, ...] = ()  # the phrase, then the names it stands against
    method: str = ""  # or the kind of damage that grows
    damage: Damage = HARMLESS  # the others
    wording: Wording | None = None  # where synonyms and templates count, too
    up: str = ""  # how damaged clouds are stood up


@dataclass(frozen=True, eq=False)
class Occlusion:
    """How much each patch helps to rebuild the hidden ones."""

    asked: Question
    whole: float  # mean error with all that the mask shows
    effect: Floats  # (G,) growth of that without the patch


@dataclass(frozen=True, eq=False)
class Curve:
    """Measured while patches go or come in one order; K runs of S steps."""

    order: str
    removed: Floats  # (S,)
    deletion: Floats  # (K, S)
    shown: Floats  # (S,)
    insertion: Floats  # (K, S)
    deletion_area: float
    insertion_area: float


@dataclass(frozen=True, eq=False)
class Curves:
    """One curve for each order."""

    asked: Question
    curves: tuple[Curve, ...]


@dataclass(frozen=True, eq=False)
class Ratios:
    """Error of S strategies at R ratios over K seeds."""

    asked: Question
    strategies: tuple[str, ...]
    ratios: tuple[float, ...]
    hidden: tuple[int, ...]  # (R,)
    seeds: tuple[int, ...]
    errors: Floats  # (S, R, K)


@dataclass(frozen=True, eq=False)
class Relevance:
    """What each patch does for a phrase, by gradient and by leaving it out."""

    asked: Question
    score: float
    relevance: Floats  # (G,)
    method: str  # in words
    occlusion: Floats  # (G,)


@dataclass(frozen=True, eq=False)
class Withstanding:
    """Shares of n names at S strengths of one kind of damage, over K draws."""

    asked: Question
    strengths: tuple[float, ...]
    seeds: tuple[int, ...]
    names: tuple[str, ...]
    shares: Floats  # (S, K, n)
    similarities: Floats  # (S, K, n)


Answer = Occlusion | Curves | Ratios | Relevance | Withstanding


@dataclass(frozen=True)
class Refusal:
    """Why a question has no answer, in a sentence."""

    asked: Question
    sentence: str


@dataclass(frozen=True)
class Trial:
    """A cloud put through something, with all that the outcome depends on."""

    prepared: "Prepared"
    damage: Damage
    wording: Wording
    up: str


@dataclass(frozen=True, eq=False)
class Withstood:
    """What came of a trial: the damaged cloud, and its names, best first."""

    asked: Trial
    points: Floats  # (m, 3) some of its points, in prepared coordinates
    count: int
    names: tuple[str, ...]
    similarities: Floats  # (k,)
    shares: Floats  # (k,)
    notes: tuple[str, ...]


@dataclass(frozen=True)
class Explain:
    """What the user looks at, and what was answered so far: the last answer, or refusal, on each topic."""

    colouring: Colouring = "attention"
    open: bool = False  # the drawer
    page: Page = "matrix"
    phrase: str = ""  # empty: the name ranked best
    method: Method = "integrated"
    measured: Measured = "error"  # along the curves
    damage: Damage = HARMLESS  # what the cloud is put through while that page is open
    varied: DamageKind = "drop"  # the kind of damage that the curve follows
    withstood: Withstood | None = None
    maps: Maps | None = None
    answers: tuple[Answer | Refusal, ...] = ()
