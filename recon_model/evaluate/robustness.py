"""What a name withstands: its share and cosine as one kind of damage grows, over several draws.

After the corruptions of ModelNet-C (Ren et al., *Benchmarking and Analyzing Point Cloud Classification under Corruptions*, ICML 2022);
here for one cloud, and at any strength.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from recon_model.config import Damage, DamageKind
from recon_model.errors import ConfigError
from recon_model.geometry.damage import damaged
from recon_model.geometry.preparation import Floats
from recon_model.lexicon import Name
from recon_model.predictor import Predictor
from recon_model.standing import AUTO
from recon_model.teachers.ranking import Scores
from recon_model.templates import Templates

STRENGTHS: dict[DamageKind, tuple[float, ...]] = {
    "drop": (0.0, 0.2, 0.4, 0.6, 0.75, 0.85, 0.92, 0.96, 0.98),
    "jitter": (0.0, 0.01, 0.02, 0.03, 0.05, 0.07, 0.1, 0.15, 0.2),
    "turn": (0.0, 22.5, 45.0, 67.5, 90.0, 112.5, 135.0, 157.5, 180.0),
    "tilt": (0.0, 10.0, 20.0, 30.0, 45.0, 60.0, 90.0, 135.0, 180.0),
    "occlude": (0.0, 0.15, 0.3, 0.45, 0.6, 0.7, 0.8, 0.9, 1.0),
}
"""At which strengths each kind is measured."""


@dataclass(frozen=True, eq=False)
class Robustness:
    """Scores of n names at S strengths of one kind of damage, over K draws."""

    varied: DamageKind
    strengths: tuple[float, ...]
    seeds: tuple[int, ...]
    names: tuple[str, ...]
    """(n,) in the order given."""
    similarities: Floats
    """(S, K, n)."""
    shares: Floats
    """(S, K, n): softmax of the similarities at the model's temperature."""


def damaged_scores(
    model: Predictor,
    points: Floats,
    names: Sequence[str | Name],
    templates: Templates,
    damage: Damage,
    *,
    up: str = AUTO,
    between: Callable[[], None] = lambda: None,
) -> tuple[Scores, tuple[str, ...]]:
    """Ranks names for a damaged cloud as if its file had it so: sampled, scaled and, where the model judges, stood up anew.

    Args:
        model: what looks at it.
        points: (P, 3), y up.
        names: see ``Predictor.classify``.
        templates: see ``Predictor.classify``.
        damage: what is done to it.
        up: "auto" lets the model judge which way is up then, "+y" leaves it as it is.
        between: called when the cloud is damaged, and again when it stands; the model may be asked other things there.

    Returns:
        the scores, and one sentence for each thing that was done to the damaged cloud.
    """
    left = damaged(points, damage)
    between()
    prepared = model.prepare(left, up=up)
    between()
    return model.classify(prepared, names, templates), prepared.notes


def robustness(
    model: Predictor,
    points: Floats,
    names: Sequence[str | Name],
    templates: Templates,
    damage: Damage,
    varied: DamageKind,
    *,
    up: str = AUTO,
    seeds: Sequence[int] = (0, 1, 2),
    between: Callable[[float], None] = lambda _share: None,
) -> Robustness:
    """Ranks names as one kind of damage grows, all others being as ``damage`` has them.

    Args:
        model: see ``damaged_scores``; so are ``points``, ``names``, ``templates`` and ``up``.
        damage: its strength of ``varied`` and its seed do not matter.
        varied: the kind of damage.
        seeds: of the draws; one is enough, and the first is taken, where nothing is drawn.
        between: called before each cloud with the share that is done.

    Raises:
        ConfigError: there is no seed, or no such kind of damage.
    """
    if varied not in STRENGTHS or not seeds:
        raise ConfigError(f"varied ({varied!r}) must be one of {', '.join(STRENGTHS)}, with at least one seed.")
    strengths = STRENGTHS[varied]
    drawn = tuple(seeds) if damage.at(varied, strengths[1]).drawn else tuple(seeds[:1])
    asked = tuple(name.name if isinstance(name, Name) else name for name in names)
    runs = [(strength, seed) for strength in strengths for seed in drawn]
    similarities, shares = [], []
    for number, (strength, seed) in enumerate(runs):
        between(number / len(runs))
        scores, _ = damaged_scores(model, points, names, templates, replace(damage.at(varied, strength), seed=seed), up=up)
        order = [scores.names.index(name) for name in asked]
        similarities.append(scores.similarities[order])
        shares.append(scores.probabilities[order])
    shape = (len(strengths), len(drawn), len(asked))
    return Robustness(
        varied, strengths, drawn, asked, np.stack(similarities).reshape(shape), np.stack(shares).astype(np.float32).reshape(shape)
    )
