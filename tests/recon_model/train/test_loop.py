"""What the loop keeps, shows and survives."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from recon_model.checkpoint.format import load_single
from recon_model.errors import ConfigError, InputError, MemoryShortError
from recon_model.geometry.chamfer import chamfer
from recon_model.runs.files import LOCK, PAUSE, STOP, at_work, is_running, pin_of, request
from recon_model.train.loop import Judged
from recon_model.train.run_folder import RunFolder
from tests.recon_model.train.runs import begin, go_on, pretrainer
from tests.recon_model.train.test_pretrain import events


def kept(folder: Path) -> list[str]:
    return sorted(path.name for path in (folder / "checkpoints").glob("*.safetensors"))


def test_the_newest_checkpoints_are_kept_and_pinned_ones_besides(tmp_path):
    pinned = tmp_path / "checkpoints" / "epoch-0001.safetensors"

    def pin_the_first(epoch: int, step: int) -> None:
        if epoch == 1:
            pin_of(pinned).touch()

    begin(tmp_path, tell=pin_the_first, epochs=6, steps_per_epoch=1, keep=2, keep_every=1)
    assert kept(tmp_path) == ["epoch-0001.safetensors", "epoch-0005.safetensors", "epoch-0006.safetensors"]
    assert load_single(pinned)[1]["epoch"] == 1
    assert "validation" in load_single(pinned)[1]
    assert [event["kept"] for event in events(tmp_path, "checkpoint")][-1] == "checkpoints/epoch-0006.safetensors"


def test_none_is_kept_where_none_is_wanted(tmp_path):
    begin(tmp_path, epochs=2, steps_per_epoch=1, keep=0, keep_every=1)
    assert not (tmp_path / "checkpoints").exists()


def test_the_probe_is_rebuilt_as_the_model_stands_and_changes_nothing(tmp_path):
    begin(tmp_path / "watched", epochs=4, steps_per_epoch=6, probe_every=2)
    begin(tmp_path / "alone", epochs=4, steps_per_epoch=6, probe_every=0)
    assert (tmp_path / "watched" / "last.safetensors").read_bytes() == (tmp_path / "alone" / "last.safetensors").read_bytes()
    assert not (tmp_path / "alone" / "probes").exists()
    told = events(tmp_path / "watched", "probe")
    assert [event["epoch"] for event in told] == [0, 2, 4]
    assert set(told[0]["names"]) == {"rod", "disc"}
    true = np.load(tmp_path / "watched" / "probes" / "hidden.npy", allow_pickle=False)
    assert np.load(tmp_path / "watched" / "probes" / "visible.npy").shape[1] + true.shape[1] == 8
    for event in told:
        rebuilt = np.load(tmp_path / "watched" / event["file"], allow_pickle=False)
        assert rebuilt.shape == true.shape == (3, 4, 6, 3)
        pairs = zip(torch.from_numpy(rebuilt).float(), torch.from_numpy(true).float(), strict=True)
        assert [float(chamfer(*pair).per_set().mean()) for pair in pairs] == pytest.approx(event["chamfer"], rel=0.02)
    assert sum(told[-1]["chamfer"]) < sum(told[0]["chamfer"])


@pytest.mark.parametrize(
    "error", [MemoryError(), torch.OutOfMemoryError("CUDA out of memory."), RuntimeError("DefaultCPUAllocator: can't allocate memory")]
)
def test_too_little_memory_is_told_with_its_numbers(tmp_path, error):
    def fail(epoch: int, step: int) -> None:
        raise error

    with pytest.raises(MemoryShortError, match=r"batch_size \(8\) needs more memory than cpu has free; 4 needs about half"):
        begin(tmp_path, tell=fail)
    assert events(tmp_path, "out_of_memory")[0] | {"time": 0} == {"event": "out_of_memory", "time": 0, "batch_size": 8, "device": "cpu"}


def test_another_error_is_not_taken_for_it(tmp_path):
    def fail(epoch: int, step: int) -> None:
        raise RuntimeError("shapes differ")

    with pytest.raises(RuntimeError, match="shapes differ"):
        begin(tmp_path, tell=fail)


def test_a_loss_that_is_no_number_ends_the_run_with_a_sentence(tmp_path):
    made = pretrainer(tmp_path, learning_rate=1e30, clip_norm=0.0)
    made.folder.start({})
    with pytest.raises(ConfigError, match=r"loss at step \d+ is no number any more; learning_rate \(1e\+30\) must be lower"):
        made.run()


@pytest.mark.parametrize("ended", ["judged", "stopped", "paused"])
def test_it_is_noticed_before_a_line_or_a_checkpoint_tells_of_it(tmp_path, ended):
    """Where an epoch, or what there is of it, is shorter than the way to the next line."""

    def tell(epoch: int, step: int) -> None:
        if ended != "judged" and step == 3:
            request(tmp_path, STOP if ended == "stopped" else PAUSE)

    made = pretrainer(tmp_path, tell=tell, learning_rate=1e30, final_learning_rate=1e30, log_every=50, steps_per_epoch=6)
    made.control.wait_while_paused = lambda: None
    made.folder.start({})
    with pytest.raises(ConfigError, match=r"loss at step \d is no number any more; learning_rate \(1e\+30\) must be lower"):
        made.run()
    assert "NaN" not in (tmp_path / "events.jsonl").read_text()
    assert not list(tmp_path.glob("*.safetensors"))


def test_a_model_that_judges_as_no_number_is_not_kept(tmp_path, monkeypatch):
    made = pretrainer(tmp_path)
    made.folder.start({})
    monkeypatch.setattr(made.task, "judge", lambda _held: Judged(float("nan"), {"top1": None, "validation": {}}))
    with pytest.raises(ConfigError, match=r"loss at step 4 is no number any more"):
        made.run()
    assert not list(tmp_path.glob("*.safetensors"))
    assert not events(tmp_path, "epoch")


@pytest.mark.parametrize("place", ["file", "file/run", "file/run/deeper"])
def test_a_folder_that_cannot_be_made_is_a_sentence(tmp_path, place):
    (tmp_path / "file").touch()
    with pytest.raises(InputError, match=r"is a file; --out must be a folder|\(--out\) cannot be made \(Not a directory\)"):
        RunFolder(tmp_path / place).start({})


def test_one_trainer_a_folder(tmp_path):
    assert not is_running(tmp_path)
    with at_work(tmp_path):
        assert is_running(tmp_path)
        assert is_running(tmp_path)  # looking takes nothing away
    assert not is_running(tmp_path)
    assert (tmp_path / LOCK).exists()


def test_requests_to_an_earlier_trainer_are_forgotten_and_those_to_this_one_are_not(tmp_path):
    for what in (STOP, PAUSE):
        request(tmp_path, what)
    with at_work(tmp_path):
        assert not (tmp_path / STOP).exists()
        assert not (tmp_path / PAUSE).exists()
        request(tmp_path, STOP)
    assert (tmp_path / STOP).exists()


def test_a_second_trainer_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("recon_model.runs.files._PATIENCE_S", 0.0)
    with at_work(tmp_path), pytest.raises(InputError, match="already has a trainer at work"), at_work(tmp_path):
        pass


def test_half_written_files_and_lines_are_swept_away(tmp_path):
    begin(tmp_path, epochs=1)
    (tmp_path / f".last.safetensors.{'a' * 32}").touch()
    (tmp_path / ".hidden").touch()
    with (tmp_path / "events.jsonl").open("a") as log:
        log.write('{"event": "st')
    RunFolder(tmp_path).sweep()
    RunFolder(tmp_path).event("resume")
    assert (tmp_path / ".hidden").exists()
    assert not list(tmp_path.glob(".last*"))
    assert json.loads((tmp_path / "events.jsonl").read_text().splitlines()[-1])["event"] == "resume"


TRAIN = """
import json, os, signal, sys
from pathlib import Path
import torch
torch.set_num_threads(1)
from recon_model.runs.files import at_work
from tests.recon_model.train.runs import pretrainer

