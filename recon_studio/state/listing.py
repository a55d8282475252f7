"""How the library is looked at: what is searched for, and what is folded away."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Listing:
    """The words searched for, the folders shut and the data sets opened, by their keys."""

    search: str = ""
    shut: frozenset[str] = frozenset()
    opened: frozenset[str] = frozenset()
