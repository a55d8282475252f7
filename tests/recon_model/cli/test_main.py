"""The command line inside this process: exit statuses, sentences, and that --json is JSON and nothing else."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from recon_model.checkpoint import format as folder_format
from recon_model.cli.main import COMMANDS
from recon_model.data.clouds import read
from recon_model.lexicon import Name
from recon_model.predictor import Predictor
from tests.recon_model.cli.conftest import Run

pytestmark = pytest.mark.usefixtures("one_thread")

NAMES = "chair,airplane,night stand"


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data set of 15 clouds, five of each of three names."""
    path = tmp_path_factory.mktemp("data") / "set.npz"
    rng = np.random.default_rng(0)
    labels = np.repeat([0, 1, 2], 5)
    points = rng.uniform(-1, 1, (15, 200, 3)) * (1 + 4 * np.eye(3))[labels][:, None]
    np.savez(path, points=points.astype(np.float16), labels=labels, names=np.array(["chair", "airplane", "night_stand"]))
    return path


def sentence(text: str) -> str:
    """The one line that stderr must hold."""
    assert text.count("\n") == 1, text
    assert text.endswith(".\n")
    return text


def test_info_says_what_a_model_is(run: Run, small_checkpoint: Path) -> None:
    status, out, err = run("info", small_checkpoint, "--json")
    document = json.loads(out)
    assert (status, err) == (0, "")
    assert document["name"] == "small"
    state, card = folder_format.load(small_checkpoint)
    assert document["card"] == card
    statistics = ("running_mean", "running_var", "num_batches_tracked")
    assert document["parameters"] == sum(value.numel() for name, value in state.items() if not name.endswith(statistics))
    status, out, _ = run("info", small_checkpoint)
    assert status == 0
    assert "16 patches of 8" in out


def test_info_says_what_a_cloud_holds(run: Run, files: Path) -> None:
    status, out, err = run("info", files / "box.xyz", "--json")
    document = json.loads(out)
    assert (status, err) == (0, "")
    assert document["kind"] == "points"
    assert document["vertices"] == document["points"] > 0
    assert len(document["extent"]) == 3
    status, out, _ = run("info", files / "box.xyz")
    assert f"{document['vertices']:,} points" in out
    status, out, err = run("info", files / "bad.ply")
    assert (status, out) == (2, "")
    assert "bad.ply" in sentence(err)


def test_info_shows_results_with_their_protocol(run: Run, small_checkpoint: Path, tmp_path: Path) -> None:
    state, card = folder_format.load(small_checkpoint)
    results = [{"protocol": "by ear.", "data": "x.npz", "n": 12, "top1": 0.25}, {"protocol": "by eye.", "top1": 0.5}, "none yet"]
    results.append({"protocol": "by foot.", "kept_standing": 0.9, "up_found": 0.625})
    folder_format.save(tmp_path / "m", state, {**card, "results": results})
    _, out, _ = run("info", tmp_path / "m")
    shown = [line.removeprefix("result").strip() for line in out.splitlines() if line.startswith("result")]
    assert shown == [
        "top-1 25.0% on x.npz (12 clouds): by ear.",
        "top-1 50.0%: by eye.",
        "none yet",
        "kept standing 90.0%, stood up 62.5%: by foot.",
    ]


def test_reconstruct_hides_the_patches_that_are_named(run: Run, small_checkpoint: Path, files: Path, tmp_path: Path) -> None:
    options = ("--model", small_checkpoint, "--device", "cpu", "--out", tmp_path / "out", "--json")
    for given, wanted in (("5, 0,9", [0, 5, 9]), ("none", [])):
        status, out, _ = run("reconstruct", files / "box.xyz", "--hidden", given, *options)
        assert (status, json.loads(out)["hidden"]) == (0, wanted)
        assert [json.loads(out)[key] for key in ("mask_ratio", "strategy", "seed")] == [None] * 3  # nothing was drawn
    assert "0 patches hidden (as given)" in run("reconstruct", files / "box.xyz", "--hidden", "none", *options[:-1])[1]
    for wrong in ("16", "a,b", "-1", ""):
        status, _, err = run("reconstruct", files / "box.xyz", f"--hidden={wrong}", *options)
        assert status == 2
        assert "must be numbers of patches from 0 to 15, separated by commas" in err


