"""Answers for the bench: cutting a cloud, rebuilding hidden patches."""

from recon_model.predictor import Predictor
from recon_model.serve.answers.answer import Answer, timed
from recon_model.serve.messages import Array, CloudPrepared, PrepareCloud, Reconstruct, Reconstructed


def prepare(model: Predictor, request: PrepareCloud) -> CloudPrepared:
    """Samples, centres, scales, stands up and cuts a cloud."""
    prepared, milliseconds = timed(model.prepare, request.points.numpy(), up=request.up)
    stance = prepared.stance
    return CloudPrepared(
        id=request.id,
        points=Array.of(prepared.points),
        indices=Array.of(prepared.indices),
        centre=prepared.centre,
        scale=prepared.scale,
        centres=Array.of(prepared.centres),
        members=Array.of(prepared.members),
        milliseconds=milliseconds,
        up=stance.up,
        rotation=Array.of(stance.rotation),
        up_chances=None if stance.chances is None else Array.of(stance.chances),
        doubt=None if stance.doubt is None else Array.of(stance.doubt),
        notes=prepared.notes,
    )


def reconstruct(model: Predictor, request: Reconstruct) -> Reconstructed:
    """Rebuilds the hidden patches."""
    result, milliseconds = timed(
        model.reconstruct,
        request.points.numpy(),
        mask_ratio=request.mask_ratio,
        strategy=request.strategy,
        seed=request.seed,
        hidden=None if request.hidden is None else request.hidden.numpy(),
    )
    return Reconstructed(
        id=request.id,
        hidden=Array.of(result.hidden),
        rebuilt=Array.of(result.rebuilt),
        chamfer=Array.of(result.chamfer),
        milliseconds=milliseconds,
    )


ANSWERS: dict[type, Answer] = {PrepareCloud: prepare, Reconstruct: reconstruct}
