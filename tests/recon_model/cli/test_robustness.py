"""``recon robustness`` says what the library says, as a document, as tables and as the damaged cloud."""

import json
from pathlib import Path

import numpy as np
import pytest

from recon_model.config import Damage
from recon_model.data.clouds import read
from recon_model.evaluate.robustness import damaged_scores, robustness
from recon_model.lexicon import Name
from recon_model.predictor import Predictor
from tests.recon_model.cli.conftest import Run

pytestmark = pytest.mark.usefixtures("one_thread")


def test_robustness_says_what_the_library_says(run: Run, small_checkpoint: Path, files: Path, tmp_path: Path) -> None:
    damage = ("--drop", 0.3, "--tilt", 20, "--occlude", 0.2, "--part", "side", "--side", 90, "--seed", 4)
    options = ("--vary", "jitter", "--draws", 2, "--up=+z", "--out", tmp_path, "--model", small_checkpoint, "--device", "cpu", "--json")
    status, out, err = run("robustness", files / "box.xyz", "--names", "chair = stool; airplane", *damage, *options)
    assert (status, err) == (0, "")
    document = json.loads(out)
    assert document == json.loads((tmp_path / "robustness.json").read_text())
    predictor, names = Predictor.load(small_checkpoint, "cpu"), (Name("chair", ("stool",)), Name("airplane"))
    cloud = read(files / "box.xyz")
    prepared = predictor.prepare(cloud.points, up="+z")
    points, wanted = prepared.inward(cloud.points), Damage(drop=0.3, tilt=20, occlude=0.2, part="side", side=90, seed=4)
    before, (after, _) = predictor.classify(prepared, names), damaged_scores(predictor, points, names, "default", wanted, up="+y")
    rows = {row["name"]: row for row in document["names"]}
    assert [row["name"] for row in document["names"]] == list(before.names)
    for found, ending in ((before, ""), (after, "_damaged")):
        for name, cosine, share in zip(found.names, found.similarities, found.probabilities, strict=True):
            assert rows[name]["cosine" + ending] == pytest.approx(float(cosine), abs=1e-5)
            assert rows[name]["share" + ending] == pytest.approx(float(share), abs=1e-4)
    whole = robustness(predictor, points, names, "default", wanted, "jitter", up="+y", seeds=(0, 1))
    (curve,) = document["curves"]
    assert (curve["varied"], curve["strengths"], curve["names"]) == ("jitter", list(whole.strengths), ["chair", "airplane"])
    np.testing.assert_allclose(curve["shares"], whole.shares, atol=1e-4)
    table = np.genfromtxt(tmp_path / "curves.csv", delimiter=",", names=True, dtype=None)
    np.testing.assert_allclose(table["cosine"], whole.similarities.ravel(), atol=1e-5)
    assert (table["seed"][:4].tolist(), table["name"][:2].tolist()) == ([0, 0, 1, 1], ["chair", "airplane"])
    written = read(tmp_path / "damaged.ply")
    assert written.vertex_count == document["points_left"] == round(0.7 * round(0.8 * document["points"]))
    assert (written.points + written.origin)[:, 0].min() > 4e5  # in the file's coordinates


def test_robustness_without_damage_ranks_along_the_curve_alone(run: Run, small_checkpoint: Path, files: Path) -> None:
    asked = ("robustness", files / "box.xyz", "--names", "chair,airplane,lamp", "--vary", "turn", "--model", small_checkpoint, "--up=+z")
    status, out, err = run(*asked)
    assert (status, err) == (0, "")
    assert "against turn, mean of 1 draw:" in out
    assert "points are left" not in out
    assert len([line for line in out.splitlines() if line.startswith("  ")]) == 3 + 9
