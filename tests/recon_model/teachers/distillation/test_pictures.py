"""The image tower's lessons: pictures of named shapes, and a side that is replaced without touching the other."""

import json
import shutil

import numpy as np
import pytest
import torch
from torch.nn import functional

from recon_model.assets import asset_path
from recon_model.teachers import build_image
from recon_model.teachers.clip import Clip
from recon_model.teachers.distillation.pictures import draw


@pytest.fixture(scope="module")
def pictures():
    return draw(["chair", "bathtub"], 3, 2, 32, 0)


def test_pictures_carry_their_names_and_captions(pictures):
    assert pictures.views.shape == (6, 2, 32, 32)
    assert pictures.names.tolist() == [0, 0, 0, 1, 1, 1]
    assert all("chair" in caption for caption in pictures.captions[:3])
    assert all("tub" in caption for caption in pictures.captions[3:])
    assert (pictures.views > 0).float().mean() > 0.05


def test_pictures_are_the_same_however_many_draw_them(pictures):
    shared = draw(["chair", "bathtub"], 3, 2, 32, 0, workers=2)
    assert torch.equal(shared.views, pictures.views)
    assert torch.equal(shared.names, pictures.names)
    assert shared.captions == pictures.captions
    assert not torch.equal(draw(["chair", "bathtub"], 3, 2, 32, 1).views, pictures.views)


def test_a_batch_is_one_view_of_each_shape_perhaps_mirrored(pictures):
    batch = pictures.batch(torch.tensor([0, 4, 4]), np.random.default_rng(3))
    for shape, picture in zip((0, 4, 4), batch, strict=True):
        views = pictures.views[shape].float() / 255
        assert any(torch.equal(picture, view) or torch.equal(picture, view.flip(-1)) for view in views)


def test_loss_is_least_where_features_point_at_their_caption():
    names = torch.eye(4)[:3]
    right, wrong = names[[0, 2]] * 5, names[[1, 0]] * 5
    labels = torch.tensor([0, 2])
    best = build_image.loss_of(right, labels, names[labels], names)
    assert best < 1e-4
    assert build_image.loss_of(wrong, labels, names[labels], names) > 1 + best
    assert build_image.loss_of(right * 9, labels, names[labels], names).item() == pytest.approx(best.item(), abs=1e-5)


def test_training_replaces_the_image_side_alone(tmp_path, monkeypatch):
    folder = shutil.copytree(asset_path("clip"), tmp_path / "clip")
    before = Clip.load(folder)
    monkeypatch.setattr(build_image, "CATEGORIES", {"chair": None, "bathtub": None})
    options = ["--clip", str(folder), "--shapes", "4", "--views", "2", "--steps", "3", "--batch", "8", "--device", "cpu"]
    assert build_image.main(options) == 0
    after = Clip.load(folder)
    assert after.text_fingerprint == before.text_fingerprint
    assert after.image_fingerprint != before.image_fingerprint
    assert torch.equal(before.encode_text(["a chair"]), after.encode_text(["a chair"]))
    card = json.loads((folder / "card.json").read_text())
    assert card["image"]["categories"] == ["chair", "bathtub"]
    assert card["image"]["device"].startswith("CPU")
    assert after.remembered("bathtub", ("{}",)) is not None


def test_the_shipped_image_side_names_new_shapes():
    card = json.loads((asset_path("clip") / "card.json").read_text())
    names = card["image"]["categories"]
    clip = Clip.load()
    fresh = draw(names[:12], 3, 4, clip.image_size, 12345)
    words = functional.normalize(clip.encode_text(names), dim=-1)
    features = functional.normalize(clip.encode_image(fresh.views.flatten(0, 1).float() / 255), dim=-1)
    guesses = (features.view(len(fresh), 4, -1).mean(dim=1) @ words.T).argmax(dim=1)
    assert (guesses == fresh.names).float().mean() > 0.6


def test_a_missing_folder_is_one_sentence(tmp_path, capsys):
    assert build_image.main(["--clip", str(tmp_path)]) == 2
    assert "lacks open_clip_config.json" in capsys.readouterr().err


def test_a_device_that_is_not_there_is_one_sentence(tmp_path, capsys):
    assert build_image.main(["--clip", str(tmp_path), "--device", "cuda:99"]) == 2
    assert "cuda:99" in capsys.readouterr().err
