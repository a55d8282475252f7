"""Run folders from outside: lines once each, arrays only of the right kind and size, and nothing of someone else's is deleted."""

from pathlib import Path

import numpy as np
import pytest

from recon_model.errors import InputError
from recon_model.runs.log import RunLog, Shot
from recon_studio.backend import runs
from tests.recon_model.runs.test_log import BEGIN, step
from tests.recon_studio.run_folders import LINES, add_checkpoints, add_shot, tell, write_run


def test_lines_come_once_and_whole(tmp_path: Path) -> None:
    tail = runs.LogTail(tmp_path)
    assert tail.lines() == []
    tell(tmp_path, BEGIN)
    assert tail.lines() == [BEGIN.encode()]
    with (tmp_path / "events.jsonl").open("a") as log:
        log.write(step(2, total=1.0)[:10])
    assert tail.lines() == []
    with (tmp_path / "events.jsonl").open("a") as log:
        log.write(step(2, total=1.0)[10:] + "\n")
    assert tail.lines() == [step(2, total=1.0).encode()]


def test_a_long_log_is_read_in_parts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runs, "_AT_ONCE", 100)
    tell(tmp_path, *(step(number, total=1.0) for number in range(1, 9)))
    tail, found = runs.LogTail(tmp_path), []
    while True:
        found += tail.lines()
        if not tail.more:
            break
    assert RunLog().after(found).steps == tuple(range(1, 9))


def test_a_log_begun_again_is_told_from_one_that_grew(tmp_path: Path) -> None:
    tell(tmp_path, *LINES)
    tail = runs.LogTail(tmp_path)
    tail.lines()
    (tmp_path / "events.jsonl").write_text(f"{BEGIN}\n")
    assert tail.lines() == [BEGIN.encode()]
    assert tail.begun_again


def test_models_are_found_with_their_pins(tmp_path: Path) -> None:
    add_checkpoints(tmp_path, 1, 2)
    (tmp_path / "checkpoints" / "epoch-0002.pinned").touch()
    sizes, pinned = runs.models(tmp_path)
    assert sizes == dict.fromkeys(
        ("last.safetensors", "best.safetensors", "checkpoints/epoch-0001.safetensors", "checkpoints/epoch-0002.safetensors"), 1000
    )
    assert pinned == {"checkpoints/epoch-0002.safetensors"}


def test_the_probe_is_read_as_it_was_rebuilt(tmp_path: Path) -> None:
    rebuilt = add_shot(write_run(tmp_path / "a"), 3)
    found = runs.probe(tmp_path / "a", Shot(3, "probes/epoch-0003.npy", ("chair", "lamp"), (0.1, 0.2)))
    assert found is not None
    np.testing.assert_array_equal(found.rebuilt, rebuilt.astype(np.float32))
    assert found.hidden.shape == rebuilt.shape
    assert found.visible.shape == (2, 4, 8, 3)


@pytest.mark.parametrize(
    "bad",
    [
        np.array(["text"]),
        np.zeros((2, 6, 8), np.float16),
        np.zeros((2, 5, 8, 3), np.float16),
        np.zeros((2, 6, 8, 3), np.int64),
        np.array([{"an": "object"}], object),
    ],
    ids=["text", "flat", "other shape", "whole numbers", "objects"],
)
def test_what_is_no_probe_is_passed_over(tmp_path: Path, bad: np.ndarray) -> None:
    add_shot(write_run(tmp_path / "a"), 3)
    np.save(tmp_path / "a" / "probes" / "epoch-0003.npy", bad)
    assert runs.probe(tmp_path / "a", Shot(3, "probes/epoch-0003.npy", ("chair", "lamp"), (0.1, 0.2))) is None


def test_a_probe_is_never_looked_for_outside_the_run(tmp_path: Path) -> None:
    add_shot(write_run(tmp_path / "a"), 3)
    add_shot(write_run(tmp_path / "b"), 7)
    assert runs.probe(tmp_path / "a", Shot(7, "../../b/probes/epoch-0007.npy", ("chair", "lamp"), (0.1, 0.2))) is None


def test_a_file_far_too_large_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    add_shot(write_run(tmp_path / "a"), 3)
    monkeypatch.setattr(runs, "_LARGEST_PROBE", 100)
    assert runs.probe(tmp_path / "a", Shot(3, "probes/epoch-0003.npy", ("chair", "lamp"), (0.1, 0.2))) is None


def test_only_a_runs_own_files_are_deleted(tmp_path: Path) -> None:
    folder = write_run(tmp_path / "a", *LINES)
    add_checkpoints(folder, 1)
    add_shot(folder, 0)
    (folder / "notes.txt").write_text("mine")
    runs.delete(folder)
    assert [path.name for path in folder.iterdir()] == ["notes.txt"]
    (folder / "notes.txt").unlink()
    write_run(tmp_path / "b", *LINES)
    runs.delete(tmp_path / "b")
    assert not (tmp_path / "b").exists()


def test_folders_are_numbered_when_taken(tmp_path: Path) -> None:
    assert runs.free_folder(tmp_path, "look") == tmp_path / "look"
    (tmp_path / "look").mkdir()
    (tmp_path / "look-2").mkdir()
    assert runs.free_folder(tmp_path, "look") == tmp_path / "look-3"


def test_the_last_words_of_a_trainer_are_its_reason(tmp_path: Path) -> None:
    assert runs.last_words(tmp_path) == ""
    (tmp_path / "trainer.log").write_text("a warning\n\nThe data is not there.\n\n")
    assert runs.last_words(tmp_path) == "The data is not there."


def test_a_folder_that_cannot_be_made_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(InputError, match="cannot be started"):
        runs.start_trainer(tmp_path / "file" / "run", ("pretrain",))
