import json
from pathlib import Path

import numpy as np
import pytest
import torch

from recon_model.assets import asset_path
from recon_model.checkpoint import format as checkpoint
from recon_model.checkpoint.opening import UPRIGHT, save_upright
from recon_model.data import pool as pools
from recon_model.data.pool import Pool
from recon_model.errors import CheckpointError, ConfigError
from recon_model.models.upright import Upright, UprightShape
from recon_model.predictor import Predictor
from recon_model.teachers import vocabulary
from recon_model.teachers.ranking import Familiar
from recon_model.train import export as exporting
from recon_model.train import launch as launching
from recon_model.train import sources
from recon_model.train.export import command, export, history
from recon_model.train.launch import Request, launch
from tests.recon_model.train.runs import DIM, clouds
from tests.recon_model.train.test_launch import SHORT, SMALL, FakeClip


class WordyClip(FakeClip):
    """A vector of its own for every text."""

    def encode_text(self, texts):
        rows = [torch.randn(DIM, generator=torch.Generator().manual_seed(sum(map(ord, text)))) for text in texts]
        return torch.stack(rows)

    def remembered(self, name, templates):
        return None


@pytest.fixture
def run(tmp_path, monkeypatch):
    """A run on 16 synthetic shapes, its shards made in this process."""
    for module in (launching, exporting, vocabulary):
        monkeypatch.setattr(module, "Clip", WordyClip)
    for module in (pools, sources):
        monkeypatch.setattr(module, "SHARD", 8)
    monkeypatch.setattr(Pool, "start", lambda self: None)
    assert launch(request(tmp_path / "run", tmp_path, caption_share=0.5)) == "done"
    return tmp_path / "run"


def test_a_model_is_measured_with_the_teacher_it_was_taught_by(run, tmp_path, monkeypatch):
    """A build makes a CLIP of its own, which is not the one that ships."""
    made = clouds(12)
    np.savez(tmp_path / "real.npz", points=made.points, labels=made.labels, names=np.array(["chair", "unknown thing"]))
    asked = []
    monkeypatch.setattr(WordyClip, "load", classmethod(lambda cls, source="default", **_options: asked.append(source) or cls()))
    config = json.loads((run / "config.json").read_text())
    config["teacher"]["source"] = "a clip of its own"
    (run / "config.json").write_text(json.dumps(config))
    export(run, tmp_path / "out", measure=[tmp_path / "real.npz"], held_out=16, cache=tmp_path / "cache")
    assert set(asked) == {"a clip of its own"}


def test_an_export_is_half_the_size_and_says_how_it_came_about(run, tmp_path):
    made = clouds(12)
    np.savez(tmp_path / "real.npz", points=made.points, labels=made.labels, names=np.array(["chair", "unknown thing"]))
    said, real = [], [tmp_path / "real.npz"]
    card = export(
        run, tmp_path / "out", name="Small", measure=real, limits="All of it.", held_out=16, cache=tmp_path / "cache", say=said.append
    )
    assert [line.split(": ", 1)[1] for line in said] == [result["protocol"] for result in card["results"]]
    assert said[0].startswith(f"top-1 {card['results'][0]['top1']:.1%}: ")
    assert said[-1].startswith("Chamfer ")
    state, stored = checkpoint.load(tmp_path / "out")
    assert stored["name"] == "Small"
    assert stored["limits"] == "All of it."
    assert stored["config"]["zero_shot_ratio"] == card["config"]["zero_shot_ratio"]
    assert 0.01 <= stored["temperature"] <= 0.7
    # Half of the clouds the scale was read off are more unlike than its middle, whatever they are.
    scale = Familiar.from_card(stored)
    assert scale is not None
    assert stored["unlike"]["clouds"] == 16
    assert scale.unlike(np.median(scale.energies)[None])[0] == pytest.approx(0.5, abs=0.01)
    predictor = Predictor.load(tmp_path / "out", device="cpu")
    assert 0 <= predictor.classify(predictor.prepare(clouds(1).points[0]), ["chair"]).unlike <= 1
    assert [step["command"] for step in stored["training"]] == [
        "recon pretrain --preset studio --data synthetic --out run --epochs 1 --steps-per-epoch 2 --batch-size 4 --seed 0 "
        "--learning-rate 0.0012 --shapes 16 --image-teacher --wrong-ups 0 --no-frozen-norm --no-show-whole --precision 32-true"
    ]
    assert stored["training"][0]["device"].startswith("CPU, ")
    assert "chair" in stored["data"]["names"]
    synthetic, real, among_all, *more = stored["results"]
    assert "16 synthetic clouds held out" in synthetic["protocol"]
    assert real["n"] == 6  # the other six are of a name the model never met
    assert real["per_class"] == {"chair": 1.0}
    assert real["top1"] == 1.0
    assert "taught names that no cloud has" in among_all["protocol"]
    assert ["random angle" in row["protocol"] for row in more] == [True, False, False, False, False]
    assert more[2]["protocol"].count("24 axis orientations") == 1
    assert more[3]["protocol"].startswith("linear SVM")
    assert set(more[4]["ratios"]) >= {"nearest visible patch"}
    assert {value.dtype for value in state.values()} == {torch.float16, torch.int64}
    assert stored["parameters"] == sum(value.numel() for key, value in state.items() if "running" not in key and "num_batches" not in key)


