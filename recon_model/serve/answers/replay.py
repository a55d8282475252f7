"""Answers for the bench's time-lapse: a checkpoint of a run in place of the current model."""

import numpy as np

from recon_model.predictor import Predictor
from recon_model.serve.answers import bench, embedding, explain
from recon_model.serve.answers.explain import PatientAnswer, Pause
from recon_model.serve.messages import Array, AttendAll, PrepareCloud, RebuildAt, RebuiltAt, Reconstruct


def rebuild_at(model: Predictor, request: RebuildAt, pause: Pause) -> RebuiltAt:
    """Cuts the cloud, rebuilds its hidden patches and collects attention, by the checkpoint named."""
    other = embedding.checkpoint(request.checkpoint, model)
    pause(0.3)
    prepared = bench.prepare(other, PrepareCloud(id=request.id, points=request.points, up=request.up))
    pause(0.6)
    same = prepared.centres.shape == request.centres.shape and np.allclose(prepared.centres.numpy(), request.centres.numpy(), atol=1e-5)
    rebuilt = bench.reconstruct(
        other,
        Reconstruct(
            id=request.id,
            points=prepared.points,
            mask_ratio=request.mask_ratio,
            strategy=request.strategy,
            seed=request.seed,
            hidden=request.hidden if same else None,
        ),
    )
    pause(0.8)
    attended = explain.attend_all(other, AttendAll(id=request.id, points=prepared.points, hidden=Array.of(rebuilt.hidden.numpy())))
    return RebuiltAt(id=request.id, prepared=prepared, rebuilt=rebuilt, attended=attended, same_mask=bool(same))


PATIENT_ANSWERS: dict[type, PatientAnswer] = {RebuildAt: rebuild_at}
