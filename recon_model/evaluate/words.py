"""Does the text side understand what it was not taught by heart? Phrases against names, without any cloud."""

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from recon_model.errors import InputError
from recon_model.evaluate.zero_shot import top_shares
from recon_model.predictor import Predictor


class Phrase(NamedTuple):
    """A way of saying a name."""

    text: str
    name: str
    kind: str
    """What sort of phrase it is, such as "synonym"; "" where nobody said."""


def load_phrases(path: Path) -> list[Phrase]:
    """Reads a ``.csv`` with columns "phrase", "name" and, if you like, "kind".

    Raises:
        InputError: the file cannot be read, or holds no such table.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"'{path}' cannot be read as a table ({error}).") from error
    if not rows or not {"phrase", "name"} <= set(rows[0]):
        raise InputError(f"'{path}' must hold the columns phrase and name, and at least one row.")
    return [Phrase(str(row["phrase"]).strip(), str(row["name"]).strip(), str(row.get("kind") or "").strip()) for row in rows]


def words(predictor: Predictor, phrases: Sequence[Phrase], source: str, *, templates: str = "default") -> dict[str, Any]:
    """Finds for every phrase the name whose summed prompts are nearest, phrase and names put into the same templates.

    Args:
        predictor: the model whose text teacher is asked.
        phrases: what is said, and what is meant.
        source: what the list is called in the result.
        templates: see ``Predictor.classify``.

    Returns:
        ``protocol`` (a sentence), ``data``, ``n`` (phrases), ``names`` (candidates: all that are meant by some phrase), ``top1``, ``top3``,
        ``top5`` (fractions), ``by_kind`` (kind -> ``top1``) and ``wrong`` (phrase, name, and the name taken instead).

    Raises:
        InputError, ConfigError, TeacherError, CheckpointError: see ``Predictor.classify``.
    """
    names = tuple(dict.fromkeys(phrase.name for phrase in phrases))
    bank, _ = predictor.words(names, templates)
    said, _ = predictor.words([phrase.text for phrase in phrases], templates)
    similarities = said @ bank.T
    true = np.array([names.index(phrase.name) for phrase in phrases])
    taken = similarities.argmax(1)
    kinds = dict.fromkeys(phrase.kind for phrase in phrases)
    of_kind = {kind: np.array([phrase.kind == kind for phrase in phrases]) for kind in kinds}
    return {
        "protocol": (
            f"words: text teacher '{predictor.vocabulary.teacher().name}' of model '{predictor.about.name}'; {len(phrases)} phrases, "
            f"{len(names)} candidate names, both summed over templates '{templates}' "
            f"({len(predictor.vocabulary.templates(templates))}); cosine."
        ),
        "data": source,
        "n": len(phrases),
        "names": list(names),
        **top_shares(similarities, true),
        "by_kind": {kind: float((taken == true)[rows].mean()) for kind, rows in of_kind.items()},
        "wrong": [[phrases[row].text, phrases[row].name, names[taken[row]]] for row in np.flatnonzero(taken != true).tolist()],
    }
