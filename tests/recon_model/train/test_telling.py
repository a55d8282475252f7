"""What a run says in a terminal: each epoch, and now and then what goes on in between."""

import re

import pytest

from recon_model.train.launch import launch
from recon_model.train.telling import QUIET_SECONDS, Teller
from tests.recon_model.train import test_launch

data = test_launch.data

RATES = {"learning_rate": 0.001, "clouds_per_s": 118.4, "eta_s": 3000.0}
BEGIN = {"epochs": 75, "steps_per_epoch": 100, "batch_size": 48}


@pytest.fixture
def told():
    """A teller, its clock as a list of one number, and what it said."""
    now, said = [0.0], []
    return Teller(said.append, lambda: now[0]), now, said


def epoch(number, top1, *, best=False, **validation):
    return {"epoch": number, "step": 100 * number, "top1": top1, "validation": validation, "best": best, **RATES}


def test_an_epoch_is_told_with_its_accuracy_speed_and_time_left(told):
    tell, _, said = told
    tell("begin", BEGIN)
    tell("epoch", epoch(12, 0.4121, best=True, reconstruction=0.1))
    tell("epoch", {**epoch(13, 0.4), "eta_s": 0.0})
    assert said[0].startswith("75 epochs of 100 steps of 48 clouds; Ctrl+C stops")
    assert said[1:] == [
        "epoch 12 of 75: 41.2 % of held-out clouds named right, the best so far, 118 clouds/s, 50 min left",
        "epoch 13 of 75: 40.0 % of held-out clouds named right, 118 clouds/s",
    ]


def test_without_names_the_loss_is_told_and_without_held_out_clouds_the_speed_alone(told):
    tell, _, said = told
    tell("begin", BEGIN)
    tell("epoch", epoch(1, None, reconstruction=0.25))
    tell("epoch", epoch(2, None))
    assert said[1:] == [
        "epoch 1 of 75: loss 0.2500 on held-out clouds, 118 clouds/s, 50 min left",
        "epoch 2 of 75: 118 clouds/s, 50 min left",
    ]


def test_what_goes_on_is_told_after_a_silence_only(told):
    tell, now, said = told
    tell("begin", BEGIN)
    step = {"epoch": 12, "step": 1250, "losses": {"total": 3.22463}, **RATES}
    tell("data", {"made": 3, "wanted": 10})
    tell("step", step)
    assert len(said) == 1
    now[0] = QUIET_SECONDS
    tell("data", {"made": 3, "wanted": 10})
    tell("step", step)
    now[0] = 2 * QUIET_SECONDS
    tell("step", step)
    assert said[1:] == [
        "shapes are being made: 3 of 10 portions",
        "epoch 13, step 1,250 of 7,500: loss 3.2246, 118 clouds/s, 50 min left",
    ]


def test_every_event_of_a_run_and_of_the_one_that_goes_on_can_be_told(tmp_path, data):
    said = []
    assert launch(test_launch.request(tmp_path, data), said.append) == "done"
    epochs = [line for line in said if line.startswith("epoch ")]
    assert len(epochs) == 1
    assert re.fullmatch(r"epoch 1 of 1: \d+\.\d % of held-out clouds named right, the best so far, [\d,]+ clouds/s", epochs[0])
    assert launch(test_launch.request(tmp_path, data, resume=True), said.append) == "done"
    assert any(line.startswith("going on after step ") for line in said)
