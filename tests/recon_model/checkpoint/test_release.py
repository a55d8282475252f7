from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from recon_model.checkpoint import release
from recon_model.checkpoint.loading import load_strictly, transfer
from recon_model.errors import CheckpointError, ConfigError
from recon_model.models.classifier import Classifier
from recon_model.models.encoder import Encoder
from recon_model.models.pretraining import Pretraining
from recon_model.models.segmenter import Segmenter
from recon_model.models.zero_shot import ZeroShot

GOLDEN = Path(__file__).parents[2] / "golden" / "open_b"


def _envelope(name: str) -> dict[str, Any]:
    with release._numpy_scalars():
        return torch.load(GOLDEN / name, weights_only=True)  # type: ignore[no-any-return]


@pytest.mark.parametrize("name", ["pretrain.pth", "cls_full.pth", "cls_linear.pth"])
def test_round_trip_is_bit_exact(name: str, tmp_path: Path) -> None:
    loaded = release.load(GOLDEN / name)
    prefix = "module." if loaded.prefixed else ""
    release.save(tmp_path / name, loaded.state, loaded.kind, epoch=loaded.epoch or 0, prefix=prefix)
    before, after = _envelope(name)["base_model"], torch.load(tmp_path / name, weights_only=True)["base_model"]
    assert before.keys() == after.keys()
    for key, tensor in before.items():
        assert tensor.dtype == after[key].dtype, key
        assert torch.equal(tensor, after[key]), key
    again = release.load(tmp_path / name)
    assert again.state.keys() == loaded.state.keys()
    assert not again.unknown


def test_a_fresh_model_of_every_kind_goes_out_and_comes_back(tmp_path: Path) -> None:
    config = release.load(GOLDEN / "pretrain.pth").config(heads=2)
    models = {
        "pretraining": Pretraining(config),
        "classifier": Classifier(config, 4),
        "zero_shot": ZeroShot(config),
        "segmenter": Segmenter(config),
    }
    for kind, model in models.items():
        path = tmp_path / f"{kind}.pth"
        release.save(path, model.state_dict(), kind)  # type: ignore[arg-type]
        loaded = release.load(path)
        assert loaded.kind == kind
        assert load_strictly(model, loaded.state, kind).complete


def test_pretraining_holds_as_many_tensors_as_published() -> None:
    with torch.device("meta"):
        from recon_model import presets

        assert len(release.names(Pretraining(presets.base()).state_dict(), "pretraining")) == 363
        assert len(release.names(Classifier(presets.base(), 40).state_dict(), "classifier")) == 322


def test_settings_come_from_shapes() -> None:
    loaded = release.load(GOLDEN / "pretrain.pth")
    config = loaded.config(heads=2, num_groups=12)
    assert (config.width, config.depth, config.decoder_depth, config.group_size, config.num_groups) == (48, 2, 1, 16, 12)
    assert (config.image_dim, config.text_dim, config.self_contrastive, config.decoder_heads) == (512, 512, True, 2)
    assert (config.patch_widths, config.position_width, config.mlp_ratio) == ((128, 256, 512), 128, 4.0)
    with pytest.raises(ConfigError, match=r"width \(48\).*multiple of 64"):
        loaded.config()


def test_metrics_may_hold_numpy_numbers() -> None:
    loaded = release.load(GOLDEN / "cls_full.pth")
    assert isinstance(loaded.metrics["acc"], np.floating)
    assert loaded.epoch == 123


def test_teachers_are_ignored_and_module_is_stripped_at_the_start_only(tmp_path: Path) -> None:
    state = _envelope("pretrain.pth")["base_model"]
    state["module.img_encoder.module.weight"] = torch.zeros(2)
    state["module.text_encoder.a"] = torch.zeros(2)
    state["module.extra.module.thing"] = torch.zeros(2)
    torch.save({"model": state}, tmp_path / "x.pth")
    loaded = release.load(tmp_path / "x.pth")
    assert loaded.unknown == ("extra.module.thing",)
    assert "Ignored 2 tensors of the frozen teachers" in loaded.notes[0]
    assert load_strictly(Pretraining(loaded.config(heads=2)), loaded.state, "x.pth").coverage == 1.0


class _Surprise:
    def __reduce__(self) -> tuple[Any, ...]:
        return (exec, ("raise SystemExit('executed')",))


def test_pickled_code_is_not_run(tmp_path: Path) -> None:
    torch.save({"base_model": {}, "metrics": _Surprise()}, tmp_path / "bad.pth")
    with pytest.raises(CheckpointError, match="holds more than tensors and plain values"):
        release.load(tmp_path / "bad.pth")


@pytest.mark.parametrize("content", [b"", b"not a checkpoint", b"PK\x03\x04" + b"\0" * 40])
def test_damaged_files_are_one_sentence(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "bad.pth").write_bytes(content)
    with pytest.raises(CheckpointError, match=r"Checkpoint '.*bad.pth' is damaged"):
        release.load(tmp_path / "bad.pth")


def test_missing_and_foreign_files(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match="cannot be read"):
        release.load(tmp_path / "none.pth")
    torch.save({"state": 1}, tmp_path / "a.pth")
    with pytest.raises(CheckpointError, match="holds none of base_model, model, model_state_dict"):
        release.load(tmp_path / "a.pth")
    torch.save({"model": {"conv.weight": torch.zeros(1)}}, tmp_path / "b.pth")
    with pytest.raises(CheckpointError, match="no ReCon encoder"):
        release.load(tmp_path / "b.pth")


def test_transfer_reports_and_refuses_thin_coverage() -> None:
    loaded = release.load(GOLDEN / "pretrain.pth")
    model = Classifier(loaded.config(heads=2), 5)
    report = transfer(model, loaded.state, "pretrain")
    assert report.coverage == 1.0
    assert all(name.startswith("head.") for name in report.missing)
    assert torch.equal(model.encoder.cls_token, loaded.state["encoder.cls_token"])
    deeper = loaded.config(heads=2, depth=4)
    with pytest.raises(CheckpointError, match=r"covers \d+\.\d% of the encoder and must cover 95%.*blocks\.2"):
        transfer(Classifier(deeper, 5), loaded.state, "pretrain")


def test_strict_loading_names_what_is_missing_unexpected_and_misshapen() -> None:
    holder = torch.nn.Module()
    holder.encoder = Encoder(release.load(GOLDEN / "pretrain.pth").config(heads=2))
    state = dict(holder.state_dict())
    before = holder.encoder.norm.weight.clone()
    state["encoder.norm.bias"] = torch.zeros(3)
    state["stray"] = state.pop("encoder.norm.weight")
    with pytest.raises(
        CheckpointError, match=r"missing encoder.norm.weight; unexpected stray; misshapen encoder.norm.bias \(\(3,\), \(48,\)\)"
    ):
        load_strictly(holder, state, "x")
    assert torch.equal(holder.encoder.norm.weight, before)
