"""What the Words room holds: the names as they were written, what the ranking is worth, the ranked library, and what is looked for."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

import numpy as np
import numpy.typing as npt

from recon_model.errors import ConfigError
from recon_model.lexicon import Lexicon, parse
from recon_model.templates import SETS, own_templates

if TYPE_CHECKING:
    from recon_studio.state.app_state import Prepared, Score
    from recon_studio.state.embeddings import Embeddings

Floats = npt.NDArray[np.float32]

OWN = "own"
"""What the templates are called that a person writes."""
CHOICES = ("default", *SETS, OWN)
START = "a photo of a {}\na 3D scan of a {}"


@dataclass(frozen=True)
class Wording:
    """Names and templates as a person wrote them; nothing of it is ever thrown away for being wrong."""

    text: str
    """Names, one a line, see ``recon_model.lexicon``."""
    templates: str = "default"
    """One of ``CHOICES``."""
    own: str = START
    """Templates of one's own, one a line."""

    @property
    def lexicon(self) -> Lexicon:
        """What the text says."""
        return parse(self.text)

    def asked_templates(self) -> str | tuple[str, ...]:
        """Returns what to ask the model with.

        Raises:
            ConfigError: the templates of one's own cannot be used.
        """
        return self.templates if self.templates != OWN else own_templates(self.own.splitlines())

    def template_problem(self) -> str:
        """Returns why the chosen templates cannot be used, in a sentence; empty where they can."""
        try:
            self.asked_templates()
        except ConfigError as error:
            return str(error)
        return ""


@dataclass(frozen=True)
class Verdict:
    """How sure a ranking is. It belongs to the scores it came with, see ``words.verdict``."""

    scores: tuple["Score", ...]
    margin: float | None
    """How far the best share leads the next; None for a single name."""
    entropy: float
    """Of the shares, in bits."""
    unlike: float | None
    """Share of known clouds that fit the taught names better; None where the model's card holds no scale."""
    closest: tuple[str, float] | None = None
    """Which of all taught names fits best, on offer or not, and its cosine; None as above."""
    rather: tuple[str, float] | None = None
    """Which direction of the file these names would rather have up than the one that is, and its chance; None where they would not."""


@dataclass(frozen=True)
class Labelled:
    """What the head of a fine-tuned classifier calls a cloud."""

    prepared: "Prepared"
    shares: tuple[tuple[str, float], ...]
    """Its labels with their shares, the surest first."""


# Values that hold arrays compare by identity: a new array is always a new value.
@dataclass(frozen=True, eq=False)
class LibraryRanking:
    """Names against every embedded cloud of the library."""

    embeddings: "Embeddings"
    names: tuple[str, ...]
    scores: Floats  # (n, names) cosine
    best: npt.NDArray[np.int64]  # (n,) index of the best name
    share: Floats  # (n,)
    margin: Floats  # (n,)
    entropy: Floats  # (n,) bits
    unlike: Floats | None  # (n,)
    milliseconds: float


@dataclass(frozen=True, eq=False)
class Picture:
    """A user's picture, small."""

    path: str
    pixels: npt.NDArray[np.uint8]  # (h, w, 3)
    size: tuple[int, int]  # width and height in the file


@dataclass(frozen=True)
class Search:
    """What the library is searched for."""

    kind: Literal["words", "shape", "picture"]
    what: str
    """The phrase, the key of the cloud, or the path of the picture."""


@dataclass(frozen=True, eq=False)
class Found:
    """How well each embedded cloud fits what is searched for."""

    search: Search
    embeddings: "Embeddings"
    likeness: Floats  # (n,) cosine
    note: str = ""
    """How it was compared, in a sentence."""


@dataclass(frozen=True)
class WordsState:
    """All of the room that is not the bench's, too."""

    wording: Wording
    verdict: Verdict | None = None
    labelled: Labelled | None = None
    failure: str = ""
    """Why the names cannot be ranked, in a sentence."""
    ranking: LibraryRanking | None = None
    search: Search | None = None
    found: Found | None = None
    picture: Picture | None = None
    cell: tuple[str, str] | None = field(default=None)
    """The cell of the confusion matrix that the table is narrowed to: (label, name)."""
