"""The model role inside this process: what it does when something goes wrong, and in which order it works."""

import io
import os
from pathlib import Path
from threading import Event, Thread

import numpy as np
import pytest

from recon_model.config import Damage
from recon_model.predictor import Predictor
from recon_model.results import Prepared
from recon_model.serve import service
from recon_model.serve.answers.doctor import damage_cloud
from recon_model.serve.framing import pack
from recon_model.serve.inbox import Inbox
from recon_model.serve.messages import (
    Array,
    AttendAll,
    ClassifyByWords,
    CloudDamaged,
    DamageCloud,
    Failed,
    LoadModel,
    ModelLoaded,
    PrepareCloud,
    Progress,
    Reconstruct,
    Reconstructed,
    Reply,
    Request,
    Scores,
    encode,
)
from recon_model.serve.service import Service
from recon_model.teachers.vocabulary import Vocabulary

pytestmark = pytest.mark.usefixtures("one_thread")

POINTS = Array.of(np.random.default_rng(0).uniform(-1, 1, (128, 3)).astype(np.float32))
WHOLE = Array.of(np.random.default_rng(1).uniform(-0.5, 0.5, (1024, 3)).astype(np.float32))


def inbox(*requests: Request) -> Inbox:
    """An inbox that has read everything already."""
    filled = Inbox(io.BytesIO(b"".join(pack(encode(request)) for request in requests)))
    filled._thread.join()
    return filled


def test_a_fault_of_ours_fails_one_request_and_shows_its_traceback_on_stderr_only(
    small_checkpoint: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(self: Predictor, points: object, **more: object) -> None:
        raise ZeroDivisionError("by zero")

    monkeypatch.setattr(Predictor, "prepare", broken)
    sent: list[Reply] = []
    Service(
        inbox(LoadModel(id=1, source=str(small_checkpoint)), PrepareCloud(id=2, points=POINTS), Reconstruct(id=3, points=POINTS)),
        sent.append,
    ).run()
    assert [type(reply) for reply in sent] == [ModelLoaded, Failed, Reconstructed]
    failed = sent[1]
    assert isinstance(failed, Failed)
    assert failed.fault
    assert failed.sentence == "Something went wrong inside ReCon Studio (ZeroDivisionError: by zero); please report it."
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("Traceback")


def test_words_wait_for_the_tower_and_nothing_waits_for_words(small_checkpoint: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    reconstructed, opened_early = Event(), []

    def settle(self: Vocabulary) -> None:
        # Would never come if reconstructions were held up by the tower.
        opened_early.append(not reconstructed.wait(timeout=20.0))
        self._open = True

    monkeypatch.setattr(Vocabulary, "settle", settle)
    monkeypatch.setattr(Vocabulary, "ready", lambda self, names, templates: self.settled)
    sent: list[Reply] = []

    def send(reply: Reply) -> None:
        sent.append(reply)
        if isinstance(reply, Reconstructed):
            reconstructed.set()

    Service(
        inbox(
            LoadModel(id=1, source=str(small_checkpoint)),
            ClassifyByWords(id=2, points=POINTS, names=("chair", "dog")),
            Reconstruct(id=3, points=POINTS),
        ),
        send,
    ).run()
    assert [(type(reply), reply.id) for reply in sent] == [(ModelLoaded, 1), (Progress, 2), (Reconstructed, 3), (Scores, 2)]
    assert opened_early == [False]


def test_a_stroke_goes_between_the_steps_of_a_damaged_cloud(monkeypatch: pytest.MonkeyPatch) -> None:
    reading, writing = os.pipe()
    with os.fdopen(reading, "rb") as incoming, os.fdopen(writing, "wb") as outgoing:
        waiting = Inbox(incoming)
        hidden = Array.of(np.arange(64) < 20)
        stroke = Reconstruct(id=2, points=WHOLE, hidden=hidden)
        behind = (PrepareCloud(id=3, points=POINTS), AttendAll(id=4, points=WHOLE, hidden=hidden))
        prepare, sent = Predictor.prepare, list[Reply]()

        def brushed(self: Predictor, points: np.ndarray, **more: str) -> Prepared:
            if not outgoing.closed:  # while the first cloud stands up, everything else is asked
                outgoing.write(b"".join(pack(encode(request)) for request in (stroke, *behind)))
                outgoing.close()
                waiting._thread.join()
            return prepare(self, points, **more)

        monkeypatch.setattr(Predictor, "prepare", brushed)
        damage = DamageCloud(id=1, points=POINTS, damage=Damage(tilt=20), names=("chair", "table"))
        outgoing.write(pack(encode(damage)))
        outgoing.flush()
        Service(waiting, sent.append).run()
    assert [reply.id for reply in sent] == [2, 1, 3, 4]  # what stands behind another request keeps its place
    assert isinstance(sent[1], CloudDamaged)
    assert isinstance(sent[0], Reconstructed)
    model = Predictor.load("default")
    assert damage_cloud(model, damage).shares == sent[1].shares  # neither changes what the other says
    alone = model.reconstruct(WHOLE.numpy(), hidden=hidden.numpy())
    np.testing.assert_array_equal(sent[0].rebuilt.numpy(), alone.rebuilt)


def test_another_model_may_come_first_when_the_default_is_missing(
    small_checkpoint: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    load = Predictor.load
    asked: list[str] = []

    def told(source: str, device: str = "auto", *, precision: str = "auto") -> Predictor:
        asked.append(source)
        return load(tmp_path / "nothing" if source == "default" else source, device, precision=precision)

    monkeypatch.setattr(service.Predictor, "load", told)
    sent: list[Reply] = []
    Service(inbox(Reconstruct(id=1, points=POINTS), LoadModel(id=2, source=str(small_checkpoint))), sent.append).run()
    assert [type(reply) for reply in sent] == [Failed, ModelLoaded]
    asked.clear()
    Service(inbox(LoadModel(id=2, source=str(small_checkpoint))), sent.append).run()
    assert asked == [str(small_checkpoint)]  # the default is not loaded in vain


def test_the_tower_is_opened_ahead_of_need_in_a_quiet_moment(small_checkpoint: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened = Event()
    monkeypatch.setattr(service, "QUIET_S", 0.01)
    monkeypatch.setattr(Vocabulary, "settle", lambda self: opened.set())
    reading, writing = os.pipe()
    with os.fdopen(reading, "rb") as incoming, os.fdopen(writing, "wb") as outgoing:
        outgoing.write(pack(encode(LoadModel(id=1, source=str(small_checkpoint)))) + pack(encode(Reconstruct(id=2, points=POINTS))))
        outgoing.flush()
        sent: list[Reply] = []
        working = Thread(target=Service(Inbox(incoming), sent.append).run)
        working.start()
        assert opened.wait(timeout=20.0)
        outgoing.close()
        working.join(timeout=20.0)
        assert [type(reply) for reply in sent] == [ModelLoaded, Reconstructed]
