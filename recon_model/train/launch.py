"""From what a user asked for to a run: settings resolved, teacher and data found, the folder begun or taken up again."""

import logging
import os
import subprocess
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from lightning_fabric import Fabric
from numpy.typing import NDArray
from torch import Tensor

from recon_model import presets
from recon_model.checkpoint.opening import open_pretraining
from recon_model.config import ModelConfig
from recon_model.data.labelled import load_labelled
from recon_model.data.pool import default_cache
from recon_model.devices import device_in_words
from recon_model.errors import ConfigError, MemoryShortError, sentence
from recon_model.runs.files import RESUME, at_work
from recon_model.teachers.clip import Clip
from recon_model.templates import template_set
from recon_model.train.loop import Loop
from recon_model.train.pretrain import pretrainer
from recon_model.train.run_folder import Hearer, RunFolder
from recon_model.train.settings import RECIPES, RecipeConfig
from recon_model.train.sources import CloudSource, Source, SyntheticSource
from recon_model.train.targets import TextTargets
from recon_model.train.telling import Teller, silent
from recon_model.train.tensorboard import Scalars
from recon_model.versions import versions

PACKAGES = ("recon-studio", "torch", "lightning-fabric", "open_clip_torch", "numpy", "safetensors")
"""What a run's numbers depend on."""
DEFAULT, SYNTHETIC = "default", "synthetic"
"""What is asked for by these names is no path: the model and the teacher that ship inside, and shapes made on the way."""


@dataclass(frozen=True, kw_only=True)
class Request:
    """A run as it is asked for; None stands for what the preset, or the run to resume, says."""

    out: Path
    preset: str | None = None
    data: str | None = None
    teacher: str | None = None
    init: str | None = None
    """A model to start from instead of random weights: "default", or a folder or run of ours with the same settings."""
    device: str = "auto"
    resume: bool = False
    cache: Path | None = None
    recipe_changes: Mapping[str, Any] = field(default_factory=dict)
    """Settings of the recipe that differ from the preset's."""
    model_changes: Mapping[str, Any] = field(default_factory=dict)
    """Settings of the model that differ from the preset's."""
    tensorboard: bool = False
    """Whether to write scalars for TensorBoard, too."""


def launch(request: Request, say: Callable[[str], None] = silent) -> str:
    """Runs one pretraining from its beginning, or from its last checkpoint, to its end.

    Args:
        request: what is asked for.
        say: is told in words how the run fares, see ``Teller``.

    Returns:
        "done" or "stopped".

    Raises:
        ConfigError: a setting is unknown or out of range, or differs from the run to resume; TensorBoard is asked for and missing.
        InputError: the data or the folder cannot be used.
        TeacherError: the teacher is missing, or is not the one the run was begun with.
        CheckpointError: the run's resume state is damaged.
    """
    scalars = Scalars(request.out) if request.tensorboard else None
    folder = RunFolder(request.out)
    asked = _taken_up(request, folder.config()) if request.resume else _begun(request)
    recipe = RecipeConfig.from_dict(asked["recipe"])
    clip = Clip.load(asked["teacher"]["source"])
    model = ModelConfig.from_dict({**asked["model"], "text_dim": clip.embed_dim, "image_dim": clip.embed_dim})
    if request.resume:
        clip.check(asked["teacher"], image=True)
    config = {**asked, "model": model.to_dict(), "teacher": {"source": asked["teacher"]["source"], **clip.entry}}
    fabric = make_fabric(request.device, recipe.precision)
    clip.to(fabric.device)
    # Before there is a folder: what is mistyped leaves none behind. Also of a run that ended before its first checkpoint.
    fresh = not (request.resume and (request.out / RESUME).exists())
    initial = _initial_weights(config["init"], model) if fresh and config.get("init") else None
    heard_by: list[Hearer] = [Teller(say)] if scalars is None else [Teller(say), scalars]
    folder = RunFolder(request.out, quiet=fabric.global_rank != 0, heard_by=heard_by)
    names = tuple(asked.get("names", recipe.names))  # of the run to resume: there may be more categories by now
    teller = say if fabric.global_rank == 0 else silent
    source = _source(asked["data"], model, recipe, clip, request.cache or default_cache(), names, teller)
    if request.resume and asked["names"] != list(source.names):
        raise ConfigError(f"names ({len(source.names)} classes) must be the {len(asked['names'])} this run was begun with, to resume.")
    templates = template_set(recipe.templates)

    def make() -> Loop:
        folder.event("phase", text="Opening the text teacher")
        targets = TextTargets(lambda texts: clip.encode_text(texts).cpu(), source.names, templates)
        loop = pretrainer(fabric, model, recipe, source, targets, folder, _card(config, source, list(templates)))
        if initial is not None:
            loop.model.load_state_dict(initial)
        return loop

    try:
        return conduct(fabric, folder, source, None if request.resume else config, make)
    finally:
        if scalars is not None:
            scalars.close()


