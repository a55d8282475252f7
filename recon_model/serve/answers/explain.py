"""Answers to why: all attention at once, and the long questions, which can be made to wait between two forward passes."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, cast

import numpy as np

from recon_model.explain.curves import Curves
from recon_model.explain.explainer import ORDERS, PHRASE_ORDERS, Explainer
from recon_model.explain.relevance import Method
from recon_model.predictor import Predictor
from recon_model.serve.answers.answer import Answer, timed
from recon_model.serve.messages import (
    Array,
    AttendAll,
    AttendedAll,
    Curve,
    CurvesTraced,
    Occlude,
    Occluded,
    Overlap,
    RatiosSwept,
    Relate,
    Related,
    Reply,
    SweepRatios,
    TraceCurves,
)

Pause = Callable[[float], None]
"""Called between forward passes with the share of the whole question that is done; may take its time, or raise to end the question."""
PatientAnswer = Callable[[Predictor, Any, Pause], Reply]


def attend_all(model: Predictor, request: AttendAll) -> AttendedAll:
    """Collects every attention weight, its rollout, and what the mask hides."""
    explainer = model.explain(request.points.numpy(), request.hidden.numpy())
    rebuilds = "decoder" not in model.lacking
    maps, milliseconds = timed(explainer.attention, decoder=rebuilds)
    found = explainer.rollout()
    return AttendedAll(
        id=request.id,
        cross=Array.of(maps.cross),
        patches=Array.of(maps.patches),
        decoder=None if maps.decoder is None else Array.of(maps.decoder),
        visible=Array.of(maps.visible),
        masked=Array.of(maps.hidden),
        rollout_queries=Array.of(found.queries),
        rollout_patches=Array.of(found.patches),
        rollout_masks=None if found.masks is None else Array.of(found.masks),
        overlap=_overlap(explainer),
        milliseconds=milliseconds,
    )


def _overlap(explainer: Explainer) -> Overlap:
    found = explainer.coverage()
    counts = {name: int(getattr(found, name).sum()) for name in ("seen", "leaked", "truly_hidden", "uncovered")}
    return Overlap(**counts, rebuilt=found.hidden_patches * found.patch_points, sentence=found.sentence)


def occlude(model: Predictor, request: Occlude, pause: Pause) -> Occluded:
    """Leaves out one patch after the other."""
    explainer = model.explain(request.points.numpy(), request.hidden.numpy())
    (found,), milliseconds = timed(_staged, explainer, [explainer.occlusion], pause)
    return Occluded(id=request.id, whole=found.whole, effect=Array.of(found.effect), milliseconds=milliseconds)


def trace_curves(model: Predictor, request: TraceCurves, pause: Pause) -> CurvesTraced:
    """Takes patches away and shows them in every order; what the orders sort by is found first, and remembered by the explainer."""
    explainer = model.explain(request.points.numpy(), request.hidden.numpy())
    phrase, against = _phrase(request.names)
    asked: dict[str, Any] = {"against": against, "templates": request.templates}
    orders: Sequence[str] = ORDERS if phrase is None else PHRASE_ORDERS
    if "decoder" in model.lacking and phrase is not None:
        orders = [order for order in orders if order != "error"]
    stages: list[Callable[[], Any]] = [explainer.errors_alone] if "error" in orders else []
    if phrase is not None:
        stages += [lambda: explainer.relevance(phrase, **asked), lambda: explainer.occlusion(phrase, **asked)]
    stages.append(lambda: explainer.curves(phrase, **asked, orders=orders, seeds=request.seeds, steps=request.steps))
    (*_, curves), milliseconds = timed(_staged, explainer, stages, pause)
    return CurvesTraced(id=request.id, curves=tuple(_curve(curve) for curve in curves), milliseconds=milliseconds)


def _curve(curve: Curves) -> Curve:
    return Curve(
        order=curve.order,
        removed=Array.of(curve.removed),
        deletion=Array.of(curve.deletion),
        shown=Array.of(curve.shown),
        insertion=Array.of(curve.insertion),
        deletion_area=float(curve.deletion_area.mean()),
        insertion_area=float(curve.insertion_area.mean()),
    )


def sweep_ratios(model: Predictor, request: SweepRatios, pause: Pause) -> RatiosSwept:
    """Rebuilds under every strategy, ratio and seed."""
    explainer = model.explain(request.points.numpy())
    (found,), milliseconds = timed(_staged, explainer, [lambda: explainer.errors_by_ratio(seeds=request.seeds)], pause)
    return RatiosSwept(
        id=request.id,
        strategies=found.strategies,
        ratios=found.ratios,
        hidden=found.hidden,
        seeds=found.seeds,
        errors=Array.of(found.errors),
        milliseconds=milliseconds,
    )


def relate(model: Predictor, request: Relate, pause: Pause) -> Related:
    """Finds what each patch does for a phrase, twice over: by gradient, and by leaving it out."""
    explainer = model.explain(request.points.numpy(), request.hidden.numpy())
    phrase, against = _phrase(request.names)
    asked: dict[str, Any] = {"against": against, "templates": request.templates}
    stages: list[Callable[[], Any]] = [
        lambda: explainer.relevance(cast(str, phrase), **asked, method=cast(Method, request.method)),
        lambda: explainer.occlusion(phrase, **asked),
    ]
    (relevance, occlusion), milliseconds = timed(_staged, explainer, stages, pause)
    return Related(
        id=request.id,
        score=relevance.score,
        relevance=Array.of(relevance.values),
        method=relevance.method_in_words,
        occlusion=Array.of(occlusion.effect.astype(np.float32)),
        milliseconds=milliseconds,
    )


def _phrase(names: Sequence[str]) -> tuple[str | None, tuple[str, ...]]:
    """The phrase asked about, and the names it stands against."""
    return (names[0], tuple(names[1:])) if names else (None, ())


def _staged(explainer: Explainer, stages: Sequence[Callable[[], Any]], pause: Pause) -> list[Any]:
    """Answers one stage after the other; of each, the explainer tells the share that is done."""
    found = []
    for number, stage in enumerate(stages):
        with _pausing(explainer, lambda share, number=number: pause((number + share) / len(stages))):  # type: ignore[misc]
            found.append(stage())
    return found


@contextmanager
def _pausing(explainer: Explainer, pause: Pause) -> Iterator[None]:
    explainer.between = pause
    try:
        yield
    finally:
        explainer.between = None


ANSWERS: dict[type, Answer] = {AttendAll: attend_all}
PATIENT_ANSWERS: dict[type, PatientAnswer] = {Occlude: occlude, TraceCurves: trace_curves, SweepRatios: sweep_ratios, Relate: relate}
"""What answers each kind of ``messages.PATIENT``."""
