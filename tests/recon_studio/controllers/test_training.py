"""The training room's controller over run folders made by hand, with a trainer that only notes what it was started with."""

from collections.abc import Callable
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from recon_model.errors import InputError
from recon_model.runs.files import PAUSE, STOP, at_work, pin_of
from recon_studio.backend import runs
from recon_studio.controllers.store import Store
from recon_studio.controllers.training import TrainingController
from recon_studio.state import actions
from recon_studio.state.app_state import AppState
from recon_studio.state.training import FollowedRun, NewRun, TrainingState
from tests.fakes import fake_backend
from tests.recon_model.runs.test_log import BEGIN, line, step
from tests.recon_studio.run_folders import LINES, add_checkpoints, add_shot, tell, write_run


class FakeTrainer:
    """A process that is there until it is ended."""

    pid = 0

    def __init__(self) -> None:
        self.returncode: int | None = None

    def poll(self) -> int | None:
        return self.returncode

    def kill(self) -> None:
        self.returncode = -9

    def wait(self) -> int | None:
        return self.returncode


class Rig:
    """A controller in sight, and what it started and loaded."""

    def __init__(self, home: Path, monkeypatch: pytest.MonkeyPatch, known: tuple[str, ...] = ()) -> None:
        self.started: list[tuple[str, ...]] = []
        self.loaded: list[str] = []
        self.backend, _, self.model = fake_backend(prompt=True)
        self.store = Store(AppState(room="training"))
        monkeypatch.setattr(runs, "start_trainer", self._start)
        self.controller = TrainingController(self.store, self.backend, self.loaded.append, home, known)

    def _start(self, folder: Path, words: tuple[str, ...]) -> FakeTrainer:
        folder.mkdir(parents=True, exist_ok=True)
        self.started.append(words)
        self.trainer = FakeTrainer()
        return self.trainer

    @property
    def state(self) -> TrainingState:
        return self.store.state.training

    @property
    def run(self) -> FollowedRun:
        run = self.state.run
        assert run is not None
        return run

    @property
    def told(self) -> list[str]:
        return [notice.sentence for notice in self.store.state.notices]


@pytest.fixture
def rig(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot) -> Callable[..., Rig]:
    made: list[Rig] = []

    def make(*known: Path) -> Rig:
        made.append(Rig(tmp_path / "home", monkeypatch, tuple(map(str, known))))
        return made[-1]

    yield make  # type: ignore[misc]
    for each in made:
        each.controller.close()


def test_a_run_begun_in_a_terminal_is_followed_as_it_grows(rig: Callable[..., Rig], tmp_path: Path, qtbot: QtBot) -> None:
    folder = write_run(tmp_path / "terminal", *LINES)
    made = rig()
    with at_work(folder):
        made.controller.open(str(folder))
        assert (made.run.status, made.run.log.step) == ("training", 4)
        tell(folder, step(6, total=1.0))
        qtbot.waitUntil(lambda: made.run.log.step == 6)
        add_shot(folder, 1)
        qtbot.waitUntil(lambda: made.state.probe is not None)
        assert made.state.probe.names == ("chair", "lamp")
    tell(folder, line("done", epoch=3, step=12, seconds=9.0))
    qtbot.waitUntil(lambda: made.run.status == "done" and not made.run.running)


def test_a_folder_of_runs_is_opened_whole_and_another_is_refused(rig: Callable[..., Rig], tmp_path: Path) -> None:
    for name in ("a", "b"):
        write_run(tmp_path / "all" / name, *LINES)
    made = rig()
    made.controller.open(str(tmp_path / "all"))
    assert [run.name for run in made.state.runs] == ["b", "a"]
    made.controller.open(str(tmp_path))
    assert made.told == [f"'{tmp_path}' holds no run."]


def test_remembered_runs_are_there_and_gone_ones_are_not(rig: Callable[..., Rig], tmp_path: Path) -> None:
    folder = write_run(tmp_path / "a", *LINES)
    made = rig(folder, tmp_path / "gone")
    made.controller.look()
    assert made.state.known == (str(folder),)
    assert made.run.status == "broken off"
    made.controller.forget(str(folder))
    assert made.state.known == ()
    assert folder.exists()


