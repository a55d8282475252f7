"""Everything a model's card says of one labelled file, by the protocols of this package."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from recon_model.data.labelled import LabelledClouds
from recon_model.evaluate.disturbance import Disturbance
from recon_model.evaluate.reconstruction import reconstruction
from recon_model.evaluate.svm import FOLDS, linear_svm
from recon_model.evaluate.upright import upright
from recon_model.evaluate.zero_shot import largest_confusions, zero_shot
from recon_model.geometry.orientation import UPS
from recon_model.predictor import Predictor
from recon_model.standing import AUTO

DISTURBED = (Disturbance(rotate_y=True), Disturbance(missing=0.3), Disturbance(orientations=True))


def report(predictor: Predictor, data: LabelledClouds, source: str, known: Sequence[str]) -> Iterator[dict[str, Any]]:
    """Measures naming (as given, among all taught names, disturbed, with y told to be up), what it stands up, a linear SVM, reconstruction.

    Args:
        predictor: the model.
        data: labelled clouds; names that are not ``known`` are left out of naming, and the protocol counts them.
        source: what the data is called.
        known: names the model was taught.

    Yields:
        one row a protocol, as the protocols return them, less what is long: only the first keeps ``per_class``, and ``confusions``.
    """
    for row in _rows(predictor, data, source, known):
        yield {key: round(value, 6) if isinstance(value, float) else value for key, value in row.items()}


def _rows(predictor: Predictor, data: LabelledClouds, source: str, known: Sequence[str]) -> Iterator[dict[str, Any]]:
    covered = [name for name in data.names if name in set(known)]
    first = zero_shot(predictor, data, source, names=covered)
    confused = [f"{pair.true} -> {pair.predicted}: {pair.share:.0%}" for pair in largest_confusions(first)]
    yield {**_short(first), "per_class": first["per_class"], "confusions": confused}
    yield _short(zero_shot(predictor, data, source, names=covered, all_names=True))
    for disturbance in DISTURBED:
        yield _short(zero_shot(predictor, data, source, names=covered, disturbance=disturbance))
    told = () if predictor.upright is None else (UPS[0],)  # the judgement may also be wrong: what it costs, the other row shows
    for up in told:
        yield _short(zero_shot(predictor, data, source, names=covered, up=up))
    if told:
        stood = upright(predictor, data, source)
        yield {key: stood[key] for key in ("protocol", "data", "n", "kept_standing", "up_found")}
    if np.unique(data.labels, return_counts=True)[1].min() >= FOLDS:
        for up in (AUTO, *told):
            svm = linear_svm(predictor, data, source, up=up)
            yield {key: svm[key] for key in ("protocol", "data", "n", "top1", "std")}
    if "decoder" not in predictor.lacking:
        rebuilt = reconstruction(predictor, data, source)
        yield {key: rebuilt[key] for key in ("protocol", "data", "n", "chamfer", "ratios")}


def _short(result: dict[str, Any]) -> dict[str, Any]:
    return {key: result[key] for key in ("protocol", "data", "n", "top1", "top3", "top5")}
