"""Does the model notice what it does not know? Clouds of taught names against clouds of names left out, by one score a cloud."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from recon_model.counts import counted, grouped
from recon_model.data.labelled import LabelledClouds
from recon_model.errors import InputError
from recon_model.evaluate.disturbance import UNDISTURBED, Disturbance
from recon_model.evaluate.embedding import Told, candidate_labels, embed_all, sampling_in_words, taught_names, without
from recon_model.geometry.preparation import Floats
from recon_model.lexicon import plain
from recon_model.predictor import TEMPERATURE, Predictor
from recon_model.standing import AUTO
from recon_model.teachers.ranking import FALSE_ALARMS, energy, softmax


def unlike(
    predictor: Predictor,
    data: LabelledClouds,
    source: str,
    *,
    held_out: Sequence[str] | None = None,
    templates: str = "default",
    disturbance: Disturbance = UNDISTURBED,
    up: str = AUTO,
    tell: Told | None = None,
) -> dict[str, Any]:
    """Scores every cloud by how unlike it is to the names the model knows, and says how well that tells foreign clouds.

    Known are the taught names that are not held out. The scores of a cloud with cosines c to them: "cosine" is -max(c); "energy" is
    -log sum exp(c / temperature) (Liu et al. 2020); "probability" is 1 minus the largest softmax probability.

    Args:
        predictor: the model.
        data, source: labelled clouds, and their name in the result; those whose name is neither known nor held out are left out.
        held_out: names of clouds that count as foreign; None takes the names of the data that the model was not taught.
        templates, up: see ``Predictor.classify`` and ``Predictor.prepare``.
        disturbance: what is done to every cloud.
        tell: hears how far it is.

    Returns:
        ``protocol`` (a sentence), ``data``, ``n`` (clouds), ``seed`` (of the disturbance), ``known`` and ``foreign`` (names with clouds),
        ``taught_after_all`` (held-out names the model was taught), and by score ``auroc`` and ``found`` (share of foreign clouds above
        the score that 5 % of the known ones exceed).

    Raises:
        InputError: there are no clouds of known names, or none of held-out ones.
        CheckpointError: the model's card does not list its names, or it cannot name clouds.
        TeacherError, ConfigError: see ``Predictor.classify``.
    """
    taught = taught_names(predictor)
    foreign = without(data.names, taught) if held_out is None else tuple(held_out)
    known = without(taught, foreign)
    of_known, of_foreign = candidate_labels(data, known) >= 0, candidate_labels(data, foreign) >= 0
    for kind, flags, names in (("taught and not held out", of_known, known), ("held out", of_foreign, foreign)):
        if not flags.any():
            raise InputError(f"data ('{source}') must hold clouds of a name that is {kind} ({', '.join(names[:5]) or 'none is'}).")
    words = predictor.vocabulary.rows(known, templates).numpy()
    kept, disturbed = np.flatnonzero(of_known | of_foreign), disturbance.apply(data).points
    embedding = embed_all(predictor, [disturbed[int(place)] for place in kept], tell, up)
    scores = unlike_scores(predictor.similarities(embedding.projected, words), float(predictor.card.get("temperature") or TEMPERATURE))
    is_foreign = of_foreign[kept]
    after_all = [name for name in foreign if plain(name) in {plain(each) for each in taught}]
    return {
        "protocol": _protocol(predictor, known, foreign, after_all, is_foreign, templates, disturbance, up),
        "data": source,
        "n": len(kept),
        "seed": disturbance.seed,
        "known": _with_clouds(data, of_known),
        "foreign": _with_clouds(data, of_foreign),
        "taught_after_all": after_all,
        "auroc": {name: auroc(values, is_foreign) for name, values in scores.items()},
        "found": {
            name: float((values[is_foreign] > np.quantile(values[~is_foreign], 1 - FALSE_ALARMS)).mean()) for name, values in scores.items()
        },
    }


def unlike_scores(similarities: Floats, temperature: float) -> dict[str, npt.NDArray[np.float64]]:
    """Returns each score (B,), larger for what is less like anything known, of cosines (B, n)."""
    return {
        "cosine": -similarities.max(1).astype(np.float64),
        "energy": energy(similarities, temperature),
        "probability": 1.0 - softmax(similarities, temperature).max(1),
    }


def auroc(scores: npt.NDArray[np.float64], positive: npt.NDArray[np.bool_]) -> float:
    """Area under the ROC curve: the chance that a positive scores above a negative, ties counting half."""
    from scipy.stats import rankdata

    ranks = rankdata(scores)
    count = int(positive.sum())
    return float((ranks[positive].sum() - count * (count + 1) / 2) / (count * (len(scores) - count)))


def _with_clouds(data: LabelledClouds, flags: npt.NDArray[np.bool_]) -> list[str]:
    return [data.names[label] for label in np.unique(data.labels[flags])]


def _protocol(
    predictor: Predictor,
    known: Sequence[str],
    foreign: Sequence[str],
    after_all: Sequence[str],
    is_foreign: npt.NDArray[np.bool_],
    templates: str,
    disturbance: Disturbance,
    up: str,
) -> str:
    parts = [
        f"unlike anything known: model '{predictor.about.name}', text teacher '{predictor.vocabulary.teacher().name}'",
        f"templates '{templates}'",
        f"cosines with {counted(len(known), 'taught name')}",
        f"{counted(int((~is_foreign).sum()), 'cloud')} of those names against {grouped(int(is_foreign.sum()))} of held-out ones "
        f"({', '.join(foreign)})",
        sampling_in_words(predictor, disturbance, up),
    ]
    if after_all:
        parts.append(
            f"the model was taught {len(after_all)} of the held-out names ({', '.join(after_all)}), only their words are kept from it"
        )
    return "; ".join(parts) + "."
