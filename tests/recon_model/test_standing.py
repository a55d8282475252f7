import numpy as np
import pytest
import torch

from recon_model.errors import ConfigError
from recon_model.geometry.orientation import ORIENTATIONS, STANDING, UPS, turned
from recon_model.geometry.patches import Patches, cut
from recon_model.models.pretraining import Pretraining
from recon_model.models.upright import Judged, Upright, UprightShape
from recon_model.standing import AS_GIVEN, Stance, looks, rather, rotated, stances, stand
from tests.recon_model.train.runs import model_config

MODEL = Pretraining(model_config())


class Heavy(Upright):
    """Stands in for a trained network: up is where the fewest points lie, as in a tree turned over or a table."""

    def __init__(self) -> None:
        super().__init__(UprightShape(8, 4, 1))

    def judge(self, model: Pretraining, patches: Patches) -> Judged:
        means = patches.centres.mean(1)  # (B, 3)
        x, y, z = means.unbind(1)
        return Judged(torch.stack([y, -y, x, -x, z, -z], 1).mul(50).softmax(1), *[torch.empty(0)] * 3)


def _cloud(seed: int = 0) -> np.ndarray:
    points = np.random.default_rng(seed).normal(size=(64, 3)).astype(np.float32) * 0.1
    points[:, 1] = np.abs(points[:, 1]) + 0.3  # off the origin towards +y
    return points


@pytest.mark.parametrize("number", range(24))
def test_a_cloud_laid_into_any_orientation_stands_again(number: int) -> None:
    cloud = _cloud()
    laid = (cloud @ ORIENTATIONS[number].T).astype(np.float32)
    patches = cut(torch.from_numpy(laid)[None], 8, 4)
    (stance,) = stances(MODEL, Heavy(), patches)
    assert stance.up == UPS[int(np.argmax(STANDING[:, 1] @ ORIENTATIONS[number] @ [0.0, 1.0, 0.0]))]
    again = rotated(laid, stance)
    np.testing.assert_allclose(again[:, 1], cloud[:, 1], atol=1e-6)
    torch.testing.assert_close(stand(patches, [stance]).centres, cut(torch.from_numpy(again)[None], 8, 4).centres)


def test_who_is_told_does_not_judge() -> None:
    patches = cut(torch.from_numpy(_cloud())[None], 8, 4)
    (stance,) = stances(MODEL, Heavy(), patches, "+z")
    assert stance.up == "+z"
    assert stance.note() == ("The cloud was stood up: +z of the file is up, as you said.",)
    assert stance.chances is not None
    assert stance.chances.argmax() == 0
    assert stance.doubt is None


def test_without_a_network_clouds_stay_as_they_are() -> None:
    patches = cut(torch.from_numpy(_cloud())[None], 8, 4)
    (stance,) = stances(MODEL, None, patches)
    assert stance.up == AS_GIVEN.up
    assert stance.note() == ()
    assert rotated(_cloud(), stance) is not None
    assert stand(patches, [stance]) is patches


def test_other_directions_are_refused() -> None:
    with pytest.raises(ConfigError, match=r"up \('up'\) must be one of auto, \+y, -y"):
        stances(MODEL, None, cut(torch.from_numpy(_cloud())[None], 8, 4), "up")


@pytest.mark.parametrize("up", UPS)
def test_doubt_is_told_of_the_cloud_as_it_stands(up: str) -> None:
    """The chance of a direction of the file goes with that direction when the cloud is stood up."""
    chances = np.array([0.05, 0.1, 0.15, 0.2, 0.02, 0.08], np.float32)
    chances[UPS.index(up)] += 0.4
    stance = Stance(up, STANDING[UPS.index(up)].astype(np.float32), chances)
    assert stance.doubt is not None
    for place, direction in enumerate(STANDING[:, 1]):  # of UPS, in the file
        now = stance.rotation @ direction
        assert stance.doubt[int(np.argmax(STANDING[:, 1] @ now))] == chances[place]
    assert stance.doubt.argmax() == 0


