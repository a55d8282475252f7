"""Zero-shot naming: how often the right name is the closest (ReCon §4.3), with the protocol spelled out beside the number."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from recon_model.counts import counted
from recon_model.data.labelled import LabelledClouds
from recon_model.errors import InputError
from recon_model.evaluate.disturbance import UNDISTURBED, Disturbance
from recon_model.evaluate.embedding import Told, candidate_labels, embed_all, sampling_in_words, taught_names, without
from recon_model.geometry.preparation import Floats
from recon_model.lexicon import plain
from recon_model.predictor import Predictor
from recon_model.standing import AUTO

TOPS = (1, 3, 5)


class Confused(NamedTuple):
    """Clouds of one name taken for another."""

    true: str
    predicted: str
    clouds: int
    share: float
    """Of the clouds of the true name."""


def zero_shot(
    predictor: Predictor,
    data: LabelledClouds,
    source: str,
    *,
    names: Sequence[str] | None = None,
    all_names: bool = False,
    templates: str = "default",
    disturbance: Disturbance = UNDISTURBED,
    up: str = AUTO,
    votes: int = 1,
    tell: Told | None = None,
) -> dict[str, Any]:
    """Names every cloud among all candidates and counts.

    Args:
        predictor: the model.
        data: labelled clouds.
        source: what the data is called in the result.
        names: the names that clouds may have; None takes the data's own. Clouds of other names are left out. Names without clouds
            still compete. Case, blanks and underscores make no difference.
        all_names: whether every name the model was taught competes too.
        templates: see ``Predictor.classify``.
        disturbance: what is done to every cloud.
        up: which direction of the clouds is up, see ``Predictor.prepare``.
        votes: see ``embed_all``.
        tell: hears how far it is.

    Returns:
        ``protocol`` (a sentence), ``data``, ``n`` (clouds), ``seed`` (of the disturbance), ``names`` (candidates), ``top1``, ``top3``
        and ``top5`` (fractions), ``per_class`` (name -> fraction, null without clouds) and ``confusion`` (rows true, columns
        predicted, counts). With ``all_names`` also ``restricted``: ``n`` names, ``top1``, ``top3`` and ``top5`` of the same clouds when
        only ``names`` compete.

    Raises:
        InputError: no cloud has any of the names, or a name occurs twice.
        CheckpointError: all names are asked for and the model's card does not list them, or see ``Predictor.classify``.
        TeacherError, ConfigError: see ``Predictor.classify``.
    """
    truths = tuple(data.names if names is None else names)
    candidates = (*truths, *without(taught_names(predictor), truths)) if all_names else truths
    kept, true = _named(data, truths)
    words = predictor.vocabulary.rows(candidates, templates).numpy()  # first: a missing teacher should be told at once
    disturbed = disturbance.apply(data).points
    embedding = embed_all(predictor, [disturbed[int(place)] for place in kept], tell, up, votes)
    similarities = predictor.similarities(embedding.sides, words)
    confusion = _confusion(similarities, true)
    sampling = sampling_in_words(predictor, disturbance, up, votes) + _weighing_in_words(predictor, up)
    restricted = top_shares(predictor.similarities(embedding.sides, words[: len(truths)]), true) if all_names else {}
    return {
        "protocol": _protocol(predictor, data, truths, candidates, templates, len(kept), sampling),
        "data": source,
        "n": len(kept),
        "seed": disturbance.seed,
        "names": list(candidates),
        **top_shares(similarities, true),
        "per_class": _per_class(candidates, confusion),
        "confusion": confusion.tolist(),
        **({"restricted": {"n": len(truths), **restricted}} if all_names else {}),
    }


def _named(data: LabelledClouds, names: Sequence[str]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Returns which clouds have one of the names, and the place of each one's name among them."""
    labels = candidate_labels(data, names)
    kept = np.flatnonzero(labels >= 0)
    if not len(kept):
        raise InputError(f"names ({', '.join(names)}) must hold at least one name of the data ({', '.join(data.names)}).")
    return kept, labels[kept]


def _confusion(similarities: Floats, true: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    names = similarities.shape[1]
    counts = np.zeros((names, names), np.int64)
    np.add.at(counts, (true, _order(similarities)[:, 0]), 1)
    return counts


def _per_class(names: Sequence[str], confusion: npt.NDArray[np.int64]) -> dict[str, float | None]:
    rows = zip(names, confusion.diagonal().tolist(), confusion.sum(1).tolist(), strict=True)
    return {name: right / total if total else None for name, right, total in rows}


def top_shares(similarities: Floats, true: npt.NDArray[np.int64]) -> dict[str, float]:
    """Returns "top1", "top3" and "top5": the shares of rows (B, n) whose true column (B,) is among the so many largest."""
    found = _order(similarities) == true[:, None]
    return {f"top{count}": float(found[:, :count].any(1).mean()) for count in TOPS}


def largest_confusions(result: dict[str, Any], count: int = 10) -> list[Confused]:
    """Returns the pairs of different names that were confused most often, by the number of clouds."""
    counts = np.array(result["confusion"])
    totals = counts.sum(1)
    np.fill_diagonal(counts, 0)
    order = np.argsort(-counts, axis=None, kind="stable")[:count]
    pairs = [(int(place) // len(counts), int(place) % len(counts)) for place in order]
    names = result["names"]
    return [
        Confused(names[row], names[column], int(counts[row, column]), float(counts[row, column] / totals[row]))
        for row, column in pairs
        if counts[row, column]
    ]


def _order(similarities: Floats) -> npt.NDArray[np.int64]:
    return np.argsort(-similarities, axis=1, kind="stable")


def _weighing_in_words(predictor: Predictor, up: str) -> str:
    """Says how the sides of clouds were weighed, where there are several."""
    if predictor.upright is None or up != AUTO:
        return ""
    return ", all sides that may be up, weighed by that judgement and by how well the candidate names fit them"


def _protocol(
    predictor: Predictor,
    data: LabelledClouds,
    truths: Sequence[str],
    candidates: Sequence[str],
    templates: str,
    kept: int,
    sampling: str,
) -> str:
    left_out = len(data.labels) - kept
    known = {plain(name) for name in data.names}
    foreign = [name for name in truths if plain(name) not in known]
    more = len(candidates) - len(truths)
    parts = [
        f"zero-shot: model '{predictor.about.name}', text teacher '{predictor.vocabulary.teacher().name}'",
        f"templates '{templates}' ({len(predictor.vocabulary.templates(templates))}) summed per name",
        f"cosine with {predictor.config.zero_shot_ratio:g} x text + image feature",
        sampling,
        f"{counted(kept, 'cloud')}, {counted(len(candidates), 'candidate name')}"
        + (f", {more} of them taught names that no cloud has" if more else ""),
    ]
    if left_out:
        parts.append(f"{counted(left_out, 'cloud')} of other names left out")
    if foreign:
        parts.append(f"no clouds of {', '.join(foreign)}")
    return "; ".join(parts) + "."
