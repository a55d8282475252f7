"""Everything at once through the predictor: numpy in, numpy out, and what the model that ships makes of it."""

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from recon_model.assets import asset_path
from recon_model.checkpoint import format as folder_format
from recon_model.errors import CheckpointError, ConfigError, InputError
from recon_model.explain import probe as probe_module
from recon_model.predictor import Predictor
from recon_model.results import Prepared

pytestmark = pytest.mark.usefixtures("one_thread")

Floats = npt.NDArray[np.float32]
HIDDEN = np.isin(np.arange(16), [0, 3, 4, 9, 15])


@pytest.fixture(scope="module")
def predictor(small_checkpoint: Path) -> Predictor:
    return Predictor.load(small_checkpoint, "cpu")


@pytest.fixture
def prepared(predictor: Predictor, blob: Floats) -> Prepared:
    return predictor.prepare(blob)


def test_attention_is_what_attend_gives_a_row_of(predictor: Predictor, prepared: Prepared) -> None:
    maps = predictor.explain(prepared, HIDDEN).attention(decoder=True)
    for query in ({"token": "img", "layer": 1}, {"token": "patch", "patch": 5, "head": 1}, {"token": "mask", "patch": 3}):
        np.testing.assert_array_equal(predictor.attend(prepared, HIDDEN, **query), maps.row(**query))  # type: ignore[arg-type]
    assert predictor.attend(prepared, HIDDEN, token="mask", patch=3)[HIDDEN].all()


def test_the_same_cloud_and_mask_are_remembered(predictor: Predictor, prepared: Prepared) -> None:
    first = predictor.explain(prepared, HIDDEN)
    assert predictor.explain(prepared.points.copy(), HIDDEN.copy()) is first
    assert predictor.explain(prepared) is not first
    assert first.occlusion("car") is first.occlusion("car")
    assert first.occlusion("car") is not first.occlusion("car", against=["lamp"])
    assert first.relevance("car") is first.relevance("car")
    assert first.relevance("car") is not first.relevance("car", method="gradient")


def test_the_error_is_that_of_the_reconstruction(predictor: Predictor, prepared: Prepared) -> None:
    expected = predictor.reconstruct(prepared, hidden=HIDDEN).chamfer.mean()
    explainer = predictor.explain(prepared, HIDDEN)
    assert explainer.occlusion().whole == pytest.approx(expected, rel=1e-4)
    for curves in explainer.curves(seeds=[0]):
        assert curves.deletion[0, 0] == pytest.approx(expected, rel=1e-4)
        assert curves.insertion[0, -1] == pytest.approx(expected, rel=1e-4)


def test_the_score_is_that_of_naming(predictor: Predictor, prepared: Prepared) -> None:
    explainer, names = predictor.explain(prepared), ["chair", "car", "lamp"]
    ranked = predictor.classify(prepared, names)
    cosines = dict(zip(ranked.names, ranked.similarities.tolist(), strict=True))
    shares = dict(zip(ranked.names, ranked.probabilities.tolist(), strict=True))
    assert explainer.score("car") == pytest.approx(cosines["car"], abs=1e-5)
    margin = explainer.score("car", against=["chair", "lamp"])
    assert 1 / (1 + np.exp(-margin / 0.07)) == pytest.approx(shares["car"], abs=1e-4)
    found = [explainer.occlusion("car").whole, explainer.relevance("car").score]
    assert found == pytest.approx([cosines["car"]] * 2, abs=1e-5)


def test_curves_follow_the_order_they_name(predictor: Predictor, prepared: Prepared) -> None:
    explainer = predictor.explain(prepared, HIDDEN)
    orders = ("attention", "error", "random", "relevance", "occlusion")
    values = {
        "attention": explainer.rollout().queries[1:].mean(0),
        "error": explainer.errors_alone(),
        "relevance": explainer.relevance("car").values,
        "occlusion": explainer.occlusion("car").effect,
        "own": np.arange(16),
    }
    found = explainer.curves("car", orders=orders, own=values["own"], seeds=[7, 8])
    assert [curves.order for curves in found] == [*orders, "own"]
    for curves in found:
        if curves.order == "random":
            assert len(curves.patches) == 2
            continue
        along = np.asarray(values[curves.order])[curves.patches[0]]
        assert (np.diff(along) <= 0).all()
        assert set(curves.patches[0]) == set(np.flatnonzero(~HIDDEN))


def test_attention_for_the_error_is_that_of_the_mask_tokens(predictor: Predictor, prepared: Prepared) -> None:
    explainer = predictor.explain(prepared, HIDDEN)
    masks = explainer.rollout().masks
    assert masks is not None
    (found,) = explainer.curves(orders=["attention"])
    assert (np.diff(masks[HIDDEN].mean(0)[found.patches[0]]) <= 0).all()


def test_errors_by_ratio_are_those_of_the_same_draws(predictor: Predictor, prepared: Prepared) -> None:
    found = predictor.explain(prepared).errors_by_ratio(ratios=(0.25, 0.6), strategies=("random", "block"), seeds=(2, 5))
    assert found.hidden == (4, 9)
    for first, strategy in enumerate(found.strategies):
        for second, ratio in enumerate(found.ratios):
            draws = [predictor.reconstruct(prepared, mask_ratio=ratio, strategy=strategy, seed=seed).chamfer.mean() for seed in found.seeds]
            np.testing.assert_allclose(found.errors[first, second], draws, rtol=1e-4)
            assert found.mean[first, second] == pytest.approx(np.mean(draws), rel=1e-4)
            assert (found.band[0][first, second], found.band[1][first, second]) == pytest.approx((min(draws), max(draws)), rel=1e-4)


