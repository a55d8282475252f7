import pytest
import torch
from torch.nn.functional import normalize

from recon_model.geometry.orientation import STANDING, turned
from recon_model.geometry.patches import Patches, cut
from recon_model.models.pretraining import Pretraining
from recon_model.models.upright import Upright, UprightShape
from tests.recon_model.train.runs import DIM, model_config

NAMES = 5


@pytest.fixture
def model() -> Pretraining:
    torch.manual_seed(0)
    return Pretraining(model_config()).eval()


def _judge(model: Pretraining, **settings: float) -> Upright:
    torch.manual_seed(1)
    judge = Upright(UprightShape(model.config.width, DIM, NAMES, hidden=8), **settings).eval()
    judge.bank.copy_(normalize(torch.randn(NAMES, DIM), dim=-1))
    return judge


def _patches(clouds: int = 3) -> Patches:
    return cut(torch.randn(clouds, 64, 3, generator=torch.Generator().manual_seed(2)), 8, 6)


def test_six_looks_at_once_are_six_looks_one_by_one(model: Pretraining) -> None:
    judge, patches = _judge(model), _patches()
    together = judge.looks(model, patches)
    assert together.shape == (3, 6, judge.shape.inputs)
    for side, matrix in enumerate(STANDING):
        torch.testing.assert_close(together[:, side], judge.look(model, turned(patches, torch.from_numpy(matrix))))


def test_chances_are_those_of_scores_and_the_prior_favours_the_pose_given(model: Pretraining) -> None:
    judge, patches = _judge(model), _patches()
    even = judge.judge(model, patches).chances
    torch.testing.assert_close(even, judge(judge.looks(model, patches)).softmax(1))
    assert even.std() > 1e-4
    favoured = _judge(model, prior=8.0).judge(model, patches).chances
    odds = favoured[:, 0] / favoured[:, 1] / (even[:, 0] / even[:, 1])
    torch.testing.assert_close(odds, torch.full((3,), 8.0))


def test_the_answer_turns_with_the_cloud(model: Pretraining) -> None:
    judge, patches = _judge(model), _patches()
    even = judge.judge(model, patches).chances
    # Upside down, what pointed up points down: the first two looks change places, to a turn about y.
    for_half_a_turn = judge(judge.looks(model, turned(patches, torch.from_numpy(STANDING[1]))))[:, 1]
    torch.testing.assert_close(for_half_a_turn, judge(judge.looks(model, patches))[:, 0])
    assert even.shape == (3, 6)


def test_who_fits_a_name_well_enough_is_not_looked_at_again(model: Pretraining) -> None:
    judge, patches = _judge(model), _patches()
    fits = judge.fit(judge.look(model, patches))
    judge.enough = float(fits.sort().values[1])  # one of three fits worse
    judged = judge.judge(model, patches)
    sure = fits >= judge.enough
    assert (judged.chances[sure, 0] == 1).all()
    assert (judged.place[sure, 1:] == -1).all()
    assert len(judged.queries) == 3 + 5
    whole = _judge(model).judge(model, patches).chances
    torch.testing.assert_close(judged.chances[~sure], whole[~sure])


def test_what_the_judge_has_looked_at_need_not_be_encoded_again(model: Pretraining) -> None:
    judge, patches = _judge(model), _patches()
    judge.enough = float(judge.fit(judge.look(model, patches)).sort().values[2])  # two of three fit worse
    judged = judge.judge(model, patches)
    assert (judged.place >= 0).sum(1).sort().values.tolist() == [1, 6, 6]
    for side, matrix in enumerate(STANDING):
        encoded = model.encode(turned(patches, torch.from_numpy(matrix)))
        for cloud in torch.nonzero(judged.place[:, side] >= 0).flatten().tolist():
            torch.testing.assert_close(judged.queries[judged.place[cloud, side]], encoded.queries[cloud])
            torch.testing.assert_close(judged.patches[judged.place[cloud, side]], encoded.patches[cloud])
