import json
import os
import signal
import threading
from pathlib import Path

import pytest
import torch
from safetensors import safe_open
from safetensors.torch import load_file
from torch.nn.functional import normalize

from recon_model.checkpoint.format import load_single
from recon_model.errors import CheckpointError, InputError
from recon_model.geometry.orientation import draw_wrong, turned
from recon_model.train.run_folder import RunFolder
from tests.recon_model.train.runs import CARD, begin, go_on, pretrainer


def events(folder: Path, kind: str = "") -> list[dict[str, object]]:
    lines = [json.loads(line) for line in (folder / "events.jsonl").read_text().splitlines()]
    return [line for line in lines if line["event"] == kind or not kind]


def weights(folder: Path) -> bytes:
    return (folder / "last.safetensors").read_bytes()


def test_losses_fall_and_names_are_learnt(tmp_path):
    assert begin(tmp_path, epochs=12, steps_per_epoch=6) == "done"
    steps = events(tmp_path, "step")
    first, last = steps[0]["losses"], steps[-1]["losses"]
    assert set(first) == {"reconstruction", "csc_text", "text_contrast", "total"}
    assert last["reconstruction"] < 0.8 * first["reconstruction"]
    assert last["text_contrast"] < 0.5 * first["text_contrast"]
    assert events(tmp_path, "epoch")[-1]["top1"] == 1.0


def test_the_folder_holds_what_a_reader_needs(tmp_path):
    begin(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "best.safetensors",
        "config.json",
        "events.jsonl",
        "last.safetensors",
        "probes",
        "resume.safetensors",
    ]
    kinds = [event["event"] for event in events(tmp_path)]
    epoch = ["step", "step", "epoch", "checkpoint"]
    assert kinds == ["begin", "probe", *epoch, *epoch, *epoch[:3], "probe", "checkpoint", "done"]
    begun = events(tmp_path, "begin")[0]
    assert (begun["epochs"], begun["steps_per_epoch"], begun["batch_size"]) == (3, 4, 8)
    epoch = events(tmp_path, "epoch")[-1]
    assert epoch["epoch"] == 3
    assert epoch["step"] == 12
    assert epoch["eta_s"] == 0
    assert epoch["clouds_per_s"] > 0
    tensors, card = load_single(tmp_path / "last.safetensors")
    assert card["name"] == CARD["name"]
    assert card["step"] == 12
    assert set(tensors) == set(pretrainer(tmp_path).model.state_dict())


def test_the_same_seed_gives_the_same_model_and_another_does_not(tmp_path):
    for name, seed in (("a", 3), ("b", 3), ("c", 4)):
        begin(tmp_path / name, seed=seed, epochs=1)
    assert weights(tmp_path / "a") == weights(tmp_path / "b")
    assert weights(tmp_path / "a") != weights(tmp_path / "c")


@pytest.mark.parametrize("model", [{}, {"drop_path": 0.5}], ids=["plain", "with stochastic depth"])
def test_a_run_stopped_by_file_and_resumed_equals_one_that_was_not(tmp_path, model):
    whole, parted = tmp_path / "whole", tmp_path / "parted"
    begin(whole, model=model)

    def stop_in_the_middle(epoch: int, step: int) -> None:
        if (epoch, step) == (1, 1):
            (parted / "stop").touch()

    assert begin(parted, tell=stop_in_the_middle, model=model) == "stopped"
    assert events(parted, "stop")[0] | {"time": 0} == {"event": "stop", "time": 0, "reason": "stop file", "epoch": 1, "step": 6}
    assert go_on(parted, model=model) == "done"
    assert load_file(parted / "last.safetensors").keys() == load_file(whole / "last.safetensors").keys()
    for name, value in load_file(whole / "last.safetensors").items():
        assert torch.equal(value, load_file(parted / "last.safetensors")[name]), name
    assert [event["top1"] for event in events(parted, "epoch")] == [event["top1"] for event in events(whole, "epoch")]


def test_a_stop_at_the_last_step_of_an_epoch_does_not_repeat_the_epoch(tmp_path):
    whole, parted = tmp_path / "whole", tmp_path / "parted"
    begin(whole)
    begin(parted, tell=lambda epoch, step: (parted / "stop").touch() if (epoch, step) == (0, 3) else None)
    go_on(parted)
    assert events(parted, "done")[0]["step"] == 12
    assert weights(parted) == weights(whole)


def test_a_killed_run_goes_on_from_its_last_checkpoint_and_ends_the_same(tmp_path):
    whole, killed = tmp_path / "whole", tmp_path / "killed"
    begin(whole)

    def die(epoch: int, step: int) -> None:
        if (epoch, step) == (2, 2):
            raise KeyboardInterrupt  # leaves the loop as abruptly as Python can

    with pytest.raises(KeyboardInterrupt):
        begin(killed, tell=die)
    assert go_on(killed) == "done"
    assert events(killed, "resume")[0]["step"] == 8
    assert weights(killed) == weights(whole)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_within_one_step(tmp_path, number):
    before = signal.getsignal(number)
    assert begin(tmp_path, tell=lambda epoch, step: os.kill(os.getpid(), number) if (epoch, step) == (0, 2) else None) == "stopped"
    assert events(tmp_path, "stop")[0]["step"] == 3
    assert events(tmp_path, "stop")[0]["reason"] == signal.Signals(number).name
    assert signal.getsignal(number) == before
    with safe_open(tmp_path / "resume.safetensors", framework="pt") as opened:
        assert json.loads(opened.metadata()["state"])["step"] == 3


