from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.model_selection import StratifiedKFold
from sklearn.svm import LinearSVC

from recon_model.data.labelled import LabelledClouds
from recon_model.errors import CheckpointError, ConfigError, InputError
from recon_model.evaluate.disturbance import Disturbance
from recon_model.evaluate.embedding import candidate_labels, embed_all
from recon_model.evaluate.svm import FOLDS, C, linear_svm
from recon_model.evaluate.zero_shot import largest_confusions, zero_shot
from recon_model.predictor import Predictor
from recon_model.results import Embedding

pytestmark = pytest.mark.usefixtures("one_thread")

NAMES = ("chair", "night_stand", "dog")


@pytest.fixture(scope="module")
def predictor(small_checkpoint: Path) -> Predictor:
    return Predictor.load(small_checkpoint, "cpu")


@pytest.fixture(scope="module")
def data() -> LabelledClouds:
    rng = np.random.default_rng(0)
    labels = np.array([0, 1, 2, 2, 1, 0, 0, 1, 2, 0] * 4)
    return LabelledClouds(list(rng.uniform(-1, 1, (40, 150, 3)).astype(np.float32)), labels, NAMES)


def expected(predictor: Predictor, data: LabelledClouds, rows: list[int], candidates: tuple[str, ...]) -> list[list[str]]:
    """Each cloud's ranking, one at a time."""
    return [list(predictor.classify(predictor.prepare(data.points[row]), candidates).names) for row in rows]


def test_counts_are_those_of_naming_one_cloud_at_a_time(predictor: Predictor, data: LabelledClouds) -> None:
    candidates = ("chair", "night stand", "dog", "airplane", "bathtub", "guitar", "bed")
    result = zero_shot(predictor, data, "set", names=candidates)
    rankings = expected(predictor, data, list(range(40)), candidates)
    true = [NAMES[label].replace("_", " ") for label in data.labels]
    assert result["n"] == 40
    assert result["top1"] == pytest.approx(np.mean([ranking[0] == name for ranking, name in zip(rankings, true, strict=True)]))
    assert result["top5"] == pytest.approx(np.mean([name in ranking[:5] for ranking, name in zip(rankings, true, strict=True)]))
    assert result["top3"] == pytest.approx(np.mean([name in ranking[:3] for ranking, name in zip(rankings, true, strict=True)]))
    for row, name in enumerate(candidates):
        counts = [sum(t == name and r[0] == other for r, t in zip(rankings, true, strict=True)) for other in candidates]
        assert result["confusion"][row] == counts
        assert result["per_class"][name] == (pytest.approx(counts[row] / sum(counts)) if sum(counts) else None)
    assert "no clouds of airplane, bathtub, guitar, bed" in result["protocol"]


def test_names_that_cover_a_part_leave_the_rest_out_and_say_so(predictor: Predictor, data: LabelledClouds) -> None:
    result = zero_shot(predictor, data, "set", names=["Nightstand", "dog"])
    assert result["n"] == int((data.labels > 0).sum())
    assert result["names"] == ["Nightstand", "dog"]
    assert "16 clouds of other names left out" in result["protocol"]
    for part in (
        "model 'small'",
        "teacher 'recon-studio-clip'",
        "templates 'default' (1)",
        "0.2 x text",
        "128 farthest points",
        "16 patches of 8",
    ):
        assert part in result["protocol"]


def test_names_are_compared_without_case_blanks_and_underscores(data: LabelledClouds) -> None:
    np.testing.assert_array_equal(candidate_labels(data, ["DOG", "night stand"])[:5], [-1, 1, 0, 0, 1])
    with pytest.raises(InputError, match=r"names \('night_stand'\) must differ"):
        candidate_labels(data, ["night stand", "night_stand"])


def test_foreign_names_are_refused(predictor: Predictor, data: LabelledClouds) -> None:
    with pytest.raises(InputError, match=r"names \(rocket\) must hold at least one name of the data \(chair, night_stand, dog\)"):
        zero_shot(predictor, data, "set", names=["rocket"])


def test_progress_ends_at_one(predictor: Predictor, data: LabelledClouds) -> None:
    told: list[float] = []
    zero_shot(predictor, data, "set", tell=told.append)
    assert told == sorted(told)
    assert told[-1] == 1.0