def test_reconstruct_treats_the_cloud_first_and_still_speaks_the_files_coordinates(
    run: Run, small_checkpoint: Path, files: Path, tmp_path: Path
) -> None:
    cloud = read(files / "box.xyz")
    lowest, highest = (cloud.points.min(0) + cloud.origin).tolist(), (cloud.points.max(0) + cloud.origin).tolist()
    middle = (lowest[0] + highest[0]) / 2
    box = ",".join(f"{number:.9g}" for number in (lowest[0] - 1, lowest[1] - 1, lowest[2] - 1, middle, highest[1] + 1, highest[2] + 1))
    options = ("--model", small_checkpoint, "--device", "cpu", "--out", tmp_path / "out", "--json")
    status, out, err = run("reconstruct", files / "box.xyz", "--fix", "duplicates", f"--fix=crop:{box}", "--up=-z", *options)
    assert (status, err) == (0, "")
    document = json.loads(out)
    assert (document["fixes"], document["up"]) == (["duplicates", f"crop:{box}"], "-z")
    assert any(note.startswith(f"The fix 'crop:{box}' took ") for note in document["notes"])
    written = read(tmp_path / "out" / "input.ply")
    points = written.points + np.asarray(written.origin)
    assert lowest[0] - 1e-3 <= points[:, 0].min() <= points[:, 0].max() <= middle + 1e-3
    assert (points.min(0)[1:] >= np.array(lowest[1:]) - 1e-3).all()  # turned to be looked at, and turned back
    assert (points.max(0)[1:] <= np.array(highest[1:]) + 1e-3).all()
    for wrong, sentence in (("paint", "must be duplicates, strays"), ("floor", "must be duplicates"), ("crop:1,2", "six numbers")):
        status, _, err = run("reconstruct", files / "box.xyz", "--fix", wrong, *options)
        assert (status, sentence in err) == (2, True)


def test_reconstruct_writes_what_the_predictor_says_in_the_files_coordinates(
    run: Run, small_checkpoint: Path, files: Path, tmp_path: Path
) -> None:
    out_folder = tmp_path / "deep" / "out"
    options = ("--model", small_checkpoint, "--device", "cpu", "--mask-ratio", 0.25, "--seed", 3, "--out", out_folder, "--json")
    status, out, err = run("reconstruct", files / "box.xyz", *options)
    assert (status, err) == (0, "")
    document = json.loads(out)
    assert document == json.loads((out_folder / "reconstruction.json").read_text())
    predictor = Predictor.load(small_checkpoint, "cpu")
    cloud = read(files / "box.xyz")
    prepared = predictor.prepare(cloud.points)
    expected = predictor.reconstruct(prepared, mask_ratio=0.25, seed=3)
    assert document["hidden"] == np.flatnonzero(expected.hidden).tolist()
    assert [row["patch"] for row in document["patches"]] == document["hidden"]
    np.testing.assert_allclose([row["chamfer"] for row in document["patches"]], expected.chamfer, rtol=1e-4)
    assert (document["seed"], document["mask_ratio"], document["strategy"]) == (3, 0.25, "random")
    assert document["model"]["weights_sha256"] == predictor.card["weights_sha256"]
    assert document["versions"]["torch"]
    rebuilt = expected.rebuilt.reshape(-1, 3).astype(np.float64) * prepared.scale + prepared.centre + cloud.origin
    for name, count in (("input.ply", 128), ("visible.ply", 12 * 8), ("reconstruction.ply", 16 * 8)):
        written = read(out_folder / name)
        assert written.vertex_count == count
        points = written.points.astype(np.float64) + written.origin
        assert 4e5 < points[:, 0].min() < points[:, 0].max() < 6e5
        if name == "reconstruction.ply":
            np.testing.assert_allclose(points[-len(rebuilt) :], rebuilt, atol=1e-4)


