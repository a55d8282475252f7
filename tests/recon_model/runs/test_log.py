import json
from math import isnan
from pathlib import Path

import pytest

from recon_model.errors import InputError
from recon_model.runs.files import at_work
from recon_model.runs.log import RunLog, read_config, read_run


def line(event: str, **values: object) -> str:
    return json.dumps({"event": event, "time": values.pop("time", 1.0), **values})


def step(number: int, **losses: float) -> str:
    return line("step", epoch=number // 4, step=number, losses=losses, clouds_per_s=50.0, eta_s=9.0, learning_rate=1e-3, time=float(number))


def epoch(number: int, top1: float | None, *, best: bool) -> str:
    return line("epoch", epoch=number, step=4 * number, top1=top1, validation={"reconstruction": 1.0 / number}, best=best, eta_s=5.0)


BEGIN = line("begin", epochs=3, steps_per_epoch=4, batch_size=8)


def test_a_run_is_told_from_its_beginning_to_its_end():
    log = RunLog().after([line("phase", text="Opening the text teacher")])
    assert (log.stage, log.text) == ("starting", "Opening the text teacher")
    log = log.after([BEGIN, line("data", made=3, wanted=10)])
    assert (log.stage, log.made, log.wanted, log.epochs) == ("data", 3, 10, 3)
    log = log.after([step(2, total=3.0, reconstruction=2.0), step(4, total=2.0)])
    assert log.stage == "training"
    assert log.steps == (2, 4)
    assert log.losses["total"] == (3.0, 2.0)
    assert log.losses["reconstruction"][0] == 2.0
    assert isnan(log.losses["reconstruction"][1])
    assert log.fraction == pytest.approx(4 / 12)
    assert (log.clouds_per_s, log.eta_s, log.learning_rate) == (50.0, 9.0, 1e-3)
    log = log.after([epoch(1, 0.5, best=True), epoch(2, 0.4, best=False), line("done", epoch=3, step=12, seconds=60.0)])
    assert log.best.epoch == 1
    assert log.best.metric == 0.5
    assert (log.stage, log.seconds, log.eta_s) == ("done", 60.0, 0.0)


def test_lines_one_by_one_tell_the_same_as_all_at_once():
    lines = [BEGIN, step(2, total=3.0), step(4, total=2.0, csc_text=1.0), epoch(1, 0.5, best=True), step(6, total=1.5)]
    parted = RunLog()
    for each in lines:
        parted = parted.after([each])
    whole = RunLog().after(lines)
    assert str(parted) == str(whole)  # NaN is not equal to itself
    assert isnan(whole.losses["csc_text"][0])


def test_a_killed_run_that_goes_on_takes_back_what_it_tells_again():
    log = RunLog().after([BEGIN, step(2, total=3.0), step(4, total=2.0), epoch(1, 0.5, best=True), step(6, total=1.0), step(8, total=0.9)])
    log = log.after([epoch(2, 0.9, best=True), line("resume", epoch=1, step=4)])
    assert log.steps == (2, 4)
    assert log.losses["total"] == (3.0, 2.0)
    assert [each.epoch for each in log.evaluations] == [1]
    assert log.stage == "starting"


def test_a_stage_and_whether_anyone_is_at_work_make_a_status():
    log = RunLog().after([BEGIN, step(2, total=1.0)])
    assert (log.status(True), log.status(False)) == ("training", "broken off")
    paused = log.after([line("pause")])
    assert (paused.status(True), paused.status(False)) == ("paused", "broken off")
    assert log.after([line("stop", step=2)]).status(False) == "stopped"
    short = log.after([line("out_of_memory", batch_size=64, device="cuda:0")])
    assert short.status(False) == "out of memory"
    assert "64" in short.text
    assert log.after([line("failed", sentence="No such file.")]).text == "No such file."


def test_what_is_no_event_of_ours_is_counted_and_passed_over():
    log = RunLog().after(["", "{half a li", line("rain"), line("step", losses="wet"), BEGIN])
    assert (log.unreadable, log.epochs) == (2, 3)


def test_without_names_the_loss_is_the_metric():
    log = RunLog().after([epoch(1, None, best=True), epoch(2, None, best=True)])
    assert log.best.epoch == 2
    assert log.best.metric == 0.5


def test_probes_follow_each_other_and_are_taken_anew_after_a_kill():
    shots = [line("probe", epoch=number, file=f"probes/epoch-{number:04d}.npy", names=["rod"], chamfer=[0.1]) for number in (0, 1, 2, 1)]
    assert [shot.epoch for shot in RunLog().after(shots[:3]).shots] == [0, 1, 2]
    assert [shot.epoch for shot in RunLog().after(shots).shots] == [0, 1]


def test_a_folder_is_read_as_it_stands(tmp_path: Path):
    (tmp_path / "config.json").write_text('{"recipe": {"epochs": 3}, "data": "synthetic"}')
    assert read_run(tmp_path).status == "broken off"
    (tmp_path / "events.jsonl").write_text("\n".join([BEGIN, step(2, total=1.0)]) + "\n")
    with at_work(tmp_path):
        assert read_run(tmp_path).status == "training"
    assert read_run(tmp_path).status == "broken off"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (None, "holds no run: config.json is missing"),
        ("{", "is not valid JSON"),
        ("[1]", "must be a run's settings"),
        ("{}", "must be a run"),
    ],
)
def test_a_folder_without_a_run_is_a_sentence(tmp_path: Path, text: str | None, sentence: str):
    if text is not None:
        (tmp_path / "config.json").write_text(text)
    with pytest.raises(InputError, match=sentence):
        read_config(tmp_path)


def test_missing_figures_are_no_numbers():
    assert RunLog().best is None
    assert RunLog().after([line("epoch", epoch=1, step=4)]).evaluations[0].metric is None
