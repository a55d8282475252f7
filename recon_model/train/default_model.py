"""The model that ships inside, from nothing to its card: both towers, ReCon, standing and lying, calibration, results.

Each stage leaves its result in a work folder, so a build that was interrupted goes on where it stood.
"""

import json
import shutil
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch
from torch.nn.functional import normalize

from recon_model.assets import asset_path
from recon_model.checkpoint.format import save_single, write_atomically
from recon_model.checkpoint.opening import BEST, UPRIGHT, open_pretraining, save_upright
from recon_model.config import ModelConfig
from recon_model.data.pool import default_cache
from recon_model.data.synthetic import CATEGORIES
from recon_model.devices import device_in_words, find_device
from recon_model.errors import InputError
from recon_model.lexicon import taught
from recon_model.models.inference import as_it_answers
from recon_model.presets import preset
from recon_model.teachers import build_image, build_text
from recon_model.teachers.clip import Clip
from recon_model.teachers.distillation import folder
from recon_model.train import upright as standing
from recon_model.train.export import export
from recon_model.train.launch import Request, launch
from recon_model.train.run_folder import make_folder
from recon_model.train.settings import AMPLE, AMPLY_SETTLING, SETTLING, SETTLING_ANEW, RecipeConfig, studio
from recon_model.train.sources import Batch, SyntheticSource
from recon_model.train.targets import TextTargets

STAGES = ("text", "image", "pretrain", "settle", "upright", "export")
PRETRAINED, SETTLED = "pretrain", "settled"
NAME = "ReCon Studio default"
HELD, HOLD, HOLD_LESS = "held", 0.5, 0.2
"""What a card calls the share of weights that are those from before the model was settled, that share (Wortsman et al. 2022, §4), and
what it is where the model was settled on names it had not known: half way to them it names few."""
HELD_OUT = 2048
"""Clouds that calibrate the model, of another seed."""
LOOKED_AT = 10_240
"""Clouds, of yet another seed, that the judge of what stands upright is taught by."""


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What is to be built."""

    out: Path
    """Folder to write ``clip`` and ``default`` to."""
    work: Path
    """Folder for what the stages leave."""
    seed: int = 0
    init: str | None = None
    """A model to go on from, "default" or a path: settled anew under these towers and on the shapes of today, which spares pretraining."""
    minilm: Path | None = None
    """Folder of all-MiniLM-L6-v2; None takes the text tower that ships instead of teaching it anew."""
    wordnet: Path = Path("/usr/share/wordnet")
    measure: Sequence[Path] = ()
    """Labelled .npz files for the card."""
    device: str = "auto"
    cache: Path | None = None
    epochs: int | None = None
    """Epochs of pretraining, where they are not the recipe's; on a GPU the recipe is a longer one (``settings.AMPLE``)."""


def build(plan: Plan, say: Callable[[str], None] = print) -> dict[str, Any]:
    """Builds everything and returns the model's card.

    Raises:
        ReconError: see the stages; what was finished before stays in ``plan.work``.
    """
    if plan.init is not None and plan.epochs is not None:
        raise InputError(f"epochs ({plan.epochs}) are those of pretraining, which going on from a model spares; leave one of the two out.")
    log = plan.work / "stages.json"
    if plan.init is not None and not log.exists():
        open_pretraining(plan.init)  # what is mistyped should be told before the folder remembers it
    for made, option in ((plan.work, "--work"), (plan.out, "--out")):
        make_folder(made, option)
    done: dict[str, Any] = (
        json.loads(log.read_text(encoding="utf-8")) if log.exists() else {"seed": plan.seed, "init": plan.init, "seconds": {}}
    )
    if done["seed"] != plan.seed:
        raise InputError(f"seed ({plan.seed}) must be {done['seed']}, with which '{plan.work}' was begun.")
    if done.get("init") != plan.init:
        raise InputError(f"init ({plan.init}) must be {done.get('init')}, with which '{plan.work}' was begun.")
    for stage in STAGES:
        if stage in done["seconds"]:
            say(f"{stage}: done before, in {done['seconds'][stage]:.0f} s")
            continue
        start = time.monotonic()
        with _shapes_ahead(plan) if stage in ("text", "image") else nullcontext():
            _RUN[stage](plan, say)
        done["seconds"][stage] = time.monotonic() - start
        write_atomically(log, (json.dumps(done, indent=1) + "\n").encode())
        say(f"{stage}: {done['seconds'][stage]:.0f} s")
    say(f"all: {sum(done['seconds'].values()) / 60:.0f} minutes on {device_in_words(find_device(plan.device))}")
    card: dict[str, Any] = json.loads((plan.out / "default" / "card.json").read_text(encoding="utf-8"))
    return card


@contextmanager
def _shapes_ahead(plan: Plan) -> Iterator[None]:
    """Has the cores make what pretraining will be shown, while a GPU learns the towers."""
    if plan.init is not None or not _is_ample(plan):
        yield
        return
    recipe = studio(seed=plan.seed, **AMPLE)
    with closing(SyntheticSource(preset("studio"), recipe, plan.cache or default_cache(), view_size=folder.IMAGE_SIZE)) as source:
        source.start()
        yield


def _text(plan: Plan, say: Callable[[str], None]) -> None:
    clip = plan.work / "clip"
    shutil.rmtree(clip, ignore_errors=True)
    if plan.minilm is None:
        say("text: no --minilm was given, so the text tower that ships is taken as it is")
        shutil.copytree(asset_path("clip"), clip)
        return
    asked = ["--minilm", str(plan.minilm), "--wordnet", str(plan.wordnet), "--out", str(clip), "--seed", str(plan.seed)]
    build_text.build(build_text.parser().parse_args([*asked, *_where(plan)]))


