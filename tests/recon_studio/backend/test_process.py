"""Real processes on a real pipe: requests cross it, deaths are seen, none is left behind."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from recon_model.errors import ConfigError
from recon_model.serve.messages import Array, LoadModel, PrepareCloud, ReadCloud, Ready, Reply, WriteCloud
from recon_studio.backend.client import ROLES, Backend
from recon_studio.backend.launch import helper_command, helper_environment, launch
from recon_studio.backend.process import HelperProcess
from recon_studio.backend.supervisor import LEAVE_MS

ROOT = Path(__file__).resolve().parents[3]


def _helper(*options: str) -> HelperProcess:
    environment = {**helper_environment(), "PYTHONPATH": str(ROOT)}
    return HelperProcess(launch((sys.executable, "-m", "tests.fake_serve", *options), environment))


@pytest.fixture
def helpers() -> Iterator[list[HelperProcess]]:
    made: list[HelperProcess] = []
    yield made
    for helper in made:
        helper.ask_to_leave()
        helper.ensure_gone(LEAVE_MS)
        assert not helper.running


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_a_million_points_cross_the_pipe_unharmed(qtbot: QtBot, helpers: list[HelperProcess]) -> None:
    helper = _helper()
    helpers.append(helper)
    replies: list[Reply] = []
    helper.received.connect(replies.append)
    helper.start()
    points = np.random.default_rng(0).normal(size=(1_000_000, 3)).astype(np.float32)
    helper.send(PrepareCloud(id=3, points=Array.of(points)))
    qtbot.waitUntil(lambda: len(replies) == 2, timeout=20_000)
    assert isinstance(replies[0], Ready)
    assert replies[1].id == 3
    np.testing.assert_array_equal(replies[1].points.numpy(), points[:32])


def test_stderr_is_kept_and_not_shown(qtbot: QtBot, helpers: list[HelperProcess], capfd: pytest.CaptureFixture[str]) -> None:
    helper = _helper()
    helpers.append(helper)
    helper.start()
    qtbot.waitUntil(lambda: helper.stderr_lines == ("helper says hello",), timeout=10_000)
    assert capfd.readouterr().err == ""


def test_a_death_is_told_with_its_exit_code(qtbot: QtBot, helpers: list[HelperProcess]) -> None:
    helper = _helper("--die-on", "LoadModel")
    helpers.append(helper)
    with qtbot.waitSignal(helper.stopped, timeout=10_000) as stopped:
        helper.start()
        helper.send(LoadModel(id=1))
    assert stopped.args == ["exit 7"]


@pytest.mark.skipif(os.name == "nt", reason="signals")
def test_a_kill_from_outside_is_told_with_its_signal(qtbot: QtBot, helpers: list[HelperProcess]) -> None:
    helper = _helper()
    helpers.append(helper)
    helper.start()
    with qtbot.waitSignal(helper.stopped, timeout=10_000) as stopped:
        os.kill(helper.pid, 9)
    assert stopped.args == ["exit 9"]


def test_a_helper_that_talks_nonsense_is_stopped(qtbot: QtBot, helpers: list[HelperProcess]) -> None:
    helper = _helper("--garbage")
    helpers.append(helper)
    with qtbot.waitSignal(helper.stopped, timeout=10_000) as stopped:
        helper.start()
    assert stopped.args[0].startswith("bad reply: frame (4,294,967,295 bytes)")


def test_a_command_that_does_not_exist_is_told(qtbot: QtBot) -> None:
    helper = HelperProcess(launch(("/no/such/program",), {}))
    with qtbot.waitSignal(helper.unstartable, timeout=5_000) as told:
        helper.start()
    assert told.args[0].startswith("/no/such/program: ")


def test_a_stubborn_helper_is_gone_after_closing(qtbot: QtBot, helpers: list[HelperProcess]) -> None:
    helper = _helper("--stubborn")
    with qtbot.waitSignal(helper.received, timeout=10_000):
        helper.start()
    pid = helper.pid
    assert _alive(pid)
    helper.ask_to_leave()
    helper.ensure_gone(LEAVE_MS)
    assert not _alive(pid)


def test_a_whole_backend_reads_and_survives_a_kill(qtbot: QtBot, tmp_path: Path) -> None:
    reader, model = _helper("--role", "reader"), _helper("--role", "model")
    backend = Backend({"reader": reader, "model": model}, tmp_path)
    replies: list[Reply] = []
    backend.answered.connect(lambda _request, reply: replies.append(reply))
    backend.start(*ROLES)
    backend.submit(ReadCloud(id=0, path="/x/a.ply"))
    qtbot.waitUntil(lambda: len(replies) == 1, timeout=10_000)
    first = reader.pid
    with qtbot.waitSignal(backend.announced, timeout=10_000) as told:
        os.kill(first, 9)
    assert told.args[0].sentence == "The reader process stopped (exit 9) and was started again; nothing was lost."
    backend.submit(ReadCloud(id=0, path="/x/b.ply"))
    qtbot.waitUntil(lambda: len(replies) == 2, timeout=10_000)
    pids = [reader.pid, model.pid]
    backend.close()
    assert not any(_alive(pid) for pid in (first, *pids))


def test_files_asked_for_are_written_before_the_reader_leaves(qtbot: QtBot, tmp_path: Path) -> None:
    reader = HelperProcess(launch(helper_command("reader"), {**helper_environment(), "PYTHONPATH": str(ROOT)}))
    backend = Backend({"reader": reader})
    with qtbot.waitSignal(reader.received, timeout=30_000):
        backend.start("reader")
    points = Array.of(np.random.default_rng(0).normal(size=(200_000, 3)).astype(np.float32))
    for name in ("a.ply", "b.ply", "c.ply"):
        backend.submit(WriteCloud(id=0, path=str(tmp_path / name), points=points, centres=Array.of(points.numpy()[:64])))
    backend.close()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.ply", "b.ply", "c.ply"]


def test_the_command_is_a_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("RECON_STUDIO_MODEL_COMMAND", raising=False)
    assert helper_command("model")[-3:] == ("recon_model.serve", "--role", "model")
    assert helper_command("model", "ssh 'gpu box' recon serve --role model")[:2] == ("ssh", "gpu box")
    monkeypatch.setenv("RECON_STUDIO_MODEL_COMMAND", "other --role model")
    assert helper_command("model", "ssh box")[0] == "other"
    with pytest.raises(ConfigError, match="The model command"):
        monkeypatch.setenv("RECON_STUDIO_MODEL_COMMAND", "'open")
        helper_command("model")


def test_helpers_are_kept_off_the_network() -> None:
    assert helper_environment()["HF_HUB_OFFLINE"] == "1"
