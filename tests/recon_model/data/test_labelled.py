import numpy as np
import pytest

from recon_model.data.labelled import load_labelled
from recon_model.errors import InputError


def good() -> dict[str, np.ndarray]:
    points = np.random.default_rng(0).normal(size=(3, 20, 3)).astype(np.float16)
    return {"points": points, "labels": np.array([0, 1, 1]), "names": np.array(["chair", "night stand"])}


def test_an_npz_is_read(tmp_path):
    np.savez(tmp_path / "x.npz", **good())
    clouds = load_labelled(tmp_path / "x.npz")
    assert clouds.names == ("chair", "night stand")
    assert clouds.labels.tolist() == [0, 1, 1]
    assert np.asarray(clouds.points).dtype == np.float32


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"labels": None}, "must hold points, labels and names; labels is missing"),
        ({"points": np.zeros((3, 20))}, r"must hold points \(K, P, 3\)"),
        ({"labels": np.array([0, 1])}, r"labels \(K,\) and names \(C,\); it holds \(3, 20, 3\), \(2,\) and \(2,\)"),
        ({"labels": np.array([0.0, np.nan, 1.0])}, r"labels in .* \(float64\) must be whole numbers"),
        ({"names": np.array([1, 2])}, r"names in .* \(int64\) must be words"),
        ({"names": np.array("chair")}, r"it holds \(3, 20, 3\), \(3,\) and \(\)"),
        ({"labels": np.array([0, 1, 5])}, "must be between 0 and 1; they reach from 0 to 5"),
        ({"points": np.full((3, 20, 3), np.nan)}, "must be finite"),
        ({"names": np.array([{}, {}], dtype=object)}, "cannot be read as an .npz of arrays"),
    ],
)
def test_a_bad_npz_is_a_sentence(tmp_path, change, sentence):
    arrays = {key: value for key, value in {**good(), **change}.items() if value is not None}
    np.savez(tmp_path / "x.npz", **arrays)
    with pytest.raises(InputError, match=sentence):
        load_labelled(tmp_path / "x.npz")


@pytest.mark.parametrize("damage", ["cut", "flipped", "text", "empty"])
def test_a_damaged_npz_is_a_sentence(tmp_path, damage):
    path = tmp_path / "x.npz"
    np.savez(path, **good())
    whole = path.read_bytes()
    flipped = bytes(byte ^ 255 if place in (100, 200) else byte for place, byte in enumerate(whole))
    path.write_bytes({"cut": whole[:300], "flipped": flipped, "text": b"hello", "empty": b""}[damage])
    with pytest.raises(InputError, match=r"x\.npz' (must be an \.npz archive|cannot be read as an \.npz of arrays)"):
        load_labelled(path)


def test_names_may_be_stored_as_bytes(tmp_path):
    np.savez(tmp_path / "x.npz", **{**good(), "names": np.array([b"chair", b"caf\xc3\xa9"])})
    assert load_labelled(tmp_path / "x.npz").names == ("chair", "café")


def test_a_folder_names_clouds_by_subfolder_or_file_name(tmp_path):
    (tmp_path / "floor lamp").mkdir()
    rows = np.random.default_rng(0).normal(size=(30, 3))
    for place in ("floor lamp/a.xyz", "Night_stand_0042.xyz", "night-stand_7.xyz"):
        np.savetxt(tmp_path / place, rows)
    (tmp_path / "notes.md").write_text("not a cloud")
    clouds = load_labelled(tmp_path)
    assert clouds.names == ("floor lamp", "night stand", "night-stand")
    assert sorted(clouds.labels.tolist()) == [0, 1, 2]
    assert all(points.shape == (30, 3) for points in clouds.points)


def test_a_folder_without_clouds_is_a_sentence(tmp_path):
    with pytest.raises(InputError, match="holds no file that can be read"):
        load_labelled(tmp_path)


def test_other_paths_are_refused(tmp_path):
    with pytest.raises(InputError, match=r"must be 'synthetic', an .npz file, a .csv of files and labels, or a folder"):
        load_labelled(tmp_path / "x.ply")


def test_clouds_far_from_zero_keep_their_shape(tmp_path):
    arrays = good()
    exact = arrays["points"].astype(np.float64) + np.array([500_000, 5_400_000, 300])
    np.savez(tmp_path / "x.npz", **{**arrays, "points": exact})
    for cloud, there in zip(load_labelled(tmp_path / "x.npz").points, exact, strict=True):
        assert cloud.dtype == np.float32
        np.testing.assert_allclose(cloud, there - (there.min(0) + there.max(0)) / 2, atol=1e-6)


def test_a_folder_says_what_it_leaves_out_and_passes_over_what_is_no_data(tmp_path):
    rows = np.random.default_rng(0).normal(size=(30, 3))
    for place in ("chair/a.xyz", "sofa/a.xyz", ".trash/a.xyz", "sofa/.old/a.xyz", "sofa/.a.xyz", "sofa/a.log"):
        (tmp_path / place).parent.mkdir(parents=True, exist_ok=True)
        np.savetxt(tmp_path / place, rows)
    for number in range(4):
        (tmp_path / f"chair/b{number}.ply").write_text("ply\nbroken")
    clouds = load_labelled(tmp_path)
    assert (clouds.names, clouds.labels.tolist()) == (("chair", "sofa"), [0, 1])
    assert [sentence.split(":")[0] for sentence in clouds.left_out] == ["b0.ply", "b1.ply", "b2.ply", "b3.ply"]
    assert clouds.told() == f"4 files were left out: {' '.join(clouds.left_out[:3])} …"
    assert clouds._replace(left_out=()).told() == ""


def test_a_listed_file_that_cannot_be_read_is_a_sentence_and_a_byte_order_mark_is_not(tmp_path):
    np.savetxt(tmp_path / "a.xyz", np.random.default_rng(0).normal(size=(30, 3)))
    (tmp_path / "list.csv").write_text("file,label\na.xyz,chair\n", encoding="utf-8-sig")
    assert load_labelled(tmp_path / "list.csv").names == ("chair",)
    (tmp_path / "list.csv").write_text("file,label\na.xyz,chair\nb.xyz,chair\n")
    with pytest.raises(InputError, match=r"b\.xyz: there is no such file"):
        load_labelled(tmp_path / "list.csv")