def test_explain_writes_what_the_predictor_says(run: Run, small_checkpoint: Path, files: Path, tmp_path: Path) -> None:
    asked = ("--phrase", "chair", "--against", "airplane,lamp", "--mask-ratio", 0.25, "--seed", 3, "--runs", 2, "--steps", 4)
    status, out, err = run(
        "explain", files / "box.xyz", *asked, "--model", small_checkpoint, "--device", "cpu", "--out", tmp_path, "--json"
    )
    assert (status, err) == (0, "")
    document = json.loads(out)
    assert document == json.loads((tmp_path / "explain.json").read_text())
    tables = {
        name: np.genfromtxt(tmp_path / f"{name}.csv", delimiter=",", names=True, dtype=None) for name in ("patches", "curves", "ratios")
    }
    predictor = Predictor.load(small_checkpoint, "cpu")
    cloud = read(files / "box.xyz")
    prepared = predictor.prepare(cloud.points)
    hidden = predictor.reconstruct(prepared, mask_ratio=0.25, seed=3).hidden
    whole, masked = predictor.explain(prepared), predictor.explain(prepared, hidden)
    patches, others = tables["patches"], {"against": ["airplane", "lamp"]}
    np.testing.assert_array_equal(patches["hidden"], hidden)
    assert (np.abs(patches["x"] - 5e5) < 2).all()
    np.testing.assert_allclose(patches["error_alone"], whole.errors_alone(), rtol=1e-4)
    np.testing.assert_allclose(patches["rollout_text"], whole.rollout().queries[2], rtol=1e-4)
    np.testing.assert_allclose(patches["occlusion_error"], masked.occlusion().effect, atol=1e-6)
    np.testing.assert_allclose(patches["occlusion_phrase"], whole.occlusion("chair", **others).effect, atol=1e-6)
    np.testing.assert_allclose(patches["relevance_integrated"], whole.relevance("chair", **others).values, atol=1e-6)
    assert document["phrase"]["score"] == pytest.approx(whole.score("chair", **others), abs=1e-6)
    assert document["rebuilding"]["overlap"] == masked.coverage().sentence
    assert len(tables["ratios"]) == 2 * 9 * 2
    curves = tables["curves"]
    for measured, count in (("error", 4), ("phrase", 6)):  # random counts twice
        assert (curves["measured"] == measured).sum() == count * 5
    last = curves["insertion"][(curves["measured"] == "phrase") & (curves["shown"] == 1)]
    np.testing.assert_allclose(last, document["phrase"]["score"], atol=1e-5)


def test_explain_without_a_phrase_or_a_mask_leaves_that_out(run: Run, small_checkpoint: Path, files: Path, tmp_path: Path) -> None:
    options = ("--model", small_checkpoint, "--device", "cpu", "--runs", 1, "--out", tmp_path)
    status, out, err = run("explain", files / "box.xyz", "--mask-ratio", 0, *options)
    assert (status, err) == (0, "")
    assert "Wrote patches.csv, ratios.csv, curves.csv and explain.json" in out
    document = json.loads((tmp_path / "explain.json").read_text())
    assert (document["rebuilding"], document["phrase"]) == (None, None)
    assert "occlusion" not in (tmp_path / "patches.csv").read_text().splitlines()[0]


def test_explain_says_what_a_model_without_a_decoder_leaves_out(run: Run, small_checkpoint: Path, files: Path, tmp_path: Path) -> None:
    state, card = folder_format.load(small_checkpoint)
    folder_format.save(tmp_path / "m", {name: value for name, value in state.items() if not name.startswith("decoder.")}, card)
    options = ("--model", tmp_path / "m", "--device", "cpu", "--runs", 1, "--steps", 2, "--out", tmp_path / "out", "--json")
    status, out, _ = run("explain", files / "box.xyz", "--phrase", "chair", *options)
    document = json.loads(out)
    assert (status, document["files"]) == (0, ["patches.csv", "curves.csv"])
    assert "The model has no decoder, so rebuilding is not explained." in document["notes"]
    assert set(document["phrase"]["areas"]) == {"attention", "random", "relevance", "occlusion"}
    status, _, err = run("explain", files / "box.xyz", *options)
    assert status == 2
    assert "has no decoder, so it cannot reconstruct" in sentence(err)


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (("--against", "car"), "against ('car') needs a phrase to stand against; give one with --phrase."),
        (("--runs", 0), "runs (0) must be at least 1."),
        (("--steps", 0), "steps (0) must be at least 1."),
        (("--mask-ratio", 1), "mask_ratio (1.0) must be at least 0 and below 1."),
        (("--phrase", " "), "names (' ') must hold at least one name, and none may be blank."),
    ],
)
def test_explain_says_what_it_cannot_do(
    run: Run, small_checkpoint: Path, files: Path, tmp_path: Path, options: tuple[object, ...], expected: str
) -> None:
    status, _, err = run("explain", files / "box.xyz", *options, "--model", small_checkpoint, "--device", "cpu", "--out", tmp_path)
    assert (status, sentence(err)) == (2, expected + "\n")
    assert not (tmp_path / "explain.json").exists()


