import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from recon_model.cli import pretrain
from recon_model.data.synthetic import CATEGORIES
from recon_model.errors import ConfigError, InputError, ReconError, TeacherError
from recon_model.train import launch as launching
from recon_model.train.launch import Request, launch
from tests.recon_model.train.runs import DIM, clouds, encode


class FakeClip:
    """Two fixed vectors in place of a tower."""

    name, embed_dim, image_size = "fake", DIM, 16
    fingerprints = ("text", "image")

    @classmethod
    def load(cls, source: str = "default", *, allow_download: bool = False) -> "FakeClip":
        if source != "default" and not Path(source).is_dir():
            raise TeacherError(f"no teacher '{source}'")
        return cls()

    @property
    def entry(self) -> dict[str, str]:
        return {"name": self.name, "text_fingerprint": self.fingerprints[0], "image_fingerprint": self.fingerprints[1]}

    def check(self, teacher: Mapping[str, Any], *, image: bool = False) -> None:
        if teacher["text_fingerprint"] != self.fingerprints[0]:
            raise TeacherError("taught by another")

    def to(self, _device: torch.device) -> "FakeClip":
        return self

    def encode_text(self, texts: Sequence[str]) -> torch.Tensor:
        return encode(list(texts))

    def encode_image(self, images: torch.Tensor) -> torch.Tensor:
        return torch.ones(len(images), DIM)


@pytest.fixture
def data(tmp_path, monkeypatch):
    monkeypatch.setattr(launching, "Clip", FakeClip)
    made = clouds()
    np.savez(tmp_path / "data.npz", points=made.points, labels=made.labels, names=np.array(made.names))
    return str(tmp_path / "data.npz")


SMALL = {"num_points": 64, "num_groups": 8, "group_size": 6, "width": 24, "depth": 2, "decoder_depth": 1}
SHORT = {"epochs": 1, "steps_per_epoch": 2, "batch_size": 4, "precision": "32-true"}


def request(tmp_path, npz, **changes) -> Request:
    return Request(**{"out": tmp_path / "run", "data": npz, "device": "cpu", "recipe_changes": SHORT, "model_changes": SMALL, **changes})


def test_a_run_writes_down_all_it_was_asked_for(tmp_path, data):
    assert launch(request(tmp_path, data)) == "done"
    config = json.loads((tmp_path / "run" / "config.json").read_text())
    assert config["preset"] == "studio"
    assert config["data"] == data
    assert config["device"] == "cpu"
    assert config["model"]["width"] == 24
    assert config["model"]["text_dim"] == config["model"]["image_dim"] == DIM
    assert config["recipe"]["batch_size"] == 4
    assert config["teacher"] == {"source": "default", **FakeClip().entry}
    assert {"python", "torch", "numpy"} <= set(config["versions"])


def test_a_resumed_run_needs_nothing_but_its_folder_and_refuses_what_differs(tmp_path, data, monkeypatch):
    launch(request(tmp_path, data))
    assert launch(Request(out=tmp_path / "run", resume=True, device="cpu")) == "done"
    assert launch(request(tmp_path, data, resume=True)) == "done"
    with pytest.raises(ConfigError, match=r"epochs \(7\) must be 1, as the run was begun"):
        launch(Request(out=tmp_path / "run", resume=True, recipe_changes={"epochs": 7}))
    with pytest.raises(ConfigError, match=r"data \(synthetic\) must be .*data.npz"):
        launch(Request(out=tmp_path / "run", resume=True, data="synthetic"))
    with pytest.raises(ConfigError, match=r"init \(default\) must be left out, to resume"):
        launch(Request(out=tmp_path / "run", resume=True, init="default"))
    with pytest.raises(ConfigError, match=r"teacher \(tower\) must be default, as the run was begun"):
        launch(Request(out=tmp_path / "run", resume=True, teacher="tower"))
    settings = json.loads((tmp_path / "run" / "config.json").read_text())
    (tmp_path / "run" / "config.json").write_text(json.dumps({**settings, "names": ["rod"]}))
    with pytest.raises(ConfigError, match=r"names \(2 classes\) must be the 1 this run was begun with"):
        launch(Request(out=tmp_path / "run", resume=True, device="cpu"))
    monkeypatch.setattr(FakeClip, "fingerprints", ("other", "image"))
    with pytest.raises(TeacherError, match="taught by another"):
        launch(Request(out=tmp_path / "run", resume=True, device="cpu"))


def test_a_teacher_of_ones_own_is_found_again_from_anywhere(tmp_path, data, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "towers").mkdir()
    launch(request(tmp_path, data, teacher="towers"))
    monkeypatch.chdir(tmp_path / "towers")
    assert launch(Request(out=tmp_path / "run", resume=True, teacher="../towers", device="cpu")) == "done"
    assert json.loads((tmp_path / "run" / "config.json").read_text())["teacher"]["source"] == str(tmp_path / "towers")


def test_a_run_of_another_kind_is_not_resumed(tmp_path):
    (tmp_path / "config.json").write_text('{"format": 1, "task": "finetune", "recipe": {}}')
    with pytest.raises(ConfigError, match="holds a run of recon finetune; resume it with that"):
        launch(Request(out=tmp_path, resume=True))


