"""The training room's state: curves, words, the table, and the words behind a command."""

from math import isnan, nan

import numpy as np
import pytest

from recon_model.runs.log import RunLog
from recon_studio.state import training
from recon_studio.state.training import FollowedRun, NewRun, TrainingState
from tests.recon_model.runs.test_log import BEGIN, epoch, line, step

STEPS = [
    BEGIN,
    step(2, total=4.0, reconstruction=2.0),
    step(4, total=2.0),
    epoch(1, 0.5, best=True),
    step(6, total=1.0, reconstruction=1.0),
]


def naive_average(values: list[float], weight: float) -> list[float]:
    """Each point: the mean of all values so far, weighted by how long ago they were."""
    answer = []
    for end in range(len(values)):
        pairs = [(weight ** (end - at), value) for at, value in enumerate(values[: end + 1]) if not isnan(value)]
        # A gap takes no place: the weights count values, not steps.
        kept = [value for _, value in pairs]
        weights = [weight ** (len(kept) - 1 - at) for at in range(len(kept))]
        answer.append(sum(w * v for w, v in zip(weights, kept, strict=True)) / sum(weights) if kept else nan)
    return answer


@pytest.mark.parametrize("weight", [0.0, 0.5, 0.9])
def test_smoothing_is_a_weighted_mean_of_the_past(weight: float) -> None:
    values = [nan, 3.0, 1.0, nan, 4.0, 1.0, 5.0]
    np.testing.assert_allclose(training.smoothed(np.array(values), weight), naive_average(values, weight))


def test_each_part_is_drawn_where_it_was_measured() -> None:
    total, reconstruction = training.curves(RunLog().after(STEPS), 0.0)
    assert (total.part, reconstruction.part) == ("total", "reconstruction")
    assert total.steps.tolist() == [2, 4, 6]
    assert reconstruction.steps.tolist() == [2, 6]
    assert reconstruction.smooth.tolist() == [2.0, 1.0]
    assert [values.tolist() for values in training.validation(RunLog().after(STEPS), "reconstruction")] == [[4], [1.0]]
    assert [values.tolist() for values in training.accuracy(RunLog().after(STEPS))] == [[4], [0.5]]


def test_a_loss_of_one_part_is_drawn_once() -> None:
    log = RunLog().after([BEGIN, step(1, total=2.0, classification=2.0)])
    assert [curve.part for curve in training.curves(log, 0.0)] == ["classification"]


@pytest.mark.parametrize(
    ("more", "running", "words"),
    [
        ([], True, "Epoch 2 of 3"),
        ([line("data", made=2, wanted=5)], True, "Preparing data 40 %"),
        ([line("pause")], True, "Paused in epoch 2; its model is kept"),
        ([line("stop", step=6, epoch=1)], False, "Stopped after 6 steps; its model is kept"),
        ([line("done", epoch=3, step=12, seconds=300.0)], False, "Done: 3 epochs in 5 min of training"),
        ([], False, "Broken off after 6 steps; it goes on from its last checkpoint"),
        ([line("out_of_memory", batch_size=64, device="cuda:0")], False, "A batch of 64 needs more memory than cuda:0 has free."),
        ([line("failed", sentence="The teacher is missing.")], False, "The teacher is missing."),
        ([line("phase", text="Opening the text teacher")], True, "Opening the text teacher…"),
    ],
)
def test_what_a_run_does_is_said_in_one_line(more: list[str], running: bool, words: str) -> None:
    assert training.doing(FollowedRun("/runs/a", log=RunLog().after([*STEPS, *more]), running=running)) == words


def test_what_it_was_asked_is_said_until_it_answers() -> None:
    run = FollowedRun("/runs/a", log=RunLog().after(STEPS), running=True, asked="pause")
    assert training.doing(run) == "Pausing after this step…"


def test_the_bar_shows_the_data_first_and_then_the_steps() -> None:
    waiting = FollowedRun("/runs/a", log=RunLog().after([BEGIN, line("data", made=2, wanted=5)]), running=True)
    assert training.fraction(waiting) == 0.4
    assert training.fraction(FollowedRun("/runs/a", log=RunLog().after(STEPS), running=True)) == 0.5


