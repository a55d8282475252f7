"""Zero-shot naming: how often the right name is the closest (ReCon §4.3), with the protocol spelled out beside the number."""

import re
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from recon_model.data.labelled import LabelledClouds
from recon_model.errors import InputError
from recon_model.geometry.preparation import POOL, Floats
from recon_model.predictor import Embedding, Predictor, Prepared

TOP = 5
_BATCH = 32

Told = Callable[[float], None]
"""Takes the share done, in 0..1."""


def zero_shot(
    predictor: Predictor,
    data: LabelledClouds,
    source: str,
    *,
    names: Sequence[str] | None = None,
    templates: str = "default",
    tell: Told | None = None,
) -> dict[str, Any]:
    """Names every cloud among all candidates and counts.

    Args:
        predictor: the model.
        data: labelled clouds.
        source: what the data is called in the result.
        names: the candidates; None takes the data's own. Clouds of other names are left out. Names without clouds still compete.
            Case, blanks and underscores make no difference.
        templates: see ``Predictor.classify``.
        tell: hears how far it is.

    Returns:
        ``protocol`` (a sentence), ``data``, ``n`` (clouds), ``names`` (candidates), ``top1`` and ``top5`` (fractions),
        ``per_class`` (name -> fraction, null without clouds) and ``confusion`` (rows true, columns predicted, counts).

    Raises:
        InputError: no cloud has any of the names, or a name occurs twice.
        TeacherError, ConfigError: see ``Predictor.classify``.
    """
    candidates = tuple(data.names if names is None else names)
    labels = candidate_labels(data, candidates)
    kept = np.flatnonzero(labels >= 0)
    if not len(kept):
        raise InputError(f"names ({', '.join(candidates)}) must hold at least one name of the data ({', '.join(data.names)}).")
    words = predictor.vocabulary.rows(candidates, templates).numpy()  # first: a missing teacher should be told at once
    embedding = embed_all(predictor, [data.points[int(place)] for place in kept], tell)
    similarities = predictor.similarities(embedding.projected, words)
    order = np.argsort(-similarities, axis=1, kind="stable")
    true, predicted = labels[kept], order[:, 0]
    confusion = np.zeros((len(candidates), len(candidates)), np.int64)
    np.add.at(confusion, (true, predicted), 1)
    totals = confusion.sum(1)
    return {
        "protocol": _protocol(predictor, data, candidates, templates, len(kept)),
        "data": source,
        "n": len(kept),
        "names": list(candidates),
        "top1": float((predicted == true).mean()),
        "top5": float((order[:, :TOP] == true[:, None]).any(1).mean()),
        "per_class": {
            name: float(confusion[place, place] / totals[place]) if totals[place] else None for place, name in enumerate(candidates)
        },
        "confusion": confusion.tolist(),
    }


def candidate_labels(data: LabelledClouds, candidates: Sequence[str]) -> npt.NDArray[np.int64]:
    """Returns each cloud's place among the candidates, or -1 where its name is none of them: (K,).

    Raises:
        InputError: two candidates are the same name.
    """
    places: dict[str, int] = {}
    for place, name in enumerate(candidates):
        if places.setdefault(_plain(name), place) != place:
            raise InputError(f"names ({name!r}) must differ from each other.")
    of_label = np.array([places.get(_plain(name), -1) for name in data.names], np.int64)
    return of_label[data.labels]


def embed_all(predictor: Predictor, clouds: Sequence[Prepared | Floats], tell: Told | None = None) -> Embedding:
    """Embeds many clouds, telling how far it is."""
    parts = []
    for start in range(0, len(clouds), _BATCH):
        parts.append(predictor.embed(clouds[start : start + _BATCH]))
        if tell is not None:
            tell(min(1.0, (start + _BATCH) / len(clouds)))
    projected = [part.projected for part in parts if part.projected is not None]
    return Embedding(np.concatenate([part.features for part in parts]), np.concatenate(projected) if projected else None)


def sampling_in_words(predictor: Predictor) -> str:
    """Says how clouds become the model's input."""
    config = predictor.config
    return (
        f"{config.num_points} farthest points of each cloud (of {POOL} random ones where it has more, repeated where it has fewer), "
        f"unit sphere, {config.num_groups} patches of {config.group_size}, pose as given, one pass"
    )


def _protocol(predictor: Predictor, data: LabelledClouds, candidates: Sequence[str], templates: str, kept: int) -> str:
    left_out = len(data.labels) - kept
    known = {_plain(name) for name in data.names}
    foreign = [name for name in candidates if _plain(name) not in known]
    parts = [
        f"zero-shot: model '{predictor.about.name}', text teacher '{predictor.vocabulary.teacher().name}'",
        f"templates '{templates}' ({len(predictor.vocabulary.templates(templates))}) summed per name",
        f"cosine with {predictor.config.zero_shot_ratio:g} x text + image feature",
        sampling_in_words(predictor),
        f"{kept} clouds, {len(candidates)} candidate names",
    ]
    if left_out:
        parts.append(f"{left_out} clouds of other names left out")
    if foreign:
        parts.append(f"no clouds of {', '.join(foreign)}")
    return "; ".join(parts) + "."


def _plain(name: str) -> str:
    """A name as it is compared: "night_stand", "Night stand" and "nightstand" are one."""
    return re.sub(r"[\W_]+", "", name).casefold()
