"""Ranking by phrases against slow twins, and the scale of what is unlike anything known."""

import math

import numpy as np
import pytest

from recon_model.lexicon import Name, phrases
from recon_model.teachers.ranking import Classifier, Familiar, energy
from tests import naive

NAMES = (Name("chair", ("armchair", "stool"), ("sofa", "bench")), Name("table"), Name("sofa", (), ("chair",)))


def made(dim: int = 5) -> Classifier:
    rows = np.random.default_rng(1).standard_normal((len(phrases(NAMES)), dim)).astype(np.float32)
    return Classifier(NAMES, rows / np.linalg.norm(rows, axis=1, keepdims=True))


def test_the_best_phrase_counts_and_a_better_negative_lowers_it() -> None:
    classifier = made()
    features = np.random.default_rng(2).standard_normal((40, 5)).astype(np.float32) * 7
    ranking = classifier.rank(features, 0.1)
    lowered = 0
    for row, feature in enumerate(features):
        cosine = {
            phrase: float(other @ feature / np.linalg.norm(feature)) for phrase, other in zip(phrases(NAMES), classifier.rows, strict=True)
        }
        expected = naive.name_scores(cosine, NAMES)
        np.testing.assert_allclose(ranking.similarities[row], expected, atol=1e-5)
        lowered += expected != [max(cosine[phrase] for phrase in name.phrases) for name in NAMES]
        shares = np.exp(np.array(expected) / 0.1)
        shares /= shares.sum()
        first, second = sorted(shares)[::-1][:2]
        assert ranking.best[row] == np.argmax(expected)
        assert ranking.share[row] == pytest.approx(first, abs=1e-4)
        assert ranking.margin[row] == pytest.approx(first - second, abs=1e-4)
        assert ranking.entropy[row] == pytest.approx(-sum(share * math.log2(share) for share in shares if share), abs=1e-3)
    assert 5 < lowered < 40  # both cases were met


def test_one_cloud_is_told_which_phrases_decided() -> None:
    rows = np.eye(5, dtype=np.float32)  # chair, armchair, stool, sofa, bench, and no table
    classifier = Classifier((NAMES[0], NAMES[2]), rows)
    scores = classifier.scores(np.array([[0.1, 0.5, 0.2, 0.7, 0.3]], np.float32), 0.1, ("-z", 0.9))
    length = float(np.linalg.norm([0.1, 0.5, 0.2, 0.7, 0.3]))
    assert scores.names == ("sofa", "chair")
    assert scores.phrases == ("sofa", "armchair")
    assert scores.negatives == ("", "sofa")
    np.testing.assert_allclose(scores.similarities, [0.7 / length, 0.3 / length], rtol=1e-5)
    np.testing.assert_allclose(scores.lowered, [0, 0.2 / length], atol=1e-6)
    assert scores.rather == ("-z", 0.9)
    assert classifier.closest(np.array([[0.1, 0.5, 0.2, 0.7, 0.3]], np.float32)) == ("sofa", pytest.approx(0.7 / length))


def test_a_single_name_has_no_margin_and_no_doubt() -> None:
    classifier = Classifier((Name("chair"),), np.ones((1, 1), np.float32))
    scores = classifier.scores(np.array([[2.0]], np.float32), 0.1)
    assert (scores.margin, scores.entropy, scores.probabilities.tolist()) == (None, 0.0, [1.0])
    assert classifier.rank(np.array([[2.0]], np.float32), 0.1).margin.tolist() == [1.0]


def test_how_unlike_is_the_share_of_known_clouds_that_fit_better() -> None:
    rng = np.random.default_rng(0)
    known = rng.standard_normal(4000)
    familiar = Familiar.of(known)
    asked = np.array([-9.0, *rng.standard_normal(50), 9.0])
    expected = [(known < value).mean() for value in asked]
    np.testing.assert_allclose(familiar.unlike(asked), expected, atol=0.006)
    assert familiar.unlike(asked)[[0, -1]].tolist() == [0.0, 1.0]


def test_the_scale_survives_the_card_and_its_absence_is_absence() -> None:
    familiar = Familiar.of(np.random.default_rng(0).standard_normal(100))
    entry = familiar.entry(100)
    assert (entry["score"], entry["clouds"], entry["threshold"]) == ("energy", 100, 0.95)
    again = Familiar.from_card({"unlike": entry})
    assert again is not None
    np.testing.assert_allclose(again.energies, familiar.energies, atol=1e-4)
    for other in ({}, {"unlike": {"score": "mystery", "energies": [0, 1]}}, {"unlike": {"score": "energy", "energies": [1]}}):
        assert Familiar.from_card(other) is None


def test_energy_follows_its_formula() -> None:
    cosines = np.array([[0.9, 0.1, 0.0], [0.2, 0.2, 0.2]], np.float32)
    expected = [-math.log(sum(math.exp(cosine / 0.1) for cosine in row)) for row in cosines.astype(float)]
    np.testing.assert_allclose(energy(cosines, 0.1), expected, rtol=1e-6)
