"""What protocols share: embedding many clouds, comparing names, and saying how clouds became the model's input."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import torch

from recon_model.counts import grouped
from recon_model.data.labelled import LabelledClouds
from recon_model.errors import CheckpointError, InputError
from recon_model.evaluate.disturbance import UNDISTURBED, Disturbance
from recon_model.geometry.patches import Patches, cut
from recon_model.geometry.preparation import POOL, Floats, to_unit
from recon_model.lexicon import plain, taught
from recon_model.predictor import Predictor
from recon_model.results import Embedding, Prepared
from recon_model.sides import Sides
from recon_model.standing import AUTO

BATCH = 32

Told = Callable[[float], None]
"""Takes the share done, in 0..1."""


def embed_all(
    predictor: Predictor, clouds: Sequence[Prepared | Floats], tell: Told | None = None, up: str = AUTO, votes: int = 1
) -> Embedding:
    """Embeds many clouds.

    Args:
        predictor: the model.
        clouds: prepared ones, or raw arrays (P, 3).
        tell: hears how far it is.
        up: as in ``Predictor.prepare``, for clouds that are not prepared yet.
        votes: how often each cloud is cut into patches, every time from another of its points on; features are means over the cuts. Which
            patches there are is chance, and what a name owes to that evens out.

    Raises:
        InputError: fewer than one vote, or as ``Predictor.embed``.
    """
    if not 1 <= votes <= predictor.config.num_points:
        raise InputError(f"votes ({votes}) must be at least 1 and at most the model's {predictor.config.num_points} points.")
    parts = []
    for start in range(0, len(clouds), BATCH):
        part = clouds[start : start + BATCH]
        if votes == 1 and up == AUTO:
            parts.append(predictor.embed(part))  # judges all of them together
        else:
            prepared = [each if isinstance(each, Prepared) else predictor.prepare(each, up=up) for each in part]
            parts.append(_by_votes(predictor, prepared, votes))
        if tell is not None:
            tell(min(1.0, (start + BATCH) / len(clouds)))
    sides = [part.sides for part in parts if part.sides is not None]
    return Embedding(np.concatenate([part.features for part in parts]), Sides.joined(sides) if sides else None)


def _by_votes(predictor: Predictor, clouds: Sequence[Prepared], votes: int) -> Embedding:
    steps = [vote * predictor.config.num_points // votes for vote in range(votes)]
    # Farthest points begin at the first: rolled points are cut otherwise.
    found = [predictor.embed([replace(cloud, points=np.roll(cloud.points, -step, axis=0)) for cloud in clouds]) for step in steps]
    features = np.mean([each.features for each in found], 0)
    sides = [each.sides for each in found if each.sides is not None]  # the same ones at every cut
    if not sides:
        return Embedding(features, None)
    means = {name: np.mean([getattr(each, name) for each in sides], 0) for name in ("features", "known")}
    return Embedding(features, replace(sides[0], **means))


def cut_batches(predictor: Predictor, data: LabelledClouds) -> Iterator[Patches]:
    """Cuts clouds as the model does, ``BATCH`` at a time, as they are given: not stood up."""
    config = predictor.config
    for start in range(0, len(data.points), BATCH):
        units = np.stack([to_unit(cloud, config.num_points).points for cloud in data.points[start : start + BATCH]])
        yield cut(torch.from_numpy(units).to(predictor.device), config.num_groups, config.group_size, config.skip_near_origin)


def candidate_labels(data: LabelledClouds, candidates: Sequence[str]) -> npt.NDArray[np.int64]:
    """Returns each cloud's place among the candidates, or -1 where its name is none of them: (K,).

    Raises:
        InputError: two candidates are the same name.
    """
    places: dict[str, int] = {}
    for place, name in enumerate(candidates):
        if places.setdefault(plain(name), place) != place:
            raise InputError(f"names ({name!r}) must differ from each other.")
    of_label = np.array([places.get(plain(name), -1) for name in data.names], np.int64)
    return of_label[data.labels]


def without(names: Sequence[str], others: Sequence[str]) -> tuple[str, ...]:
    """Returns the names that are none of the others."""
    known = {plain(name) for name in others}
    return tuple(name for name in names if plain(name) not in known)


def taught_names(predictor: Predictor) -> tuple[str, ...]:
    """Returns the names a model's card says it was taught.

    Raises:
        CheckpointError: the card says nothing of them.
    """
    names = taught(predictor.card)
    if not names:
        raise CheckpointError(f"The card of the model '{predictor.about.name}' does not say which names it was taught.")
    return names


def sampling_in_words(predictor: Predictor, disturbance: Disturbance = UNDISTURBED, up: str = AUTO, votes: int = 1) -> str:
    """Says how clouds become the model's input."""
    config = predictor.config
    judged = "then stood up by the model's own judgement of which axis is up, " if predictor.upright is not None else ""
    passes = "one pass" if votes == 1 else f"mean of {votes} cuts into patches that begin at different points"
    stood = judged if up == AUTO else f"{up} taken for up, "
    return (
        f"{disturbance.in_words()}, {stood}"
        f"{grouped(config.num_points)} farthest points of each cloud (of {grouped(POOL)} random ones where it has more, repeated where it "
        "has fewer), "
        f"unit sphere, {config.num_groups} patches of {config.group_size}, {passes}"
    )
