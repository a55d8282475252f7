"""What the text tower reads while it learns: nouns of WordNet, alone and in templates, counted, described, defined, named by their use."""

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from recon_model.teachers.distillation.wordnet import ARTIFACT, CONCRETE, Meanings, WordNet
from recon_model.templates import EVERYDAY, PUBLISHED

PLAIN_FORM = "plain"

_NUMBERS = ("two", "three", "four", "five", "six", "several", "many", "a pair of", "a row of", "2", "3", "4")
_LOOKS = (
    "red", "orange", "yellow", "green", "blue", "purple", "brown", "black", "white", "grey", "pink", "golden", "silver", "small",
    "little", "big", "large", "huge", "tall", "short", "long", "wide", "narrow", "flat", "round", "square", "rectangular", "triangular",
    "oval", "curved", "straight", "thin", "thick", "heavy", "light", "wooden", "metal", "plastic", "glass", "stone", "leather", "paper",
    "open", "closed", "empty", "full", "broken", "old", "new", "modern", "simple", "plain", "folding", "hanging", "standing", "upright",
    "slanted", "hollow", "pointed", "low", "high",
)  # fmt: skip
_PARTS = (
    "leg", "arm", "wheel", "wing", "door", "drawer", "shelf", "handle", "lid", "spout", "engine", "string", "step", "seat", "cushion",
    "armrest", "backrest", "back", "base", "foot", "pole", "branch", "leaf", "screen", "button", "key", "window", "roof", "post", "rung",
    "tail", "fin", "blade", "hinge", "knob", "stem", "neck", "rim", "top", "corner", "side",
)  # fmt: skip
_RELATIONS = ("on", "in", "under", "beside", "for", "without")
_PURPOSES = (
    "something to {}",
    "something to {} on",
    "something to {} with",
    "something to {} in",
    "something you {}",
    "you {} on it",
    "you can {} with it",
    "a thing to {} in",
    "it is used to {}",
    "a tool to {} with",
    "a place to {}",
    "furniture to {} on",
    "a machine to {}",
    "a container to {} from",
)
# Compounds that people write in more than one way: all ways are taught as the first.
_SPELLINGS = (
    ("night stand", "nightstand", "night-stand"), ("bathtub", "bath tub"), ("bookshelf", "book shelf"), ("bookcase", "book case"),
    ("airplane", "air plane", "aeroplane"), ("flower pot", "flowerpot"), ("keyboard", "key board"), ("armchair", "arm chair"),
    ("wheelchair", "wheel chair"), ("television", "tv", "t.v.", "tele vision"), ("tv stand", "television stand", "tvstand"),
    ("motorcycle", "motor cycle", "motorbike"), ("headphones", "head phones"), ("washing machine", "washingmachine"),
    ("xbox", "x box", "Xbox"),
    ("laptop", "lap top"), ("cell phone", "cellphone", "mobile phone"), ("mailbox", "mail box"), ("dishwasher", "dish washer"),
    ("skateboard", "skate board"), ("fireplace", "fire place"), ("cupboard", "cup board"), ("earphone", "ear phone"), ("teapot", "tea pot"),
    ("toothbrush", "tooth brush"), ("watercraft", "water craft"), ("range hood", "rangehood"), ("glass box", "glassbox"),
    ("flashlight", "flash light"), ("trash can", "trashcan", "trash bin"), ("file cabinet", "filing cabinet"), ("sofa", "settee"),
    ("grey", "gray"), ("colour", "color"), ("mantel", "mantle piece", "mantelpiece"), ("stairs", "stair case", "staircase"),
    ("ice cream", "icecream"), ("light bulb", "lightbulb"), ("swivel chair", "swivelchair"), ("coffee table", "coffeetable"),
)  # fmt: skip


