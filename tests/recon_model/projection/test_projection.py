"""A map keeps neighbours, comes out the same again, and takes in new points without moving."""

import numpy as np
import pytest
from sklearn import manifold, neighbors

from recon_model.errors import ConfigError, InputError
from recon_model.projection import tsne
from recon_model.projection.neighbours import nearest
from recon_model.projection.plane import Plane
from recon_model.projection.quality import clusters, measure, neighbour_accuracy, trustworthiness
from recon_model.projection.tsne import TsneSettings

SHORT = TsneSettings(perplexity=10, iterations=120)


@pytest.fixture(scope="module")
def blobs() -> tuple[np.ndarray, np.ndarray]:
    """Four well separated groups of 40 in eight dimensions, and which each row belongs to."""
    rng = np.random.default_rng(2)
    labels = np.repeat(np.arange(4), 40)
    return (rng.normal(size=(4, 8)) * 6)[labels].astype(np.float32) + rng.normal(size=(160, 8)).astype(np.float32), labels


@pytest.fixture(scope="module")
def made(blobs: tuple[np.ndarray, np.ndarray]) -> tsne.Map:
    return tsne.project(blobs[0], SHORT, lambda *_: False)


def test_neighbours_are_those_of_a_sorted_table(blobs: tuple[np.ndarray, np.ndarray]) -> None:
    features = blobs[0].astype(np.float64)
    apart = np.linalg.norm(features[:, None] - features[None], axis=2)
    np.fill_diagonal(apart, np.inf)
    found = nearest(blobs[0], blobs[0], 7, skip=np.arange(160))
    np.testing.assert_array_equal(found.rows, np.argsort(apart, axis=1, kind="stable")[:, :7])
    np.testing.assert_allclose(found.distance, np.sort(apart, axis=1)[:, :7], rtol=1e-5)
    assert nearest(blobs[0][:3], blobs[0], 160).rows[:, 0].tolist() == [0, 1, 2]


def test_the_groups_lie_apart_and_the_seed_brings_the_map_back(blobs: tuple[np.ndarray, np.ndarray], made: tsne.Map) -> None:
    features, labels = blobs
    assert made.iterations == 120
    assert neighbour_accuracy(made.coordinates, labels, 5, np.arange(160), np.arange(160)) == 1.0
    again = tsne.project(features, SHORT, lambda *_: False)
    np.testing.assert_array_equal(again.coordinates, made.coordinates)
    other = tsne.project(features, TsneSettings(perplexity=10, iterations=120, seed=1, start="random"), lambda *_: False)
    assert np.abs(other.coordinates - made.coordinates).max() > 1e-3


def test_it_is_watched_and_stops_when_told(blobs: tuple[np.ndarray, np.ndarray]) -> None:
    seen: list[int] = []

    def watch(iteration: int, _: float, coordinates: np.ndarray) -> bool:
        assert coordinates.shape == (160, 2)
        seen.append(iteration)
        return iteration >= 60

    stopped = tsne.project(blobs[0], SHORT, watch)
    assert seen == list(range(5, 65, 5))
    assert stopped.iterations < 120
    assert np.isfinite(stopped.coordinates).all()


def test_a_start_is_kept_to(blobs: tuple[np.ndarray, np.ndarray], made: tsne.Map) -> None:
    """Started where it ended, a map hardly moves: that is what makes a time-lapse readable."""
    on = tsne.project(blobs[0], TsneSettings(perplexity=10, iterations=30), lambda *_: False, made.coordinates)
    moved = np.linalg.norm(on.coordinates - made.coordinates, axis=1)
    assert moved.max() < np.ptp(made.coordinates, axis=0).max() / 4


