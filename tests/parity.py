"""Holds this implementation against numbers recorded from the authors' release: ``python -m tests.parity FOLDER``.

The folder is laid out like ``tests/golden/open_b``; every file of it that is understood is compared, the others are listed. Exit code
0: all within tolerance; 1: something is not; 2: the folder cannot be used.
"""

import json
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from recon_model import losses
from recon_model.checkpoint import release
from recon_model.checkpoint.keys import Kind
from recon_model.checkpoint.loading import load_strictly, transfer
from recon_model.config import ModelConfig
from recon_model.errors import InputError, ReconError
from recon_model.geometry.patches import cut
from recon_model.models.classifier import Classifier
from recon_model.models.encoder import CLS, IMG, TEXT
from recon_model.models.pooling import svm_feature
from recon_model.models.pretraining import Pretraining
from recon_model.models.segmenter import Segmenter
from recon_model.models.zero_shot import ZeroShot

ABSOLUTE = 1e-5
GRADIENT_RELATIVE, GRADIENT_ABSOLUTE = 5e-3, 1e-4
ZERO_SHOT_RATIO = 0.25

_FIELDS = {
    "trans_dim": "width",
    "num_heads": "heads",
    "depth": "depth",
    "decoder_depth": "decoder_depth",
    "decoder_num_heads": "decoder_heads",
    "num_group": "num_groups",
    "group_size": "group_size",
    "mask_ratio": "mask_ratio",
    "mask_type": "mask_strategy",
    "drop_path_rate": "drop_path",
    "self_contrastive": "self_contrastive",
    "loss": "reconstruction_loss",
    "img_dim": "image_dim",
    "text_dim": "text_dim",
}
_STRATEGIES = {"rand": "random", "random": "random", "block": "block"}
_LOSSES = {"train_loss_mdm": "reconstruction", "train_loss_csc_img": "csc_img", "train_loss_csc_text": "csc_text", "train_loss_smc": "smc"}


@dataclass
class Report:
    """Lines to print and whether every one of them held."""

    lines: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    compared: list[str] = field(default_factory=list)
    used: set[str] = field(default_factory=set)

    def number(self, name: str, ours: Tensor, theirs: np.ndarray[Any, Any]) -> None:
        """Compares an array or a scalar."""
        self.compared.append(name)
        found = ours.detach().double().numpy()
        if found.shape != theirs.shape:
            self._line(name, False, f"shape {found.shape} against {theirs.shape}")
            return
        worst = float(np.abs(found - theirs.astype(np.float64)).max(initial=0.0))
        self._line(name, worst <= ABSOLUTE, f"largest difference {worst:.2e} (allowed {ABSOLUTE:.0e})")

    def gradients(self, name: str, ours: Mapping[str, float | None], theirs: Mapping[str, float | None]) -> None:
        """Compares gradient norms by the release's names; null there means no gradient here."""
        self.compared.append(name)
        strange = sorted(set(ours) ^ set(theirs))
        wrong, worst, where, without = [f"{key} (only on one side)" for key in strange], 0.0, "", 0
        for key in theirs.keys() & ours.keys():
            expected, found = theirs[key] or 0.0, ours[key] or 0.0
            without += expected == 0.0
            difference = abs(found - expected)
            share = difference / max(GRADIENT_ABSOLUTE, GRADIENT_RELATIVE * expected)
            if expected == 0.0 and found != 0.0:
                wrong.append(f"{key} {found:.3e} where there is no gradient")
            elif not share <= 1.0:
                wrong.append(f"{key} {found:.6g} against {expected:.6g}")
            if not share <= worst:
                worst, where = share, f" at {key}: {found:.6g} against {expected:.6g}"
        text = f"{len(theirs)} norms, {without} without gradient; worst uses {worst:.1%} of its tolerance{where}"
        self._line(name, not wrong, text)
        self.lines += [f"       {line}" for line in wrong]

    def _line(self, name: str, holds: bool, text: str) -> None:
        self.lines.append(f"{'ok  ' if holds else 'FAIL'}   {name}: {text}")
        if not holds:
            self.failed.append(name)


def compare(folder: Path) -> Report:
    """Compares every file of a golden folder.

    Raises:
        ReconError: the folder is missing, holds nothing to compare, or a file of it is damaged.
    """
    if not folder.is_dir():
        raise InputError(f"Golden folder '{folder}' must be a folder.")
    report = Report()
    steps: list[Callable[[Path, Report], None]] = [_pretraining, _downstream, _part_segmentation]
    for step in steps:
        step(folder, report)
    if not report.compared:
        raise InputError(f"Golden folder '{folder}' holds nothing to compare (no pretrain.json, partseg.json or their arrays).")
    for path in sorted(folder.iterdir()):
        if path.name not in report.used:
            report.lines.append(f"--     {path.name}: not compared")
    return report


