"""From cosines of phrases to ranked names: synonyms, negatives, shares, margin, entropy, and how unlike anything known a cloud is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from recon_model.lexicon import Name, phrases

Floats = npt.NDArray[np.float32]
Doubles = npt.NDArray[np.float64]

FALSE_ALARMS = 0.05
"""Share of known clouds that may be called unlike anything known."""


@dataclass(frozen=True, eq=False)
class Scores:
    """Names with their scores for one cloud, best first."""

    names: tuple[str, ...]
    similarities: Floats  # (n,) cosine of the name's best phrase, less what a better negative takes away
    probabilities: Floats  # (n,) softmax of the similarities at the model's temperature
    phrases: tuple[str, ...]  # which of each name's phrases fitted best
    lowered: Floats  # (n,) what negatives took away
    negatives: tuple[str, ...]  # which negative did; "" where none
    margin: float | None  # how far the best leads the next, in shares of 1; None for a single name
    entropy: float  # of the shares, in bits: 0 is sure, log2(n) knows nothing
    unlike: float | None = None  # share of known clouds that fit the taught names better, see ``Familiar``; None where the card holds none
    closest: tuple[str, float] | None = None  # which of all taught names fits best, on offer or not, and its cosine; None as above
    rather: tuple[str, float] | None = None  # see ``standing.rather``


@dataclass(frozen=True, eq=False)
class Ranking:
    """Names against B clouds, in the order given."""

    names: tuple[str, ...]
    similarities: Floats  # (B, n), as in ``Scores``
    best: npt.NDArray[np.int64]  # (B,) index of the best name
    share: Floats  # (B,) of the best name
    margin: Floats  # (B,); 1 for a single name
    entropy: Floats  # (B,) bits
    unlike: Floats | None  # (B,)


class Classifier:
    """The rows of all phrases of some names: the best phrase of a name counts, and a negative that fits better still lowers it.

    The score of a name is its best phrase's cosine p, less ``max(0, q - p)`` for the best cosine q of its negatives. The best rather
    than the mean: a word more should never cost a name what another word of it earned.

    Args:
        names: names in order.
        rows: (m, D) unit rows of ``phrases(names)``.
    """

    def __init__(self, names: Sequence[Name], rows: Floats) -> None:
        place = {phrase: row for row, phrase in enumerate(phrases(names))}
        self.names = tuple(name.name for name in names)
        self.rows = rows
        self._phrases = tuple(place)
        self._for = [np.array([place[phrase] for phrase in name.phrases]) for name in names]
        self._against = [np.array([place[phrase] for phrase in name.negatives], np.int64) for name in names]

    def cosines(self, features: Floats) -> Floats:
        """Cosines (B, m) of features (B, D), of any length, with every phrase."""
        lengths = np.maximum(np.linalg.norm(features, axis=1, keepdims=True), 1e-12)
        return np.asarray(features / lengths @ self.rows.T, np.float32)

    def score(self, cosines: Floats) -> tuple[Floats, Floats]:
        """Returns each name's score (B, n), and what negatives took from it (B, n), of cosines (B, m)."""
        best = _best(cosines, self._for)
        lowered = np.zeros_like(best)
        some = [index for index, places in enumerate(self._against) if len(places)]
        if some:
            lowered[:, some] = np.maximum(0, _best(cosines, [self._against[index] for index in some]) - best[:, some])
        return best - lowered, lowered

    def fits(self, features: Floats, temperature: float) -> Doubles:
        """How well features (B, D) fit the names together (B,): ``Sides.known`` of these names."""
        return -energy(self.score(self.cosines(features))[0], temperature)

    def rank(self, features: Floats, temperature: float, unlike: Floats | None = None) -> Ranking:
        """Ranks the names for each of B clouds, by features (B, D)."""
        similarities, _ = self.score(self.cosines(features))
        shares = softmax(similarities, temperature)
        return Ranking(
            names=self.names,
            similarities=similarities,
            best=similarities.argmax(1),
            share=shares.max(1).astype(np.float32),
            margin=margins(shares).astype(np.float32),
            entropy=entropies(shares).astype(np.float32),
            unlike=unlike,
        )

    def closest(self, features: Floats) -> tuple[str, float]:
        """Returns the name that fits one cloud's feature (1, D) best, and its cosine."""
        cosines = self.score(self.cosines(features))[0][0]
        return self.names[int(cosines.argmax())], float(cosines.max())

    def scores(self, features: Floats, temperature: float, rather: tuple[str, float] | None = None) -> Scores:
        """Ranks the names for one cloud, by its feature (1, D), and says which phrases decided."""
        cosines = self.cosines(features)
        similarities, lowered = (values[0] for values in self.score(cosines))
        order = np.argsort(-similarities, kind="stable")
        shares = softmax(similarities[None, order], temperature)
        return Scores(
            names=tuple(self.names[index] for index in order),
            similarities=similarities[order],
            probabilities=shares[0].astype(np.float32),
            phrases=tuple(self._closest(cosines[0], self._for[index]) for index in order),
            lowered=lowered[order],
            negatives=tuple(self._closest(cosines[0], self._against[index]) if lowered[index] > 0 else "" for index in order),
            margin=float(margins(shares)[0]) if len(order) > 1 else None,
            entropy=float(entropies(shares)[0]),
            rather=rather,
        )

    def _closest(self, cosines: Floats, places: npt.NDArray[np.int64]) -> str:
        return self._phrases[int(places[cosines[places].argmax()])]


