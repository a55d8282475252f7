"""Answers for the map and for searches: features of a few clouds, and of phrases."""

from functools import lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from recon_model.errors import InputError, sentence
from recon_model.geometry.preparation import Floats, to_unit
from recon_model.predictor import Predictor
from recon_model.serve.answers.answer import Answer, timed
from recon_model.serve.messages import Array, CloudsEmbedded, EmbedClouds, EmbedTexts, PackedSides, TextsEmbedded
from recon_model.serve.messages.embedding import PREVIEW_POINTS
from recon_model.sides import Sides


def embed_clouds(model: Predictor, request: EmbedClouds) -> CloudsEmbedded:
    """Embeds a few clouds, by the current model or by a checkpoint of a run."""
    if request.checkpoint:
        model = checkpoint(request.checkpoint, model)
    (units, failures), preparing = timed(_units, [cloud.numpy() for cloud in request.clouds], model.config.num_points)
    good = [row for row, failure in enumerate(failures) if not failure]
    if not good:
        raise InputError(next(iter(failures), "clouds (0) must hold at least one cloud."))
    embedding, embedding_ms = timed(model.embed, [units[row] for row in good], errors=request.errors)
    count = len(failures)
    return CloudsEmbedded(
        id=request.id,
        model=model_hash(model),
        features=Array.of(_spread(embedding.features, good, count)),
        sides=None if embedding.sides is None else PackedSides.of(_spread_sides(embedding.sides, good, count)),
        images=None if embedding.images is None else Array.of(_spread(embedding.images, good, count)),
        errors=None if embedding.errors is None else Array.of(_spread(embedding.errors, good, count)),
        labels=None if embedding.labels is None else Array.of(_spread(embedding.labels, good, count)),
        previews=Array.of(np.stack([_preview(unit) for unit in units])),
        failures=tuple(failures),
        milliseconds=preparing + embedding_ms,
    )


def embed_texts(model: Predictor, request: EmbedTexts) -> TextsEmbedded:
    """Embeds phrases."""
    features, temperature = model.words(request.names, request.templates)
    return TextsEmbedded(id=request.id, names=request.names, features=Array.of(features), temperature=temperature)


def model_hash(model: Predictor) -> str:
    """What features are kept under: the weights' hash, or the name where the card knows no hash."""
    return str(model.card.get("weights_sha256") or model.about.name)


def checkpoint(path: str, beside: Predictor) -> Predictor:
    """Opens a checkpoint of a run as the current model was opened; the last one is kept until its file changes."""
    changed = Path(path).stat().st_mtime_ns if Path(path).exists() else 0
    return _checkpoint(path, changed, str(beside.device), beside.asked_precision)


@lru_cache(maxsize=1)  # batch after batch asks for the same one
def _checkpoint(path: str, _changed: int, device: str, precision: str) -> Predictor:
    return Predictor.load(path, device, precision=precision)


def _units(clouds: list[npt.NDArray[np.float32]], count: int) -> tuple[list[Floats], list[str]]:
    """Prepares each cloud by itself: one that cannot be used must not spoil its batch."""
    units, failures = [], []
    for cloud in clouds:
        try:
            units.append(to_unit(cloud, count).points)
            failures.append("")
        except InputError as error:
            units.append(np.zeros((count, 3), np.float32))
            failures.append(sentence(error))
    return units, failures


def _spread(rows: npt.NDArray[np.float32], places: list[int], count: int) -> npt.NDArray[np.float32]:
    """Puts rows at their places among ``count``, with NaN between them."""
    if len(places) == count:
        return rows
    spread = np.full((count, *rows.shape[1:]), np.nan, np.float32)
    spread[places] = rows
    return spread


def _spread_sides(sides: Sides, places: list[int], count: int) -> Sides:
    """The same of what is seen from sides: NaN from one side between them."""
    if len(places) == count:
        return sides
    nothing = Sides.single(np.full((1, sides.features.shape[1]), np.nan, np.float32))
    place = {cloud: row for row, cloud in enumerate(places)}
    return Sides.joined([sides.of([place[cloud]]) if cloud in place else nothing for cloud in range(count)])


def _preview(points: Floats) -> npt.NDArray[np.uint8]:
    chosen = np.resize(np.linspace(0, len(points) - 1, min(PREVIEW_POINTS, len(points))).astype(np.int64), PREVIEW_POINTS)
    preview: npt.NDArray[np.uint8] = np.rint((np.clip(points[chosen], -1, 1) + 1) * 127.5).astype(np.uint8)
    return preview


ANSWERS: dict[type, Answer] = {EmbedClouds: embed_clouds, EmbedTexts: embed_texts}
