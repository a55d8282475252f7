import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from tests import parity

GOLDEN = Path(__file__).parent / "golden" / "open_b"


def test_agrees_with_the_release() -> None:
    report = parity.compare(GOLDEN)
    assert report.failed == []
    assert len(report.compared) == 22


@pytest.mark.parametrize("name", ["open_a", "open_b"])
def test_agrees_with_every_recorded_folder(name: str, shared: Path) -> None:
    report = parity.compare(shared / "parity" / name)
    assert report.failed == []
    assert report.used == {path.name for path in (shared / "parity" / name).iterdir()}


def _lean(tmp_path: Path) -> Path:
    for name in ("pretrain.pth", "pretrain.json", "pretrain_io.npz"):
        shutil.copyfile(GOLDEN / name, tmp_path / name)
    return tmp_path


def test_a_wrong_number_a_wrong_norm_and_a_wrong_gradient_are_noticed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = _lean(tmp_path)
    with np.load(folder / "pretrain_io.npz") as file:
        arrays = dict(file)
    arrays["eval_vis"][0, 0, 0] += 2e-5
    np.savez(folder / "pretrain_io.npz", **arrays)
    described = json.loads((folder / "pretrain.json").read_text())
    described["grad_norms"]["MAE_encoder.img_token"] *= 1.01
    described["grad_norms"]["MAE_encoder.text_token"] = None
    (folder / "pretrain.json").write_text(json.dumps(described))
    assert parity.main([str(folder)]) == 1
    printed = capsys.readouterr().out
    assert "FAIL   pretrain_io.npz eval_vis: largest difference 2.0" in printed
    assert "MAE_encoder.text_token" in printed
    assert "2 outside tolerance" in printed


def test_unknown_files_are_listed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = _lean(tmp_path)
    (folder / "extra.bin").write_bytes(b"")
    assert parity.main([str(folder)]) == 0
    assert "extra.bin: not compared" in capsys.readouterr().out


@pytest.mark.parametrize("damage", ["missing", "empty", "json", "npz", "pth", "config", "width", "teacher"])
def test_a_bad_folder_is_one_sentence(damage: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "none" if damage == "missing" else tmp_path
    if damage not in ("missing", "empty"):
        _lean(tmp_path)
        described = json.loads((folder / "pretrain.json").read_text())
        broken = {"json": "pretrain.json", "npz": "pretrain_io.npz", "pth": "pretrain.pth"}.get(damage)
        if broken:
            (folder / broken).write_bytes(b"{")
        elif damage == "teacher":
            with np.load(folder / "pretrain_io.npz") as file:
                arrays = dict(file)
            np.savez(folder / "pretrain_io.npz", **{**arrays, "img_feature": arrays["img_feature"][:, :9]})
        elif damage == "config":
            del described["config"]["trans_dim"]
        else:
            described["config"]["trans_dim"] = "wide"
        if not broken:
            (folder / "pretrain.json").write_text(json.dumps(described))
    assert parity.main([str(folder)]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert len(captured.err.strip().splitlines()) == 1