def conduct(fabric: Fabric, folder: RunFolder, source: Source, config: Mapping[str, Any] | None, make: Callable[[], Loop]) -> str:
    """Begins a run, or goes on with it, as the only trainer at work in its folder; what goes wrong is told in the log, too.

    Args:
        fabric: device and processes.
        folder: where the run is written.
        source: its clouds; closed in the end.
        config: the settings of a new run; None goes on with the one that is there.
        make: makes the loop.

    Returns:
        "done" or "stopped".
    """
    try:
        if config is not None and fabric.global_rank == 0:
            folder.start(
                {
                    **config,
                    "names": list(source.names),
                    "device": str(fabric.device),
                    "hardware": device_in_words(fabric.device),
                    "versions": versions(PACKAGES),
                    "commit": commit(),
                }
            )
        with at_work(folder.path) if fabric.global_rank == 0 else nullcontext():
            folder.sweep()
            try:
                loop = make()
                if config is None:
                    loop.resume()
                return loop.run()
            except MemoryShortError:
                raise  # the loop has told it with its numbers
            except Exception as error:
                folder.event("failed", sentence=sentence(error))
                raise
    finally:
        source.close()


def make_fabric(device: str, precision: str) -> Fabric:
    """Returns Fabric on one device or, under torchrun, on this process's share of several.

    Raises:
        ConfigError: the device is unknown or not there.
    """
    processes = int(os.environ.get("WORLD_SIZE", "1"))
    kind, _, number = device.partition(":")
    if kind not in ("auto", "cpu", "cuda", "mps") or (number and not number.isdigit()):
        raise ConfigError(f"device ({device!r}) must be auto, cpu, cuda, cuda:N or mps.")
    there = {"cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available()}
    if not there.get(kind, True):
        raise ConfigError(f"device ({device!r}) is not available on this machine.")
    if kind == "auto":
        kind = next((name for name, found in there.items() if found), "cpu")
    devices = int(os.environ.get("LOCAL_WORLD_SIZE", "1")) if processes > 1 else 1
    chosen = [int(number)] if number and kind == "cuda" else devices
    # Some steps leave out the decoder or a query's loss: their parameters get no gradient.
    strategy = "ddp_find_unused_parameters_true" if processes > 1 else "auto"
    logging.getLogger("lightning_fabric").setLevel(logging.WARNING)  # what it would say is in config.json
    fabric = Fabric(accelerator=kind, devices=chosen, precision=precision, strategy=strategy)
    fabric.launch()
    return fabric


def commit() -> str:
    """Returns the commit of the checkout this code lies in, or "" when it was installed otherwise."""
    root = Path(__file__).resolve().parents[2]
    if not (root / ".git").exists():
        return ""
    try:
        answer = subprocess.run(["git", "rev-parse", "HEAD"], cwd=root, capture_output=True, text=True, check=True, timeout=10)
    except (OSError, subprocess.SubprocessError):
        return ""
    return answer.stdout.strip()


def _begun(request: Request) -> dict[str, Any]:
    """Settings of a new run."""
    name = request.preset or "studio"
    model = presets.preset(name, **request.model_changes)
    recipe = RECIPES[name if name in RECIPES else "published"](**request.recipe_changes)
    if recipe.frozen_norm and not request.init:
        raise ConfigError("frozen_norm (True) needs a model to start from (init), for it keeps what BatchNorm knows of clouds.")
    return {
        "preset": name,
        "data": absolute(request.data or SYNTHETIC, SYNTHETIC),
        "init": absolute(request.init or "", DEFAULT),
        "model": model.to_dict(),
        "recipe": recipe.to_dict(),
        "teacher": {"source": _teacher(request.teacher or DEFAULT)},
    }


def _taken_up(request: Request, config: dict[str, Any]) -> dict[str, Any]:
    """Settings of a run to resume: its own; what is asked for besides must agree."""
    if config.get("task"):
        raise ConfigError(f"'{request.out}' holds a run of recon {config['task']}; resume it with that.")
    given = {
        "preset": request.preset,
        "data": request.data and absolute(request.data, SYNTHETIC),
        "init": request.init and absolute(request.init, DEFAULT),
        "teacher": request.teacher and _teacher(request.teacher),
    }
    begun = {name: config[name] for name in ("preset", "data")}
    begun |= {"init": absolute(config.get("init", ""), DEFAULT), "teacher": _teacher(config["teacher"]["source"])}
    agree({**given, **request.recipe_changes, **request.model_changes}, {**begun, **config["model"], **config["recipe"]})
    return config


def _teacher(source: str) -> str:
    """A teacher's folder as a path that means the same from anywhere; the name of a published one stays as it is."""
    return absolute(source, DEFAULT) if Path(source).is_dir() else source


def absolute(path: str, name: str) -> str:
    """Returns a path that means the same from anywhere; what is called by its ``name``, and nothing at all, stay as they are."""
    return path if path in ("", name) else str(Path(path).expanduser().resolve())


def agree(given: Mapping[str, Any], begun: Mapping[str, Any]) -> None:
    """Holds what is asked of a run to resume, None where it is not, against what the run was begun with.

    Raises:
        ConfigError: they differ.
    """
    for key, value in given.items():
        if value is not None and (list(value) if isinstance(value, tuple) else value) != begun[key]:
            known = f"be {begun[key]}, as the run was begun, or " if begun[key] != "" else ""
            raise ConfigError(f"{key} ({value}) must {known}be left out, to resume.")


def _source(
    data: str,
    model: ModelConfig,
    recipe: RecipeConfig,
    clip: Clip,
    cache: Path,
    names: tuple[str, ...],
    say: Callable[[str], None] = silent,
) -> Source:
    if data != SYNTHETIC:
        clouds = load_labelled(Path(data), recipe.seed)
        if clouds.left_out:
            say(clouds.told())
        return CloudSource(clouds, model, recipe)
    if not recipe.image_teacher:
        return SyntheticSource(model, recipe, cache, names=names)

    def encode_views(views: NDArray[np.uint8]) -> Tensor:
        return clip.encode_image(torch.from_numpy(views).float() / 255).cpu()

    return SyntheticSource(model, recipe, cache, encode_views, clip.image_size, names)


def _initial_weights(init: str, model: ModelConfig) -> dict[str, Tensor]:
    """Weights of a model to go on from; only the mix of the two queries may differ."""
    found = open_pretraining(init).model
    weights, config = found.state_dict(), found.config
    if replace(config, zero_shot_ratio=model.zero_shot_ratio) != model:
        differing = [key for key, value in model.to_dict().items() if config.to_dict()[key] != value and key != "zero_shot_ratio"]
        raise ConfigError(f"init ('{init}') must be a model of the same settings; it differs in {', '.join(differing)}.")
    return weights


def _card(config: Mapping[str, Any], source: Source, templates: list[str]) -> dict[str, Any]:
    data = {"source": config["data"], "names": list(source.names), "clouds": source.size, "seed": config["recipe"]["seed"]}
    return {
        "name": f"ReCon {config['preset']}, {Path(config['data']).stem}",
        "config": config["model"],
        "recipe": config["recipe"],
        "teacher": {key: value for key, value in config["teacher"].items() if key != "source"},
        "templates": templates,
        "seed": config["recipe"]["seed"],
        "data": data,
        "results": [],
        "temperature": 0.07,
    }