def test_the_table_puts_the_best_first_and_tells_what_may_go() -> None:
    log = RunLog().after([*STEPS, epoch(2, 0.25, best=False)])
    files = {"last.safetensors": 9, "best.safetensors": 8, "checkpoints/epoch-0001.safetensors": 7, "checkpoints/epoch-0002.safetensors": 6}
    rows = training.table("/runs/a", files, frozenset({"checkpoints/epoch-0001.safetensors"}), log)
    assert [(row.title, row.epoch, training.metric(row.evaluation), row.size, row.pinned, row.spare) for row in rows] == [
        ("best", 1, "50.0 %", 8, False, False),
        ("last", 2, "25.0 %", 9, False, False),
        ("epoch 2", 2, "25.0 %", 6, False, True),
        ("epoch 1", 1, "50.0 %", 7, True, True),
    ]
    assert rows[3].path == "/runs/a/checkpoints/epoch-0001.safetensors"


def test_runs_are_put_forgotten_and_chosen() -> None:
    first, second = FollowedRun("/runs/a"), FollowedRun("/runs/b")
    state = training.choose(training.put(training.put(TrainingState(), first), second), "/runs/a")
    assert state.known == ("/runs/b", "/runs/a")
    assert state.run is first
    changed = FollowedRun("/runs/a", running=True)
    assert training.put(state, changed).run is changed
    assert training.forget(state, "/runs/a").run is second
    assert training.forget(training.forget(state, "/runs/a"), "/runs/b").run is None


def test_a_new_run_is_a_command() -> None:
    assert NewRun("/runs/a").arguments() == (
        *("pretrain", "--preset", "quick", "--data", "synthetic", "--out", "/runs/a", "--device", "auto", "--seed", "0"),
    )
    words = NewRun("/runs/a", "published", "small", epochs=5, batch_size=16).arguments()
    assert words[2] == "small"
    assert words[-4:] == ("--epochs", "5", "--batch-size", "16")


@pytest.mark.parametrize("task", ["pretrain", "finetune"])
def test_a_run_is_started_again_with_another_batch_and_nothing_else_changed(task: str) -> None:
    from recon_model.cli.main import build_parser

    recipe = {"epochs": 3, "seed": 4, "learning_rate": 0.1, "mode": "linear", "augment": "turn"}
    recipe |= {"shapes": 256, "steps_per_epoch": 2, "precision": "32-true", "image_teacher": False, "batch_size": 16}
    recipe |= {"names": ["night stand", "chair"], "wrong_ups": 2, "frozen_norm": True, "show_whole": True}
    model = {"num_points": 512, "num_groups": 32, "group_size": 24}
    config = {"recipe": recipe, "model": model, "data": "/d.npz", "device": "cpu", "init": "default", "preset": "quick"}
    config |= {"teacher": {"source": "default"}}
    words = training.again({**config, "task": task}, "/runs/a-batch-8", 8)
    args = build_parser(words[0]).parse_args(words)
    assert (args.batch_size, args.epochs, args.seed, args.learning_rate, args.init) == (8, 3, 4, 0.1, "default")
    assert str(args.out) == "/runs/a-batch-8"
    if task == "pretrain":
        assert (args.shapes, args.steps_per_epoch, args.image_teacher, args.preset) == (256, 2, False, "quick")
        assert (args.names, args.wrong_ups, args.frozen_norm, args.show_whole) == ("night stand,chair", 2, True, True)
    else:
        assert (args.num_points, args.num_groups, args.group_size, args.mode, args.augment) == (512, 32, 24, "linear", "turn")


def test_an_estimate_goes_by_what_an_earlier_run_reached() -> None:
    assert "two minutes on two cores" in training.estimate(NewRun("/runs/a"), ())
    earlier = FollowedRun("/runs/b", config={"preset": "quick"}, log=RunLog().after(STEPS))
    # 3 epochs of 4 steps of 8 clouds at 50 a second
    assert "About 2 s of training, going by 'b' (50 clouds a second)" in training.estimate(NewRun("/runs/a"), (earlier,))
    assert "known after the first steps" in training.estimate(NewRun("/runs/a", "studio"), (earlier,))
    assert "About 203 MB a checkpoint" in training.estimate(NewRun("/runs/a", "published", "base"), ())