@dataclass(frozen=True)
class Text:
    """One sentence to learn and what it means."""

    text: str
    form: str
    """The kind of sentence; what all sentences of one form share is taken out of their targets."""
    means: str | None = None
    """A noun whose embedding is the target instead (``own`` False) or half of it."""
    own: bool = True
    """Whether the sentence's own embedding is (part of) the target."""
    meanings: Meanings = ()
    """Definitions of the noun that the sentence is about; they count, too."""


def plural(word: str, irregular: dict[str, str]) -> str:
    """Returns the English plural of a noun phrase, whose last word takes the ending."""
    *front, last = word.split(" ")
    if last in irregular:
        many = irregular[last]
    elif last.endswith(("s", "x", "z", "ch", "sh")):
        many = last + "es"
    elif last.endswith("y") and last[-2:-1] not in tuple("aeiou"):
        many = last[:-1] + "ies"
    else:
        many = last + "s"
    return " ".join([*front, many])


def article(phrase: str) -> str:
    """Returns the phrase behind the indefinite article its first letter asks for."""
    return f"{'an' if phrase[:1].lower() in tuple('aeiou') else 'a'} {phrase}"


def _unique(words: Iterator[str]) -> list[str]:
    return list(dict.fromkeys(words))


def _readable(word: str) -> bool:
    return word.islower() and len(word) > 1 and word.count(" ") <= 2


@dataclass(frozen=True)
class _Nouns:
    every: list[str]
    artifacts: list[str]
    common: list[str]
    """Concrete nouns met in text at all: the words people type."""
    meanings: dict[str, Meanings]

    def text(self, text: str, form: str, noun: str) -> Text:
        """A sentence about a noun."""
        return Text(text, form, meanings=self.meanings.get(noun, ()))

    def draw(self, rng: random.Random) -> str:
        return rng.choice(self.common if rng.random() < 0.5 else self.artifacts if rng.random() < 0.7 else self.every)


def _nouns(wordnet: WordNet) -> _Nouns:
    concrete = _unique(word for synset in wordnet.nouns if synset.file in CONCRETE for word in synset.words if _readable(word))
    used = _unique(word for synset in wordnet.nouns for word in synset.words if _readable(word) and wordnet.uses[word] > 0)
    spelt = [ways[0] for ways in _SPELLINGS]
    known = {first: wordnet.meanings[way] for first, *others in _SPELLINGS for way in others if way in wordnet.meanings}
    return _Nouns(
        every=list(dict.fromkeys([*concrete, *used, *spelt])),
        artifacts=_unique(word for synset in wordnet.nouns if synset.file == ARTIFACT for word in synset.words if _readable(word)),
        common=[word for word in concrete if wordnet.uses[word] > 0] + spelt,
        meanings={**known, **wordnet.meanings},
    )


def _templated(nouns: _Nouns, rng: random.Random) -> Iterator[Text]:
    for index, template in enumerate(PUBLISHED):
        for _ in range(500):
            noun = nouns.draw(rng)
            yield nouns.text(template.replace("{}", noun), f"published {index}", noun)
    for index, template in enumerate(EVERYDAY[1:]):
        for _ in range(1200):
            noun = nouns.draw(rng)
            yield nouns.text(template.replace("{}", noun), f"everyday {index}", noun)


def _spelt(nouns: _Nouns, rng: random.Random) -> Iterator[Text]:
    for first, *others in _SPELLINGS:
        for other in others:
            yield replace(nouns.text(other, PLAIN_FORM, first), means=first, own=False)
    # "parking lot" is also written "parkinglot"; the teacher, cutting unknown words to pieces, would not recognise it.
    pairs = [word for word in nouns.artifacts if word.count(" ") == 1 and "'" not in word]
    for word in rng.sample(pairs, min(4000, len(pairs))):
        yield replace(nouns.text(word.replace(" ", rng.choice(("", "-"))), PLAIN_FORM, word), means=word, own=False)