def _pretraining(folder: Path, report: Report) -> None:
    if not _has(folder, report, "pretrain.pth", "pretrain.json", "pretrain_io.npz"):
        return
    described, arrays = _json(folder / "pretrain.json"), _arrays(folder / "pretrain_io.npz")
    points, hidden = _tensor(arrays, "points", folder), _tensor(arrays, "mask", folder)
    config = _config(described.get("config"), folder / "pretrain.json", num_points=points.shape[1])
    model = Pretraining(config)
    load_strictly(model, release.load(folder / "pretrain.pth").state, "pretrain.pth")
    patches = cut(points, config.num_groups, config.group_size)
    with torch.no_grad():
        model.eval()
        encoded, rebuilt = model.encode(patches, hidden), model.reconstruct(patches, hidden)
    outputs = {
        "eval_center": patches.centres,
        "eval_cls": encoded.queries[:, CLS],
        "eval_img": encoded.queries[:, IMG],
        "eval_text": encoded.queries[:, TEXT],
        "eval_vis": encoded.patches,
        # The release keeps rebuilt patches relative to their centre.
        "eval_rebuilt": rebuilt.points - rebuilt.hidden.take(patches.centres).unsqueeze(2),
    }
    model.train()
    found = model.losses(
        patches,
        hidden,
        image_feature=_tensor(arrays, "img_feature", folder),
        text_feature=_tensor(arrays, "text_feature", folder),
        text_ids=_ids(described.get("labels"), points.shape[0], folder) if config.self_contrastive else None,
    )
    summed = losses.total(found)
    summed.backward()
    outputs |= {"train_loss": summed} | {name: found[ours] for name, ours in _LOSSES.items() if ours in found}
    _outputs("pretrain_io.npz", outputs, arrays, ("points", "mask", "img_feature", "text_feature"), report)
    if "grad_norms" in described:
        report.gradients("pretrain.json gradient norms", _norms(model, "pretraining"), described["grad_norms"])


def _downstream(folder: Path, report: Report) -> None:
    if not _has(folder, report, "downstream_io.npz", "pretrain.json"):
        return
    arrays = _arrays(folder / "downstream_io.npz")
    points = _tensor(arrays, "points", folder)
    described = _json(folder / "pretrain.json")
    config = _config(described.get("config"), folder / "pretrain.json", num_points=points.shape[1])
    outputs: dict[str, Tensor] = {}
    for name in ("cls_full", "cls_linear"):
        if _has(folder, report, f"{name}.pth"):
            outputs |= _classifier(folder, name, config, points, report)
    if _has(folder, report, "pretrain.pth"):
        patches = cut(points, config.num_groups, config.group_size)
        model = ZeroShot(config).eval()
        transfer(model, release.load(folder / "pretrain.pth").state, "pretrain.pth")
        with torch.no_grad():
            features, encoded = model(patches), model.encoder(patches)
        outputs |= {"zs_text": features.text, "zs_image": features.image, "svm": svm_feature(encoded)}
        if config.image_dim == config.text_dim:
            outputs["zs_full"] = features.mix(float(described.get("config", {}).get("zero_shot_ratio", ZERO_SHOT_RATIO)))
    _outputs("downstream_io.npz", outputs, arrays, ("points",), report)


def _classifier(folder: Path, name: str, config: ModelConfig, points: Tensor, report: Report) -> dict[str, Tensor]:
    state = release.load(folder / f"{name}.pth").state
    head = "mlp" if "head.8.weight" in state else "linear"
    classes = state["head.8.weight" if head == "mlp" else "head.0.weight"].shape[0]
    model = Classifier(config, classes, head="mlp" if head == "mlp" else "linear", dropout=0.0).eval()
    load_strictly(model, state, f"{name}.pth")
    patches = cut(points, config.num_groups, config.group_size)
    with torch.no_grad():
        logits = model(patches)
    loss = cross_entropy(model.train()(patches), torch.arange(points.shape[0]) % classes)
    loss.backward()
    norms = f"{name}_grad_norms.json"
    if _has(folder, report, norms):
        report.gradients(norms, _norms(model, "classifier"), _json(folder / norms))
    return {name: logits, f"{name}_train_loss": loss}


