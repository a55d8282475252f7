"""WordNet 3.0 as its database files hold it: nouns with glosses and kinds, verbs and adjectives with how often they were met in text."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from recon_model.errors import InputError

ARTIFACT = 6
"""Number of the lexicographer's file of man-made things (``lexnames(5WN)``)."""
CONCRETE = frozenset({5, 6, 8, 13, 15, 17, 18, 20, 25, 27})
"""Files of things that have a body: animals, artifacts, body parts, food, places, natural objects, people, plants, shapes, substances."""


@dataclass(frozen=True)
class Synset:
    """One meaning: its words (underscores as blanks), lexicographer's file and definition without examples."""

    words: tuple[str, ...]
    file: int
    gloss: str


@dataclass(frozen=True)
class WordNet:
    """What the corpus is written from. Orders follow the database files, so that a seed gives the same corpus everywhere."""

    nouns: list[Synset]
    verbs: list[str]
    """Single-word verbs, the most often met first."""
    adjectives: list[str]
    """Single-word adjectives, the most often met first."""
    plurals: dict[str, str]
    """Irregular plurals by their singular."""
    uses: Counter[str]
    """How often each noun was met in text."""


def _lines(path: Path) -> Iterator[str]:
    # The files open with a licence whose lines begin with blanks.
    with path.open(encoding="latin-1") as file:
        yield from (line for line in file if not line.startswith(" "))


def _plain(word: str) -> str:
    return word.split("(")[0].replace("_", " ")


def _synset(line: str) -> Synset:
    head, _, gloss = line.partition(" | ")
    fields = head.split(" ")
    count = int(fields[3], 16)
    words = tuple(_plain(fields[4 + 2 * index]) for index in range(count))
    # A gloss is definitions and quoted examples in one line, parted by semicolons.
    return Synset(words, int(fields[1]), gloss.split('; "')[0].split(";")[0].strip())


def _by_use(folder: Path, kind: str, counts: Counter[str]) -> list[str]:
    words = [line.split(" ", 1)[0] for line in _lines(folder / f"index.{kind}")]
    single = [word for word in words if word.isalpha() and counts[word] > 0]
    return sorted(single, key=lambda word: (-counts[word], word))


def _counts(folder: Path, kinds: str) -> Counter[str]:
    """How often each word was met, over senses whose key names one of ``kinds`` (1 noun, 2 verb, 3 and 5 adjective)."""
    counts: Counter[str] = Counter()
    for line in (folder / "cntlist.rev").read_text(encoding="latin-1").splitlines():
        key, _, count = line.split(" ")
        word, _, sense = key.partition("%")
        if sense[0] in kinds:
            counts[_plain(word)] += int(count)
    return counts


def read(folder: Path) -> WordNet:
    """Reads the database files of one WordNet folder, such as Debian's ``/usr/share/wordnet``.

    Raises:
        InputError: the folder does not hold them.
    """
    needed = ("data.noun", "index.verb", "index.adj", "noun.exc", "cntlist.rev")
    missing = [name for name in needed if not (folder / name).is_file()]
    if missing:
        raise InputError(f"The folder '{folder}' must hold WordNet's database files, but lacks {', '.join(missing)}.")
    plurals: dict[str, str] = {}
    for line in _lines(folder / "noun.exc"):
        plural, *singulars = line.split()
        plurals.setdefault(_plain(singulars[0]), _plain(plural))
    return WordNet(
        nouns=[_synset(line) for line in _lines(folder / "data.noun")],
        verbs=_by_use(folder, "verb", _counts(folder, "2")),
        adjectives=_by_use(folder, "adj", _counts(folder, "35")),
        plurals=plurals,
        uses=_counts(folder, "1"),
    )