def _captions(nouns: _Nouns, irregular: dict[str, str], rng: random.Random) -> Iterator[Text]:
    def look() -> str:
        return rng.choice(_LOOKS)

    def parts() -> str:
        part = rng.choice(_PARTS)
        return article(part) if rng.random() < 0.4 else f"{rng.choice(_NUMBERS)} {plural(part, irregular)}"

    writers: list[tuple[str, int, Callable[[str], str]]] = [
        ("adjective", 16000, lambda noun: article(f"{look()} {noun}")),
        ("adjectives", 4000, lambda noun: article(f"{look()} {look()} {noun}")),
        ("bare adjective", 4000, lambda noun: f"{look()} {noun}"),
        ("with part", 12000, lambda noun: f"{article(noun)} with {parts()}"),
        ("look with part", 5000, lambda noun: f"{article(f'{look()} {noun}')} with {parts()} and {parts()}"),
        ("with noun", 6000, lambda noun: f"{article(noun)} with {article(nouns.draw(rng))}"),
        ("of", 5000, lambda noun: f"{rng.choice(_PARTS)} of {article(noun)}"),
        (
            "relation",
            4000,
            lambda noun: f"{article(noun)} {rng.choice(('on', 'in', 'under', 'beside', 'for', 'without'))} {article(nouns.draw(rng))}",
        ),
        ("kind", 3000, lambda noun: f"a kind of {noun}"),
        ("plural", 14000, lambda noun: plural(noun, irregular)),
        ("number", 6000, lambda noun: f"{rng.choice(_NUMBERS)} {plural(noun, irregular)}"),
    ]
    for form, count, write in writers:
        for _ in range(count):
            noun = nouns.draw(rng)
            yield nouns.text(write(noun), form, noun)


def _defined(wordnet: WordNet, nouns: _Nouns) -> Iterator[Text]:
    for synset in wordnet.nouns:
        if synset.file in CONCRETE and synset.words[0].islower():
            # A definition means its word, so half its target is the word: that is more than the teacher itself knows.
            yield replace(nouns.text(synset.gloss, "gloss", synset.words[0]), means=synset.words[0])
    for gloss in wordnet.glosses:
        yield Text(gloss, "other gloss")


def _purposes(wordnet: WordNet, nouns: _Nouns, rng: random.Random) -> Iterator[Text]:
    verbs = wordnet.verbs[:1500]
    for template in _PURPOSES:
        for _ in range(700):
            yield Text(template.format(rng.choice(verbs)), template)
    for template in _PURPOSES[:5]:
        for _ in range(800):
            # "something to cut bread with": the object stands behind the verb.
            yield Text(template.format(f"{rng.choice(verbs)} {nouns.draw(rng)}"), f"{template} object")


def write(wordnet: WordNet, rng: random.Random) -> list[Text]:
    """Writes the corpus: some 285 000 sentences, the same ones for the same seed."""
    nouns = _nouns(wordnet)
    texts = [nouns.text(word, PLAIN_FORM, word) for word in nouns.every]
    texts += [
        Text(word, "word") for word in dict.fromkeys([*wordnet.adjectives[:3000], *wordnet.verbs[:2000], *_LOOKS, *_PARTS, *_NUMBERS])
    ]
    texts += _spelt(nouns, rng)
    texts += _templated(nouns, rng)
    texts += _captions(nouns, wordnet.plurals, rng)
    texts += _defined(wordnet, nouns)
    texts += _purposes(wordnet, nouns, rng)
    return list({text.text: text for text in reversed(texts)}.values())[::-1]  # the first of equal sentences stays


def hold_out(texts: Sequence[Text], count: int, rng: random.Random) -> tuple[list[Text], list[Text]]:
    """Parts the corpus into what is learnt and ``count`` plain phrases of several words kept back to measure with."""
    phrases = [text for text in texts if text.form == PLAIN_FORM and text.means is None and " " in text.text]
    kept = set(rng.sample(phrases, count))
    return [text for text in texts if text not in kept], [text for text in phrases if text in kept]