def request(folder: Path, tmp_path: Path, *, init: str | None = None, depth: int = 2, **recipe: object) -> Request:
    changes = {**SHORT, "shapes": 16, "validation_shapes": 8, "log_every": 1, **recipe}
    model = {**SMALL, "depth": depth}
    return Request(out=folder, device="cpu", init=init, recipe_changes=changes, model_changes=model, cache=tmp_path / "cache")


def folder_of_ours(folder: Path, run: Path, training: list[dict[str, object]]) -> None:
    """An exported model, but for its calibration."""
    weights, card = checkpoint.load_single(run / "best.safetensors")
    checkpoint.save(folder, weights, {**card, "training": training})


@pytest.mark.parametrize(("init", "known"), [("default", True), ("gone", False)])
def test_what_a_run_started_from_is_told_as_far_as_it_is_known(run, init, known):
    config = run / "config.json"
    config.write_text(json.dumps({**json.loads(config.read_text()), "init": init}))
    *earlier, last = history(run)
    assert earlier == (checkpoint.load_card(asset_path("default"))["training"] if known else [])
    assert f"--init {init}" in last["command"]


@pytest.mark.parametrize("shown", [True, False])
def test_images_teach_unless_the_recipe_says_no(run, tmp_path, shown):
    assert launch(request(tmp_path / "next", tmp_path, image_teacher=shown)) == "done"
    assert ("csc_img" in (tmp_path / "next" / "events.jsonl").read_text()) == shown


def test_a_run_can_start_from_another_of_the_same_shape(run, tmp_path):
    still = {"learning_rate": 1e-9, "final_learning_rate": 1e-9}
    launch(request(tmp_path / "next", tmp_path, init=str(run), **still))
    before, after = (checkpoint.load_single(folder / "last.safetensors")[0] for folder in (run, tmp_path / "next"))
    assert all(torch.allclose(before[key], after[key], atol=1e-5) for key in before if "running" not in key and "batches" not in key)
    first, second = history(tmp_path / "next")
    assert first["command"].split()[7] == "run"
    assert "--out next --init run --epochs 1" in second["command"]
    folder_of_ours(tmp_path / "shipped", run, [first])
    launch(request(tmp_path / "anew", tmp_path, init=str(tmp_path / "shipped"), **still))
    earlier, last = history(tmp_path / "anew")
    assert earlier == first
    assert "--out anew --init shipped" in last["command"]
    with pytest.raises(ConfigError, match=r"must be a model of the same settings; it differs in depth"):
        launch(request(tmp_path / "third", tmp_path, init=str(run), depth=3))


def test_categories_added_since_are_left_out(run, tmp_path, monkeypatch):
    known = tuple(checkpoint.load_single(run / "best.safetensors")[1]["data"]["names"])
    with monkeypatch.context() as patch:
        patch.setitem(pools.CATEGORIES, "aardvark", pools.CATEGORIES["chair"])
        card = export(run, tmp_path / "out", held_out=8, cache=tmp_path / "cache")
        assert f"all {len(known)} training names" in card["results"][0]["protocol"]
        assert launch(Request(out=run, device="cpu", resume=True, cache=tmp_path / "cache")) == "done"


def test_a_run_on_other_data_cannot_be_calibrated(run, tmp_path):
    config = json.loads((run / "config.json").read_text())
    (run / "config.json").write_text(json.dumps({**config, "data": "/somewhere/x.npz"}))
    with pytest.raises(ConfigError, match=r"data \(/somewhere/x.npz\) must be synthetic"):
        export(run, tmp_path / "out")


def test_an_export_takes_along_what_stands_clouds_up(run, tmp_path):
    save_upright(tmp_path, Upright(UprightShape(SMALL["width"], DIM, 3)), {"up_found": 0.5, "seed": 3})
    card = export(run, tmp_path / "out", upright=tmp_path / UPRIGHT, held_out=8, cache=tmp_path / "cache")
    assert card["upright"]["up_found"] == 0.5
    predictor = Predictor.load(tmp_path / "out", device="cpu")
    assert predictor.upright is not None
    assert not predictor.upright.training
    assert predictor.prepare(clouds(1).points[0]).stance.chances is not None
    (tmp_path / "out" / UPRIGHT).write_bytes((tmp_path / UPRIGHT).read_bytes()[:-8] + bytes(8))
    with pytest.raises(CheckpointError, match=r"upright.safetensors that is not the one its card was written for"):
        Predictor.load(tmp_path / "out", device="cpu")


def test_the_command_names_what_was_taught_where_that_is_not_all():
    asked = {"preset": "studio", "data": "synthetic", "recipe": {"seed": 3, "names": ["night stand", "chair"]}}
    assert command("run", asked, "") == "recon pretrain --preset studio --data synthetic --out run --seed 3 --names 'night stand,chair'"
    assert command("run", {**asked, "recipe": {"names": []}}, "first").endswith("--out run --init first")


@pytest.mark.parametrize(("place", "said"), [("tower", "tower"), ("far/tower", "{}/far/tower")])
def test_the_command_names_a_teacher_that_is_not_the_one_that_ships(run, tmp_path, place, said):
    """By its name alone where it lies beside the run, as a build's towers do."""
    config = run / "config.json"
    config.write_text(json.dumps({**json.loads(config.read_text()), "teacher": {"source": str(tmp_path / place)}}))
    assert f"--teacher {said.format(tmp_path)} --epochs 1" in history(run)[-1]["command"]