def _part_segmentation(folder: Path, report: Report) -> None:
    if not _has(folder, report, "partseg.pth", "partseg.json", "partseg_io.npz"):
        return
    described, arrays = _json(folder / "partseg.json"), _arrays(folder / "partseg_io.npz")
    points = _tensor(arrays, "points", folder)
    parts, categories = int(described.pop("num_parts", 50)), int(described.pop("num_categories", 16))
    config = _config(described, folder / "partseg.json", num_points=points.shape[1])
    model = Segmenter(config, parts, categories).eval()
    load_strictly(model, release.load(folder / "partseg.pth").state, "partseg.pth")
    with torch.no_grad():
        found = model(points, cut(points, config.num_groups, config.group_size), _tensor(arrays, "category", folder))
    _outputs("partseg_io.npz", {"log_probs": found}, arrays, ("points", "category"), report)


def _outputs(
    file: str, ours: Mapping[str, Tensor], theirs: Mapping[str, np.ndarray[Any, Any]], inputs: tuple[str, ...], report: Report
) -> None:
    for name, expected in theirs.items():
        if name in ours:
            report.number(f"{file} {name}", ours[name], expected)
        elif name not in inputs:
            report.lines.append(f"--     {file} {name}: not compared")


def _norms(model: nn.Module, kind: Kind) -> dict[str, float | None]:
    parameters = dict(model.named_parameters())
    norms: dict[str, float | None] = {}
    for ours, theirs in release.names(parameters, kind).items():
        gradient = parameters[ours].grad
        norms[theirs] = None if gradient is None else float(gradient.double().norm())
    return norms


def _has(folder: Path, report: Report, *names: str) -> bool:
    there = all((folder / name).is_file() for name in names)
    if there:
        report.used |= set(names)
    return there


def _json(path: Path) -> dict[str, Any]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InputError(f"'{path}' cannot be read as JSON ({error}).") from error
    if not isinstance(content, dict):
        raise InputError(f"'{path}' holds a {type(content).__name__} and must hold an object.")
    return content


def _arrays(path: Path) -> dict[str, np.ndarray[Any, Any]]:
    try:
        with np.load(path, allow_pickle=False) as file:
            return dict(file)
    except Exception as error:  # numpy raises whatever its zip and header parsers do
        raise InputError(f"'{path}' cannot be read as arrays ({type(error).__name__}: {error}).") from error


def _tensor(arrays: Mapping[str, np.ndarray[Any, Any]], name: str, folder: Path) -> Tensor:
    if name not in arrays:
        raise InputError(f"Golden folder '{folder}' lacks the array {name}.")
    array = arrays[name]
    if array.dtype.kind not in "fiub":
        raise InputError(f"Array {name} ({array.dtype}) in '{folder}' must hold numbers.")
    if name == "points" and (array.ndim != 3 or array.shape[-1] != 3):
        raise InputError(f"Array points {array.shape} in '{folder}' must have the shape (clouds, points, 3).")
    return torch.from_numpy(array.astype(bool) if name == "mask" else array)


def _config(described: Any, path: Path, *, num_points: int) -> ModelConfig:
    if not isinstance(described, Mapping):
        raise InputError(f"'{path}' holds no config object.")
    values = {ours: described[theirs] for theirs, ours in _FIELDS.items() if theirs in described}
    missing = [name for name in ("trans_dim", "num_heads", "depth", "num_group", "group_size") if name not in described]
    if missing:
        raise InputError(f"The config in '{path}' lacks {', '.join(missing)}.")
    if "mask_strategy" in values:
        values["mask_strategy"] = _STRATEGIES.get(values["mask_strategy"], values["mask_strategy"])
    values.setdefault("decoder_heads", values["heads"])
    try:
        return ModelConfig(**{**values, "num_points": num_points})
    except TypeError as error:
        raise InputError(f"The config in '{path}' holds a value of the wrong type ({error}).") from error


def _ids(labels: Any, count: int, folder: Path) -> Tensor:
    if not isinstance(labels, list) or len(labels) != count:
        raise InputError(f"pretrain.json in '{folder}' must list one label for each of {count} clouds.")
    known = {label: index for index, label in enumerate(dict.fromkeys(map(str, labels)))}
    return torch.tensor([known[str(label)] for label in labels])


def main(arguments: list[str]) -> int:
    """Prints the comparison and returns the exit code."""
    if len(arguments) != 1:
        print("Usage: python -m tests.parity FOLDER", file=sys.stderr)
        return 2
    try:
        report = compare(Path(arguments[0]))
    except ReconError as error:
        print(error, file=sys.stderr)
        return 2
    except (RuntimeError, ValueError, KeyError, TypeError, IndexError) as error:
        reason = " ".join(str(error).split())
        print(f"The files in '{arguments[0]}' do not fit together ({type(error).__name__}: {reason}).", file=sys.stderr)
        return 2
    print("\n".join(report.lines))
    print(f"{len(report.compared)} quantities compared, {len(report.failed)} outside tolerance.")
    return 1 if report.failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