@pytest.mark.parametrize("up", UPS)
def test_names_may_have_a_cloud_stand_otherwise(up: str) -> None:
    stood = STANDING[UPS.index(up)]
    doubt = np.array([0.6, 0, 0.2, 0.001, 0.1, 0.099], np.float32)  # the fourth is too unlikely to be looked at
    for given, wanted in (
        ([0.1, 0.1, 0.1, 0.7], "-z"),
        ([0.2, 0.6, 0.1, 0.1], "+x"),
        ([0.1, 0.45, 0.45, 0.0], None),
        ([0.9, 0.1, 0, 0], None),
    ):
        found = rather(doubt, np.array(given, np.float32), up)
        if wanted is None:
            assert found is None
            continue
        assert found is not None  # told in the file's axes: turned as the cloud was, it is the direction wanted of the cloud as it stands
        np.testing.assert_allclose(stood @ STANDING[UPS.index(found[0]), 1], STANDING[UPS.index(wanted), 1], atol=1e-6)
        assert found[1] == pytest.approx(max(given))
    assert rather(None, np.ones(1, np.float32), up) is None


def test_a_sure_stance_leaves_no_doubt() -> None:
    assert Stance("+z", STANDING[4].astype(np.float32), np.array([0.001, 0, 0.001, 0, 0.998, 0], np.float32)).doubt is None
    assert AS_GIVEN.doubt is None


def test_likely_sides_decide_together_by_their_chances() -> None:
    patches = cut(torch.from_numpy(np.stack([_cloud(0), _cloud(1)])), 8, 4)
    doubt = np.array([0.6, 0, 0.398, 0, 0.002, 0], np.float32)  # the last is too unlikely to be looked at
    seen = looks(patches, [doubt, None])
    assert seen.clouds.tolist() == [0, 0, 1]
    torch.testing.assert_close(seen.shares.double(), torch.tensor([0.6 / 0.998, 0.398 / 0.998, 1], dtype=torch.float64))
    torch.testing.assert_close(seen.patches.centres[::2], patches.centres)
    other = turned(patches._replace(centres=patches.centres[:1], relative=patches.relative[:1]), torch.from_numpy(STANDING[2]))
    torch.testing.assert_close(seen.patches.centres[1:2], other.centres)
    values = torch.tensor([[1.0, 2.0], [5.0, 6.0], [3.0, 4.0]])
    torch.testing.assert_close(seen.mean(values), torch.tensor([[(0.6 + 5 * 0.398) / 0.998, (1.2 + 6 * 0.398) / 0.998], [3.0, 4.0]]))


def test_looks_the_judge_has_taken_are_not_taken_again() -> None:
    model = Pretraining(model_config()).eval()
    patches = cut(torch.from_numpy(np.stack([_cloud(seed) for seed in range(3)])), 8, 4)
    judge = Upright(UprightShape(model.config.width, model.config.text_dim, 2)).eval()
    seen = looks(patches, [np.array(row, np.float32) for row in ([0.6, 0, 0.4, 0, 0, 0], [0.5, 0.2, 0, 0, 0, 0.3], [1, 0, 0, 0, 0, 0])])
    whole = model.encode(seen.patches)
    asked: list[int] = []
    model.encoder.register_forward_pre_hook(lambda _, given: asked.append(len(given[0].centres)))
    judged = judge.judge(model, patches)
    asked.clear()
    found = seen.encoded(model, judged)
    assert asked == []
    torch.testing.assert_close(found.queries, whole.queries)
    torch.testing.assert_close(found.patches, whole.patches)
    judged.place[1] = -1  # as of a cloud that was turned meanwhile
    found = seen.encoded(model, judged)
    assert asked == [3]
    torch.testing.assert_close(found.queries, whole.queries)
    torch.testing.assert_close(found.patches, whole.patches)
    torch.testing.assert_close(seen.encoded(model, None).queries, whole.queries)


def test_each_look_says_how_well_it_fits_what_the_judge_knows() -> None:
    patches = cut(torch.from_numpy(np.stack([_cloud(0), _cloud(1)])), 8, 4)
    seen = looks(patches, [None, np.array([0.7, 0.3, 0, 0, 0, 0], np.float32)])
    judge = Upright(UprightShape(8, 4, 3))
    judge.bank.copy_(torch.eye(3, 4))
    features = torch.tensor([[2.0, 0, 0, 0], [0, 0, 3.0, 4.0], [1.0, 1.0, 0, 0]])
    sides = seen.sides(features, judge, 0.5)
    assert sides.counts.tolist() == [1, 2]
    np.testing.assert_allclose(sides.chances, [1, 0.7, 0.3], atol=1e-6)
    cosines = [(1, 0, 0), (0, 0, 0.6), (0.5**0.5, 0.5**0.5, 0)]
    np.testing.assert_allclose(sides.known, [np.log(sum(np.exp(c / 0.5) for c in row)) for row in cosines], rtol=1e-5)
    assert not seen.sides(features, None, 0.5).known.any()
