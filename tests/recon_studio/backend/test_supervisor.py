"""The real backend over scripted helpers: deaths, restarts, slow files, stale replies."""

import os
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from recon_model.serve.messages import (
    Array,
    ClassifyByWords,
    CloudWritten,
    EmbedClouds,
    Glance,
    LoadModel,
    ReadCloud,
    Reconstruct,
    Reply,
    Request,
    WriteCloud,
)
from recon_studio.backend import supervisor
from recon_studio.backend.client import ROLES, Backend
from recon_studio.state.app_state import Notice
from tests.fakes import FakeProcess, fake_backend

POINTS = Array.of([[0.0, 0.0, 0.0]])


class Heard:
    """Everything a backend said."""

    def __init__(self, backend: Backend) -> None:
        self.replies: list[tuple[Request, Reply]] = []
        self.notices: list[Notice] = []
        self.statuses: list[tuple[str, str]] = []
        self.dropped: list[Request] = []
        backend.answered.connect(lambda request, reply: self.replies.append((request, reply)))
        backend.announced.connect(self.notices.append)
        backend.status_changed.connect(lambda role, status: self.statuses.append((role, status)))
        backend.dropped.connect(self.dropped.append)

    def sentences(self) -> list[str]:
        return [notice.sentence for notice in self.notices]


Rig = tuple[Backend, FakeProcess, FakeProcess, Heard]


@pytest.fixture
def rig(qtbot: QtBot, tmp_path: Path) -> Rig:
    backend, reader, model = fake_backend(log_folder=tmp_path)
    heard = Heard(backend)
    backend.start(*ROLES)
    reader.ready()
    model.ready()
    return backend, reader, model, heard


@pytest.fixture
def _no_delays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervisor, "RESTART_DELAYS_MS", (0, 0, 0))


def _rebuild(seed: int) -> Reconstruct:
    return Reconstruct(id=0, points=POINTS, seed=seed, hidden=Array.of([True, False]))


def test_a_drag_reaches_the_helper_as_first_and_last(rig: Rig) -> None:
    backend, _, model, heard = rig
    for seed in range(20):
        backend.submit(_rebuild(seed))
    assert [request.seed for request in model.sent] == [0]
    model.answer()
    assert [request.seed for request in model.sent] == [0, 19]
    model.answer()
    assert [request.seed for request, _ in heard.replies] == [0, 19]
    assert len(heard.dropped) == 18


def test_an_abandoned_request_is_never_answered(rig: Rig) -> None:
    backend, _, model, heard = rig
    backend.submit(_rebuild(1))
    backend.abandon(Reconstruct)
    backend.submit(_rebuild(2))
    model.answer()
    model.answer()
    assert [request.seed for request, _ in heard.replies] == [2]


def test_status_follows_what_is_under_way(rig: Rig) -> None:
    backend, _, model, heard = rig
    backend.submit(_rebuild(1))
    model.answer()
    assert [status for role, status in heard.statuses if role == "model"] == ["ready", "busy", "ready"]


@pytest.mark.usefixtures("_no_delays")
def test_a_dead_model_is_announced_restarted_and_asked_again(rig: Rig, qtbot: QtBot) -> None:
    backend, _, model, heard = rig
    backend.submit(LoadModel(id=0, source="mine"))
    model.answer()
    backend.submit(_rebuild(1))
    backend.submit(_rebuild(2))
    model.die("exit 9")
    backend.submit(ClassifyByWords(id=0, points=POINTS, names=("cat",)))
    qtbot.waitUntil(lambda: model.running)
    assert [type(request).__name__ for request in model.inbox] == ["LoadModel", "Reconstruct", "ClassifyByWords"]
    assert model.inbox[1].seed == 2
    model.ready()
    assert heard.sentences() == ["The model process stopped (exit 9) and was started again; nothing was lost."]
    for _ in range(3):
        model.answer()
    # The replayed LoadModel is no one's answer: the model shown has not changed.
    assert [type(request).__name__ for request, _ in heard.replies] == ["LoadModel", "Reconstruct", "ClassifyByWords"]


