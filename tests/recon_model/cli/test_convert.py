"""A model that stands clouds up, in another folder."""

from pathlib import Path

import numpy as np

from recon_model.assets import asset_path
from recon_model.checkpoint import format as folder_format
from recon_model.checkpoint.opening import UPRIGHT
from recon_model.predictor import Predictor
from tests.recon_model.cli.conftest import Run


def test_a_copy_stands_clouds_up_alike(run: Run, tmp_path: Path, blob: np.ndarray) -> None:
    status, _, err = run("convert", "default", tmp_path / "copy")
    assert (status, err) == (0, "")
    before, after = (Predictor.load(source, "cpu").prepare(blob) for source in ("default", tmp_path / "copy"))
    assert before.stance.up == after.stance.up
    assert np.array_equal(before.points, after.points)
    assert folder_format.load_card(tmp_path / "copy")["upright"] == folder_format.load_card(asset_path("default"))["upright"]


def test_a_copy_of_what_lost_it_opens_and_takes_clouds_as_they_are(run: Run, tmp_path: Path) -> None:
    run("convert", "default", tmp_path / "copy")
    (tmp_path / "copy" / UPRIGHT).unlink()
    status, out, _ = run("convert", tmp_path / "copy", tmp_path / "again")
    assert status == 0
    assert "Left out what stands clouds up: upright.safetensors is not beside the model." in out
    assert Predictor.load(tmp_path / "again", "cpu").upright is None
