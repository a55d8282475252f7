"""``recon build-default`` on next to nothing: every stage runs, leaves its result, and is not run twice."""

import json
import shutil
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch

from recon_model.checkpoint.format import load_single, save_single
from recon_model.cli.main import main
from recon_model.data.synthetic import CATEGORIES
from recon_model.errors import CheckpointError, InputError
from recon_model.predictor import Predictor
from recon_model.presets import preset
from recon_model.teachers.clip import Clip
from recon_model.train import default_model, launch
from recon_model.train.default_model import STAGES, Plan, build
from recon_model.train.settings import AMPLE, studio
from recon_model.train.sources import SyntheticSource
from tests.recon_model.train import test_export

run = test_export.run  # a finished run on 16 shapes, with a teacher that is a table


@pytest.fixture
def plan(run, tmp_path, monkeypatch):
    """A build whose teacher and pretraining are done: what those stages do has tests of its own."""
    monkeypatch.setattr(default_model, "Clip", test_export.WordyClip)
    monkeypatch.setattr(test_export.WordyClip, "load", classmethod(lambda cls, _source: cls()))
    monkeypatch.setattr(default_model, "HELD_OUT", 8)
    monkeypatch.setattr(default_model, "LOOKED_AT", 16)
    work = tmp_path / "work"
    work.mkdir()
    run.rename(work / "settled")
    (work / "clip").mkdir()
    (work / "stages.json").write_text(json.dumps({"seed": 0, "seconds": {"text": 9.0, "image": 9.0, "pretrain": 9.0, "settle": 9.0}}))
    return Plan(out=tmp_path / "assets", work=work, device="cpu", cache=tmp_path / "cache")


def test_stages_that_are_done_are_not_run_again(plan):
    said = []
    card = build(plan, said.append)
    assert [line.split(":")[0] for line in said if "done before" in line] == ["text", "image", "pretrain", "settle"]
    assert set(json.loads((plan.work / "stages.json").read_text())["seconds"]) == set(STAGES)
    assert card["name"] == "ReCon Studio default"
    assert 0 <= card["upright"]["up_found"] <= 1
    assert Predictor.load(plan.out / "default", device="cpu").upright is not None
    again = []
    assert build(plan, again.append) == card
    assert sum("done before" in line for line in again) == len(STAGES)


def test_a_build_is_gone_on_with_under_its_own_seed_and_model_only(plan):
    with pytest.raises(InputError, match=r"seed \(4\) must be 0, with which '.*work' was begun"):
        build(Plan(out=plan.out, work=plan.work, seed=4))
    with pytest.raises(InputError, match=r"init \(default\) must be None, with which '.*work' was begun"):
        build(Plan(out=plan.out, work=plan.work, init="default"))


def test_what_is_mistyped_is_told_before_anything_is_begun(tmp_path):
    plan = Plan(out=tmp_path / "out", work=tmp_path / "work", init=str(tmp_path / "nothing"))
    with pytest.raises(CheckpointError, match="nothing' does not exist"):
        build(plan)
    (tmp_path / "file").touch()
    with pytest.raises(InputError, match="file' is a file; --work must be a folder"):
        build(replace(plan, init=None, work=tmp_path / "file"))
    assert [path.name for path in tmp_path.iterdir()] == ["file"]
    with pytest.raises(InputError, match=r"file/out' \(--out\) cannot be made"):
        build(replace(plan, init=None, out=tmp_path / "file" / "out"))


def test_epochs_of_a_pretraining_that_is_spared_are_refused(plan):
    with pytest.raises(InputError, match=r"epochs \(3\) are those of pretraining"):
        build(Plan(out=plan.out, work=plan.work, init="default", epochs=3))


@pytest.mark.parametrize(("kind", "batches"), [("cpu", [None, None]), ("cuda", [512, 256])])
def test_a_gpu_is_asked_for_more_than_a_cpu(tmp_path, monkeypatch, kind, batches):
    """Both towers are told where to learn; each run is the one before and what a GPU has time for."""
    asked, towers = [], []
    monkeypatch.setattr(default_model, "find_device", lambda _name: torch.device(kind))
    monkeypatch.setattr(default_model, "launch", lambda request, _say: asked.append(request) or "done")
    monkeypatch.setattr(default_model, "_hold", lambda _plan, _init: None)
    monkeypatch.setattr(default_model.build_text, "build", towers.append)
    monkeypatch.setattr(default_model.build_image, "build", towers.append)
    plan = Plan(out=tmp_path / "assets", work=tmp_path / "work", device=kind, minilm=tmp_path, seed=3)
    for stage in ("text", "image", "pretrain", "settle"):
        default_model._RUN[stage](plan, print)
    assert {tower.device for tower in towers} == {kind}
    assert [request.recipe_changes.get("batch_size") for request in asked] == batches
    assert [request.recipe_changes.get("wrong_ups") for request in asked] == [None, 2]
    assert [request.recipe_changes["seed"] for request in asked] == [3, 3]
    assert asked[1].init == str((tmp_path / "work" / "pretrain").resolve())


