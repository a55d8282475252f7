import json
from pathlib import Path

import pytest

from recon_model.cli.main import main
from recon_model.runs.files import PAUSE, STOP, at_work
from tests.recon_model.runs.test_log import BEGIN, epoch, step


@pytest.fixture
def runs(tmp_path: Path) -> Path:
    for name, lines in (("first", [BEGIN, step(2, total=3.0), epoch(1, 0.75, best=True)]), ("second", [BEGIN])):
        (tmp_path / name).mkdir()
        (tmp_path / name / "config.json").write_text('{"recipe": {"batch_size": 8}, "data": "synthetic", "preset": "quick"}')
        (tmp_path / name / "events.jsonl").write_text("\n".join(lines) + "\n")
    (tmp_path / "first" / "best.safetensors").write_bytes(b"x" * 1000)
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "config.json").write_text("{}")
    return tmp_path


def test_runs_are_listed(runs, capsys):
    assert main(["runs", str(runs)]) == 0
    heading, first, second = capsys.readouterr().out.splitlines()
    assert heading.split()[:3] == ["run", "state", "epoch"]
    assert first.split()[:5] == ["first", "broken", "off", "1/3", "75.0%"]
    assert second.startswith("second")


def test_a_run_is_shown(runs, capsys):
    with at_work(runs / "first"):
        assert main(["runs", "show", str(runs / "first"), "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["state"] == "training"
    assert document["best"] == {"epoch": 1, "top1": 0.75, "validation": {"reconstruction": 1.0}}
    assert document["losses"] == {"step": [2], "total": [3.0]}
    assert document["checkpoints"] == [{"file": "best.safetensors", "bytes": 1000}]
    assert main(["runs", "show", str(runs / "first")]) == 0
    shown = capsys.readouterr().out
    assert "epoch    1     75.0%  reconstruction 1.0000  best" in shown
    assert "best.safetensors, 0.0 MB" in shown


def test_a_run_at_work_is_paused_continued_and_stopped(runs, capsys):
    folder = runs / "first"
    with at_work(folder):
        assert main(["runs", "pause", str(folder)]) == 0
        assert (folder / PAUSE).exists()
        assert main(["runs", "continue", str(folder)]) == 0
        assert not (folder / PAUSE).exists()
        assert main(["runs", "stop", str(folder)]) == 0
        assert (folder / STOP).exists()
    assert "stops after its present step" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["/no/such"], "'/no/such' is no folder"),
        (["show"], "'show' takes one run folder; 0 were given"),
        (["a", "b"], "one folder can be listed; 2 were given"),
        (["show", "/no/such"], "holds no run"),
        (["pause", "first"], "has no trainer at work to pause"),
    ],
)
def test_what_cannot_be_done_is_a_sentence(runs, monkeypatch, capsys, words, sentence):
    monkeypatch.chdir(runs)
    assert main(["runs", *words]) == 2
    assert sentence in capsys.readouterr().err


def test_who_goes_on_with_a_run_is_told_by_its_kind(runs, capsys):
    folder = runs / "first"
    for task, command in (("", "pretrain"), ('"task": "finetune", ', "finetune")):
        (folder / "config.json").write_text(f'{{{task}"recipe": {{}}}}')
        assert main(["runs", "stop", str(folder)]) == 2
        assert f"to stop; 'recon {command} --out {folder} --resume' goes on with it." in capsys.readouterr().err
    with (folder / "events.jsonl").open("a") as log:
        log.write('{"event": "done", "epoch": 3, "step": 6}\n')
    assert main(["runs", "stop", str(folder)]) == 2
    assert capsys.readouterr().err.endswith("has no trainer at work to stop.\n")


def test_an_empty_folder_says_so(tmp_path, capsys):
    assert main(["runs", str(tmp_path)]) == 0
    assert "There is no run in" in capsys.readouterr().out
