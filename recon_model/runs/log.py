"""What a run's ``events.jsonl`` tells, as one frozen value: fold the new lines in and look at it. No torch, so that a window can follow."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from math import nan
from pathlib import Path
from typing import Any, Literal

import msgspec

from recon_model.errors import InputError
from recon_model.runs.files import CONFIG, EVENTS, is_running

Stage = Literal["starting", "data", "training", "paused", "stopped", "done", "failed", "out of memory"]
Status = Literal["starting", "data", "training", "paused", "stopped", "done", "failed", "out of memory", "broken off"]
"""A stage, or "broken off": the log says it goes on, and nobody is at work."""

_ENDED = ("stopped", "done", "failed", "out of memory")
_LARGEST_CONFIG = 4_000_000  # bytes


class Event(msgspec.Struct, frozen=True):
    """One line of the log; what a line does not hold keeps its default, what is not known here is ignored."""

    event: str
    time: float = 0.0
    epoch: int = 0
    step: int = 0
    epochs: int = 0
    steps_per_epoch: int = 0
    batch_size: int = 0
    text: str = ""
    made: int = 0
    wanted: int = 0
    losses: dict[str, float] = {}
    learning_rate: float = 0.0
    clouds_per_s: float = 0.0
    eta_s: float = 0.0
    top1: float | None = None
    validation: dict[str, float] = {}
    best: bool = False
    file: str = ""
    names: tuple[str, ...] = ()
    chamfer: tuple[float, ...] = ()
    sentence: str = ""
    device: str = ""
    seconds: float = 0.0


@dataclass(frozen=True)
class Evaluation:
    """How held-out clouds judged one epoch."""

    epoch: int
    step: int
    top1: float | None
    validation: dict[str, float] = field(hash=False)
    best: bool  # whether it was the best so far

    @property
    def metric(self) -> float | None:
        """The share named right or, where there are no names to tell apart, the loss; None where neither was measured."""
        return self.top1 if self.top1 is not None else (sum(self.validation.values()) if self.validation else None)

    @property
    def words(self) -> str:
        """The metric as people read it: "75.6 %" or "loss 0.1234"; a dash where nothing was measured."""
        if self.metric is None:
            return "–"
        return f"{100 * self.top1:.1f} %" if self.top1 is not None else f"loss {self.metric:.4f}"


@dataclass(frozen=True)
class Shot:
    """One reconstruction of the probe clouds."""

    epoch: int
    file: str  # inside the run folder
    names: tuple[str, ...]
    chamfer: tuple[float, ...]  # one a cloud


@dataclass(frozen=True)
class RunLog:
    """Everything the log has told so far."""

    stage: Stage = "starting"
    text: str = ""  # what it is doing, or why it ended
    made: int = 0
    wanted: int = 0  # clouds being prepared, in portions
    epoch: int = 0
    step: int = 0
    epochs: int = 0
    steps_per_epoch: int = 0
    batch_size: int = 0
    steps: tuple[int, ...] = ()
    losses: dict[str, tuple[float, ...]] = field(default_factory=dict, hash=False)
    """By part, as long as ``steps``; NaN where a line did not have the part."""
    evaluations: tuple[Evaluation, ...] = ()
    shots: tuple[Shot, ...] = ()
    learning_rate: float = 0.0
    clouds_per_s: float = 0.0
    eta_s: float | None = None
    seconds: float | None = None  # of training in all, once it is done
    began: float = 0.0  # of the clock, 0 before the first line
    told: float = 0.0  # time of the last line
    unreadable: int = 0  # lines that were none of ours

    @property
    def best(self) -> Evaluation | None:
        """The best evaluation."""
        return next((each for each in reversed(self.evaluations) if each.best), None)

    @property
    def fraction(self) -> float:
        """The share of all steps done, in 0..1."""
        return self.step / max(self.epochs * self.steps_per_epoch, 1)

    def status(self, running: bool) -> Status:
        """What to call it, knowing whether a trainer is at work."""
        return self.stage if running or self.stage in _ENDED else "broken off"

    def after(self, lines: Iterable[str | bytes]) -> "RunLog":
        """Returns what is known after some more whole lines."""
        log, pending = self, []
        for line in lines:
            if not line.strip():
                continue
            try:
                event = msgspec.json.decode(line, type=Event)
            except (msgspec.DecodeError, UnicodeDecodeError):
                log = replace(log, unreadable=log.unreadable + 1)
                continue
            if event.event == "step":
                pending.append(event)
                continue
            log = _told(_stepped(log, pending), event)
            pending = []
        return _stepped(log, pending)


def _stepped(log: RunLog, events: list[Event]) -> RunLog:
    """Adds lines of losses; all at once, for each part is copied."""
    if not events:
        return log
    names = dict.fromkeys((*log.losses, *(name for event in events for name in event.losses)))
    missing = (nan,) * len(log.steps)
    losses = {name: log.losses.get(name, missing) + tuple(event.losses.get(name, nan) for event in events) for name in names}
    last = events[-1]
    return replace(
        _timed(_timed(log, events[0]), last),
        stage="training",
        text="",
        epoch=last.epoch,
        step=last.step,
        steps=log.steps + tuple(event.step for event in events),
        losses=losses,
        learning_rate=last.learning_rate,
        clouds_per_s=last.clouds_per_s,
        eta_s=last.eta_s,
    )


def _timed(log: RunLog, event: Event) -> RunLog:
    return replace(log, began=log.began or event.time, told=event.time)


def _told(log: RunLog, event: Event) -> RunLog:
    log = _timed(log, event)
    match event.event:
        case "begin":
            return replace(
                log, stage="starting", epochs=event.epochs, steps_per_epoch=event.steps_per_epoch, batch_size=event.batch_size, text=""
            )
        case "phase":
            return replace(log, stage="starting", text=event.text)
        case "resume":
            return replace(_back_to(log, event.step), stage="starting", epoch=event.epoch, step=event.step, text="", eta_s=None)
        case "data":
            return replace(log, stage="data", made=event.made, wanted=event.wanted)
        case "epoch":
            judged = Evaluation(event.epoch, event.step, event.top1, event.validation, event.best)
            return replace(
                log, stage="training", epoch=event.epoch, step=event.step, eta_s=event.eta_s, evaluations=(*log.evaluations, judged)
            )
        case "probe":
            shot = Shot(event.epoch, event.file, event.names, event.chamfer)
            return replace(log, shots=(*(each for each in log.shots if each.epoch < shot.epoch), shot))
        case "pause":
            return replace(log, stage="paused")
        case "continue":
            return replace(log, stage="training")
        case "stop":
            return replace(log, stage="stopped", epoch=event.epoch, step=event.step)
        case "done":
            return replace(log, stage="done", epoch=event.epoch, step=event.step, seconds=event.seconds, eta_s=0.0)
        case "failed":
            return replace(log, stage="failed", text=event.sentence)
        case "out_of_memory":
            text = f"A batch of {event.batch_size} needs more memory than {event.device} has free."
            return replace(log, stage="out of memory", batch_size=event.batch_size, text=text)
    return log


def _back_to(log: RunLog, step: int) -> RunLog:
    """Forgets what a run that was killed had told beyond its last checkpoint: it is about to tell it again."""
    keep = sum(each <= step for each in log.steps)
    return replace(
        log,
        steps=log.steps[:keep],
        losses={name: values[:keep] for name, values in log.losses.items()},
        evaluations=tuple(each for each in log.evaluations if each.step <= step),
    )


@dataclass(frozen=True)
class Run:
    """One run folder as it stands."""

    folder: Path
    config: dict[str, Any] = field(hash=False)
    log: RunLog
    running: bool

    @property
    def status(self) -> Status:
        """What to call it."""
        return self.log.status(self.running)


def read_config(folder: Path) -> dict[str, Any]:
    """Reads a run's settings.

    Raises:
        InputError: there is no run, or its settings cannot be read.
    """
    file = folder / CONFIG
    try:
        if file.stat().st_size > _LARGEST_CONFIG:
            raise InputError(f"'{file}' must be a run's settings; it is far too large for that.")
        config = json.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(f"'{folder}' holds no run: {CONFIG} is missing.") from error
    except ValueError as error:
        raise InputError(f"'{file}' is not valid JSON ({error}).") from error
    if not isinstance(config, dict) or not isinstance(config.get("recipe"), dict):
        raise InputError(f"'{file}' must be a run's settings.")
    return config


def read_run(folder: Path) -> Run:
    """Reads a run as it stands.

    Raises:
        InputError: there is no run, or its settings cannot be read.
    """
    config = read_config(folder)
    log = folder / EVENTS
    running = is_running(folder)  # before the log: what ends in between has told so
    lines = log.read_bytes().splitlines() if log.exists() else []
    return Run(folder, config, RunLog().after(lines), running)