def _image(plan: Plan, say: Callable[[str], None]) -> None:
    if plan.init is not None and plan.minilm is None and _knows_every_name(plan.work / "clip"):
        say("image: the tower that ships is taken as it is")
        return
    shapes, steps = ("300", "3000") if _is_ample(plan) else ("150", "1400")
    asked = ["--clip", str(plan.work / "clip"), "--seed", str(plan.seed), "--shapes", shapes, "--views", "6", "--steps", steps]
    build_image.build(build_image.parser().parse_args([*asked, *_where(plan)]))


def _knows_every_name(clip: Path) -> bool:
    """Whether an image tower was shown all that is made today: what it was not shown it would take for something else."""
    card = json.loads((clip / folder.CARD).read_text(encoding="utf-8"))
    return set(CATEGORIES) <= set(card["image"]["categories"])


def _where(plan: Plan) -> list[str]:
    return ["--device", plan.device, "--threads", str(torch.get_num_threads())]


def _pretrain(plan: Plan, say: Callable[[str], None]) -> None:
    if plan.init is not None:
        say(f"pretrain: going on from '{plan.init}'")
        return
    changes = AMPLE if _is_ample(plan) else {}
    _train(plan, lambda line: say(f"pretrain: {line}"), PRETRAINED, changes if plan.epochs is None else {**changes, "epochs": plan.epochs})


def _settle(plan: Plan, say: Callable[[str], None]) -> None:
    begun, changes = plan.init, SETTLING_ANEW
    if begun is None:
        begun, changes = str(plan.work / PRETRAINED), AMPLY_SETTLING if _is_ample(plan) else SETTLING
    _train(plan, lambda line: say(f"settle: {line}"), SETTLED, changes, init=begun)
    _hold(plan, begun)


def _hold(plan: Plan, init: str) -> None:
    """Takes a settled model some of the way back to what it began as: between the two lies one that also names what settling forgot."""
    file = plan.work / SETTLED / BEST
    opened = open_pretraining(file)
    model, card = opened.model, opened.card
    if HELD in card:
        return  # an interrupted build had come this far
    begun = open_pretraining(init)
    share = HOLD if set(taught(card)) <= set(taught(begun.card)) else HOLD_LESS
    before = begun.model.state_dict()
    with torch.no_grad():
        for name, value in model.state_dict().items():
            if value.is_floating_point():
                value.lerp_(before[name], share)
    save_single(file, model.state_dict(), {**card, HELD: share})


def _fresh(plan: Plan, config: ModelConfig, card: Mapping[str, Any], seed: int, count: int) -> list[Batch]:
    """Clouds of the names that a card tells of, as a run would be judged by them, of a seed of their own."""
    recipe = replace(RecipeConfig.from_dict(card["recipe"]), seed=seed, validation_shapes=count)
    source = SyntheticSource(config, recipe, plan.cache or default_cache(), names=tuple(card["data"]["names"]))
    with closing(source):
        return source.validation(lambda _made, _wanted: False)


def _is_ample(plan: Plan) -> bool:
    return find_device(plan.device).type == "cuda"


def _train(plan: Plan, say: Callable[[str], None], name: str, changes: Mapping[str, Any], init: str | None = None) -> None:
    run, clip = plan.work / name, plan.work / "clip"
    if (run / "config.json").exists():
        request = Request(out=run, device=plan.device, cache=plan.cache, resume=True)
    else:
        request = Request(
            out=run,
            preset="studio",
            teacher=str(clip.resolve()),
            init=init if init in (None, "default") else str(Path(init).resolve()),
            device=plan.device,
            cache=plan.cache,
            recipe_changes={"seed": plan.seed, **changes},
        )
    if launch(request, say) != "done":
        raise KeyboardInterrupt


def _upright(plan: Plan, say: Callable[[str], None]) -> None:
    opened = open_pretraining(plan.work / SETTLED)
    card = opened.card
    clip = Clip.load(str((plan.work / "clip").resolve()))
    bank = normalize(TextTargets(clip.encode_text, card["data"]["names"], card["templates"]).classifier, dim=-1)
    say(f"upright: looking at {LOOKED_AT} fresh shapes from six sides")
    batches = _fresh(plan, opened.model.config, card, plan.seed + 2, LOOKED_AT)
    # What is seen of a cloud is then also what it will be judged by.
    model = as_it_answers(opened.model.eval().to(find_device(plan.device)))
    upright, found = standing.train(model, bank, card["temperature"], batches, plan.seed)
    save_upright(plan.work, upright, {"seed": plan.seed, "clouds": LOOKED_AT, **{key: round(value, 4) for key, value in found.items()}})


def _export(plan: Plan, say: Callable[[str], None]) -> None:
    shutil.copytree(plan.work / "clip", plan.out / "clip", dirs_exist_ok=True)
    export(
        plan.work / SETTLED,
        plan.out / "default",
        name=NAME,
        upright=plan.work / UPRIGHT,
        held_out=HELD_OUT,
        measure=plan.measure,
        cache=plan.cache,
        say=lambda line: say(f"export: {line}"),
    )


_RUN: dict[str, Callable[[Plan, Callable[[str], None]], None]] = {
    "text": _text,
    "image": _image,
    "pretrain": _pretrain,
    "settle": _settle,
    "upright": _upright,
    "export": _export,
}