def test_a_quick_look_is_started_in_a_folder_of_its_own(rig: Callable[..., Rig], tmp_path: Path) -> None:
    made = rig()
    made.controller.quick_look()
    made.controller.quick_look()
    folders = [Path(run.path) for run in made.state.runs]
    assert folders == [tmp_path / "home" / "quick-look-2", tmp_path / "home" / "quick-look"]
    assert made.started[0][:3] == ("pretrain", "--preset", "quick")
    assert made.run.status == "starting"
    write_run(tmp_path / "made", *LINES)
    (tmp_path / "made").rename(folders[0] / "inner")
    for file in (folders[0] / "inner").iterdir():
        file.rename(folders[0] / file.name)
    with at_work(folders[0]):
        made.controller.look()
        assert made.run.status == "training"
        assert not made.run.starting


def test_what_cannot_be_started_is_a_sentence(rig: Callable[..., Rig], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    taken = write_run(tmp_path / "taken", *LINES)
    made = rig()
    made.controller.start(NewRun(""))
    made.controller.start(NewRun(str(tmp_path / "new"), data="/no/such"))
    made.controller.start(NewRun(str(taken)))

    def fail(folder: Path, words: tuple[str, ...]) -> int:
        raise InputError("The trainer could not be started (no).")

    monkeypatch.setattr(runs, "start_trainer", fail)
    made.controller.start(NewRun(str(tmp_path / "new")))
    assert made.told == [
        "The folder of the run must have a name.",
        "The data '/no/such' does not exist.",
        f"'{taken}' already holds a run; choose another folder.",
        "The trainer could not be started (no).",
    ]
    assert made.started == []


def test_a_trainer_that_ends_before_its_first_line_says_why(rig: Callable[..., Rig], tmp_path: Path) -> None:
    made = rig()
    made.controller.start(NewRun(str(tmp_path / "new")))
    made.controller.look()
    assert made.run.status == "starting"
    (tmp_path / "new" / "trainer.log").write_text("data ('x') must be 'synthetic'.\n")
    made.trainer.returncode = 2
    made.controller.look()
    assert (made.run.status, made.run.problem) == ("failed", "data ('x') must be 'synthetic'.")


def test_a_run_is_discarded_before_its_trainer_hears(rig: Callable[..., Rig], tmp_path: Path) -> None:
    made = rig()
    made.controller.start(NewRun(str(tmp_path / "new")))
    made.controller.discard(str(tmp_path / "new"))
    assert made.trainer.returncode == -9
    assert not (tmp_path / "new").exists()


def test_a_run_that_cannot_be_resumed_says_why(rig: Callable[..., Rig], tmp_path: Path) -> None:
    folder = write_run(tmp_path / "a", *LINES)
    made = rig(folder)
    made.controller.look()
    made.controller.resume(str(folder))
    (folder / "trainer.log").write_text("The teacher is not the one this run was begun with.\n")
    made.trainer.returncode = 2
    made.controller.look()
    assert made.run.problem == "The teacher is not the one this run was begun with."


def test_requests_are_files_and_are_said_until_answered(rig: Callable[..., Rig], tmp_path: Path) -> None:
    folder = write_run(tmp_path / "a", *LINES)
    made = rig(folder)
    with at_work(folder):
        made.controller.look()
        made.controller.pause(str(folder))
        assert (folder / PAUSE).exists()
        assert made.run.asked == "pause"
        tell(folder, line("pause", epoch=1, step=4))
        made.controller.look()
        assert (made.run.asked, made.run.status) == ("", "paused")
        made.controller.go_on(str(folder))
        assert not (folder / PAUSE).exists()
        tell(folder, line("continue"))
        made.controller.look()
        assert (made.run.asked, made.run.status) == ("", "training")
        made.controller.stop(str(folder))
        assert (folder / STOP).exists()
    tell(folder, line("stop", epoch=1, step=4))
    made.controller.look()
    assert (made.run.asked, made.run.status) == ("", "stopped")


def test_a_run_is_resumed_in_its_folder_without_old_requests(rig: Callable[..., Rig], tmp_path: Path) -> None:
    folder = write_run(tmp_path / "a", *LINES)
    (folder / PAUSE).touch()
    made = rig(folder)
    made.controller.look()
    assert made.run.status == "broken off"
    made.controller.resume(str(folder))
    assert made.started == [("pretrain", "--out", str(folder), "--resume", "--device", "cpu")]
    assert not (folder / PAUSE).exists()
    assert made.run.status == "starting"
    tell(folder, line("resume", epoch=0, step=2), step(4, total=9.0))
    with at_work(folder):
        made.controller.look()
        assert made.run.log.losses["total"] == (3.0, 9.0)


def test_out_of_memory_is_tried_again_at_half_the_batch(rig: Callable[..., Rig], tmp_path: Path) -> None:
    folder = write_run(tmp_path / "a", BEGIN, line("out_of_memory", batch_size=8, device="cuda:0"))
    made = rig(folder)
    made.controller.look()
    assert made.run.status == "out of memory"
    made.controller.retry_at_half(str(folder))
    (words,) = made.started
    assert words[words.index("--batch-size") + 1] == "4"
    assert words[words.index("--out") + 1] == str(tmp_path / "a-batch-4")
    assert made.state.current == str(tmp_path / "a-batch-4")


def test_a_discarded_run_ends_first_and_then_its_files_go(rig: Callable[..., Rig], tmp_path: Path) -> None:
    folder = write_run(tmp_path / "a", *LINES)
    made = rig(folder)
    with at_work(folder):
        made.controller.discard(str(folder))
        made.controller.look()
        assert (folder / STOP).exists()
        assert made.run.asked == "discard"
        assert (folder / "events.jsonl").exists()
    made.controller.look()
    assert not folder.exists()
    assert made.state.runs == ()


def test_checkpoints_are_pinned_deleted_and_tried(rig: Callable[..., Rig], tmp_path: Path) -> None:
    folder = write_run(tmp_path / "a", *LINES)
    add_checkpoints(folder, 1)
    made = rig(folder)
    made.controller.look()
    assert [row.title for row in made.run.stored] == ["best", "last", "epoch 1"]
    kept = made.run.stored[2].path
    made.controller.pin(kept, True)
    assert pin_of(Path(kept)).exists()
    assert made.run.stored[2].pinned
    made.controller.pin(kept, False)
    made.controller.delete_checkpoint(kept)
    assert [row.title for row in made.run.stored] == ["best", "last"]
    made.controller.delete_checkpoint(made.run.stored[0].path)  # the best is not for deleting
    assert (folder / "best.safetensors").exists()
    made.controller.test_on_bench(made.run.stored[0].path)
    assert made.loaded == [str(folder / "best.safetensors")]
    assert made.store.state.room == "bench"


def test_an_earlier_reconstruction_can_be_looked_at_while_newer_ones_come(rig: Callable[..., Rig], tmp_path: Path) -> None:
    folder = write_run(tmp_path / "a", *LINES)
    for number in (0, 1):
        add_shot(folder, number)
    made = rig(folder)
    made.controller.look()
    assert made.state.probe.epoch == 1
    made.controller.choose_shot(0)
    add_shot(folder, 2)
    with at_work(folder):
        made.controller.look()
    assert made.state.probe.epoch == 0
    made.controller.choose_shot(None)
    assert made.state.probe.epoch == 2


def test_a_classifier_is_taught_from_the_library(rig: Callable[..., Rig], tmp_path: Path) -> None:
    made = rig()
    made.controller.finetune(["/x/a.ply", "/x/b.ply", "/x/set.npz#3", "/x/set.npz#4"], ["mug", "mug", "cup, tall", "cup, tall"], "mlp3")
    folder = tmp_path / "home" / "classifier"
    assert (folder / "labels.csv").read_text().splitlines() == ["file,label", "/x/a.ply,mug", "/x/b.ply,mug"] + [
        f'/x/set.npz#{number},"cup, tall"' for number in (3, 4)
    ]
    (words,) = made.started
    assert words == (
        "finetune",
        "--data",
        str(folder / "labels.csv"),
        "--init",
        "default",
        "--mode",
        "mlp3",
        "--out",
        str(folder),
        "--epochs",
        "60",
    )
    made.controller.finetune(["/x/a.ply"], ["mug"])
    assert made.told == ["Fine-tuning needs two names with two clouds each; given: 1 name with 1 cloud in all."]


def test_nothing_is_looked_at_when_nobody_looks_and_nothing_goes_on(rig: Callable[..., Rig], tmp_path: Path) -> None:
    folder = write_run(tmp_path / "a", *LINES)
    made = rig(folder)
    made.controller.look()
    assert made.controller._timer.isActive()
    made.store.apply(lambda state: actions.enter(state, "bench"))
    assert not made.controller._timer.isActive()
    with at_work(folder):
        made.store.apply(lambda state: actions.enter(state, "training"))
        made.store.apply(lambda state: actions.enter(state, "bench"))
        assert made.controller._timer.isActive()