def test_classify_ranks_every_file(run: Run, small_checkpoint: Path, files: Path) -> None:
    paths = [files / "box.xyz", files / "rods" / "rod.xyz"]
    status, out, err = run("classify", *paths, "--names", NAMES, "--model", small_checkpoint, "--json")
    assert (status, err) == (0, "")
    document = json.loads(out)
    assert set(document) == {"files", "untaught"}
    assert [entry["file"] for entry in document["files"]] == [str(path) for path in paths]
    predictor = Predictor.load(small_checkpoint)
    for entry, path in zip(document["files"], paths, strict=True):
        expected = predictor.classify(predictor.prepare(read(path).points), NAMES.split(","))
        assert [row["name"] for row in entry["scores"]] == list(expected.names)
        np.testing.assert_allclose([row["score"] for row in entry["scores"]], expected.similarities, atol=1e-5)


def test_classify_says_which_names_no_shape_taught(run: Run, small_checkpoint: Path, files: Path, tmp_path: Path) -> None:
    state, card = folder_format.load(small_checkpoint)
    folder_format.save(tmp_path / "m", state, {**card, "data": {"names": ["chair", "night_stand"]}})
    box = files / "box.xyz"
    for names, alone in ((NAMES, ["airplane"]), ("chair", []), ("sofa = chair; airplane = plane", ["airplane"])):
        _, out, _ = run("classify", box, "--names", names, "--model", tmp_path / "m", "--json")
        assert json.loads(out)["untaught"] == alone
        _, out, _ = run("classify", box, box, "--names", names, "--model", tmp_path / "m")
        assert out.count("no shape taught the model these: airplane.") == len(alone)  # once, whatever the number of files


def test_classify_ranks_what_the_model_was_taught_where_no_names_are_given(
    run: Run, small_checkpoint: Path, files: Path, tmp_path: Path
) -> None:
    taught = ["chair", "sofa", "mug", "car", "airplane", "lamp", "table"]
    state, card = folder_format.load(small_checkpoint)
    folder_format.save(tmp_path / "m", state, {**card, "data": {"names": taught}})
    box, model = files / "box.xyz", ("--model", tmp_path / "m")
    status, out, _ = run("classify", box, *model, "--json")
    assert status == 0
    ranked = [row["name"] for row in json.loads(out)["files"][0]["scores"]]
    _, asked, _ = run("classify", box, *model, "--names", ",".join(taught), "--json")
    assert ranked == [row["name"] for row in json.loads(asked)["files"][0]["scores"]]
    assert sorted(ranked) == sorted(taught)
    _, out, _ = run("classify", box, box, *model)
    assert [out.count(f"  {name}\n") for name in ranked] == [2] * 5 + [0] * 2  # the five best, for each file
    assert out.count("Ranked were the 7 names this model was taught; --names asks for others.") == 1


def test_classify_reads_names_with_other_words_and_own_templates(run: Run, small_checkpoint: Path, files: Path, tmp_path: Path) -> None:
    listed = tmp_path / "names.txt"
    listed.write_text("# mine\nchair = stool, - sofa\nairplane\n", encoding="utf-8")
    template = ("--template", "one {}", "--template", "two {}")
    status, out, _ = run("classify", files / "box.xyz", "--names-file", listed, *template, "--model", small_checkpoint, "--json")
    assert status == 0
    (entry,) = json.loads(out)["files"]
    predictor = Predictor.load(small_checkpoint)
    box = predictor.prepare(read(files / "box.xyz").points)
    expected = predictor.classify(box, [Name("chair", ("stool",), ("sofa",)), Name("airplane")], ["one {}", "two {}"])
    assert {row["name"]: row["score"] for row in entry["scores"]} == pytest.approx(
        dict(zip(expected.names, expected.similarities.tolist(), strict=True)), abs=1e-5
    )
    assert entry["margin"] == pytest.approx(expected.margin, abs=1e-4)
    assert entry["entropy_bits"] == pytest.approx(expected.entropy, abs=1e-4)
    assert entry["unlike"] is None  # the small model's card holds no scale
    listed.write_text("chair\n= stool\n", encoding="utf-8")
    status, _, err = run("classify", files / "box.xyz", "--names-file", listed)
    assert status == 2
    assert "line 2: Before '=' must stand one name." in sentence(err)


