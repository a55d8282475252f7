"""WordNet 3.0 as its database files hold it: nouns with glosses and kinds, verbs and adjectives with how often they were met in text."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from recon_model.errors import InputError

ARTIFACT = 6
"""Number of the lexicographer's file of man-made things (``lexnames(5WN)``)."""
CONCRETE = frozenset({5, 6, 8, 13, 15, 17, 18, 20, 25, 27})
"""Files of things that have a body: animals, artifacts, body parts, food, places, natural objects, people, plants, shapes, substances."""


_DEFINED = CONCRETE | {3}
"""Files whose meanings define a noun: file 3 holds the roots, such as plant and animal."""
_MADE = 2
"""How much more a meaning counts that is a man-made thing: the names of shapes mostly are such things."""
_MEANINGS = 3
"""Meanings kept of a noun."""

Meanings = tuple[tuple[str, int], ...]
"""Definitions of one noun, each with its weight."""


@dataclass(frozen=True)
class Synset:
    """One meaning: its words (underscores as blanks), lexicographer's file and definition without examples."""

    words: tuple[str, ...]
    file: int
    gloss: str
    keys: tuple[str, ...] = ()
    """Under which key each word's having this meaning is counted (``senseidx(5WN)``)."""


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
    glosses: list[str]
    """Definitions of what has no body: of verbs, adjectives and the other nouns."""
    meanings: dict[str, Meanings]
    """What each noun means that has a body, the most often met first."""


def _lines(path: Path) -> Iterator[str]:
    # The files open with a licence whose lines begin with blanks.
    with path.open(encoding="latin-1") as file:
        yield from (line for line in file if not line.startswith(" "))


def _plain(word: str) -> str:
    return word.split("(")[0].replace("_", " ")


def _gloss(line: str) -> str:
    # Definitions and quoted examples in one line, parted by semicolons.
    return line.partition(" | ")[2].split('; "')[0].split(";")[0].strip()


def _synset(line: str) -> Synset:
    head = line.partition(" | ")[0]
    fields = head.split(" ")
    count = int(fields[3], 16)
    words, ids = fields[4 : 4 + 2 * count : 2], fields[5 : 5 + 2 * count : 2]
    keys = tuple(f"{word.lower()}%1:{fields[1]}:{int(key, 16):02d}::" for word, key in zip(words, ids, strict=True))
    return Synset(tuple(map(_plain, words)), int(fields[1]), _gloss(line), keys)


def _by_use(folder: Path, kind: str, counts: Counter[str]) -> list[str]:
    words = [line.split(" ", 1)[0] for line in _lines(folder / f"index.{kind}")]
    single = [word for word in words if word.isalpha() and counts[word] > 0]
    return sorted(single, key=lambda word: (-counts[word], word))


def _met(folder: Path) -> Iterator[tuple[str, int]]:
    """Keys of senses, each with how often it was met in text."""
    for line in (folder / "cntlist.rev").read_text(encoding="latin-1").splitlines():
        key, _, count = line.split(" ")
        yield key, int(count)


def _meanings(nouns: list[Synset], met: Mapping[str, int]) -> dict[str, Meanings]:
    found: defaultdict[str, list[tuple[str, int]]] = defaultdict(list)
    for synset in nouns:
        if synset.file in _DEFINED:
            for word, key in zip(synset.words, synset.keys, strict=True):
                found[word].append((synset.gloss, (met.get(key, 0) + 1) * (_MADE if synset.file == ARTIFACT else 1)))
    return {word: tuple(sorted(meanings, key=lambda meaning: -meaning[1])[:_MEANINGS]) for word, meanings in found.items()}


def _counts(folder: Path, kinds: str) -> Counter[str]:
    """How often each word was met, over senses whose key names one of ``kinds`` (1 noun, 2 verb, 3 and 5 adjective)."""
    counts: Counter[str] = Counter()
    for key, count in _met(folder):
        word, _, sense = key.partition("%")
        if sense[0] in kinds:
            counts[_plain(word)] += count
    return counts


def read(folder: Path) -> WordNet:
    """Reads the database files of one WordNet folder, such as Debian's ``/usr/share/wordnet``.

    Raises:
        InputError: the folder does not hold them.
    """
    needed = ("data.noun", "data.verb", "data.adj", "index.verb", "index.adj", "noun.exc", "cntlist.rev")
    missing = [name for name in needed if not (folder / name).is_file()]
    if missing:
        raise InputError(f"The folder '{folder}' must hold WordNet's database files, but lacks {', '.join(missing)}.")
    plurals: dict[str, str] = {}
    for line in _lines(folder / "noun.exc"):
        plural, *singulars = line.split()
        plurals.setdefault(_plain(singulars[0]), _plain(plural))
    nouns = [_synset(line) for line in _lines(folder / "data.noun")]
    return WordNet(
        nouns=nouns,
        glosses=[synset.gloss for synset in nouns if synset.file not in CONCRETE]
        + [_gloss(line) for kind in ("verb", "adj") for line in _lines(folder / f"data.{kind}")],
        verbs=_by_use(folder, "verb", _counts(folder, "2")),
        adjectives=_by_use(folder, "adj", _counts(folder, "35")),
        plurals=plurals,
        uses=_counts(folder, "1"),
        meanings=_meanings(nouns, dict(_met(folder))),
    )
