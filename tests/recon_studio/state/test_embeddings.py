"""Keys travel as text, and places on disk say what a cloud is."""

import pytest

from recon_model.lexicon import plain
from recon_studio.state import embeddings
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


def test_the_names_taught_are_read_once_for_all_files(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []
    monkeypatch.setattr(embeddings, "plain", lambda name: read.append(name) or plain(name))
    known = tuple(f"kind {letter}" for letter in "abcdefgh")
    paths = [f"/d/kind_b_{number}.ply" for number in range(50)]
    for _ in range(3):
        assert {label_of(path, 1, known) for path in paths} == {"kind b"}
    assert len(read) == len(known) + 2 * len(paths)  # what a file is called as it is compared and as it is looked up