@pytest.mark.parametrize(("kind", "init", "ahead"), [("cuda", None, True), ("cpu", None, False), ("cuda", "default", False)])
def test_shapes_are_made_while_a_gpu_learns_the_towers(tmp_path, monkeypatch, kind, init, ahead):
    """They are those that pretraining will ask for; without a GPU the towers need the cores, and settling anew spares pretraining."""
    at_work, seen = [], {}

    class Source(SyntheticSource):
        def start(self):
            at_work.append(self._pool)

        def close(self):
            at_work.clear()
            super().close()

    monkeypatch.setattr(default_model, "SyntheticSource", Source)
    monkeypatch.setattr(default_model, "find_device", lambda _name: torch.device(kind))
    monkeypatch.setattr(default_model, "device_in_words", str)
    for stage in STAGES:
        monkeypatch.setitem(default_model._RUN, stage, lambda _plan, _say, stage=stage: seen.update({stage: list(at_work)}))
    plan = Plan(out=tmp_path / "assets", work=tmp_path / "work", device=kind, init=init, cache=tmp_path / "cache", seed=3)
    (plan.out / "default").mkdir(parents=True)
    (plan.out / "default" / "card.json").write_text("{}")
    build(plan, lambda _line: None)
    assert [stage for stage in STAGES if seen[stage]] == (["text", "image"] if ahead else [])
    if ahead:
        clip = SimpleNamespace(embed_dim=384, image_size=Clip.load("default").image_size)
        wanted = launch._source("synthetic", preset("studio"), studio(seed=3, **AMPLE), clip, plan.cache, ())
        assert (seen["text"][0].folder, seen["text"][0].count) == (wanted._pool.folder, wanted._pool.count)


@pytest.mark.parametrize(("anew", "lacking", "share"), [(False, 0, 0.5), (True, 0, 0.5), (True, 1, 0.2)])
def test_a_settled_model_keeps_some_of_what_it_began_as(run, tmp_path, monkeypatch, anew, lacking, share):
    """Be that its own pretraining or, settled anew, the model to go on from; less where that did not know all the names."""
    weights, card = load_single(run / "best.safetensors")
    plan = Plan(out=tmp_path / "assets", work=tmp_path / "work", device="cpu", init=str(tmp_path / "begun.safetensors") if anew else None)
    begun = Path(plan.init or plan.work / "pretrain")
    file = begun if anew else begun / "best.safetensors"
    file.parent.mkdir(parents=True, exist_ok=True)
    known = {**card, "data": {**card["data"], "names": card["data"]["names"][lacking:]}}
    save_single(file, {name: 3 * value for name, value in weights.items()}, known)
    asked, said = [], []
    (plan.work / "clip").mkdir(parents=True)
    (plan.work / "clip" / "card.json").write_text(json.dumps({"image": {"categories": list(CATEGORIES)}}))

    def launch(request, _say):
        asked.append(request)
        if not request.resume:
            shutil.copytree(run, request.out)
        return "done"

    monkeypatch.setattr(default_model, "launch", launch)
    for stage in ("image", "pretrain", "settle", "settle") if anew else ("settle", "settle"):  # the last as if interrupted right after
        default_model._RUN[stage](plan, said.append)
    assert said == (["image: the tower that ships is taken as it is", f"pretrain: going on from '{begun}'"] if anew else [])
    assert (asked[0].init, asked[0].recipe_changes["learning_rate"], asked[1].resume) == (str(begun), 2e-4 if anew else 4e-4, True)
    assert asked[0].recipe_changes["frozen_norm"]  # so both hold the same figures of BatchNorm
    held, told = load_single(plan.work / "settled" / "best.safetensors")
    assert told["held"] == share
    for name, value in weights.items():
        right = (1 + 2 * share) * value if value.is_floating_point() else value
        assert torch.allclose(held[name].float(), right.float(), rtol=1e-4, atol=1e-6), name


def test_an_image_tower_that_lacks_a_name_is_taught_anew(tmp_path, monkeypatch):
    """Also where a finished model is gone on from, whose text tower stays."""
    taught, said = [], []
    monkeypatch.setattr(default_model.build_image, "build", taught.append)
    plan = Plan(out=tmp_path / "assets", work=tmp_path, device="cpu", init="default", seed=3)
    (tmp_path / "clip").mkdir()
    for known in (list(CATEGORIES), list(CATEGORIES)[1:]):
        (tmp_path / "clip" / "card.json").write_text(json.dumps({"image": {"categories": known}}))
        default_model._RUN["image"](plan, said.append)
    assert said == ["image: the tower that ships is taken as it is"]
    assert [(tower.clip, tower.seed) for tower in taught] == [(tmp_path / "clip", 3)]


def test_whoever_stops_a_build_is_told_how_it_goes_on(tmp_path, monkeypatch, capsys):
    def stopped(_plan, _say):
        raise KeyboardInterrupt

    monkeypatch.setattr(default_model, "build", stopped)
    assert main(["build-default", "--work", str(tmp_path / "work")]) == 130
    told = capsys.readouterr()
    assert f"'{tmp_path / 'work'}'; the same command goes on from there" in told.out
    assert told.err == "Stopped.\n"
