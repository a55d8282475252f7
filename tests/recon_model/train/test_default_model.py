"""What ships: small, documented, taught by the teacher beside it, and able to name real objects it never trained on."""

import numpy as np

from recon_model.assets import asset_path
from recon_model.data.labelled import load_labelled
from recon_model.evaluate.zero_shot import zero_shot
from recon_model.predictor import Predictor
from recon_model.teachers.clip import Clip


def test_it_is_small_and_says_where_it_comes_from():
    predictor = Predictor.load("default", device="cpu")
    card = predictor.card
    assert asset_path("default", "model.safetensors").stat().st_size < 15_000_000
    assert card["teacher"] == Clip.load("default").entry
    assert card["parameters"] == predictor.about.parameters
    assert card["training"][-1]["command"].startswith("recon pretrain --preset studio --data synthetic")
    assert card["limits"]
    assert 0 < card["temperature"] < 1


def test_it_names_real_objects(shared, tmp_path):
    data = load_labelled(shared / "realdata" / "modelnet10_train_subset.npz")
    some = slice(None, None, 7)
    np.savez(tmp_path / "some.npz", points=np.asarray(data.points)[some], labels=data.labels[some], names=np.array(data.names))
    result = zero_shot(Predictor.load("default", device="cpu"), load_labelled(tmp_path / "some.npz"), "a seventh of the ten names")
    assert result["n"] > 100
    assert result["top1"] >= 0.75
    assert result["top5"] >= 0.95