def test_a_long_question_can_be_given_up(monkeypatch: pytest.MonkeyPatch, predictor: Predictor, prepared: Prepared) -> None:
    class Newer(Exception):
        pass

    calls: list[float] = []

    def look(share: float) -> None:
        calls.append(share)
        if len(calls) == 3:
            raise Newer

    monkeypatch.setattr(probe_module, "TOKENS_AT_ONCE", 30)
    explainer = predictor.explain(prepared, HIDDEN)
    expected = explainer.curves("car")[0].deletion
    explainer.between = look
    monkeypatch.setattr(explainer, "_found", {})
    relate = lambda: explainer.relevance("car")  # noqa: E731
    for ask in (lambda: explainer.curves("car"), explainer.occlusion, explainer.errors_alone, explainer.errors_by_ratio, relate):
        calls.clear()
        with pytest.raises(Newer):
            ask()
        assert len(calls) == 3
        assert 0 == calls[0] < calls[1] < calls[2] < 1
    explainer.between = None
    np.testing.assert_array_equal(explainer.curves("car")[0].deletion, expected)


def test_coverage_is_of_the_prepared_points(predictor: Predictor, prepared: Prepared) -> None:
    found = predictor.explain(prepared, HIDDEN).coverage()
    expected = sorted(set(prepared.members[HIDDEN].ravel()) - set(prepared.members[~HIDDEN].ravel()))
    np.testing.assert_array_equal(np.flatnonzero(found.truly_hidden), expected)
    assert found.seen.shape == (128,)


@pytest.mark.parametrize(
    ("ask", "error", "sentence"),
    [
        (lambda e: e.occlusion(), InputError, r"hidden \(no patch\) must hide at least one patch to measure"),
        (lambda e: e.curves("car", orders=["beauty"]), ConfigError, r"order \('beauty'\) must be one of attention, error, random, rel"),
        (lambda e: e.curves("car", own=np.ones(15)), InputError, r"own \(15,\) must hold one finite number for each of 16"),
        (lambda e: e.curves("car", own=["x"] * 16), InputError, r"own \(16,\) must hold one finite number"),
        (lambda e: e.errors_by_ratio(ratios=[0.01]), ConfigError, r"mask_ratio \(0.01\) must hide at least one of 16 patches"),
        (lambda e: e.errors_by_ratio(ratios=[1.0]), ConfigError, r"mask_ratio \(1.0\) must be at least 0 and below 1"),
        (lambda e: e.errors_by_ratio(seeds=[]), ConfigError, r"seeds \(none\) must hold at least one"),
        (lambda e: e.errors_by_ratio(seeds=[-1]), ConfigError, r"seeds \(-1\) must be at least 0"),
        (lambda e: e.errors_by_ratio(strategies=["spiral"]), ConfigError, r"mask_strategy \('spiral'\) must be one of"),
        (lambda e: e.score(" "), InputError, "none may be blank"),
    ],
)
def test_what_cannot_be_asked_is_said(predictor: Predictor, prepared: Prepared, ask: Any, error: type, sentence: str) -> None:
    with pytest.raises(error, match=sentence):
        ask(predictor.explain(prepared))


def test_orders_by_phrase_need_one(predictor: Predictor, prepared: Prepared) -> None:
    with pytest.raises(ConfigError, match=r"order \('relevance'\) must be one of attention, error, random\."):
        predictor.explain(prepared, HIDDEN).curves(orders=["relevance"])


def test_a_model_of_an_encoder_alone_explains_what_it_can(small_checkpoint: Path, tmp_path: Path, blob: Floats) -> None:
    state, card = folder_format.load(small_checkpoint)
    folder_format.save(tmp_path / "m", {name: value for name, value in state.items() if name.startswith("encoder.")}, card)
    explainer = (predictor := Predictor.load(tmp_path / "m", "cpu")).explain(predictor.prepare(blob), HIDDEN)
    assert explainer.rollout().masks is None
    for ask in (explainer.occlusion, explainer.errors_alone, explainer.errors_by_ratio, lambda: explainer.attention(decoder=True)):
        with pytest.raises(CheckpointError, match="has no decoder, so it cannot reconstruct"):
            ask()
    with pytest.raises(CheckpointError, match="has no image_proj and text_proj, so it cannot name clouds"):
        explainer.relevance("car")


def test_the_model_that_ships_is_hurt_by_losing_what_explanations_point_at() -> None:
    """Loose, for the model may be taught anew: over the samples, both orders make the score fall faster than chance does."""
    from recon_model.data.clouds import read

    predictor = Predictor.load("default", "cpu")
    areas: dict[str, list[float]] = {}
    for name in ("airplane", "car", "chair", "guitar"):
        explainer = predictor.explain(predictor.prepare(read(asset_path("clouds") / f"{name}.ply").points))
        for curves in explainer.curves(name, orders=("random", "relevance", "occlusion"), seeds=(0, 1), steps=8):
            areas.setdefault(curves.order, []).append(float(curves.deletion_area.mean()))
    means = {order: np.mean(values) for order, values in areas.items()}
    assert means["relevance"] < means["random"] - 0.02
    assert means["occlusion"] < means["random"] - 0.02