@pytest.mark.usefixtures("_no_delays")
def test_a_file_that_kills_the_reader_fails_with_a_sentence_and_the_next_is_read(rig: Rig, qtbot: QtBot) -> None:
    backend, reader, _, heard = rig
    backend.submit(ReadCloud(id=0, path="/x/bomb.ply"))
    backend.submit(ReadCloud(id=0, path="/x/good.ply"))
    reader.die("exit 11")
    assert heard.replies[0][1].sentence == "bomb.ply could not be read: the reader process stopped over it (exit 11)."
    qtbot.waitUntil(lambda: reader.running)
    reader.ready()
    assert [request.path for request in reader.inbox] == ["/x/good.ply"]
    assert heard.notices == []  # the file's own sentence is enough


@pytest.mark.usefixtures("_no_delays")
def test_an_idle_reader_that_dies_is_announced(rig: Rig, qtbot: QtBot) -> None:
    _, reader, _, heard = rig
    reader.die("exit 9")
    qtbot.waitUntil(lambda: reader.running)
    reader.ready()
    assert heard.sentences() == ["The reader process stopped (exit 9) and was started again; nothing was lost."]


def test_a_file_that_takes_too_long_is_stopped(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervisor, "READ_LIMIT_MS", 20)
    backend, reader, model = fake_backend()
    heard = Heard(backend)
    backend.start(*ROLES)
    model.ready()
    backend.submit(ReadCloud(id=0, path="/x/slow.obj"))
    reader.ready()
    qtbot.waitUntil(lambda: bool(heard.replies))
    assert "slow.obj could not be read: Reading it took longer than" in heard.replies[0][1].sentence
    qtbot.waitUntil(lambda: reader.starts == 2)
    reader.ready()
    assert heard.notices == []


def test_cancelling_a_file_stops_the_reader_and_cancelling_words_does_not_stop_the_model(rig: Rig, qtbot: QtBot) -> None:
    backend, reader, model, heard = rig
    read = backend.submit(ReadCloud(id=0, path="/x/big.ply"))
    words = backend.submit(ClassifyByWords(id=0, points=POINTS, names=("cat",)))
    backend.cancel(read)
    backend.cancel(words)
    assert heard.replies[0][1].sentence == "big.ply could not be read: Reading it was cancelled."
    assert [request.id for request in heard.dropped] == [words]
    assert model.running
    model.answer()
    assert len(heard.replies) == 1
    qtbot.waitUntil(lambda: reader.running)


@pytest.mark.usefixtures("_no_delays")
def test_a_request_that_kills_the_model_twice_is_given_up(rig: Rig, qtbot: QtBot) -> None:
    backend, _, model, heard = rig
    backend.submit(_rebuild(1))
    for life in (2, 3):
        model.die("exit 11")
        qtbot.waitUntil(lambda life=life: model.starts == life)
        model.ready()
    assert model.inbox == []
    assert "stopped 2 times over the same Reconstruct request (exit 11)" in heard.replies[0][1].sentence


@pytest.mark.usefixtures("_no_delays")
def test_a_helper_that_keeps_dying_is_given_up_and_can_be_retried(rig: Rig, qtbot: QtBot, tmp_path: Path) -> None:
    backend, _, model, heard = rig
    model.stderr_lines = ("Traceback", "MemoryError")
    for life in (2, 3, 4):
        model.die("exit 1")
        qtbot.waitUntil(lambda life=life: model.starts == life)
    model.die("exit 1")
    assert heard.statuses[-1] == ("model", "failed")
    assert heard.sentences() == [
        "The model process stopped 4 times in a row (exit 1) and is not started again by itself; "
        f"mend the cause and retry. Details are in {tmp_path / 'model.log'}."
    ]
    assert (tmp_path / "model.log").read_text() == "Traceback\nMemoryError\n"
    backend.submit(_rebuild(5))
    backend.retry("model")
    model.ready()
    assert [request.seed for request in model.inbox] == [5]
    assert heard.statuses[-1] == ("model", "busy")


