"""A shape is a union of labelled triangles; a draft is one being built; a category is a name with several ways to build it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from recon_model.data.synthetic.primitives import Triangles, turn
from recon_model.errors import InputError

T = TypeVar("T")

LYING = 0.4
"""Share of the lying poses of ``Draft.pose`` that are made."""


@dataclass(frozen=True)
class Dice:
    """Short words over one passed generator."""

    rng: np.random.Generator

    def uniform(self, low: float, high: float) -> float:
        """A number in [low, high)."""
        return low + (high - low) * self.rng.random()

    def chance(self, probability: float) -> bool:
        """True with the given probability."""
        return bool(self.rng.random() < probability)

    def integer(self, low: int, high: int) -> int:
        """A whole number in [low, high], both ends included."""
        return int(self.rng.integers(low, high + 1))

    def pick(self, *options: T) -> T:
        """One of the options, all equally likely."""
        return options[int(self.rng.random() * len(options))]


@dataclass(frozen=True)
class Shape:
    """One synthetic object: y up, front roughly towards +z."""

    name: str
    """Name of its category."""
    style: str
    """Which of the category's styles it is."""
    caption: str
    """One sentence without a full stop, such as "a tall stool with three legs"."""
    triangles: Triangles
    """(T, 3, 3), any scale and position."""
    labels: NDArray[np.int64]
    """(T,) index into ``parts``."""
    parts: tuple[str, ...]
    """Names of the parts of the whole category."""

    def sample(self, count: int, rng: np.random.Generator, uneven: float = 0.0) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
        """Draws ``count`` points evenly over the surface of all triangles, hidden ones included.

        Args:
            count: points.
            rng: where they fall is drawn from it.
            uneven: standard deviation of the logarithm of each part's density. Real models hide faces behind faces, as many in one
                part and none in another, so their parts hold more or fewer points than what is seen of them says.

        Returns:
            points (count, 3) float32, centred at their mean, the farthest at distance 1; parts (count,) int64.
        """
        corner, u, v = self.triangles[:, 0], self.triangles[:, 1] - self.triangles[:, 0], self.triangles[:, 2] - self.triangles[:, 0]
        areas = _cross_norm(u, v)
        if uneven:
            areas = areas * np.exp(rng.normal(0.0, uneven, len(self.parts)))[self.labels]
        total = np.cumsum(areas)
        # Stratified draws: one in each of `count` equal shares of the area, so thin parts are met as often as their area says.
        picks = np.searchsorted(total, (np.arange(count) + rng.random(count)) * (total[-1] / count)).clip(0, len(total) - 1)
        a, b = rng.random((2, count))
        over = a + b > 1
        a, b = np.where(over, 1 - a, a), np.where(over, 1 - b, b)
        order = rng.permutation(count)
        picks, a, b = picks[order], a[order], b[order]
        points = np.empty((count, 3))
        for axis in range(3):  # one at a time, for rows of three are slow to gather and to sum
            points[:, axis] = corner[:, axis].take(picks) + a * u[:, axis].take(picks) + b * v[:, axis].take(picks)
        points -= points.mean(0)
        x, y, z = points.T
        points /= np.sqrt((x * x + y * y + z * z).max()) + 1e-12
        return points.astype(np.float32), self.labels[picks]


def _cross_norm(u: NDArray[np.float64], v: NDArray[np.float64]) -> NDArray[np.float64]:
    x = u[:, 1] * v[:, 2] - u[:, 2] * v[:, 1]
    y = u[:, 2] * v[:, 0] - u[:, 0] * v[:, 2]
    z = u[:, 0] * v[:, 1] - u[:, 1] * v[:, 0]
    norm: NDArray[np.float64] = np.sqrt(x * x + y * y + z * z)
    return norm


