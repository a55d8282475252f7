"""Makes a shippable model of a run: the best checkpoint in half precision, its zero-shot head calibrated, its results on the card.

python -m recon_model.train.export runs/default assets/default --measure ../shared/realdata/modelnet10_train_subset.npz
"""

import argparse
import json
import shlex
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from recon_model.assets import asset_path
from recon_model.checkpoint import format as checkpoint
from recon_model.checkpoint.opening import add_upright
from recon_model.config import ModelConfig
from recon_model.counts import counted
from recon_model.data.labelled import load_labelled
from recon_model.data.pool import default_cache
from recon_model.errors import ConfigError, ReconError
from recon_model.evaluate.figures import in_words
from recon_model.evaluate.report import report
from recon_model.models.pretraining import Pretraining
from recon_model.predictor import Predictor
from recon_model.runs import options
from recon_model.teachers.clip import Clip
from recon_model.teachers.ranking import Familiar, energy
from recon_model.train.launch import DEFAULT
from recon_model.train.pretrain import parameters
from recon_model.train.run_folder import RunFolder
from recon_model.train.settings import RecipeConfig
from recon_model.train.sources import SyntheticSource
from recon_model.train.targets import TextTargets
from recon_model.train.telling import silent
from recon_model.train.validation import calibrate


def export(
    run: Path,
    out: Path,
    *,
    which: str = "best",
    name: str = "",
    upright: Path | None = None,
    measure: Sequence[Path] = (),
    limits: str = "",
    held_out: int = 2048,
    cache: Path | None = None,
    say: Callable[[str], None] = silent,
) -> dict[str, Any]:
    """Writes a run's model as a checkpoint folder and returns its card.

    The text query's weight, the temperature and the scale of what is unlike anything known are read off synthetic shapes held out from
    training, never off the measured files.

    Args:
        run: a run folder, trained on synthetic shapes.
        out: folder to write.
        which: "best" or "last".
        name: the model's name; the run's if empty.
        upright: file of the network that stands clouds up, see ``opening.save_upright``; None lets the model take them as they are.
        measure: labelled .npz files for the results; names that the model did not meet in training are left out, and counted.
        limits: what it does badly, in words.
        held_out: synthetic clouds to calibrate with, of another seed than the run's.
        cache: folder that holds pools; None is the user's cache.
        say: is told each result as it comes.

    Raises:
        ConfigError: the run was not trained on synthetic shapes.
        CheckpointError, InputError, TeacherError: a part is missing or damaged.
    """
    weights, card = _calibrated(run, which, held_out, cache or default_cache())
    for result in card["results"]:
        say(_line(result))
    card |= {"name": name or card["name"], "limits": limits}
    if upright is not None:
        card["upright"] = add_upright(out, upright)
    _save(out, weights, card)
    for file in measure:
        predictor = Predictor.load(out, device="cpu", precision="float32", teacher=RunFolder(run).config()["teacher"]["source"])
        for result in report(predictor, load_labelled(file), file.name, card["data"]["names"]):
            card["results"].append(result)
            say(_line(result))
    _save(out, weights, card)
    return card


def _line(result: Mapping[str, Any]) -> str:
    return f"{in_words(result)}: {result['protocol']}"


