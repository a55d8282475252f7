"""Answers for the input doctor: names from all sides, and of damaged clouds."""

import time
from collections.abc import Callable

import numpy as np

from recon_model.evaluate.robustness import damaged_scores, robustness
from recon_model.geometry.damage import damaged
from recon_model.geometry.orientation import ORIENTATIONS
from recon_model.geometry.preparation import Floats
from recon_model.predictor import Predictor
from recon_model.results import Prepared
from recon_model.serve.answers.answer import Answer, timed
from recon_model.serve.answers.explain import PatientAnswer, Pause
from recon_model.serve.messages import Array, CloudDamaged, DamageCloud, DamageTraced, LookFromSides, SidesSeen, TraceDamage

AT_ONCE = 4
"""Orientations looked at in one batch: between two of them a brush is answered."""
SHOWN = 16_384
"""Points of a damaged cloud that are sent back to be looked at."""


def look_from_sides(model: Predictor, request: LookFromSides, pause: Pause) -> SidesSeen:
    """Ranks the names with the cloud laid on each of its sides, as if its file had it so and nobody stood it up."""
    began = time.perf_counter()
    points = request.points.numpy()
    found = []
    for start in range(0, len(ORIENTATIONS), AT_ONCE):
        pause(start / len(ORIENTATIONS))
        turned = [as_it_is(points @ matrix.T.astype(np.float32)) for matrix in ORIENTATIONS[start : start + AT_ONCE]]
        found.append(model.rank(model.embed(turned).sides, request.names, request.templates))
    return SidesSeen(
        id=request.id,
        rotations=Array.of(ORIENTATIONS.astype(np.float32)),
        names=found[0].names,
        best=Array.of(np.concatenate([part.best for part in found])),
        shares=Array.of(np.concatenate([part.share for part in found])),
        margins=Array.of(np.concatenate([part.margin for part in found])),
        milliseconds=(time.perf_counter() - began) * 1e3,
    )


def as_it_is(points: Floats) -> Prepared:
    """Returns points (N, 3) that are to be looked at as they lie: sampled and scaled already, and not stood up again."""
    count = len(points)
    nothing = np.zeros((0, 3), np.float32)
    return Prepared(
        points=np.ascontiguousarray(points),
        indices=np.arange(count),
        centre=(0.0, 0.0, 0.0),
        scale=1.0,
        centres=nothing,
        members=nothing.astype(np.int64),
        notes=(),
    )


def damage_cloud(model: Predictor, request: DamageCloud, between: Callable[[], None] = lambda: None) -> CloudDamaged:
    """Damages a cloud and ranks names for it; ``between`` is called between its steps, see ``damaged_scores``."""
    points = request.points.numpy()
    left = damaged(points, request.damage)
    asked = (model, points, request.names, request.templates, request.damage)
    (scores, notes), milliseconds = timed(damaged_scores, *asked, up=request.up, between=between)
    return CloudDamaged(
        id=request.id,
        points=Array.of(np.ascontiguousarray(left[:: -(-len(left) // SHOWN)])),
        count=len(left),
        names=scores.names,
        scores=Array.of(scores.similarities),
        shares=Array.of(scores.probabilities),
        notes=notes,
        milliseconds=milliseconds,
    )


def trace_damage(model: Predictor, request: TraceDamage, pause: Pause) -> DamageTraced:
    """Ranks names as one kind of damage grows."""
    asked = (model, request.points.numpy(), request.names, request.templates, request.damage, request.varied)
    found, milliseconds = timed(robustness, *asked, up=request.up, seeds=request.seeds, between=pause)
    return DamageTraced(
        id=request.id,
        strengths=found.strengths,
        seeds=found.seeds,
        names=found.names,
        shares=Array.of(found.shares),
        scores=Array.of(found.similarities),
        milliseconds=milliseconds,
    )


ANSWERS: dict[type, Answer] = {DamageCloud: damage_cloud}
PATIENT_ANSWERS: dict[type, PatientAnswer] = {LookFromSides: look_from_sides, TraceDamage: trace_damage}