@dataclass(frozen=True, eq=False)
class Familiar:
    """How well clouds of the names a model was taught fit those names: the scale on which "unlike anything I know" is read.

    The score of a cloud with cosines c to the taught names is the energy ``-log sum exp(c / temperature)`` (Liu et al. 2020), larger
    for what fits none. A cloud is as unlike as the share of known clouds whose energy lies below its own.
    """

    energies: Doubles  # (q,) quantiles at even steps from 0 to 1, of clouds held out from training

    @classmethod
    def of(cls, energies: Doubles, steps: int = 100) -> "Familiar":
        """Keeps the quantiles of the energies of known clouds."""
        return cls(np.quantile(energies, np.linspace(0, 1, steps + 1)))

    @classmethod
    def from_card(cls, card: Mapping[str, Any]) -> "Familiar | None":
        """Reads a model's card; None where it holds no such scale, as cards of older exports and of the release."""
        entry = card.get("unlike") or {}
        energies = np.asarray(entry.get("energies") or (), np.float64)
        if entry.get("score") != "energy" or len(energies) < 2 or not np.isfinite(energies).all():
            return None
        return cls(np.sort(energies))

    def entry(self, clouds: int) -> dict[str, Any]:
        """Returns what goes on the card: the scale, how many clouds it was read off, and where a cloud is called unlike."""
        return {
            "score": "energy",
            "clouds": clouds,
            "threshold": 1 - FALSE_ALARMS,
            "energies": [round(float(value), 6) for value in self.energies],
        }

    def unlike(self, energies: Doubles) -> Floats:
        """Returns the share (B,) of known clouds that fit better."""
        steps = np.linspace(0, 1, len(self.energies))
        return np.interp(energies, self.energies, steps).astype(np.float32)


def energy(similarities: Floats, temperature: float) -> Doubles:
    """The energy (B,) of cosines (B, n)."""
    logits = similarities.astype(np.float64) / temperature
    top = logits.max(1)
    return np.asarray(-(top + np.log(np.exp(logits - top[:, None]).sum(1))))


def softmax(similarities: Floats, temperature: float) -> Doubles:
    """Shares (B, n) of cosines (B, n)."""
    logits = similarities.astype(np.float64) / temperature
    raised = np.exp(logits - logits.max(1, keepdims=True))
    return np.asarray(raised / raised.sum(1, keepdims=True))


def margins(shares: Doubles) -> Doubles:
    """How far the largest share leads the next (B,); 1 where there is only one."""
    if shares.shape[1] == 1:
        return np.ones(len(shares))
    first, second = -np.partition(-shares, 1, axis=1)[:, :2].T
    return np.asarray(first - second)


def entropies(shares: Doubles) -> Doubles:
    """Entropy (B,) of shares (B, n), in bits."""
    return np.asarray(-(shares * np.log2(np.maximum(shares, 1e-300))).sum(1))


def _best(cosines: Floats, places: Sequence[npt.NDArray[np.int64]]) -> Floats:
    """Largest cosine (B, n) among the places of each name."""
    starts = np.cumsum([0, *(len(each) for each in places[:-1])])
    return np.asarray(np.maximum.reduceat(cosines[:, np.concatenate(places)], starts, axis=1))