@dataclass
class Draft:
    """Triangles gathered so far, by part."""

    parts: tuple[str, ...]
    pieces: list[Triangles] = field(default_factory=list)
    labels: list[int] = field(default_factory=list)

    def add(self, part: str, *triangles: Triangles) -> None:
        """Adds triangles under a part name of the category."""
        label = self.parts.index(part)
        for piece in triangles:
            self.pieces.append(piece)
            self.labels.append(label)

    def move(self, offset: tuple[float, float, float], since: int = 0) -> None:
        """Moves the pieces added since a length of ``pieces``."""
        self.change(lambda piece: piece + np.asarray(offset, float), since)

    def change(self, how: Callable[[Triangles], Triangles], since: int = 0) -> None:
        """Replaces each piece added since a length of ``pieces``."""
        self.pieces[since:] = [how(piece) for piece in self.pieces[since:]]

    def pose(self, dice: Dice, upright: float, *others: tuple[str, float]) -> None:
        """Turns everything by one of ``others`` (axis, degrees) where the dice say so: an axe may stand, lean or lie.

        ``upright`` is how often such things stand in files. Here they stand more often: how a file lies is left to what stands clouds up,
        which can learn from shapes that mostly stand only.
        """
        if dice.chance((1.0 - upright) * LYING):
            axis, degrees = dice.pick(*others)
            self.change(lambda piece: turn(piece, axis, degrees))

    def lay(self, dice: Dice, upright: float) -> None:
        """Poses a thing that is drawn along y: files hold those along any axis, and turned about y."""
        self.pose(dice, upright, ("z", 90), ("z", -90), ("x", 90), ("x", -90), ("z", 180))
        if dice.chance(0.4):
            angle = dice.uniform(0, 360)
            self.change(lambda piece: turn(piece, "y", angle))


Builder = Callable[[Dice, Draft], str]


@dataclass
class Category:
    """A common noun with the parts it may have and the styles it is built in."""

    name: str
    parts: tuple[str, ...]
    styles: dict[str, tuple[float, Builder]] = field(default_factory=dict)

    def style(self, name: str, weight: float = 1.0) -> Callable[[Builder], Builder]:
        """Registers a builder: it adds to the draft and returns the caption."""

        def register(builder: Builder) -> Builder:
            self.styles[name] = (weight, builder)
            return builder

        return register

    def make(self, rng: np.random.Generator, style: str | None = None) -> Shape:
        """Builds one shape; without a style, one is drawn by weight.

        Raises:
            InputError: the category has no such style.
        """
        if style is None:
            names, weights = list(self.styles), np.cumsum([weight for weight, _ in self.styles.values()])
            style = names[int(np.searchsorted(weights, rng.random() * weights[-1], side="right").clip(0, len(names) - 1))]
        if style not in self.styles:
            raise InputError(f"style ({style!r}) of {self.name} must be one of {', '.join(self.styles)}.")
        draft = Draft(self.parts)
        caption = self.styles[style][1](Dice(rng), draft)
        labels = np.repeat(np.array(draft.labels, np.int64), [len(piece) for piece in draft.pieces])
        return Shape(self.name, style, caption, np.concatenate(draft.pieces), labels, self.parts)


CATEGORIES: dict[str, Category] = {}
"""Every category by name; filled as the theme modules are imported."""


def category(name: str, parts: str) -> Category:
    """Registers a category; ``parts`` are separated by spaces (an underscore stands for a space inside one)."""
    CATEGORIES[name] = Category(name, tuple(part.replace("_", " ") for part in parts.split()))
    return CATEGORIES[name]


NUMBERS = ("no", "one", "two", "three", "four", "five", "six")
"""Small numbers as captions say them."""


def article(phrase: str) -> str:
    """Puts "a" or "an" before a phrase, as it sounds: an L-shaped sofa, a one-piece toilet, an hourglass, a uniform cap."""
    consonant = phrase.startswith(("one", "unic", "unif", "unit", "univ"))  # but an uninhabited house
    vowel = (phrase[0] in "aeiou" and not consonant) or phrase.startswith(("L-", "xbox", "hour"))
    return ("an " if vowel else "a ") + phrase


def listing(words: list[str]) -> str:
    """Joins words as in a sentence."""
    return words[0] if len(words) == 1 else ", ".join(words[:-1]) + " and " + words[-1]


def describe(noun: str, adjectives: list[str] | None = None, features: list[str] | None = None) -> str:
    """A caption such as "a tall wooden stool with a round seat"; empty words are left out."""
    head = article(" ".join([word for word in adjectives or [] if word] + [noun]))
    extras = [word for word in features or [] if word]
    return f"{head} with {listing(extras)}" if extras else head


def size_word(ratio: float, low: float, high: float, small: str, large: str) -> str:
    """``small`` below ``low``, ``large`` above ``high``, otherwise nothing."""
    return small if ratio < low else large if ratio > high else ""