def test_a_new_point_joins_its_own(blobs: tuple[np.ndarray, np.ndarray], made: tsne.Map) -> None:
    features, labels = blobs
    rng = np.random.default_rng(9)
    new = np.stack([features[labels == group].mean(0) + rng.normal(size=8) * 0.3 for group in range(4)]).astype(np.float32)
    placed, index = tsne.place(new, features, made.coordinates)
    assert (labels[index[:, :5]] == np.arange(4)[:, None]).all()
    middles = np.stack([made.coordinates[labels == group].mean(0) for group in range(4)])
    apart = np.linalg.norm(placed[:, None] - middles[None], axis=2)
    assert apart.argmin(1).tolist() == [0, 1, 2, 3]
    alone, _ = tsne.place(new[2:3], features, made.coordinates)
    np.testing.assert_allclose(alone[0], placed[2], atol=1e-4)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [({"perplexity": 1}, "perplexity"), ({"iterations": 3}, "iterations"), ({"seed": -1}, "seed"), ({"start": "x"}, "start")],
)
def test_settings_out_of_range_are_a_sentence(change: dict, sentence: str) -> None:
    with pytest.raises(ConfigError, match=rf"{sentence} \(.*\) must be"):
        TsneSettings(**change)


def test_three_clouds_are_too_few() -> None:
    with pytest.raises(InputError, match=r"clouds \(3\) must be at least 4"):
        tsne.project(np.zeros((3, 2), np.float32), SHORT, lambda *_: False)


def test_clouds_that_coincide_are_laid_out_all_the_same() -> None:
    made = tsne.project(np.ones((12, 5), np.float32), TsneSettings(iterations=20), lambda *_: False)
    assert np.isfinite(made.coordinates).all()


def test_the_plane_is_the_best_one(blobs: tuple[np.ndarray, np.ndarray]) -> None:
    features = blobs[0]
    plane = Plane.of(features)
    _, sizes, _ = np.linalg.svd(features - features.mean(0), full_matrices=False)
    assert plane.explained == pytest.approx((sizes[:2] ** 2).sum() / (sizes**2).sum(), rel=1e-4)
    np.testing.assert_allclose(plane.place(features).std(0, ddof=1), sizes[:2] / np.sqrt(159), rtol=1e-4)
    np.testing.assert_allclose(plane.place(features[3:5]), plane.place(features)[3:5], atol=1e-4)


def test_quality_is_what_sklearn_says(blobs: tuple[np.ndarray, np.ndarray], made: tsne.Map) -> None:
    features, labels = blobs
    rng = np.random.default_rng(0)
    flat = rng.normal(size=(160, 2)).astype(np.float32)
    rows = np.arange(160)
    assert trustworthiness(features, flat, 6, rows) == pytest.approx(manifold.trustworthiness(features, flat, n_neighbors=6))
    found = measure(features, made.coordinates, labels, k=6)
    assert found.trustworthiness > 0.8 > trustworthiness(features, flat, 6, rows)
    assert (found.features, found.neighbours, found.rows) == (1.0, 6, 160)
    alone = [neighbors.KNeighborsClassifier(1).fit(np.delete(flat, row, 0), np.delete(labels, row)) for row in rows]
    expected = np.mean([each.predict(flat[row : row + 1])[0] == labels[row] for row, each in zip(rows, alone, strict=True)])
    assert neighbour_accuracy(flat, labels, 1, rows, rows) == pytest.approx(expected)


def test_unknown_labels_do_not_count(blobs: tuple[np.ndarray, np.ndarray]) -> None:
    features, labels = blobs
    half = np.where(np.arange(160) % 2, labels, -1)
    assert measure(features, features[:, :2].copy(), half).features == 1.0
    assert np.isnan(measure(features, features[:, :2].copy(), np.full(160, -1)).features)
    assert np.isnan(measure(features[:2], features[:2, :2].copy(), None).trustworthiness)


def test_groups_are_found_largest_first(blobs: tuple[np.ndarray, np.ndarray]) -> None:
    features, labels = blobs
    found = clusters(features[:-15], 4, 0)
    assert len({(a, b) for a, b in zip(found, labels, strict=False)}) == 4
    assert np.bincount(found).tolist() == [40, 40, 40, 25]
    assert clusters(np.ones((9, 3), np.float32), 4, 0).tolist() == [0] * 9