def test_one_bad_file_costs_a_sentence_and_the_status_but_not_the_others(run: Run, small_checkpoint: Path, files: Path) -> None:
    status, out, err = run("classify", files / "bad.ply", files / "box.xyz", "--names", NAMES, "--model", small_checkpoint, "--json")
    assert status == 2
    assert "bad.ply" in sentence(err)
    assert [entry["file"] for entry in json.loads(out)["files"]] == [str(files / "box.xyz")]


def test_embed_takes_folders_files_and_data_sets(run: Run, small_checkpoint: Path, files: Path, data: Path, tmp_path: Path) -> None:
    target = tmp_path / "x.npz"
    status, out, err = run("embed", files, data, "--out", target, "--model", small_checkpoint)
    assert status == 2
    assert "bad.ply" in sentence(err)
    assert "17 embeddings" in out
    with np.load(target, allow_pickle=False) as arrays:
        assert arrays["embeddings"].shape == (17, 64)
        assert arrays["labels"].tolist() == ["chair"] * 5 + ["airplane"] * 5 + ["night_stand"] * 5 + ["", "rods"]
        assert arrays["files"].tolist()[-2:] == [str(files / "box.xyz"), str(files / "rods" / "rod.xyz")]
        predictor = Predictor.load(small_checkpoint)
        assert str(arrays["model_sha256"]) == predictor.card["weights_sha256"]
        alone = predictor.embed([read(files / "box.xyz").points])
        np.testing.assert_allclose(arrays["embeddings"][-2], alone.features[0], atol=1e-4)
        np.testing.assert_allclose(arrays["projected"][-2], alone.projected[0], atol=1e-4)  # type: ignore[index]
    assert [path.name for path in tmp_path.iterdir()] == ["x.npz"]  # no temporary file is left


def test_zero_shot_prints_the_agreed_document(run: Run, small_checkpoint: Path, data: Path) -> None:
    status, out, err = run("evaluate", "zero-shot", "--data", data, "--model", small_checkpoint, "--json")
    assert (status, err) == (0, "")
    document = json.loads(out)
    assert set(document) == {"protocol", "data", "n", "seed", "names", "top1", "top3", "top5", "per_class", "confusion"}
    assert (document["n"], document["data"], document["top5"]) == (15, str(data), 1.0)
    assert np.trace(document["confusion"]) / 15 == pytest.approx(document["top1"])


def test_svm_prints_its_folds(run: Run, small_checkpoint: Path, data: Path) -> None:
    status, out, _ = run("evaluate", "svm", "--data", data, "--model", small_checkpoint, "--json")
    document = json.loads(out)
    assert status == 0
    assert document["top1"] == pytest.approx(np.mean(document["folds"]))
    assert document["top1"] == 1.0  # the three classes differ in their extent


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (
            ("zero-shot", "--missing", "0.3", "--rotate-y", "--orientations"),
            ("24 axis orientations (seed 7)", "largest confusions:", "top-3"),
        ),
        (("svm", "--rotate-y"), ("turned about y by a random angle (seed 7)", " ± ")),
        (
            ("reconstruction", "--mask-ratio", "0.5", "--strategy", "block"),
            ("8 of 16 patches hidden (block, seed 7)", "nearest visible patch"),
        ),
    ],
)
def test_protocols_print_what_they_did(
    run: Run, small_checkpoint: Path, data: Path, arguments: tuple[str, ...], expected: tuple[str, ...]
) -> None:
    status, out, err = run("evaluate", *arguments, "--data", data, "--model", small_checkpoint, "--seed", "7")
    assert (status, err) == (0, "")
    for part in expected:
        assert part in out
    status, out, _ = run("evaluate", *arguments, "--data", data, "--model", small_checkpoint, "--seed", "7", "--json")
    assert (status, json.loads(out)["seed"]) == (0, 7)