@pytest.mark.parametrize(
    ("labels", "sentence"),
    [([0] * 40, "must hold at least two classes"), ([0] * 36 + [1] * 4, r"class \('night_stand', 4 clouds\) must have at least 5")],
)
def test_an_svm_needs_enough_of_each_class(predictor: Predictor, data: LabelledClouds, labels: list[int], sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        linear_svm(predictor, data._replace(labels=np.array(labels)), "set")


def test_an_svm_tells_apart_what_differs_and_not_what_does_not(predictor: Predictor, data: LabelledClouds) -> None:
    alike: dict[str, Any] = linear_svm(predictor, data, "set")
    assert alike["top1"] < 0.7
    stretched = [cloud * np.roll([1.0, 1.0, 4.0], label) for cloud, label in zip(data.points, data.labels, strict=True)]
    apart = linear_svm(predictor, data._replace(points=stretched), "set")
    assert apart["top1"] == 1.0
    assert len(apart["folds"]) == 5


def taught(predictor: Predictor, *names: str) -> Predictor:
    """The same model with a card that says what it was taught."""
    return Predictor(predictor.model, {**predictor.card, "data": {"names": list(names)}}, device=predictor.device)


def test_all_taught_names_compete_and_the_restricted_figures_stand_beside_them(predictor: Predictor, data: LabelledClouds) -> None:
    knowing = taught(predictor, "airplane", "chair", "bed", "Night Stand", "guitar")
    result = zero_shot(knowing, data, "set", all_names=True)
    assert result["names"] == ["chair", "night_stand", "dog", "airplane", "bed", "guitar"]
    everything, few = zero_shot(predictor, data, "set", names=result["names"]), zero_shot(predictor, data, "set")
    assert {key: result[key] for key in ("top1", "top3", "top5")} == {key: everything[key] for key in ("top1", "top3", "top5")}
    assert result["restricted"] == {"n": 3, "top1": few["top1"], "top3": 1.0, "top5": 1.0}
    assert "6 candidate names, 3 of them taught names that no cloud has" in result["protocol"]
    with pytest.raises(CheckpointError, match="model 'small' does not say which names it was taught"):
        zero_shot(predictor, data, "set", all_names=True)


def test_disturbed_clouds_are_measured_as_if_they_had_come_so(predictor: Predictor, data: LabelledClouds) -> None:
    disturbance = Disturbance(missing=0.4, rotate_y=True, orientations=True, seed=3)
    before, after = zero_shot(predictor, data, "set", disturbance=disturbance), zero_shot(predictor, disturbance.apply(data), "set")
    assert before["confusion"] == after["confusion"]
    assert before["seed"] == 3
    assert "40% of the points" in before["protocol"]
    assert "24 axis orientations (seed 3)" in before["protocol"]
    svm = linear_svm(predictor, data, "set", seed=3, disturbance=disturbance)
    assert svm["folds"] == linear_svm(predictor, disturbance.apply(data), "set", seed=3)["folds"]
    assert svm["std"] == pytest.approx(np.sqrt(np.mean((np.array(svm["folds"]) - svm["top1"]) ** 2)))


def test_clouds_whose_up_is_told_are_measured_standing(predictor: Predictor, data: LabelledClouds) -> None:
    told, as_filed = embed_all(predictor, data.points, up="-z"), embed_all(predictor, data.points)
    one_by_one = predictor.embed([predictor.prepare(cloud, up="-z") for cloud in data.points])
    np.testing.assert_allclose(told.features, one_by_one.features, atol=1e-4)
    assert np.abs(told.features - as_filed.features).max() > 0.01
    svm = linear_svm(predictor, data, "set", up="-z")
    assert svm["folds"] != linear_svm(predictor, data, "set")["folds"]
    assert "pose as given, -z taken for up" in zero_shot(predictor, data, "set", up="-z")["protocol"]
    with pytest.raises(ConfigError, match=r"up \('up'\)"):
        zero_shot(predictor, data, "set", up="up")


def test_the_largest_confusions_come_first_and_right_names_never() -> None:
    result = {"names": ["a", "b", "c"], "confusion": [[5, 2, 3], [0, 9, 0], [7, 1, 2]]}
    pairs = [tuple(pair) for pair in largest_confusions(result, 3)]
    assert pairs == [("c", "a", 7, 0.7), ("a", "c", 3, 0.3), ("a", "b", 2, 0.2)]
    assert len(largest_confusions(result)) == 4


def _folds(embedding: Embedding, data: LabelledClouds) -> list[float]:
    x, y = embedding.features, data.labels
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=0).split(x, y)
    return [LinearSVC(C=C, random_state=0).fit(x[train], y[train]).score(x[test], y[test]) for train, test in folds]


def test_votes_are_means_over_cuts_that_begin_at_other_points(predictor: Predictor, data: LabelledClouds) -> None:
    some = [predictor.prepare(cloud) for cloud in data.points[:6]]
    voted = embed_all(predictor, some, votes=4)
    one = embed_all(predictor, some)
    cuts = []
    for begin in (0, 32, 64, 96):  # of 128 points
        turned = [replace(cloud, points=np.concatenate([cloud.points[begin:], cloud.points[:begin]])) for cloud in some]
        cuts.append([predictor.embed([cloud]) for cloud in turned])
    for row in range(6):
        np.testing.assert_allclose(voted.features[row], np.mean([cut[row].features[0] for cut in cuts], axis=0), atol=1e-4)
        np.testing.assert_allclose(voted.projected[row], np.mean([cut[row].projected[0] for cut in cuts], axis=0), atol=1e-4)
    assert np.abs(voted.features - one.features).max() > 0.01
    result, plain = zero_shot(predictor, data, "set", votes=4), zero_shot(predictor, data, "set")
    assert "mean of 4 cuts into patches that begin at different points" in result["protocol"]
    assert "one pass" in plain["protocol"]
    expected = predictor.similarities(embed_all(predictor, data.points, votes=4).projected, predictor.words(NAMES)[0]).argmax(1)
    assert result["top1"] == pytest.approx(np.mean(expected == data.labels))
    svm = linear_svm(predictor, data, "set", votes=4)
    assert "mean of 4 cuts" in svm["protocol"]
    assert (svm["folds"], linear_svm(predictor, data, "set")["folds"]) == (
        _folds(embed_all(predictor, data.points, votes=4), data),
        _folds(embed_all(predictor, data.points), data),
    )
    for votes in (0, 129):
        with pytest.raises(InputError, match=rf"votes \({votes}\) must be at least 1 and at most the model's 128 points"):
            embed_all(predictor, some, votes=votes)
