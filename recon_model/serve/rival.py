"""The second model of the model role: it rebuilds beside the current one, under the same mask."""

import json

import numpy as np

from recon_model.counts import grouped
from recon_model.errors import InputError
from recon_model.predictor import Predictor
from recon_model.serve.answers.answer import timed
from recon_model.serve.messages import Array, ModelLoaded
from recon_model.serve.messages.rival import CloseRival, OpenRival, RebuildByRival, RivalClosed, RivalRebuilt, RivalRequest


class Rival:
    """Holds at most one model, and opens it again where a request names another.

    Args:
        precision: of its models, as ``Predictor.load`` takes it.
    """

    def __init__(self, precision: str = "auto") -> None:
        self._precision = precision
        self._model: Predictor | None = None
        self._loaded: tuple[str, str] | None = None

    def answer(self, request: RivalRequest) -> ModelLoaded | RivalRebuilt | RivalClosed:
        """Answers one request.

        Raises:
            CheckpointError: the checkpoint cannot be opened, or has no decoder.
            InputError: the two models cut the cloud differently.
        """
        match request:
            case OpenRival():
                self._loaded = None  # a file may have changed since
                return described(request.id, self._open(request.source, request.device))
            case RebuildByRival():
                return _rebuild(self._open(request.source, request.device), request)
            case CloseRival():
                self._model = self._loaded = None
                return RivalClosed(id=request.id)

    def _open(self, source: str, device: str) -> Predictor:
        if self._model is None or self._loaded != (source, device):
            self._model, self._loaded = Predictor.load(source, device, precision=self._precision), (source, device)
        return self._model


def described(number: int, model: Predictor) -> ModelLoaded:
    """Returns a loaded model as a message answering request ``number``."""
    about = model.about
    return ModelLoaded(
        id=number,
        name=about.name,
        card=json.dumps(model.card),
        device=about.device,
        parameters=about.parameters,
        depth=about.depth,
        heads=about.heads,
        num_groups=about.num_groups,
        notes=about.notes,
        precision=about.precision,
    )


def _rebuild(model: Predictor, request: RebuildByRival) -> RivalRebuilt:
    points, hidden, centres = request.points.numpy(), request.hidden.numpy(), request.centres.numpy()
    config, name = model.config, model.about.name
    if (config.num_points, config.num_groups) != (len(points), len(centres)):
        raise InputError(
            f"Model B ({name}) cuts {grouped(config.num_points)} points into {config.num_groups} patches, model A "
            f"{grouped(len(points))} points into {len(centres)}: one mask cannot be laid on both."
        )
    if not np.allclose(model.centres(points), centres, atol=1e-5):
        raise InputError(f"Model B ({name}) cuts this cloud into patches at other places than model A: one mask cannot be laid on both.")
    result, milliseconds = timed(model.reconstruct, points, hidden=hidden)
    return RivalRebuilt(
        id=request.id,
        hidden=Array.of(result.hidden),
        rebuilt=Array.of(result.rebuilt),
        chamfer=Array.of(result.chamfer),
        group_size=config.group_size,
        milliseconds=milliseconds,
    )
