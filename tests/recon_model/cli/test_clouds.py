"""What commands say of files beside their results."""

from pathlib import Path

import numpy as np
import pytest

from tests.recon_model.cli.conftest import Run


@pytest.fixture
def labelled(tmp_path: Path) -> Path:
    points = np.random.default_rng(0).normal(size=(3, 200, 3))
    for name, cloud in zip(("chair_1", "chair_2", "lamp_1"), points, strict=True):
        np.save(tmp_path / f"{name}.npy", cloud)
    return tmp_path


def test_what_a_folder_lacks_is_told_once_and_the_rest_is_measured(run: Run, small_checkpoint: Path, labelled: Path) -> None:
    (labelled / "lamp_2.ply").write_text("broken")
    arguments = ("evaluate", "zero-shot", "--data", labelled, "--names", "chair,lamp", "--model", small_checkpoint)
    status, out, err = run(*arguments)
    assert (status, err.count("1 file was left out: lamp_2.ply:"), err.count("lamp_2.ply")) == (0, 1, 1)
    assert "top-1" in out
    (labelled / "lamp_2.ply").unlink()
    assert run(*arguments)[2] == ""


def test_a_listed_file_that_is_missing_ends_it(run: Run, small_checkpoint: Path, labelled: Path) -> None:
    (labelled / "list.csv").write_text("file,label\nchair_1.npy,chair\nlamp_3.npy,lamp\n")
    status, _, err = run("evaluate", "zero-shot", "--data", labelled / "list.csv", "--model", small_checkpoint)
    assert status == 2
    assert "lamp_3.npy: there is no such file." in err


def test_a_file_of_several_clouds_says_that_one_was_taken(run: Run, small_checkpoint: Path, tmp_path: Path) -> None:
    np.save(tmp_path / "stack.npy", np.random.default_rng(0).normal(size=(5, 200, 3)))
    told = "stack.npy: it holds 5 clouds; only the first was taken."
    status, _, err = run("classify", tmp_path / "stack.npy", "--names", "chair,lamp", "--model", small_checkpoint)
    assert (status, told in err) == (0, True)
    status, _, err = run("embed", tmp_path / "stack.npy", "--out", tmp_path / "x.npz", "--model", small_checkpoint)
    assert (status, told in err) == (0, True)


def test_a_fix_that_leaves_nothing_of_one_file_costs_the_others_nothing(run: Run, small_checkpoint: Path, tmp_path: Path) -> None:
    points = np.random.default_rng(0).normal(size=(200, 3))
    for name, away in (("far", 50), ("near", 0)):
        np.savetxt(tmp_path / f"{name}.xyz", points + away)
    model = ("--names", "chair,lamp", "--model", small_checkpoint)
    status, out, err = run("classify", tmp_path / "far.xyz", tmp_path / "near.xyz", "--fix=crop:-9,-9,-9,9,9,9", *model)
    assert (status, err) == (2, f"{tmp_path / 'far.xyz'}: The fix (crop) would leave none of 200 points.\n")
    assert out.startswith(f"{tmp_path / 'near.xyz'}\n")
    status, out, err = run("classify", tmp_path / "far.xyz", tmp_path / "near.xyz", "--fix", "paint", *model)
    assert (status, out, err.count("fix ('paint') must be")) == (2, "", 1)
