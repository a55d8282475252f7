"""Which way is up: how often a model leaves standing what stands, and stands up what lies on one of its other five sides."""

from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from recon_model.counts import counted
from recon_model.data.labelled import LabelledClouds
from recon_model.errors import CheckpointError
from recon_model.evaluate.embedding import Told, cut_batches
from recon_model.geometry.orientation import STANDING, UPS, turned
from recon_model.predictor import Predictor
from recon_model.standing import stances


def upright(predictor: Predictor, data: LabelledClouds, source: str, *, tell: Told | None = None) -> dict[str, Any]:
    """Turns every cloud so that each of six directions is up in turn, and asks which one that is.

    Args:
        predictor: a model that judges which way is up.
        data: labelled clouds that stand, y up.
        source: what the data is called in the result.
        tell: hears how far it is.

    Returns:
        ``protocol`` (a sentence), ``data``, ``n`` (clouds), ``kept_standing`` (share of clouds, given y up, that are left so), ``up_found``
        (of clouds given any of the other five ways), ``by_up`` (direction -> share found) and ``per_class`` (name -> share found over
        those five, null without clouds).

    Raises:
        CheckpointError: the model takes clouds as they are.
    """
    judge = predictor.upright
    if judge is None:
        raise CheckpointError(f"The model '{predictor.about.name}' does not judge which way is up.")
    right: list[npt.NDArray[np.bool_]] = []
    done = 0
    for patches in cut_batches(predictor, data):
        laid = [turned(patches, torch.from_numpy(matrix.T.copy())) for matrix in STANDING]
        judged = [[stance.up for stance in stances(predictor.answering, judge, some)] for some in laid]
        right.append(np.array(judged) == np.array(UPS)[:, None])
        done += len(patches.centres)
        if tell is not None:
            tell(done / len(data.points))
    found = np.concatenate(right, 1)  # (6, n)
    lying = found[1:].mean(0)
    labels = np.asarray(data.labels)
    return {
        "protocol": (
            f"upright: model '{predictor.about.name}'; clouds turned so that each of {', '.join(UPS)} is up in turn, +y as they are;"
            f" the pose given favoured {judge.prior:g} to 1; {counted(len(labels), 'cloud')}."
        ),
        "data": source,
        "n": len(labels),
        "kept_standing": float(found[0].mean()),
        "up_found": float(lying.mean()),
        "by_up": {up: float(share) for up, share in zip(UPS, found.mean(1), strict=True)},
        "per_class": {
            name: float(lying[labels == place].mean()) if (labels == place).any() else None for place, name in enumerate(data.names)
        },
    }