def test_a_command_that_is_not_there_is_a_sentence(qtbot: QtBot) -> None:
    backend, _, model = fake_backend()
    heard = Heard(backend)
    model.missing = "no-such-command: not found"
    backend.start(*ROLES)
    assert heard.sentences() == ["The model process could not be started (no-such-command: not found); mend the cause and retry."]
    assert ("model", "failed") in heard.statuses


def test_progress_names_its_request(rig: Rig) -> None:
    backend, _, model, _ = rig
    seen: list[tuple[int, float]] = []
    backend.progressed.connect(lambda request, progress: seen.append((request.id, progress.fraction)))
    number = backend.submit(LoadModel(id=0))
    model.progress(0.25)
    assert seen == [(number, 0.25)]


def test_what_cannot_be_packed_is_refused_and_its_lane_stays_free(rig: Rig, qtbot: QtBot) -> None:
    backend, reader, _, heard = rig
    number = backend.submit(ReadCloud(id=0, path=os.fsdecode(b"/x/ch\xe2ise.ply")))
    assert heard.replies == []  # its number is not known yet to who asked
    qtbot.waitUntil(lambda: bool(heard.replies))
    request, reply = heard.replies[0]
    assert request.id == number
    assert reply.sentence == "ch?ise.ply has a name that is not UTF-8 and cannot be handed to the reader process; give it another."
    backend.submit(ReadCloud(id=0, path="/x/good.ply"))
    assert [request.path for request in reader.inbox] == ["/x/good.ply"]
    backend.submit(ReadCloud(id=0, path=os.fsdecode(b"/x/\xe2.ply")))
    backend.forget(backend.submit(ReadCloud(id=0, path=os.fsdecode(b"/x/\xe3.ply"))))
    reader.answer()
    assert [type(reply).__name__ for _, reply in heard.replies] == ["Failed", "CloudRead"]


@pytest.mark.usefixtures("_no_delays")
def test_a_cancelled_read_is_not_read_again_and_nothing_else_is_blamed(rig: Rig, qtbot: QtBot) -> None:
    backend, reader, _, heard = rig
    glance = backend.submit(Glance(id=0, path="/x/row.e57"))
    backend.cancel(backend.submit(ReadCloud(id=0, path="/x/huge.las")))
    assert [reply.sentence for _, reply in heard.replies] == ["huge.las could not be read: Reading it was cancelled."]
    qtbot.waitUntil(lambda: reader.running)
    assert [request.id for request in reader.inbox] == [glance]


def test_two_who_embed_do_not_end_each_others_requests(rig: Rig) -> None:
    backend, _, model, heard = rig
    first, second, third = (backend.submit(EmbedClouds(id=0, clouds=(POINTS,))) for _ in range(3))
    backend.forget(first)
    for _ in range(3):
        model.answer()
    assert [request.id for request, _ in heard.replies] == [second, third]
    assert [request.id for request in heard.dropped] == [first]


def test_cancelling_one_file_to_be_written_leaves_the_others(rig: Rig) -> None:
    backend, reader, _, heard = rig
    first, second = (backend.submit(WriteCloud(id=0, path=path, points=POINTS)) for path in ("/x/a.ply", "/x/b.ply"))
    backend.cancel(first)
    reader.answer(CloudWritten(id=first, path="/x/a.ply", bytes=1))
    assert [request.id for request in reader.inbox] == [second]
    assert [request.id for request in heard.dropped] == [first]


def test_closing_leaves_the_reader_time_for_files_and_no_one_for_anything_else(rig: Rig) -> None:
    backend, reader, model, _ = rig
    for path in ("/x/a.ply", "/x/b.ply", "/x/c.ply"):
        backend.submit(WriteCloud(id=0, path=path, points=POINTS))
    backend.submit(_rebuild(1))
    backend.close()
    assert [request.path for request in reader.sent] == ["/x/a.ply", "/x/b.ply", "/x/c.ply"]
    assert (reader.patience_ms, model.patience_ms) == (supervisor.WRITE_MS, supervisor.LEAVE_MS)