def train(folder, place):
    made = pretrainer(folder, keep_every=1, keep=2, probe_every=1)
    if not (folder / "config.json").exists():
        made.folder.start({})
    count = 0
    def trace(frame, event, argument):
        nonlocal count
        if event == "call" and frame.f_code.co_filename.endswith(("loop.py", "run_folder.py", "format.py")):
            count += 1
            if count == place:
                os.kill(os.getpid(), signal.SIGKILL)
    with at_work(folder):
        made.folder.sweep()
        made.resume()
        sys.setprofile(trace)
        made.run()

ends = []
for place in sys.argv[2:]:
    child = os.fork()
    if child == 0:
        train(Path(sys.argv[1]), int(place))
        os._exit(0)
    ends.append(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
print(json.dumps(ends))
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no SIGKILL here")
def test_a_run_killed_at_random_points_ends_as_one_that_was_not(tmp_path):
    """Killed from within, at the n-th call of the loop or of what writes files: also between two files of one checkpoint."""
    whole, killed = tmp_path / "whole", tmp_path / "killed"
    settings = {"keep_every": 1, "keep": 2, "probe_every": 1}
    begin(whole, **settings)
    places = np.random.default_rng(7).integers(20, 120, size=6)
    done = subprocess.run([sys.executable, "-c", TRAIN, str(killed), *map(str, places)], capture_output=True, text=True, check=True)
    assert json.loads(done.stdout).count(-signal.SIGKILL) >= 3
    assert not is_running(killed)
    for model in killed.rglob("*.safetensors"):
        assert load_file(model), "a file under its final name is whole"
    go_on(killed, **settings)
    assert (kept(killed), kept(whole)) == (["epoch-0002.safetensors", "epoch-0003.safetensors"],) * 2
    for name in ("last", "best", "checkpoints/epoch-0003"):
        ours, theirs = (load_file(folder / f"{name}.safetensors") for folder in (killed, whole))
        assert all(torch.equal(ours[key], theirs[key]) for key in theirs), name
    assert np.array_equal(np.load(killed / "probes/epoch-0003.npy"), np.load(whole / "probes/epoch-0003.npy"))
