"""Classifiers on the encoder's features: what learns, what stays as it was, and that going on is exact."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from recon_model.checkpoint import format as checkpoint
from recon_model.checkpoint.opening import PARTS
from recon_model.cli.main import main
from recon_model.config import ModelConfig
from recon_model.data.labelled import LabelledClouds, load_labelled
from recon_model.errors import CheckpointError, ConfigError, InputError, ReconError
from recon_model.geometry.patches import cut
from recon_model.models.classifier import Classifier
from recon_model.predictor import Predictor
from recon_model.train import finetune as finetuning_module
from recon_model.train.finetune import FinetuneRequest, finetune, finetuning
from recon_model.train.labelled_source import LabelledSource
from tests.recon_model.train.runs import clouds, model_config
from tests.recon_model.train.test_pretrain import events

SHORT = {"epochs": 12, "batch_size": 8, "warmup_epochs": 1.0, "learning_rate": 2e-3}


@pytest.fixture
def data(tmp_path: Path) -> str:
    made = clouds(24)
    np.savez(tmp_path / "shapes.npz", points=made.points, labels=made.labels, names=np.array(made.names))
    return str(tmp_path / "shapes.npz")


def request(tmp_path: Path, npz: str, small_checkpoint: Path, **changes: object) -> FinetuneRequest:
    asked = {"out": tmp_path / "run", "data": npz, "init": str(small_checkpoint), "device": "cpu", "recipe_changes": SHORT}
    return FinetuneRequest(**{**asked, "mode": "linear", **changes})


@pytest.mark.parametrize("mode", ["linear", "mlp3", "full"])
def test_names_are_learnt_and_a_frozen_encoder_stays(tmp_path, data, small_checkpoint, mode):
    changes = {**SHORT, "learning_rate": 1e-3, "epochs": 40} if mode == "full" else SHORT
    assert finetune(request(tmp_path, data, small_checkpoint, mode=mode, recipe_changes=changes)) == "done"
    assert events(tmp_path / "run", "epoch")[-1]["top1"] >= 0.75
    tensors, card = checkpoint.load_single(tmp_path / "run" / "last.safetensors")
    before, _ = checkpoint.load(small_checkpoint)
    same = all(torch.equal(tensors[name], before[name]) for name in before if name.startswith("encoder."))
    assert same == (mode != "full")
    assert card["kind"] == "classifier"
    assert card["classes"] == ["rod", "disc"]
    model = Classifier(ModelConfig.from_dict(card["config"]), 2, "linear" if mode == "linear" else "mlp")
    model.load_state_dict({name: value for name, value in tensors.items() if name.startswith(("encoder.", "head."))})


def test_a_classifier_on_a_frozen_encoder_can_still_be_tried_on_the_bench(tmp_path, data, small_checkpoint, blob):
    finetune(request(tmp_path, data, small_checkpoint))
    finetune(request(tmp_path, data, small_checkpoint, mode="full", out=tmp_path / "full"))
    before, after = Predictor.load(small_checkpoint, "cpu"), Predictor.load(tmp_path / "run", "cpu")
    cloud = before.prepare(blob)
    assert np.array_equal(before.reconstruct(cloud).rebuilt, after.reconstruct(cloud).rebuilt)
    with pytest.raises(CheckpointError, match="no decoder"):
        Predictor.load(tmp_path / "full", "cpu").reconstruct(cloud)


@pytest.mark.parametrize("mode", ["linear", "mlp3", "full"])
def test_a_head_that_was_taught_ranks_its_labels(tmp_path, data, small_checkpoint, mode, capsys):
    finetune(request(tmp_path, data, small_checkpoint, mode=mode, recipe_changes={**SHORT, "epochs": 2}))
    predictor = Predictor.load(tmp_path / "run", "cpu")
    assert predictor.labels == ("rod", "disc")
    assert not any("head." in note for note in predictor.notes)
    tensors, card = checkpoint.load_single(tmp_path / "run" / "best.safetensors")
    twin = Classifier(ModelConfig.from_dict(card["config"]), 2, "linear" if mode == "linear" else "mlp").eval()
    twin.load_state_dict({name: value for name, value in tensors.items() if name.startswith(("encoder.", "head."))})
    clouds_of = np.load(data)["points"][:3]
    prepared = [predictor.prepare(cloud) for cloud in clouds_of]
    patches = cut(torch.from_numpy(np.stack([each.points for each in prepared])), twin.config.num_groups, twin.config.group_size)
    with torch.inference_mode():
        expected = twin(patches).softmax(1).numpy()
    np.testing.assert_allclose(predictor.embed(prepared).labels, expected, atol=1e-5)
    # The same from the command line, without a name to be typed.
    np.save(tmp_path / "one.npy", clouds_of[0])
    assert main(["classify", str(tmp_path / "one.npy"), "--model", str(tmp_path / "run"), "--device", "cpu", "--json"]) == 0
    (entry,) = json.loads(capsys.readouterr().out)["files"]
    assert [row["label"] for row in entry["labels"]] == [predictor.labels[at] for at in np.argsort(-expected[0])]
    assert entry["labels"][0]["share"] == pytest.approx(expected[0].max(), abs=1e-4)
    assert "scores" not in entry
    assert main(["classify", str(tmp_path / "one.npy"), "--model", str(tmp_path / "run"), "--device", "cpu"]) == 0
    assert "by the fine-tuned head:" in capsys.readouterr().out


def test_a_head_that_does_not_fit_its_labels_is_refused(tmp_path, data, small_checkpoint):
    finetune(request(tmp_path, data, small_checkpoint, recipe_changes={**SHORT, "epochs": 1}))
    tensors, card = checkpoint.load_single(tmp_path / "run" / "best.safetensors")
    checkpoint.save_single(tmp_path / "worse.safetensors", tensors, {**card, "classes": ["rod", "disc", "cone"]})
    with pytest.raises(CheckpointError, match="has a head that does not fit its 3 labels"):
        Predictor.load(tmp_path / "worse.safetensors", "cpu")
    assert Predictor.load(small_checkpoint, "cpu").labels == ()


def test_a_stopped_run_goes_on_exactly(tmp_path, data, small_checkpoint, monkeypatch):
    asked = request(tmp_path, data, small_checkpoint, mode="full", recipe_changes={**SHORT, "epochs": 4})
    finetune(asked)
    cut = LabelledSource.batch

    def stop(self: LabelledSource, epoch: int, step: int) -> object:
        if (epoch, step) == (2, 1):
            (tmp_path / "parted" / "stop").touch()
        return cut(self, epoch, step)

    monkeypatch.setattr(LabelledSource, "batch", stop)
    parted = request(tmp_path, data, small_checkpoint, mode="full", recipe_changes={**SHORT, "epochs": 4}, out=tmp_path / "parted")
    assert finetune(parted) == "stopped"
    monkeypatch.setattr(LabelledSource, "batch", cut)
    assert finetune(FinetuneRequest(out=tmp_path / "parted", resume=True, device="cpu")) == "done"
    whole, again = (load_file(tmp_path / name / "last.safetensors") for name in ("run", "parted"))
    assert all(torch.equal(whole[name], again[name]) for name in whole)


def test_a_run_stopped_before_its_first_checkpoint_goes_on_from_its_model(tmp_path, data, small_checkpoint, monkeypatch):
    asked = {"recipe_changes": {**SHORT, "epochs": 2, "seed": 3}}  # another than the model's own
    finetune(request(tmp_path, data, small_checkpoint, **asked))
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(finetuning_module, "Loop", interrupted)
        finetune(request(tmp_path, data, small_checkpoint, out=tmp_path / "cut", **asked))
    assert finetune(FinetuneRequest(out=tmp_path / "cut", resume=True, device="cpu")) == "done"
    whole, again = (load_file(tmp_path / name / "last.safetensors") for name in ("run", "cut"))
    assert all(torch.equal(whole[name], again[name]) for name in whole)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"data": "other.npz"}, r"data \(/.*other.npz\) must be /.*shapes.npz, as the run was begun"),
        ({"init": "default"}, r"init \(default\) must be /.*, as the run was begun"),
        ({"mode": "full"}, r"mode \(full\) must be linear, as the run was begun"),
        ({"model_changes": {"num_points": 64}}, r"num_points \(64\) must be 128, as the run was begun"),
        ({"recipe_changes": {"batch_size": 32}}, r"batch_size \(32\) must be 64, as the run was begun"),
    ],
)
def test_a_run_is_resumed_as_it_was_asked_for(tmp_path, data, small_checkpoint, changes, sentence):
    """Also where that was a larger batch than there are clouds."""
    asked = {"recipe_changes": {"epochs": 1, "batch_size": 64}, "model_changes": {"num_points": 128}}
    finetune(request(tmp_path, data, small_checkpoint, **asked))
    assert finetune(request(tmp_path, data, small_checkpoint, resume=True, **asked)) == "done"
    with pytest.raises(ConfigError, match=sentence):
        finetune(FinetuneRequest(out=tmp_path / "run", resume=True, **changes))


def test_a_card_that_lacks_something_gives_one_that_lacks_it(tmp_path, data, small_checkpoint, blob):
    state, card = checkpoint.load(small_checkpoint)
    checkpoint.save(tmp_path / "plain", state, {key: value for key, value in card.items() if key != "temperature"})
    finetune(request(tmp_path, data, tmp_path / "plain", recipe_changes={**SHORT, "epochs": 1}))
    tensors, card = checkpoint.load_single(tmp_path / "run" / "best.safetensors")
    assert "temperature" not in card
    checkpoint.save_single(tmp_path / "once.safetensors", tensors, {**card, "temperature": None})  # as such cards were
    expected, answer = (Predictor.load(tmp_path / name, "cpu").embed([blob]) for name in ("run", "once.safetensors"))
    assert np.array_equal(expected.sides.mean(), answer.sides.mean())


@pytest.mark.parametrize(("of", "cut"), [("full", {}), ("whole", {"group_size": 4})])
def test_a_decoder_that_is_not_there_or_does_not_fit_is_not_made_up(tmp_path, data, small_checkpoint, of, cut):
    one = {**SHORT, "epochs": 1}
    finetune(request(tmp_path, data, small_checkpoint, mode="full", out=tmp_path / "full", recipe_changes=one))
    init = {"full": tmp_path / "full", "whole": small_checkpoint}[of]
    finetune(request(tmp_path, data, init, recipe_changes=one, model_changes=cut))
    assert finetune(FinetuneRequest(out=tmp_path / "run", resume=True, device="cpu")) == "done"
    assert Predictor.load(tmp_path / "run", "cpu").lacking == (PARTS if of == "full" else ("decoder",))
    config = tmp_path / "run" / "config.json"
    settings = json.loads(config.read_text())
    assert settings["parts"] == ([] if of == "full" else ["image_proj", "text_proj"])


def test_a_run_of_old_which_does_not_say_what_it_took_along_goes_on(tmp_path, data, small_checkpoint):
    finetune(request(tmp_path, data, small_checkpoint, recipe_changes={**SHORT, "epochs": 1}))
    config = tmp_path / "run" / "config.json"
    settings = json.loads(config.read_text())
    assert settings.pop("parts") == list(PARTS)
    config.write_text(json.dumps(settings))
    assert finetune(FinetuneRequest(out=tmp_path / "run", resume=True, device="cpu")) == "done"


def test_of_few_epochs_a_tenth_warms_up():
    warm = [finetuning("linear", epochs=epochs).warmup_epochs for epochs in (5, 100, 300)]
    assert warm == [0.5, 10, 10]
    assert finetuning("linear").warmup_epochs == 10
    assert finetuning("linear", epochs=5, warmup_epochs=2.0).warmup_epochs == 2


def test_of_many_clouds_every_name_is_held_out_in_the_same_share():
    labels = np.repeat(np.arange(4, dtype=np.int64), [2000, 1000, 500, 2])
    made = LabelledClouds(np.zeros((len(labels), 1, 3), np.float32), labels, ("a", "b", "c", "d"))

    def held(**changes: int) -> list[int]:
        source = LabelledSource(made, model_config(), finetuning(**changes), "turn")
        rows = np.setdiff1d(np.arange(len(labels)), source._train)
        assert np.array_equal(rows, source._held_out)
        return np.bincount(labels[rows]).tolist()

    assert held() == [292, 146, 73, 1]
    assert held(validation_shapes=701) == [400, 200, 100, 1]
    assert held(validation_shapes=9999) == [400, 200, 100, 1]


def interrupted(*_args: object) -> None:
    raise KeyboardInterrupt


def test_few_clouds_make_a_smaller_batch_and_every_name_is_judged(tmp_path, data, small_checkpoint):
    said = []
    finetune(request(tmp_path, data, small_checkpoint, recipe_changes={"epochs": 1}), said.append)
    (begun,) = events(tmp_path / "run", "begin")
    assert begun["batch_size"] == 20  # of 24 clouds two of each name are held out
    assert sum(line == "20 clouds to learn from make no batch of 32; a step takes them all." for line in said) == 1
    assert checkpoint.load_single(tmp_path / "run" / "last.safetensors")[1]["recipe"]["batch_size"] == 20
    source = LabelledSource(clouds(24), model_config(), finetuning(batch_size=4), "scale")
    held = torch.cat([batch.labels for batch in source.validation(lambda made, wanted: False)])
    assert held.tolist().count(0) == held.tolist().count(1) == 2
    source.prepare(0, lambda made, wanted: False)
    first, again, other = (source.batch(0, step).patches.centres for step in (0, 0, 1))
    assert torch.equal(first, again)
    assert not torch.equal(first, other)
    assert first.shape == (4, 8, 3)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"data": None}, "must be an .npz, a .csv of files and labels, or a folder"),
        ({"mode": "half"}, r"mode \('half'\) must be one of full, mlp3, linear"),
        ({"recipe_changes": {"augment": "melt"}}, r"augment \('melt'\) must be one of turn, scale"),
        ({"init": "/no/such"}, "does not exist"),
        ({"resume": True}, "holds no run to resume"),
    ],
)
def test_bad_requests_are_sentences(tmp_path, data, small_checkpoint, changes, sentence):
    with pytest.raises(ReconError, match=sentence):
        finetune(request(tmp_path, data, small_checkpoint, **changes))


def test_what_a_folder_lacks_is_told(tmp_path, small_checkpoint):
    made = clouds(24)
    for row, (points, label) in enumerate(zip(made.points, made.labels, strict=True)):
        np.save(tmp_path / f"{made.names[label]}_{row}.npy", points)
    (tmp_path / "rod_99.ply").write_text("broken")
    said = []
    finetune(request(tmp_path, str(tmp_path), small_checkpoint, recipe_changes={**SHORT, "epochs": 1}), said.append)
    assert sum(line.startswith("1 file was left out: rod_99.ply:") for line in said) == 1


def test_too_few_clouds_are_a_sentence():
    made = clouds(2)
    with pytest.raises(InputError, match="two names with two clouds each"):
        LabelledSource(made, model_config(), finetuning(), "turn")


def test_a_run_of_another_kind_is_not_resumed(tmp_path):
    (tmp_path / "config.json").write_text('{"format": 1, "recipe": {}}')
    with pytest.raises(ConfigError, match="holds a run of recon pretrain"):
        finetune(FinetuneRequest(out=tmp_path, resume=True))


def test_files_with_labels_are_listed_in_a_table_and_splits_name_nothing(tmp_path, blob):
    for place in ("chair/train", "chair/test", "lamp/train"):
        (tmp_path / place).mkdir(parents=True)
        np.save(tmp_path / place / "a_0001.npy", blob)
    assert load_labelled(tmp_path).names == ("chair", "lamp")
    (tmp_path / "list.csv").write_text('file,label\nchair/train/a_0001.npy,"seat, old"\nlamp/train/a_0001.npy,light\n')
    listed = load_labelled(tmp_path / "list.csv")
    assert listed.names == ("light", "seat, old")
    assert listed.labels.tolist() == [1, 0]
    (tmp_path / "bad.csv").write_text("path,name\n")
    with pytest.raises(InputError, match="must hold the columns file and label"):
        load_labelled(tmp_path / "bad.csv")


def test_the_command_hands_over_what_was_given(tmp_path, data, small_checkpoint, capsys):
    words = (
        f"finetune --data {data} --init {small_checkpoint} --out {tmp_path / 'run'} --mode linear --epochs 1 --device cpu --augment scale"
    )
    assert main(words.split()) == 0
    config = json.loads((tmp_path / "run" / "config.json").read_text())
    assert config["recipe"]["augment"] == "scale"
    assert config["task"] == "finetune"
    printed = capsys.readouterr().out
    assert "epoch 1 of 1: " in printed
    assert "Done" in printed
