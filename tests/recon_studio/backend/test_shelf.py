"""What is kept on disk comes back exactly, and what is damaged is passed over."""

import pickle
from pathlib import Path

import numpy as np
import pytest

from recon_model.serve.messages.embedding import PREVIEW_POINTS
from recon_studio.backend.shelf import Row, Shelf, Source
from tests.ragged import assert_same, ragged


def _row(path: str, member: int = -1, *, words: bool = True, count: int = 1) -> Row:
    rng = np.random.default_rng(len(path) + member)
    preview = rng.integers(0, 255, (PREVIEW_POINTS, 3)).astype(np.uint8)
    feature = rng.standard_normal(6).astype(np.float32)
    sides = ragged([count], seed=len(path) + member) if words else None
    image = rng.standard_normal(5).astype(np.float32) if words else None
    return Row(Source(path, 10, 2**60 + 1, member), 3, "night stand", feature, sides, image, 0.25, preview)


def test_rows_come_back_exactly(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path, "ab12")
    rows = [_row("/x/stühle.npz", 2, count=3), _row("/x/c.ply", count=6), _row("/x/b\udce9.ply")]  # the last name is not Unicode on disk
    assert shelf.save(rows) == ""
    assert shelf.save([]) == ""
    (file,) = shelf.files()
    for kept, row in zip(shelf.load(file), rows, strict=True):
        assert (kept.source, kept.total, kept.label, kept.error) == (row.source, row.total, row.label, row.error)
        np.testing.assert_array_equal(kept.feature, row.feature)
        assert_same(kept.sides, row.sides)
        np.testing.assert_array_equal(kept.image, row.image)
        np.testing.assert_array_equal(kept.preview, row.preview)


def test_models_do_not_share_a_shelf(tmp_path: Path) -> None:
    Shelf(tmp_path, "one").save([_row("/a.ply", words=False)])
    assert Shelf(tmp_path, "two").files() == []
    assert Shelf(tmp_path, "one").load(Shelf(tmp_path, "one").files()[0])[0].sides is None
    assert Shelf(tmp_path, "../../etc").folder.parent == tmp_path


def test_damaged_and_foreign_files_are_passed_over(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path, "m")
    shelf.save([_row("/a.ply")])
    (sound,) = shelf.files()
    (shelf.folder / "cut.npz").write_bytes(sound.read_bytes()[:500])
    (shelf.folder / "empty.npz").touch()
    np.savez(shelf.folder / "other.npz", format=np.array(99))
    np.savez(shelf.folder / "foreign.npz", points=np.zeros(3))
    (shelf.folder / "evil.npz").write_bytes(pickle.dumps({"format": 1}))
    assert [len(shelf.load(file)) for file in shelf.files() if file != sound] == [0] * 5
    assert len(shelf.load(sound)) == 1


@pytest.mark.parametrize(
    "damage",
    [
        {"counts": np.array([3, 2])},  # another sum
        {"counts": np.array([6])},  # of one cloud
        {"counts": np.array([1, 2, 3])},  # of three
        {"counts": np.array([7, -1])},
        {"counts": np.array([4.0, 2.0])},
        {"chances": np.ones(5, np.float32)},
        {"known": np.ones((6, 1), np.float32)},
        {"sides": np.ones(6, np.float32)},
        {"known": None},
    ],
)
def test_sides_that_do_not_belong_together_are_passed_over(tmp_path: Path, damage: dict[str, np.ndarray | None]) -> None:
    shelf = Shelf(tmp_path, "m")
    shelf.save([_row("/a.ply", count=4), _row("/b.ply", count=2)])
    (file,) = shelf.files()
    with np.load(file) as arrays:
        whole = dict(arrays)
    np.savez(file, **whole)
    assert [row.sides.counts.tolist() for row in shelf.load(file)] == [[4], [2]]  # written back as it was
    np.savez(file, **{name: values for name, values in {**whole, **damage}.items() if values is not None})
    assert shelf.load(file) == []


def test_what_was_kept_before_sides_were_is_embedded_again(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path, "m")
    shelf.save([_row("/a.ply", words=False)])
    (file,) = shelf.files()
    with np.load(file) as arrays:
        np.savez(file, **{**arrays, "format": np.array(3), "projected": np.ones((1, 4), np.float32)})
    assert shelf.load(file) == []


def test_a_full_disk_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "m").write_text("a file where the folder should be")
    complaint = Shelf(tmp_path, "m").save([_row("/a.ply")])
    assert complaint.startswith("Embeddings could not be kept in")