def _calibrated(run: Path, which: str, held_out: int, cache: Path) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """A run's weights, and its card with what held-out clouds say of them."""
    asked = RunFolder(run).config()
    if asked["data"] != "synthetic":
        raise ConfigError(f"data ({asked['data']}) must be synthetic, for the calibration needs shapes held out from training.")
    weights, card = checkpoint.load_single(run / f"{which}.safetensors")
    config, recipe = ModelConfig.from_dict(card["config"]), RecipeConfig.from_dict(card["recipe"])
    clip = Clip.load(asked["teacher"]["source"])
    clip.check(card["teacher"])
    model = Pretraining(config)
    model.load_state_dict(weights)
    recipe = replace(recipe, seed=recipe.seed + 1, validation_shapes=held_out)
    source = SyntheticSource(config, recipe, cache, names=tuple(card["data"]["names"]))
    targets = TextTargets(clip.encode_text, source.names, card["templates"])
    with closing(source):
        chosen = calibrate(model, source.validation(_patiently), targets.classifier)
    temperature = round(chosen.temperature, 4)
    protocol = f"zero-shot on {counted(held_out, 'synthetic cloud')} held out from training, all {len(source.names)} training names"
    return weights, {
        **card,
        "config": replace(config, zero_shot_ratio=chosen.ratio).to_dict(),
        "temperature": temperature,
        "unlike": Familiar.of(energy(chosen.similarities, temperature)).entry(len(chosen.similarities)),
        "parameters": parameters(model),
        "training": history(run),
        "results": [{"protocol": protocol, "top1": round(chosen.top1, 4)}],
    }


def _patiently(made: int, wanted: int) -> bool:
    del made, wanted
    return False


def _save(out: Path, weights: Mapping[str, Tensor], card: Mapping[str, Any]) -> None:
    half = {key: value.half() if value.dtype == torch.float32 else value for key, value in weights.items()}
    checkpoint.save(out, half, card)


def history(run: Path) -> list[dict[str, Any]]:
    """Returns how a run was made, and before it the runs it started from: for each its command, minutes, commit, versions and device.

    Raises:
        InputError: the run's settings cannot be read.
    """
    asked = RunFolder(run).config()
    init = asked.get("init") or ""
    earlier = _before(init) if init else []
    lines = (run / "events.jsonl").read_text(encoding="utf-8").splitlines()
    teacher = asked["teacher"]["source"]
    beside = Path(teacher).parent == run.resolve().parent  # then it is called by its name, as the run is
    seconds = [event["seconds"] for event in map(json.loads, lines) if event["event"] == "done"]
    made = {
        "command": command(run.name, asked, Path(init).name if earlier else init, Path(teacher).name if beside else teacher),
        "minutes": round(seconds[-1] / 60, 1) if seconds else None,
        "versions": asked["versions"],
        "commit": asked["commit"],
        "device": asked.get("hardware", asked["device"]),  # older runs did not say it in words
    }
    return [*earlier, made]


def _before(init: str) -> list[dict[str, Any]]:
    """How the model came about that a run started from, as far as that can still be told."""
    folder = asset_path(init) if init == "default" else Path(init)
    if (folder / "config.json").exists():
        return history(folder)
    told: list[dict[str, Any]] = checkpoint.load_card(folder).get("training", []) if (folder / checkpoint.CARD).exists() else []
    return told


def command(name: str, asked: Mapping[str, Any], init: str, teacher: str = DEFAULT) -> str:
    """Returns the command that starts such a run again, whatever the defaults have become."""
    words = ["recon", "pretrain", "--preset", asked["preset"], "--data", asked["data"], "--out", name, *(("--init", init) if init else ())]
    words += () if teacher == DEFAULT else ("--teacher", teacher)
    return shlex.join([*words, *options.words(asked["recipe"], options.PRETRAIN)])


def main() -> None:
    """Reads the command line."""
    parser = argparse.ArgumentParser(description="Make a shippable model of a run.")
    parser.add_argument("run", type=Path, help="run folder of recon pretrain")
    parser.add_argument("out", type=Path, help="folder to write")
    parser.add_argument("--which", choices=("best", "last"), default="best", help="which checkpoint")
    parser.add_argument("--name", default="", help="name of the model")
    parser.add_argument("--limits", default="", help="what it does badly, in words")
    parser.add_argument("--measure", type=Path, nargs="*", default=(), help="labelled .npz files to measure zero-shot naming on")
    args = parser.parse_args()
    try:
        export(args.run, args.out, which=args.which, name=args.name, measure=args.measure, limits=args.limits, say=print)
    except ReconError as error:
        parser.exit(2, f"{error}\n")


if __name__ == "__main__":
    main()
