from pathlib import Path

import numpy as np
import pytest

from recon_model.data.labelled import LabelledClouds
from recon_model.errors import CheckpointError, InputError
from recon_model.evaluate.unlike import auroc, unlike, unlike_scores
from recon_model.predictor import Predictor
from tests import naive

pytestmark = pytest.mark.usefixtures("one_thread")

NAMES = ("chair", "night_stand", "dog", "rocket")


@pytest.fixture(scope="module")
def predictor(small_checkpoint: Path) -> Predictor:
    loaded = Predictor.load(small_checkpoint, "cpu")
    card = {**loaded.card, "data": {"names": ["airplane", "chair", "night stand", "bed"]}}
    return Predictor(loaded.model, card, device=loaded.device)


@pytest.fixture(scope="module")
def data() -> LabelledClouds:
    rng = np.random.default_rng(0)
    return LabelledClouds(list(rng.uniform(-1, 1, (40, 150, 3)).astype(np.float32)), np.arange(40) % 4, NAMES)


def test_area_under_the_curve_counts_pairs() -> None:
    rng = np.random.default_rng(3)
    scores, positive = rng.integers(0, 12, 60).astype(float), rng.random(60) < 0.4
    assert auroc(scores, positive) == pytest.approx(naive.auroc(scores.tolist(), positive.tolist()))
    assert auroc(np.array([0.0, 1.0, 2.0, 3.0]), np.array([False, False, True, True])) == 1.0


def test_scores_follow_their_formulas() -> None:
    cosines = np.array([[0.9, 0.1, 0.0], [0.2, 0.2, 0.2]], np.float32)
    scores = unlike_scores(cosines, 0.1)
    np.testing.assert_allclose(scores["cosine"], [-0.9, -0.2], rtol=1e-6)
    np.testing.assert_allclose(scores["energy"], -np.log(np.exp(cosines.astype(float) / 0.1).sum(1)), rtol=1e-6)
    np.testing.assert_allclose(scores["probability"][1], 2 / 3, rtol=1e-6)


def test_a_card_that_names_no_temperature_has_the_usual_one(predictor: Predictor, data: LabelledClouds) -> None:
    once = Predictor(predictor.model, {**predictor.card, "temperature": None}, device=predictor.device)
    assert unlike(once, data, "set") == unlike(predictor, data, "set")


def test_figures_are_those_of_one_cloud_after_another(predictor: Predictor, data: LabelledClouds) -> None:
    result = unlike(predictor, data, "set")
    known = ["airplane", "chair", "night stand", "bed"]
    answers = [predictor.classify(predictor.prepare(cloud), known) for cloud in data.points]
    foreign = [NAMES[label] in ("dog", "rocket") for label in data.labels]
    assert (result["n"], result["known"], result["foreign"], result["taught_after_all"]) == (
        40,
        ["chair", "night_stand"],
        ["dog", "rocket"],
        [],
    )
    for name, values in {
        "cosine": [-float(answer.similarities[0]) for answer in answers],
        "probability": [1 - float(answer.probabilities[0]) for answer in answers],
    }.items():
        assert result["auroc"][name] == pytest.approx(naive.auroc(values, foreign), abs=0.01)
        limit = np.quantile([value for value, strange in zip(values, foreign, strict=True) if not strange], 0.95)
        assert result["found"][name] == pytest.approx(np.mean([v > limit for v, strange in zip(values, foreign, strict=True) if strange]))


def test_held_out_names_leave_the_known_ones_and_it_is_said(predictor: Predictor, data: LabelledClouds) -> None:
    result = unlike(predictor, data, "set", held_out=["Night Stand", "dog"])
    assert (result["n"], result["known"], result["foreign"]) == (30, ["chair"], ["night_stand", "dog"])
    assert result["taught_after_all"] == ["Night Stand"]
    assert "cosines with 3 taught names" in result["protocol"]
    assert "was taught 1 of the held-out names (Night Stand)" in result["protocol"]


def test_what_cannot_be_measured_is_a_sentence(predictor: Predictor, data: LabelledClouds) -> None:
    with pytest.raises(InputError, match=r"must hold clouds of a name that is held out \(tiger\)"):
        unlike(predictor, data, "set", held_out=["tiger"])
    with pytest.raises(InputError, match="must hold clouds of a name that is taught and not held out"):
        unlike(predictor, data, "set", held_out=NAMES)
    silent = Predictor(predictor.model, {key: value for key, value in predictor.card.items() if key != "data"}, device=predictor.device)
    with pytest.raises(CheckpointError, match="does not say which names"):
        unlike(silent, data, "set")