def test_a_run_stopped_before_its_first_checkpoint_goes_on_from_its_model(tmp_path, data, monkeypatch):
    """Which is found again from anywhere."""
    monkeypatch.chdir(tmp_path)
    launch(request(tmp_path, data, out=tmp_path / "begun", recipe_changes={**SHORT, "seed": 7}))
    launch(request(tmp_path, data, init="begun", out=tmp_path / "whole"))
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(launching, "TextTargets", interrupted)
        launch(request(tmp_path, data, init="begun"))
    assert json.loads((tmp_path / "run" / "config.json").read_text())["init"] == str(tmp_path / "begun")
    monkeypatch.chdir(tmp_path / "begun")
    assert launch(Request(out=tmp_path / "run", resume=True, init="../begun", device="cpu")) == "done"
    whole, again = (load_file(tmp_path / name / "last.safetensors") for name in ("whole", "run"))
    assert all(torch.equal(whole[name], again[name]) for name in whole)


def interrupted(*_args: object) -> None:
    raise KeyboardInterrupt


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"preset": "huge"}, r"preset \('huge'\) must be one of tiny, small, base, studio, quick"),
        ({"device": "tpu"}, r"device \('tpu'\) must be auto, cpu"),
        ({"data": "nowhere.npz"}, r"data \('.*nowhere.npz'\) must be 'synthetic', an .npz file, a .csv"),
        ({"data": "synthetic:" + 400 * "chair,"}, r"data \('.*chair,'\) must be 'synthetic', an .npz file, a .csv"),
        ({"teacher": "nobody"}, "no teacher 'nobody'"),
        ({"init": "nowhere"}, r"Model '/.*nowhere' does not exist"),
        ({"resume": True}, r"holds no run to resume"),
        ({"recipe_changes": {"frozen_norm": True}}, r"frozen_norm \(True\) needs a model to start from"),
        ({"recipe_changes": {"batch_size": 400}}, r"batch_size \(400\) must not exceed the 36 clouds to train on"),
    ],
)
def test_bad_requests_are_sentences(tmp_path, data, changes, sentence):
    with pytest.raises(ReconError, match=sentence):
        launch(request(tmp_path, data, **changes))
    assert not (tmp_path / "run").exists()


def test_the_command_hands_over_only_what_was_given(tmp_path, data, capsys):
    parser = argparse.ArgumentParser()
    pretrain.add_arguments(parser)
    options = f"--preset studio --data {data} --out {tmp_path / 'run'} --epochs 1 --steps-per-epoch 1 --batch-size 2 --precision 32-true"
    assert pretrain.run(parser.parse_args(options.split())) == 0
    config = json.loads((tmp_path / "run" / "config.json").read_text())
    assert config["recipe"]["batch_size"] == 2
    assert config["recipe"]["learning_rate"] == launching.RECIPES["studio"]().learning_rate
    printed = capsys.readouterr().out
    assert "epoch 1 of 1: " in printed
    assert "Done" in printed


@pytest.mark.parametrize(
    ("options", "taught"),
    [
        (["--names", "chair, night stand"], ("chair", "night stand")),
        (["--leave-out", "chair,sofa"], tuple(name for name in sorted(CATEGORIES) if name not in ("chair", "sofa"))),
    ],
)
def test_categories_are_taught_or_left_out_by_name(tmp_path, monkeypatch, options, taught):
    asked = []
    monkeypatch.setattr(launching, "launch", lambda wanted, _say: asked.append(wanted) or "done")
    parser = argparse.ArgumentParser()
    pretrain.add_arguments(parser)
    assert pretrain.run(parser.parse_args(["--out", str(tmp_path / "run"), *options])) == 0
    assert asked[0].recipe_changes == {"names": taught}
    with pytest.raises(InputError, match=r"leave-out \(yeti\) must hold synthetic categories only: airplane, apple, axe"):
        pretrain.run(parser.parse_args(["--out", str(tmp_path / "run"), "--leave-out", "chair,yeti"]))


def test_an_existing_run_is_left_alone(tmp_path, data):
    launch(request(tmp_path, data))
    before = (tmp_path / "run" / "last.safetensors").read_bytes()
    with pytest.raises(InputError, match="already holds a run"):
        launch(request(tmp_path, data))
    assert (tmp_path / "run" / "last.safetensors").read_bytes() == before


def test_tensorboard_reads_the_numbers_of_the_log(tmp_path, data):
    loader = pytest.importorskip("tensorboard.backend.event_processing.event_file_loader")
    assert launch(request(tmp_path, data, tensorboard=True, recipe_changes={**SHORT, "log_every": 1})) == "done"
    (file,) = (tmp_path / "run" / "tensorboard").iterdir()
    told: dict[str, dict[int, float]] = {}
    for event in loader.EventFileLoader(str(file)).Load():
        for value in event.summary.value:
            told.setdefault(value.tag, {})[event.step] = float(value.tensor.float_val[0])
    logged = [json.loads(line) for line in (tmp_path / "run" / "events.jsonl").read_text().splitlines()]
    steps = {event["step"]: event["losses"]["total"] for event in logged if event["event"] == "step"}
    assert told["loss/total"] == pytest.approx(steps)
    assert list(told["run/top1"]) == [2]
    assert {"loss/csc_text", "run/learning_rate", "run/clouds_per_s", "validation/reconstruction"} <= told.keys()


def test_a_missing_tensorboard_is_told_before_anything_begins(tmp_path, data, monkeypatch):
    monkeypatch.setitem(sys.modules, "torch.utils.tensorboard", None)
    with pytest.raises(ConfigError, match=r"--tensorboard needs the package tensorboard: pip install 'recon-studio\[tensorboard\]'"):
        launch(request(tmp_path, data, tensorboard=True))
    assert not (tmp_path / "run").exists()
