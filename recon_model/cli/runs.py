"""``recon runs``: which training runs there are, how one of them fares, and a hand on its reins."""

import argparse
import math
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from recon_model.cli.options import add_json
from recon_model.cli.output import print_json, print_lines
from recon_model.counts import duration, grouped
from recon_model.errors import InputError

if TYPE_CHECKING:
    from recon_model.runs.log import Evaluation, Run

DOINGS = ("show", "pause", "continue", "stop")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds what ``recon runs`` takes."""
    parser.add_argument(
        "words",
        nargs="*",
        metavar="FOLDER | show RUN | pause RUN | continue RUN | stop RUN",
        help="folder whose runs to list ('runs' if there is one, else '.'); or one run to show, pause, continue or stop",
    )
    add_json(parser)


def run(args: argparse.Namespace) -> None:
    """Lists runs, or shows, pauses, continues or stops one."""
    words = args.words
    if words and words[0] in DOINGS:
        if len(words) != 2:
            raise InputError(f"'{words[0]}' takes one run folder; {len(words) - 1} were given.")
        _show(args, Path(words[1])) if words[0] == "show" else _ask(args, words[0], Path(words[1]))
        return
    if len(words) > 1:
        raise InputError(f"one folder can be listed; {len(words)} were given ({', '.join(words)}).")
    _list(args, Path(words[0] if words else ("runs" if Path("runs").is_dir() else ".")))


def _list(args: argparse.Namespace, folder: Path) -> None:
    from recon_model.runs.files import CONFIG
    from recon_model.runs.log import read_run

    if not folder.is_dir():
        raise InputError(f"'{folder}' is no folder.")
    folders = [folder] if (folder / CONFIG).exists() else sorted(path.parent for path in folder.glob(f"*/{CONFIG}"))
    found: list[Run] = []
    for each in folders:
        try:
            found.append(read_run(each))
        except InputError:
            continue  # a config.json of something else
    found.sort(key=lambda run: run.log.began)
    if args.json:
        print_json(args, [_document(each) for each in found])
        return
    rows: list[tuple[str, ...]] = [("run", "state", "epoch", "best", "clouds/s", "began", "data")]
    rows += [_row(each) for each in found]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows)
    print_lines(args, lines if found else [f"There is no run in '{folder}'."])


def _row(run: "Run") -> tuple[str, ...]:
    log = run.log
    best = log.best
    return (
        run.folder.name or str(run.folder.resolve().name),
        run.status,
        f"{log.epoch}/{log.epochs}" if log.epochs else str(log.epoch),
        _metric(best) if best is not None else "–",
        grouped(round(log.clouds_per_s)) if log.clouds_per_s else "–",
        datetime.fromtimestamp(log.began).strftime("%Y-%m-%d %H:%M") if log.began else "–",
        Path(str(run.config.get("data", ""))).name,
    )


def _metric(evaluation: "Evaluation") -> str:
    return evaluation.words.replace(" %", "%")  # in a table nothing stands alone


def _show(args: argparse.Namespace, folder: Path) -> None:
    from recon_model.runs.log import read_run

    run = read_run(folder)
    if args.json:
        print_json(args, _document(run, whole=True))
        return
    log, recipe = run.log, run.config["recipe"]
    facts = [
        ("run", str(folder)),
        ("state", run.status + (f": {log.text}" if log.text else "")),
        ("data", str(run.config.get("data", ""))),
        ("size", str(run.config.get("preset", ""))),
        ("device", str(run.config.get("device", ""))),
        ("batch", f"{recipe.get('batch_size')} clouds, {grouped(round(log.clouds_per_s))} a second"),
        (
            "steps",
            f"{grouped(log.step)} of {grouped(log.epochs * log.steps_per_epoch)}" + (f", {duration(log.eta_s)} left" if log.eta_s else ""),
        ),
        ("losses", ", ".join(f"{name} {values[-1]:.4f}" for name, values in log.losses.items() if not math.isnan(values[-1]))),
        *(("checkpoint", f"{name}, {size / 1e6:.1f} MB") for name, size in _checkpoints(folder)),
    ]
    print_lines(args, [f"{label:<11} {value}" for label, value in facts if value])
    for each in log.evaluations:
        parts = ", ".join(f"{name} {value:.4f}" for name, value in each.validation.items())
        print_lines(args, [f"epoch {each.epoch:>4}  {_metric(each):>8}  {parts}{'  best' if each is log.best else ''}"])


def _checkpoints(folder: Path) -> list[tuple[str, int]]:
    from recon_model.runs.files import CHECKPOINTS

    files = [folder / "last.safetensors", folder / "best.safetensors", *sorted((folder / CHECKPOINTS).glob("*.safetensors"))]
    return [(str(file.relative_to(folder)), file.stat().st_size) for file in files if file.exists()]


def _document(run: "Run", *, whole: bool = False) -> dict[str, Any]:
    log = run.log
    document: dict[str, Any] = {
        "folder": str(run.folder),
        "state": run.status,
        "text": log.text,
        "epoch": log.epoch,
        "epochs": log.epochs,
        "step": log.step,
        "steps": log.epochs * log.steps_per_epoch,
        "best": None if log.best is None else {"epoch": log.best.epoch, "top1": log.best.top1, "validation": log.best.validation},
        "clouds_per_s": log.clouds_per_s,
        "eta_s": log.eta_s,
        "began": log.began,
        "data": run.config.get("data"),
        "preset": run.config.get("preset"),
        "checkpoints": [{"file": name, "bytes": size} for name, size in _checkpoints(run.folder)],
    }
    if whole:
        document["config"] = run.config
        document["evaluations"] = [
            {"epoch": each.epoch, "top1": each.top1, "validation": each.validation, "best": each.best} for each in log.evaluations
        ]
        document["losses"] = {
            "step": list(log.steps),
            **{name: [None if math.isnan(value) else value for value in values] for name, values in log.losses.items()},
        }
    return document


def _ask(args: argparse.Namespace, doing: str, folder: Path) -> None:
    from recon_model.runs.files import PAUSE, STOP, request, withdraw
    from recon_model.runs.log import read_run

    run = read_run(folder)
    if not run.running:
        command = run.config.get("task", "pretrain")
        more = "" if run.status == "done" else f"; 'recon {command} --out {folder} --resume' goes on with it"
        raise InputError(f"'{folder}' has no trainer at work to {doing}{more}.")
    if doing == "continue":
        withdraw(folder, PAUSE)
    else:
        request(folder, STOP if doing == "stop" else PAUSE)
    said = {"pause": "pauses after its present step, and keeps its model", "stop": "stops after its present step, and keeps its model"}
    print_lines(args, [f"'{folder}' {said.get(doing, 'goes on')}."])
