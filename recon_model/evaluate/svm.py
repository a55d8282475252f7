"""Linear SVM on frozen features (ReCon §4.2): how much of the classes is already there, linearly."""

import warnings
from typing import Any

import numpy as np

from recon_model.data.labelled import LabelledClouds
from recon_model.errors import InputError
from recon_model.evaluate.disturbance import UNDISTURBED, Disturbance
from recon_model.evaluate.embedding import Told, embed_all, sampling_in_words
from recon_model.predictor import Predictor
from recon_model.standing import AUTO

C = 0.075
FOLDS = 5


def linear_svm(
    predictor: Predictor,
    data: LabelledClouds,
    source: str,
    *,
    seed: int = 0,
    disturbance: Disturbance = UNDISTURBED,
    up: str = AUTO,
    votes: int = 1,
    tell: Told | None = None,
) -> dict[str, Any]:
    """Cross-validates a linear SVM on the features of ``Predictor.embed``.

    The published number trains on one split and tests on the other; with one set of clouds, stratified folds stand in for that.

    Args:
        predictor: the model.
        data: labelled clouds.
        source: what the data is called in the result.
        seed: of the folds.
        disturbance: what is done to every cloud, trained on or tested with.
        up: which direction of the clouds is up, see ``Predictor.prepare``.
        votes: see ``embed_all``.
        tell: hears how far it is.

    Returns:
        ``protocol`` (a sentence), ``data``, ``n``, ``seed``, ``names``, ``top1`` (mean over folds, a fraction), ``std`` (of the folds)
        and ``folds`` (each fold's).

    Raises:
        InputError: a class has fewer clouds than there are folds, or there is only one class.
    """
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.model_selection import StratifiedKFold
    from sklearn.svm import LinearSVC

    labels = np.asarray(data.labels)
    present = _present(data, source)
    features = embed_all(predictor, disturbance.apply(data).points, tell, up, votes).features
    scores = []
    for train, test in StratifiedKFold(FOLDS, shuffle=True, random_state=seed).split(features, labels):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)  # the published setting stops early too
            fitted = LinearSVC(C=C, random_state=seed).fit(features[train], labels[train])
        scores.append(float(fitted.score(features[test], labels[test])))
    return {
        "protocol": (
            f"linear SVM (C={C}) on frozen features [max over queries; max plus mean over patches], {FOLDS} stratified folds, seed {seed}; "
            f"model '{predictor.about.name}'; {sampling_in_words(predictor, disturbance, up, votes)}."
        ),
        "data": source,
        "n": len(labels),
        "seed": seed,
        "names": [data.names[label] for label in present],
        "top1": float(np.mean(scores)),
        "std": float(np.std(scores)),
        "folds": scores,
    }


def _present(data: LabelledClouds, source: str) -> list[int]:
    """Returns the labels that occur, having checked that there are enough of each."""
    present, counts = np.unique(data.labels, return_counts=True)
    if len(present) < 2:
        raise InputError(f"data ('{source}') must hold at least two classes for an SVM; it holds {len(present)}.")
    if counts.min() < FOLDS:
        rare = data.names[present[counts.argmin()]]
        raise InputError(f"class ('{rare}', {counts.min()} clouds) must have at least {FOLDS} clouds for {FOLDS} folds.")
    return [int(label) for label in present]