def test_upright_prints_what_stands_and_what_is_stood_up(run: Run, data: Path) -> None:
    status, out, err = run("evaluate", "upright", "--data", data)
    assert (status, err) == (0, "")
    for part in ("kept standing", "found lying", "-z ", "+y as they are"):
        assert part in out
    status, out, _ = run("evaluate", "upright", "--data", data, "--json")
    document = json.loads(out)
    assert document["kept_standing"] == document["by_up"]["+y"]
    assert document["up_found"] == pytest.approx(np.mean([share for up, share in document["by_up"].items() if up != "+y"]))


def test_convert_goes_there_and_back(run: Run, tmp_path: Path) -> None:
    import torch

    from recon_model.checkpoint import release
    from recon_model.config import ModelConfig
    from recon_model.models.pretraining import Pretraining

    model = Pretraining(ModelConfig(width=64, depth=1, heads=1, decoder_depth=1, decoder_heads=1, patch_widths=(8, 16, 32)))
    release.save(tmp_path / "a.pth", model.state_dict(), "pretraining", epoch=12)
    status, out, err = run("convert", tmp_path / "a.pth", tmp_path / "ours")
    assert (status, err) == (0, "")
    assert "tensors loaded, 100.0% of the encoder" in out
    status, _, _ = run("convert", tmp_path / "ours", tmp_path / "b.pth")
    assert status == 0
    before, after = (torch.load(tmp_path / name, weights_only=True) for name in ("a.pth", "b.pth"))
    assert before["epoch"] == after["epoch"] == 12
    assert list(before["base_model"]) == list(after["base_model"])
    assert all(torch.equal(before["base_model"][key], after["base_model"][key]) for key in before["base_model"])


def test_convert_takes_what_shapes_cannot_tell(run: Run, small_checkpoint: Path, tmp_path: Path) -> None:
    golden = Path(__file__).resolve().parents[2] / "golden" / "open_b" / "pretrain.pth"
    status, out, err = run("convert", golden, tmp_path / "ours")
    assert (status, out) == (2, "")
    assert "heads must be given for width (48)" in sentence(err)
    status, out, err = run("convert", golden, tmp_path / "ours", "--heads", "2", "--num-groups", "12", "--num-points", "200")
    assert (status, err) == (0, "")
    config = folder_format.load_card(tmp_path / "ours")["config"]
    assert [config[name] for name in ("heads", "decoder_heads", "num_groups", "num_points", "group_size")] == [2, 2, 12, 200, 16]
    status, _, err = run("convert", small_checkpoint, tmp_path / "again", "--heads", "2")
    assert status == 2
    assert "for a .pth of the release only" in sentence(err)