def test_beside_the_main_thread_the_files_are_still_heard(tmp_path):
    outcome = []
    stop = lambda epoch, step: (tmp_path / "stop").touch() if (epoch, step) == (0, 1) else None  # noqa: E731
    thread = threading.Thread(target=lambda: outcome.append(begin(tmp_path, tell=stop)))
    thread.start()
    thread.join()
    assert outcome == ["stopped"]
    assert events(tmp_path, "stop")[0]["step"] == 2


def test_pause_keeps_a_model_to_use_and_goes_on_when_the_file_is_gone(tmp_path):
    made = pretrainer(tmp_path, tell=lambda epoch, step: (tmp_path / "pause").touch() if (epoch, step) == (0, 1) else None)
    made.folder.start({})
    asked = []

    class Signal:
        def is_set(self) -> bool:
            return False

        def wait(self, seconds: float) -> None:
            asked.append(seconds)
            assert load_single(tmp_path / "last.safetensors")[1]["step"] == 2
            (tmp_path / "pause").unlink()

    made.control._signal = Signal()
    assert made.run() == "done"
    assert len(asked) == 1
    assert [event["step"] for event in (*events(tmp_path, "pause"), *events(tmp_path, "continue"))] == [2, 2]


def test_a_folder_with_a_run_is_not_begun_again(tmp_path):
    begin(tmp_path, epochs=1)
    with pytest.raises(InputError, match="already holds a run; give --resume"):
        begin(tmp_path, epochs=1)


def test_a_damaged_resume_state_is_a_sentence(tmp_path):
    begin(tmp_path, epochs=1)
    (tmp_path / "resume.safetensors").write_bytes(b"half a file")
    with pytest.raises(CheckpointError, match=r"resume\.safetensors' is damaged .* cannot be resumed"):
        go_on(tmp_path, epochs=1)


def test_steps_without_reconstruction_leave_the_decoder_alone(tmp_path):
    made = pretrainer(tmp_path, reconstruct_share=0.5, epochs=1)
    made.folder.start({})
    assert made.run() == "done"
    losses = [event["losses"] for event in events(tmp_path, "step")]
    assert all("reconstruction" in line for line in losses)
    decoder = [state["step"] for parameter, state in made.optimiser.state.items() if parameter is made.model.decoder.head.weight]
    assert [float(step) for step in decoder] == [2.0]


@pytest.mark.parametrize(("whole", "shown"), [(False, 4), (True, 8)])
def test_steps_without_reconstruction_may_see_whole_clouds(tmp_path, whole, shown):
    """A third of the steps rebuild, and see 4 of 8 patches; the others see all of them where the recipe says so."""
    made = pretrainer(tmp_path, reconstruct_share=0.34, show_whole=whole)
    assert made.source.prepare(0, lambda _made, _wanted: False)
    seen = {True: set(), False: set()}
    for step in range(made.steps_per_epoch):
        inputs = made.task.inputs(made.source.batch(0, step), step, lambda values: values)
        seen[inputs["reconstruct"]].update((~inputs["hidden"]).sum(1).tolist())
    assert seen == {True: {4}, False: {shown}}


def test_a_run_folder_must_be_a_folder(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(InputError, match="is a file; --out must be a folder"):
        RunFolder(tmp_path / "file").start({})


def test_wrong_poses_teach_that_what_lies_fits_no_name(tmp_path):
    """After the same steps the looks at lying clouds fit the names worse than those at standing ones, which they otherwise do not."""

    def lead(folder: Path, **changes) -> float:
        begin(folder, epochs=8, steps_per_epoch=6, **changes)
        loop = pretrainer(folder)
        loop.model.load_state_dict(load_file(folder / "last.safetensors"))
        loop.model.eval()
        bank = loop.task.targets.classifier
        fits = []
        for batch in loop.source.validation(lambda _made, _wanted: False):
            wrong = draw_wrong(len(batch.labels), 1, torch.Generator().manual_seed(0))[:, 0]
            for patches in (batch.patches, turned(batch.patches, wrong)):
                with torch.no_grad():
                    cosines = normalize(loop.model.zero_shot_feature(patches), dim=-1) @ normalize(bank, dim=-1).T
                fits.append(torch.logsumexp(cosines / 0.07, 1).mean())
        return float(torch.stack(fits[::2]).mean() - torch.stack(fits[1::2]).mean())

    assert lead(tmp_path / "with", wrong_ups=2) > lead(tmp_path / "without") + 0.3
