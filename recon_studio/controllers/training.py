"""Training: starts trainers that live on their own, follows any run folder by its log, and leaves requests in it."""

import csv
import io
import subprocess
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from PySide6.QtCore import QFileSystemWatcher, QObject, QTimer, Signal

from recon_model.counts import counted
from recon_model.errors import InputError, sentence
from recon_model.runs import files
from recon_model.runs.log import RunLog, read_config
from recon_model.serve.messages import DevicesListed, ListDevices, LoadModel, ModelLoaded, Reply, Request
from recon_studio.backend import runs
from recon_studio.backend.client import Backend
from recon_studio.controllers.store import Store
from recon_studio.state import actions, training
from recon_studio.state.app_state import AppState, Notice
from recon_studio.state.training import FollowedRun, NewRun, TrainingState

LOOK_MS = 500
"""How often runs at work are looked at while the room is in sight."""
AFAR_MS = 3000
"""How often otherwise."""
HEAD_EPOCHS = 60
"""Passes over the clouds where only a head learns."""
SOON_MS = 60
"""How long after a log changed it is read: a step writes several times."""


class TrainingController(QObject):
    """Owns what the training room shows. Nothing here waits for a trainer.

    Args:
        store: the state.
        backend: asked which devices there are.
        load_model: puts a model on the bench, by its path.
        home: folder that new runs are put into.
        known: run folders remembered from before.
        parent: Qt's.
    """

    compareRequested = Signal(str)  # path of a model to lay beside the one on the bench

    def __init__(
        self,
        store: Store,
        backend: Backend,
        load_model: Callable[[str], None],
        home: Path,
        known: Iterable[str] = (),
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._store, self._backend, self._load_model = store, backend, load_model
        self._tails: dict[str, runs.LogTail] = {}
        self._trainers: dict[str, subprocess.Popen[bytes]] = {}  # those started here
        self._source = "default"  # the model on the bench, which a classifier starts from
        self._timer = QTimer(self, interval=AFAR_MS)
        self._timer.timeout.connect(self.look)
        self._soon = QTimer(self, singleShot=True, interval=SOON_MS)
        self._soon.timeout.connect(self.look)
        self._watcher = QFileSystemWatcher(self)
        self._watcher.fileChanged.connect(lambda _path: self._soon.start())
        self._watcher.directoryChanged.connect(lambda _path: self._soon.start())
        kept = tuple(FollowedRun(path) for path in known if Path(path).is_dir())
        self._change(lambda state: replace(state, home=str(home), runs=kept, current=kept[0].path if kept else None))
        store.changed.connect(self._follow)
        backend.answered.connect(self._answered)

    def connect_view(self, view: Any) -> None:
        """Joins the room's signals to the handlers, and looks at every run for the first time."""
        handlers = {
            "quickRequested": self.quick_look,
            "planRequested": lambda planning: self._change(lambda state: training.plan(state, planning)),
            "startRequested": self.start,
            "runChosen": self.choose,
            "openRequested": self.open,
            "forgetRequested": self.forget,
            "pauseRequested": self.pause,
            "continueRequested": self.go_on,
            "stopRequested": self.stop,
            "resumeRequested": self.resume,
            "discardRequested": self.discard,
            "retryRequested": self.retry_at_half,
            "shotChosen": self.choose_shot,
            "pinToggled": self.pin,
            "deleteRequested": self.delete_checkpoint,
            "benchRequested": self.test_on_bench,
            "compareRequested": self.compareRequested.emit,
            "finetuneRequested": self.finetune,
        }
        for name, handler in handlers.items():
            getattr(view, name).connect(handler)
        self._backend.submit(ListDevices(id=0))
        self._pace()
        self.look()

    # ---------------------------------------------------------------- starting

    def quick_look(self) -> None:
        """Starts a small model on synthetic shapes."""
        self.start(NewRun(str(runs.free_folder(self._home, "quick-look"))))

    def start(self, new: NewRun) -> None:
        """Starts a pretraining run; what cannot be started is told of in a sentence."""
        if not new.out.strip():
            self._tell("The folder of the run must have a name.")
        elif new.data != "synthetic" and not Path(new.data).exists():
            self._tell(f"The data '{new.data}' does not exist.")
        else:
            folder = Path(new.out).expanduser().absolute()
            data = new.data if new.data == "synthetic" else str(Path(new.data).absolute())
            self._launch(folder, replace(new, out=str(folder), data=data).arguments())

    def finetune(self, keys: Iterable[str], labels: Iterable[str], mode: str = "linear") -> None:
        """Teaches the model on the bench the names of some clouds of the library.

        Args:
            keys: of the library's items.
            labels: the name of each.
            mode: "linear", "mlp3" or "full".
        """
        rows = list(zip(keys, labels, strict=True))
        counts: dict[str, int] = {}
        for _, label in rows:
            counts[label] = counts.get(label, 0) + 1
        if sum(count >= 2 for count in counts.values()) < 2:
            given = f"{counted(len(counts), 'name')} with {counted(len(rows), 'cloud')} in all"
            self._tell(f"Fine-tuning needs two names with two clouds each; given: {given}.")
            return
        folder = runs.free_folder(self._home, "classifier")
        text = io.StringIO()
        csv.writer(text, lineterminator="\n").writerows([("file", "label"), *rows])
        try:
            folder.mkdir(parents=True)
            (folder / runs.LABELS).write_text(text.getvalue(), encoding="utf-8")
        except OSError as error:
            self._tell(f"The folder '{folder}' cannot be made ({error.strerror}).")
            return
        words = ("finetune", "--data", str(folder / runs.LABELS), "--init", self._source, "--mode", mode, "--out", str(folder))
        # A head on a frozen encoder has learnt what it can long before the published 300 epochs.
        self._launch(folder, words if mode == "full" else (*words, "--epochs", str(HEAD_EPOCHS)))

    def resume(self, path: str) -> None:
        """Goes on with a run that ended before its end."""
        run = training.find(self._state, path)
        if run is None or run.running:
            return
        for what in (files.PAUSE, files.STOP):
            files.withdraw(Path(path), what)
        command = "finetune" if run.finetunes else "pretrain"
        device = str(run.config.get("device", "auto"))
        self._launch(Path(path), (command, "--out", path, "--resume", "--device", device), fresh=False)

    def retry_at_half(self, path: str) -> None:
        """Starts a run that ran out of memory again, in a folder of its own, at half the batch and otherwise as it was."""
        run = training.find(self._state, path)
        if run is None:
            return
        size = max(run.log.batch_size // 2, 2)
        folder = runs.free_folder(Path(path).parent, f"{run.name.partition('-batch-')[0]}-batch-{size}")
        self._launch(folder, training.again(run.config, str(folder), size))

    def _launch(self, folder: Path, words: tuple[str, ...], *, fresh: bool = True) -> None:
        path = str(folder)
        if fresh and (folder / files.CONFIG).exists():
            self._tell(f"'{folder}' already holds a run; choose another folder.")
            return
        try:
            self._trainers[path] = runs.start_trainer(folder, words)
        except InputError as error:
            self._tell(sentence(error))
            return
        before = training.find(self._state, path) if not fresh else None
        run = replace(before or FollowedRun(path), starting=True, problem="", asked="")
        if before is not None:
            run = replace(run, log=replace(run.log, stage="starting", text=""))
        self._change(lambda state: training.choose(training.put(state, run), path))
        self._watch()
        self._pace()

    def pid(self, path: str) -> int:
        """Returns the process id of a trainer started here; 0 for a run begun elsewhere."""
        trainer = self._trainers.get(path)
        return trainer.pid if trainer is not None else 0

    # ---------------------------------------------------------------- what is asked of a run

    def choose(self, path: str) -> None:
        """Looks at a run."""
        self._change(lambda state: training.choose(state, path))
        self._watch()
        self.look()

    def open(self, path: str) -> None:
        """Follows a run folder, or each run inside a folder of runs."""
        if not path:
            return
        folder = Path(path).absolute()
        found = [folder] if runs.is_run(str(folder)) else [each for each in sorted(folder.glob("*")) if runs.is_run(str(each))]
        if not found:
            self._tell(f"'{folder}' holds no run.")
            return
        for each in found:
            if training.find(self._state, str(each)) is None:
                self._change(lambda state, each=each: training.put(state, FollowedRun(str(each))))  # type: ignore[misc]
        self.choose(str(found[-1]))
        self._pace()

    def forget(self, path: str) -> None:
        """Takes a run out of the list; its folder stays."""
        self._tails.pop(path, None)
        self._change(lambda state: training.forget(state, path))

    def pause(self, path: str) -> None:
        """Asks a trainer to pause after its step."""
        self._ask(path, files.PAUSE, "pause")

    def go_on(self, path: str) -> None:
        """Lets a paused trainer go on."""
        files.withdraw(Path(path), files.PAUSE)
        self._update(path, asked="continue")

    def stop(self, path: str) -> None:
        """Asks a trainer to stop after its step and to keep its model."""
        self._ask(path, files.STOP, "stop")

    def discard(self, path: str) -> None:
        """Stops a run, if it is at work, and deletes its files."""
        run = training.find(self._state, path)
        if run is None:
            return
        if files.is_running(Path(path)):
            self._ask(path, files.STOP, "discard")
            return
        if run.starting and path in self._trainers:  # not far enough to hear a request
            self._trainers[path].kill()
            self._trainers[path].wait()
        try:
            runs.delete(Path(path))
        except OSError as error:
            self._tell(f"'{path}' could not be deleted ({error.strerror}).")
        self.forget(path)

    def _ask(self, path: str, what: str, asked: str) -> None:
        try:
            files.request(Path(path), what)
        except OSError as error:
            self._tell(f"'{path}' cannot be written ({error.strerror}).")
            return
        self._update(path, asked=asked)
        self._pace()

    # ---------------------------------------------------------------- checkpoints and probe

    def pin(self, path: str, pinned: bool) -> None:
        """Keeps a checkpoint for good, or lets it go when newer ones come."""
        marker = files.pin_of(Path(path))
        if pinned:
            marker.touch()
        else:
            marker.unlink(missing_ok=True)
        self.look()

    def delete_checkpoint(self, path: str) -> None:
        """Deletes one kept checkpoint."""
        if Path(path).parent.name == files.CHECKPOINTS:
            Path(path).unlink(missing_ok=True)
            files.pin_of(Path(path)).unlink(missing_ok=True)
            self.look()

    def test_on_bench(self, path: str) -> None:
        """Loads a checkpoint and goes to the bench."""
        self._load_model(path)
        self._store.apply(lambda state: actions.enter(state, "bench"))

    def choose_shot(self, epoch: int | None) -> None:
        """Shows the probe as an epoch rebuilt it; None follows the newest."""
        self._change(lambda state: replace(state, shot=epoch))
        self._show_probe()

    # ---------------------------------------------------------------- looking

    def look(self) -> None:
        """Reads what runs have told since the last look."""
        behind = False
        for run in self._state.runs:
            if run.path == self._state.current or self._restless(run):
                behind |= self._look_at(run)
        self._show_probe()
        self._pace()
        if behind:
            self._soon.start()

    def _restless(self, run: FollowedRun) -> bool:
        return run.path not in self._tails or run.starting or run.running or run.status in training.AT_WORK

    def _look_at(self, run: FollowedRun) -> bool:
        """Returns whether there is more to read."""
        folder = Path(run.path)
        if not folder.is_dir():
            self._update(run.path, problem="The folder is gone.", running=False, starting=False, asked="")
            self._tails.setdefault(run.path, runs.LogTail(folder))
            return False
        running = files.is_running(folder)  # before the log: who ends in between has told so
        tail = self._tails.setdefault(run.path, runs.LogTail(folder))
        lines = tail.lines()
        log = (RunLog() if tail.begun_again else run.log).after(lines) if lines or tail.begun_again else run.log
        config, problem, starting = run.config, "", run.starting and not running
        if not config or tail.begun_again:
            config, problem = _settings(folder)
        trainer = self._trainers.get(run.path)
        if trainer is not None and trainer.poll() is not None:
            starting = False
            if trainer.returncode > 0 and log.stage not in training.ENDED:
                problem = runs.last_words(folder) or problem
        if starting:
            problem = ""
        asked = run.asked if running and not _done_as_asked(run.asked, log.stage) else ""
        sizes, pinned = runs.models(folder)
        stored = training.table(run.path, sizes, pinned, log)
        self._update(run.path, log=log, running=running, config=config, problem=problem, starting=starting, asked=asked, stored=stored)
        if run.asked == "discard" and not running:
            self.discard(run.path)
        return tail.more

    def _show_probe(self) -> None:
        state = self._state
        run = state.run
        shot = training.shot_of(run.log, state.shot) if run is not None else None
        if run is None or shot is None:
            if state.probe is not None:
                self._change(lambda state: replace(state, probe=None))
        elif state.probe is None or (state.probe.epoch, state.probe.chamfer) != (shot.epoch, shot.chamfer):
            found = runs.probe(Path(run.path), shot)
            self._change(lambda state: replace(state, probe=found))

    # ---------------------------------------------------------------- inside

    @property
    def _state(self) -> TrainingState:
        return self._store.state.training

    @property
    def _home(self) -> Path:
        return Path(self._state.home)

    def _change(self, action: Callable[[TrainingState], TrainingState]) -> None:
        changed = action(self._state)
        if changed is not self._state:
            self._store.apply(lambda state: replace(state, training=changed))

    def _update(self, path: str, **changes: Any) -> None:
        run = training.find(self._state, path)
        if run is not None and any(getattr(run, name) != value for name, value in changes.items()):
            self._change(lambda state: training.put(state, replace(run, **changes)))

    def _tell(self, words: str) -> None:
        self._store.apply(lambda state: actions.notify(state, Notice(words, "error")))

    def _watch(self) -> None:
        """Watches the run looked at; of others the timer tells."""
        watched = [*self._watcher.files(), *self._watcher.directories()]
        wanted = [self._state.current] if self._state.current else []
        wanted += [str(path) for each in wanted if (path := Path(each) / files.EVENTS).exists()]
        if gone := [path for path in watched if path not in wanted]:
            self._watcher.removePaths(gone)
        if new := [path for path in wanted if path not in watched and Path(path).exists()]:
            self._watcher.addPaths(new)

    def _pace(self) -> None:
        """Looks often while the room is in sight, seldom while only a run goes on, and otherwise not at all."""
        near = self._store.state.room == "training"
        at_work = any(run.running or run.starting for run in self._state.runs)
        if near or at_work:
            interval = LOOK_MS if near else AFAR_MS
            if not self._timer.isActive() or self._timer.interval() != interval:
                self._timer.start(interval)
        else:
            self._timer.stop()
        self._watch()

    def _follow(self, old: AppState, new: AppState) -> None:
        if old.room != new.room:
            self._pace()
            if new.room == "training":
                self._backend.submit(ListDevices(id=0))
                self.look()

    def _answered(self, request: Request, reply: Reply) -> None:
        if isinstance(reply, DevicesListed):
            self._change(lambda state: replace(state, devices=reply.devices))
        elif isinstance(request, LoadModel) and isinstance(reply, ModelLoaded):
            self._source = request.source

    def close(self) -> None:
        """Looks no more; trainers go on."""
        for trainer in self._trainers.values():
            runs.let_go(trainer)
        self._timer.stop()
        self._soon.stop()
        if watched := [*self._watcher.files(), *self._watcher.directories()]:
            self._watcher.removePaths(watched)


def _settings(folder: Path) -> tuple[Mapping[str, Any], str]:
    try:
        return read_config(folder), ""
    except InputError as error:
        return {}, sentence(error)


def _done_as_asked(asked: str, stage: str) -> bool:
    return {"": True, "pause": stage == "paused", "continue": stage != "paused"}.get(asked, False)