def test_convert_says_what_the_authors_file_cannot(run: Run, small_checkpoint: Path, tmp_path: Path) -> None:
    status, out, _ = run("convert", small_checkpoint, tmp_path / "small.pth")
    assert status == 0
    assert "must know its settings: heads must be given for width (32)" in out


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ((), "the following arguments are required: COMMAND"),
        (("frobnicate",), "invalid choice: 'frobnicate'"),
        (
            ("classify", "a.ply", "--model", "{model}"),
            "names must be given (--names or --names-file): this model does not say which it was taught",
        ),
        (("reconstruct", "a.ply", "--out", "x", "--mask-ratio", "much"), "invalid float value: 'much'"),
        (("info", "/nowhere"), "Model '/nowhere' does not exist"),
        (("info", "--device", "tpu"), "device ('tpu') must be auto, cpu"),
        (("classify", "a.ply", "--names", " , "), "must hold at least one name"),
        (("classify", "a.ply", "--names", "chair,table,chair"), "chair occurs more than once"),
        (("classify", "/nowhere.ply", "--names", "chair", "--model", "{model}"), "nowhere.ply"),
        (("classify", "a.ply", "--names-file", "/nowhere.txt"), "'/nowhere.txt' cannot be read (No such file or directory)"),
        (("classify", "a.ply", "--names", "chair", "--model", "{model}", "--template", "a thing"), "must hold {} where the name goes"),
        (
            ("classify", "/nowhere.ply", "--names", "chair", "--model", "{model}", "--templates", "odes"),
            "templates ('odes') must be one of",
        ),
        (("reconstruct", "{box}", "--model", "{model}", "--out", "{out}", "--mask-ratio", "1"), "mask_ratio (1.0) must be at least 0"),
        (("reconstruct", "{box}", "--model", "{model}", "--out", "{box}"), "cannot be made"),
        (("robustness", "{box}", "--drop", "0.5"), "one of the arguments --names --names-file is required"),
        (("robustness", "{box}", "--names", "chair"), "Nothing is damaged: give a strength (--drop, --jitter"),
        (("robustness", "{box}", "--names", "chair", "--drop", "2"), "drop (2.0) must be between 0 and 1."),
        (("robustness", "{box}", "--names", "chair", "--vary", "colour"), "invalid choice: 'colour'"),
        (("robustness", "{box}", "--names", "chair", "--vary", "tilt", "--draws", "0"), "draws (0) must be at least 1."),
        (("robustness", "{box}", "--names", "a; b = c = d", "--drop", "0.5"), "names, part 2: A line may hold '=' once"),
        (("robustness", "{box}", "--names", ";", "--drop", "0.5"), "names (';') must hold at least one name."),
        (("robustness", "/nowhere.ply", "--names", "chair", "--drop", "0.5", "--model", "{model}"), "nowhere.ply"),
        (("embed", "{box}", "--model", "{model}", "--out", "x.txt"), "must end in .npz"),
        (("embed", "{box}", "--model", "{model}", "--out", "/nowhere/x.npz"), "'/nowhere/x.npz' cannot be written"),
        (("evaluate", "zero-shot", "--data", "/nowhere.npz"), "/nowhere.npz"),
        (("evaluate", "svm", "--data", "/nowhere.npz", "--missing", "1"), "missing (1.0) must be at least 0 and below 1"),
        (("evaluate", "zero-shot", "--data", "{data}", "--model", "{model}", "--all-names"), "does not say which names it was taught"),
        (("evaluate", "unlike", "--data", "{data}", "--model", "{model}"), "does not say which names it was taught"),
        (("evaluate", "upright", "--data", "{data}", "--model", "{model}"), "does not judge which way is up"),
        (("convert", "{model}", "/nowhere/x.pth"), "'/nowhere' does not exist"),
    ],
)
def test_what_a_user_can_mend_is_one_sentence_and_status_2(
    run: Run, small_checkpoint: Path, files: Path, data: Path, tmp_path: Path, arguments: tuple[str, ...], expected: str
) -> None:
    places = {"model": small_checkpoint, "box": files / "box.xyz", "out": tmp_path, "data": data}
    status, out, err = run(*(argument.format(**places) for argument in arguments))
    assert (status, out) == (2, "")
    assert expected in sentence(err)


def test_a_fault_of_ours_is_status_1_and_shows_its_traceback_only_when_asked(
    run: Run, small_checkpoint: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Predictor, "about", property(lambda self: 1 / 0))
    monkeypatch.delenv("RECON_DEBUG", raising=False)
    status, out, err = run("info", small_checkpoint, "--json")
    assert (status, out) == (1, "")
    assert "ZeroDivisionError" in sentence(err)
    monkeypatch.setenv("RECON_DEBUG", "1")
    assert "Traceback" in run("info", small_checkpoint)[2]


def test_what_is_printed_on_the_way_stays_out_of_the_document(run: Run, small_checkpoint: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    load = Predictor.load

    def chatty(*args: Any, **kwargs: Any) -> Predictor:
        print("loading, please wait")
        return load(*args, **kwargs)

    monkeypatch.setattr(Predictor, "load", chatty)
    status, out, err = run("info", small_checkpoint, "--json")
    assert status == 0
    assert json.loads(out)["name"] == "small"
    assert err == "loading, please wait\n"


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_that_needs_no_torch(command: str) -> None:
    lines = (
        "import sys",
        "from recon_model.cli.main import main",
        "try:",
        "    main([sys.argv[1], '--help'])",
        "finally:",
        "    assert 'torch' not in sys.modules",
    )
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[3])}
    program = [sys.executable, "-P", "-c", "\n".join(lines), command]
    done = subprocess.run(program, capture_output=True, text=True, check=False, env=environment)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(f"usage: recon {command}")
