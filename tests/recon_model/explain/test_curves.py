import numpy as np
import pytest
import torch
from torch import Tensor

from recon_model.errors import ConfigError, InputError
from recon_model.explain.curves import by_value, random_orders, trace
from recon_model.explain.probe import PhraseScore, Probe
from recon_model.geometry.patches import Patches
from recon_model.models.pretraining import Pretraining
from tests import naive

pytestmark = pytest.mark.usefixtures("one_thread")

SEEN = [1, 2, 5, 6, 7, 8, 9, 10]


def test_each_step_scores_as_a_cloud_of_the_patches_left(model: Pretraining, patches: Patches, words: Tensor, unseen: Tensor) -> None:
    orders = {"one": np.array([[9, 1, 5, 2, 10, 6, 8, 7]]), "random": random_orders(unseen, [3, 4])}
    found = trace(Probe(model, patches).of_phrase(PhraseScore(words[:1], 0.07)), unseen, orders, steps=20)
    assert [curves.order for curves in found] == ["one", "random"]
    assert [curves.deletion.shape for curves in found] == [(1, 8), (2, 8)]
    for curves in found:
        np.testing.assert_allclose(curves.removed, np.arange(8) / 8)
        np.testing.assert_allclose(curves.shown, np.arange(1, 9) / 8)
        for run, order in enumerate(curves.patches.tolist()):
            gone = [naive.seen_score(model, patches, sorted(order[count:]), words[0]) for count in range(8)]
            come = [naive.seen_score(model, patches, sorted(order[:count]), words[0]) for count in range(1, 9)]
            np.testing.assert_allclose(curves.deletion[run], gone, atol=1e-5)
            np.testing.assert_allclose(curves.insertion[run], come, atol=1e-5)


def test_the_error_is_that_of_the_same_patches_all_along(model: Pretraining, patches: Patches, unseen: Tensor) -> None:
    order = np.array([[9, 1, 5, 2, 10, 6, 8, 7]])
    (found,) = trace(Probe(model, patches).of_error(unseen), unseen, {"one": order}, steps=20)
    for count in (0, 3, 7):
        slow = np.mean(naive.rebuilt_errors(model, patches, sorted(order[0, count:].tolist()), [0, 3, 4, 11]))
        assert found.deletion[0, count] == pytest.approx(slow, rel=1e-4)


def test_fewer_steps_are_points_of_the_full_curve(model: Pretraining, patches: Patches, words: Tensor, unseen: Tensor) -> None:
    measure, order = Probe(model, patches).of_phrase(PhraseScore(words[:1], 0.07)), {"one": np.array([[9, 1, 5, 2, 10, 6, 8, 7]])}
    (full,), (coarse,) = (trace(measure, unseen, order, steps) for steps in (7, 3))
    np.testing.assert_allclose(coarse.removed, np.array([0, 2, 5, 7]) / 8)
    np.testing.assert_allclose(coarse.deletion[0], full.deletion[0, [0, 2, 5, 7]], atol=1e-6)
    np.testing.assert_allclose(coarse.insertion[0], full.insertion[0, [0, 2, 5, 7]], atol=1e-6)


def test_a_measure_that_counts_patches_has_known_areas() -> None:
    """With the share of wanted patches as the score, the best order falls first and rises first."""
    unseen, wanted = torch.zeros(4, dtype=torch.bool), torch.tensor([True, True, False, False])

    def measure(masks: Tensor) -> Tensor:
        return (~masks & wanted).sum(1) / 2

    best, worst = trace(measure, unseen, {"best": np.array([[0, 1, 2, 3]]), "worst": np.array([[3, 2, 1, 0]])}, steps=3)
    np.testing.assert_allclose(best.deletion, [[1, 0.5, 0, 0]])
    np.testing.assert_allclose(best.insertion, [[0.5, 1, 1, 1]])
    np.testing.assert_allclose(best.deletion_area, [1 / 3])
    np.testing.assert_allclose(worst.insertion_area, [1 / 3])
    np.testing.assert_allclose(worst.deletion, [[1, 1, 1, 0.5]])


def test_orders_are_of_the_visible_patches(unseen: Tensor) -> None:
    values = np.array([99, 1, 5, 99, 99, 2, 7, 5, 0, -1, 3, 99.0])
    np.testing.assert_array_equal(by_value(values, unseen), [[6, 2, 7, 10, 5, 1, 8, 9]])
    drawn = random_orders(unseen, [0, 1, 0])
    np.testing.assert_array_equal(np.sort(drawn, 1), [SEEN] * 3)
    np.testing.assert_array_equal(drawn[0], drawn[2])
    assert (drawn[0] != drawn[1]).any()


def test_what_is_no_order_is_refused(unseen: Tensor) -> None:
    def measure(masks: Tensor) -> Tensor:
        return masks.sum(1)

    with pytest.raises(InputError, match=r"the order 'x' \(1, 8\) must hold each of the 8 visible patches once"):
        trace(measure, unseen, {"x": np.array([[0, 1, 5, 2, 10, 6, 8, 7]])}, 4)
    with pytest.raises(ConfigError, match=r"steps \(0\) must be at least 1"):
        trace(measure, unseen, {"x": np.array([SEEN])}, 0)
    with pytest.raises(InputError, match="must leave at least two patches visible for a curve"):
        trace(measure, torch.arange(12) > 0, {"x": np.array([[0]])}, 4)
    for seeds in ([], [0, -1]):
        with pytest.raises(ConfigError, match="must hold at least one seed, and none may be negative"):
            random_orders(unseen, seeds)
