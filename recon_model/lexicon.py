"""Names to choose among, each with other words for it and words against it, and the small syntax a person writes them in.

Pure text: the window and the command line read it, the model role answers it.

    chair = armchair, stool, - sofa     a name, other words for it, and what it is not
    table                               a name
    - a pile of rubbish                 what none of them is
    # a note                            left alone
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from recon_model.counts import grouped

MAX_NAMES = 1000
MAX_LETTERS = 200
"""In one phrase; text towers read no further than some dozens of words."""
_TOLD = 4  # names that a sentence lists


@dataclass(frozen=True)
class Name:
    """A name on offer."""

    name: str
    synonyms: tuple[str, ...] = ()
    """Other phrases for it: the one that fits best counts."""
    negatives: tuple[str, ...] = ()
    """Phrases against it: one that fits better than the name and its synonyms lowers it."""

    @property
    def phrases(self) -> tuple[str, ...]:
        """The name and its synonyms."""
        return (self.name, *self.synonyms)


@dataclass(frozen=True)
class Problem:
    """A line that could not be understood; the others are used all the same."""

    line: int
    """From 0."""
    sentence: str


@dataclass(frozen=True)
class Lexicon:
    """What a text says."""

    names: tuple[Name, ...]
    """In the order of the lines; negatives on lines of their own are those of every name."""
    problems: tuple[Problem, ...]


def plain(name: str) -> str:
    """A name as it is compared: "night_stand", "Night stand" and "nightstand" are one."""
    return re.sub(r"[\W_]+", "", name).casefold()


def as_names(names: Iterable[str | Name]) -> tuple[Name, ...]:
    """Returns names, plain strings among them, as ``Name``."""
    return tuple(Name(name) if isinstance(name, str) else name for name in names)


def phrases(names: Iterable[str | Name]) -> tuple[str, ...]:
    """Returns every phrase of the names, negatives too, each once, in order."""
    return tuple(dict.fromkeys(phrase for name in as_names(names) for phrase in (*name.phrases, *name.negatives)))


def taught(card: Mapping[str, Any]) -> tuple[str, ...]:
    """Returns the names that shapes taught a model, as its card says; none where it does not say."""
    return tuple(map(str, (card.get("data") or {}).get("names") or ()))


def untaught(names: Iterable[str | Name], card: Mapping[str, Any]) -> tuple[str, ...]:
    """Returns the names that a model knows by words alone: no shape taught it them or a synonym; none where its card lists no names."""
    known = set(map(plain, taught(card)))
    return tuple(name.name for name in as_names(names) if known and known.isdisjoint(map(plain, name.phrases)))


def by_words_alone(names: Sequence[str]) -> str:
    """Says of ``untaught`` names that the model knows them by words alone; "" where there are none."""
    if not names:
        return ""
    more = f" and {grouped(len(names) - _TOLD)} more" if len(names) > _TOLD else ""
    return f"Known by words alone, for no shape taught the model these: {', '.join(names[:_TOLD])}{more}."


@lru_cache(maxsize=8)
def parse(text: str) -> Lexicon:
    """Reads names as a person writes them, see the module; a line that cannot be understood is a ``Problem``."""
    names: list[Name] = []
    lines: dict[str, int] = {}
    against: list[str] = []
    problems: list[Problem] = []
    for number, line in enumerate(text.splitlines()):
        try:
            found, negatives = _line(line)
        except ValueError as error:
            problems.append(Problem(number, str(error)))
            continue
        against += negatives
        for name in found:
            before = lines.get(name.name.casefold())
            if before is not None:
                problems.append(Problem(number, f"'{name.name}' stands on line {before + 1} already."))
            elif len(names) == MAX_NAMES:
                problems.append(Problem(number, f"'{name.name}' is one name more than the {MAX_NAMES} that can be ranked."))
            else:
                lines[name.name.casefold()] = number
                names.append(name)
    shared = tuple(dict.fromkeys(against))
    return Lexicon(tuple(_against(name, shared) for name in names), tuple(problems))


def in_lines(names: Iterable[str | Name]) -> tuple[str, ...]:
    """Returns a line for each name, which ``parse`` reads back as it is."""
    named = as_names(names)
    tails = (", ".join((*name.synonyms, *(f"- {phrase}" for phrase in name.negatives))) for name in named)
    return tuple(f"{name.name} = {tail}" if tail else name.name for name, tail in zip(named, tails, strict=True))


def merge(text: str, names: Sequence[str]) -> str:
    """Returns the text with the lines of other names taken out and new names added below, in order; what else it says stays.

    A text that offers just these names is returned as it is.
    """
    offered = [name.name for name in parse(text).names]
    if offered == list(names):
        return text
    kept: list[str] = []
    of_name: dict[str, str] = {}
    for line in text.splitlines():
        try:
            found, _ = _line(line)
        except ValueError:
            found = ()
        if not found:
            kept.append(line)
        for name in found:
            of_name.setdefault(name.name, line if len(found) == 1 else name.name)
    lines = [*(of_name.get(name, name) for name in names), *kept]
    return "\n".join(lines).strip("\n") + "\n" if any(lines) else ""


def _line(line: str) -> tuple[tuple[Name, ...], list[str]]:
    """Reads one line: its names, and its negatives for all names.

    Raises:
        ValueError: it cannot be understood; the message says why.
    """
    stripped = line.strip()
    if not stripped or stripped.startswith("#"):
        return (), []
    if stripped.startswith("-"):
        negatives = _phrases(stripped.removeprefix("-"))
        if not negatives:
            raise ValueError("After '-' must stand what the names are not.")
        return (), [phrase.removeprefix("-").strip() for phrase in negatives]
    head, equals, tail = stripped.partition("=")
    if "=" in tail:
        raise ValueError("A line may hold '=' once: a name, then other words for it.")
    if not equals:
        listed = _phrases(head)
        if any(_is_negative(phrase) for phrase in listed):
            raise ValueError("A name's own '-' stands after '=', as in 'chair = - sofa'; for all names, give it a line of its own.")
        return tuple(Name(phrase) for phrase in listed), []
    name = _one(head)
    words = _phrases(tail)
    synonyms = tuple(word for word in words if not _is_negative(word) and word != name)
    negatives = [word.removeprefix("-").strip() for word in words if _is_negative(word)]
    if not all(negatives):
        raise ValueError("After '-' must stand what the name is not.")
    both = [word for word in negatives if word in (name, *synonyms)]
    if both:
        raise ValueError(f"'{both[0]}' cannot be both for and against '{name}'.")
    return (Name(name, synonyms, tuple(negatives)),), []


def _one(text: str) -> str:
    found = _phrases(text)
    if len(found) != 1:
        raise ValueError("Before '=' must stand one name." if not found else "Before '=' must stand one name, without commas.")
    return found[0]


def _phrases(text: str) -> list[str]:
    """Phrases between commas, blanks tidied, each once."""
    found = dict.fromkeys(" ".join(part.split()) for part in re.split(r"[,;]", text))
    long = [phrase for phrase in found if len(phrase) > MAX_LETTERS]
    if long:
        raise ValueError(f"'{long[0][:24]}…' has {len(long[0])} letters; a phrase may have {MAX_LETTERS}.")
    return [phrase for phrase in found if phrase]


def _is_negative(phrase: str) -> bool:
    return phrase.startswith("-")


def _against(name: Name, shared: tuple[str, ...]) -> Name:
    """Adds negatives that are for all names, save those the name is itself."""
    more = tuple(phrase for phrase in shared if phrase not in name.phrases and phrase not in name.negatives)
    return replace(name, negatives=(*name.negatives, *more)) if more else name
