from pathlib import Path

import numpy as np
import pytest
import torch
from torch.nn.functional import normalize

from recon_model.data.labelled import LabelledClouds
from recon_model.errors import CheckpointError
from recon_model.evaluate.upright import upright
from recon_model.geometry.orientation import STANDING, UPS
from recon_model.models.upright import Upright, UprightShape
from recon_model.predictor import Predictor

pytestmark = pytest.mark.usefixtures("one_thread")


@pytest.fixture
def predictor(small_checkpoint: Path) -> Predictor:
    return Predictor.load(small_checkpoint, "cpu", precision="float32")


@pytest.fixture
def data() -> LabelledClouds:
    rng = np.random.default_rng(0)
    clouds = [(rng.random((200, 3)) * (1, 2 + k % 3, 0.5)).astype(np.float32) for k in range(37)]
    return LabelledClouds(clouds, np.arange(37) % 2, ("a", "b", "c"))


def test_the_shares_are_those_of_one_cloud_after_another(predictor: Predictor, data: LabelledClouds) -> None:
    torch.manual_seed(0)
    judge = Upright(UprightShape(predictor.config.width, predictor.config.text_dim, 4, hidden=8), prior=2.0)
    judge.bank.copy_(normalize(torch.randn(4, predictor.config.text_dim), dim=-1))
    predictor.upright = judge.eval()
    result = upright(predictor, data, "set")
    right = np.array(
        [[predictor.prepare(cloud @ matrix).stance.up == up for cloud in data.points] for up, matrix in zip(UPS, STANDING, strict=True)]
    )
    assert 0 < right.mean() < 1
    assert (result["n"], result["kept_standing"]) == (37, pytest.approx(right[0].mean()))
    assert result["up_found"] == pytest.approx(right[1:].mean())
    assert result["by_up"] == pytest.approx(dict(zip(UPS, right.mean(1), strict=True)))
    assert result["per_class"]["b"] == pytest.approx(right[1:, 1::2].mean())
    assert result["per_class"]["c"] is None
    assert "favoured 2 to 1" in result["protocol"]


def test_a_model_that_does_not_judge_says_so(predictor: Predictor, data: LabelledClouds) -> None:
    with pytest.raises(CheckpointError, match="does not judge which way is up"):
        upright(predictor, data, "set")
