"""Keys travel as text, and places on disk say what a cloud is."""

import pytest

from recon_studio.state.embeddings import CloudKey, label_of, set_of


@pytest.mark.parametrize("key", [CloudKey("/a/b.ply"), CloudKey("/a/set#1.npz", 12), CloudKey("/a/scans.h5", 3), CloudKey("/odd#3")])
def test_keys_come_back(key: CloudKey) -> None:
    assert CloudKey.parse(key.text()) == key


@pytest.mark.parametrize(
    ("path", "folders", "label"),
    [
        ("/d/night_stand_0042.off", 1, "night stand"),
        ("/d/chair/0007.ply", 1, "chair"),
        ("/d/chair/model.ply", 3, "chair"),
        ("/d/clouds/Airplane.ply", 1, "airplane"),
    ],
)
def test_a_place_says_what_a_cloud_is(path: str, folders: int, label: str) -> None:
    assert label_of(path, folders) == label


def test_data_sets_are_files_or_folders() -> None:
    assert set_of("/d/modelnet.npz", 3) == "modelnet.npz"
    assert set_of("/d/chairs/a.ply", -1) == "chairs"
