"""Long questions stand back: whatever is quicker goes first, what they found is kept, and only the newest of a kind is answered."""

import io
import os
from collections.abc import Callable
from pathlib import Path
from threading import Event

import numpy as np
import pytest

from recon_model.explain import probe as probe_module
from recon_model.explain.probe import Probe
from recon_model.predictor import Predictor
from recon_model.serve.aside import Aside
from recon_model.serve.framing import pack
from recon_model.serve.inbox import Inbox
from recon_model.serve.messages import (
    Array,
    AttendAll,
    AttendedAll,
    CurvesTraced,
    Failed,
    LoadModel,
    ModelLoaded,
    Occlude,
    Occluded,
    Progress,
    RatiosSwept,
    Reconstruct,
    Reconstructed,
    Relate,
    Related,
    Reply,
    Request,
    Shutdown,
    SweepRatios,
    TraceCurves,
    encode,
)
from recon_model.serve.service import Service

pytestmark = pytest.mark.usefixtures("one_thread")

POINTS = np.random.default_rng(0).uniform(-1, 1, (128, 3)).astype(np.float32)
HIDDEN = np.isin(np.arange(16), [0, 3, 4, 9, 15])
SENT = Array.of(POINTS), Array.of(HIDDEN)


def frames(*requests: Request) -> bytes:
    return b"".join(pack(encode(request)) for request in requests)


def answers(small_checkpoint: Path, *requests: Request) -> list[Reply]:
    """What is sent when all of this waits from the start, in this order; how far something is left out."""
    inbox = Inbox(io.BytesIO(frames(LoadModel(id=1, source=str(small_checkpoint)), *requests)))
    inbox._thread.join()
    sent: list[Reply] = []
    Service(inbox, sent.append).run()
    assert isinstance(sent[0], ModelLoaded)
    return [reply for reply in sent[1:] if not isinstance(reply, Progress)]


def test_quicker_requests_overtake_long_ones_and_the_newest_of_a_kind_wins(small_checkpoint: Path) -> None:
    points, hidden = SENT
    replies = answers(
        small_checkpoint,
        Occlude(id=2, points=points, hidden=hidden),
        SweepRatios(id=3, points=points, seeds=(0,)),
        Reconstruct(id=4, points=points),
        Occlude(id=5, points=points, hidden=hidden),
        AttendAll(id=6, points=points, hidden=hidden),
    )
    expected = [(Reconstructed, 4), (AttendedAll, 6), (RatiosSwept, 3), (Occluded, 5)]
    assert [(type(reply), reply.id) for reply in replies] == expected


class Interrupted:
    """A service at work on a long question, in the middle of which more arrives."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, small_checkpoint: Path) -> None:
        monkeypatch.setattr(probe_module, "TOKENS_AT_ONCE", 30)
        self.passes = 0
        self.sent: list[Reply] = []
        self._asked_to_rest = Event()
        self._frames = b""
        self._first = frames(LoadModel(id=1, source=str(small_checkpoint)))
        pause, hold = Probe.pause, Aside.hold

        def interrupting(probe: Probe, share: float) -> None:
            self.passes += 1
            if self.passes == 3 and self._frames:
                self._outgoing.write(self._frames)
                self._outgoing.flush()
                assert self._asked_to_rest.wait(timeout=20.0)
            pause(probe, share)

        def holding(aside: Aside) -> None:
            self._asked_to_rest.set()
            hold(aside)

        monkeypatch.setattr(Probe, "pause", interrupting)
        monkeypatch.setattr(Aside, "hold", holding)

    def run(self, question: Request, *more: Request) -> list[tuple[type, int]]:
        """Asks a question, and more at its third pass; returns what was answered."""
        self.passes, self._frames = 0, frames(*more) if more else b""
        self._asked_to_rest.clear()
        self.sent.clear()
        reading, writing = os.pipe()
        with os.fdopen(reading, "rb") as incoming, os.fdopen(writing, "wb") as self._outgoing:
            self._outgoing.write(self._first + frames(question))
            self._outgoing.flush()
            inbox = Inbox(incoming)
            if not more:
                self._outgoing.close()
            Service(inbox, self._heard).run()
            if not self._outgoing.closed:
                self._outgoing.close()
            inbox._thread.join()
        return [(type(reply), reply.id) for reply in self.sent[1:] if not isinstance(reply, Progress)]

    def _heard(self, reply: Reply) -> None:
        self.sent.append(reply)
        if isinstance(reply, Failed | RatiosSwept) and not self._outgoing.closed:
            self._outgoing.close()


@pytest.fixture
def interrupted(monkeypatch: pytest.MonkeyPatch, small_checkpoint: Path) -> Interrupted:
    return Interrupted(monkeypatch, small_checkpoint)


def test_a_long_question_makes_room_and_goes_on_where_it_stood(interrupted: Interrupted) -> None:
    question = SweepRatios(id=2, points=SENT[0], seeds=(0, 1))
    assert interrupted.run(question) == [(RatiosSwept, 2)]
    alone, undisturbed = interrupted.passes, interrupted.sent[-1]
    assert interrupted.run(question, Reconstruct(id=3, points=SENT[0])) == [(Reconstructed, 3), (RatiosSwept, 2)]
    assert interrupted.passes == alone > 6
    assert isinstance(undisturbed, RatiosSwept)
    assert isinstance(interrupted.sent[-1], RatiosSwept)
    assert interrupted.sent[-1].errors == undisturbed.errors


def test_a_newer_question_of_its_kind_ends_an_older_one_without_a_reply(interrupted: Interrupted) -> None:
    question, newer = SweepRatios(id=2, points=SENT[0]), SweepRatios(id=3, points=SENT[0], seeds=(0,))
    assert interrupted.run(question, newer) == [(RatiosSwept, 3)]


def test_leaving_ends_a_long_question(interrupted: Interrupted) -> None:
    assert interrupted.run(SweepRatios(id=2, points=SENT[0]), Shutdown(id=3)) == []
    assert interrupted.passes == 3


def test_how_far_a_long_question_is_grows(interrupted: Interrupted, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("recon_model.serve.service.TELL_S", 0.0)
    interrupted.run(TraceCurves(id=2, points=SENT[0], hidden=SENT[1], names=("chair", "dog")))
    shares = [reply.fraction for reply in interrupted.sent if isinstance(reply, Progress)]
    assert shares == sorted(shares)
    assert len(set(shares)) > 20
    assert 0 <= shares[0] < 0.25 < 0.75 < shares[-1] < 1


def test_the_answers_are_those_of_the_library(small_checkpoint: Path) -> None:
    points, hidden = SENT
    attended, occluded, traced, related = answers(
        small_checkpoint,
        AttendAll(id=2, points=points, hidden=hidden),
        Occlude(id=3, points=points, hidden=hidden),
        TraceCurves(id=4, points=points, hidden=hidden, seeds=(0,), steps=4),
        Relate(id=5, points=points, hidden=Array.of(np.zeros(16, np.bool_)), names=("chair", "dog"), templates="plain"),
    )
    model = Predictor.load(small_checkpoint, "cpu")
    masked, whole = model.explain(POINTS, HIDDEN), model.explain(POINTS)
    maps, rollout = masked.attention(decoder=True), masked.rollout()
    assert isinstance(attended, AttendedAll)
    assert attended.decoder is not None
    assert attended.rollout_masks is not None
    for sent, own in ((attended.cross, maps.cross), (attended.patches, maps.patches), (attended.decoder, maps.decoder)):
        np.testing.assert_allclose(sent.numpy(), own, atol=1e-6)
    np.testing.assert_allclose(attended.rollout_masks.numpy(), rollout.masks, atol=1e-6)
    assert attended.masked.numpy().tolist() == [0, 3, 4, 9, 15]
    assert attended.overlap.sentence == masked.coverage().sentence
    assert attended.overlap.seen + attended.overlap.truly_hidden + attended.overlap.uncovered == 128
    assert attended.overlap.rebuilt == 40
    assert isinstance(occluded, Occluded)
    np.testing.assert_allclose(occluded.effect.numpy(), masked.occlusion().effect, atol=1e-6)
    assert isinstance(traced, CurvesTraced)
    assert [curve.order for curve in traced.curves] == ["attention", "error", "random"]
    expected = masked.curves(seeds=(0,), steps=4)[0]
    np.testing.assert_allclose(traced.curves[0].deletion.numpy(), expected.deletion, atol=1e-6)
    assert traced.curves[0].insertion_area == pytest.approx(float(expected.insertion_area[0]), abs=1e-6)
    assert isinstance(related, Related)
    asked = {"against": ("dog",), "templates": "plain"}
    np.testing.assert_allclose(related.relevance.numpy(), whole.relevance("chair", **asked).values, atol=1e-6)
    np.testing.assert_allclose(related.occlusion.numpy(), whole.occlusion("chair", **asked).effect, atol=1e-6)
    assert related.method.startswith("integrated gradients")


def test_a_question_that_cannot_be_asked_fails_in_a_sentence(small_checkpoint: Path) -> None:
    points, _ = SENT
    nothing = Array.of(np.zeros(16, np.bool_))
    (failed,) = answers(small_checkpoint, Occlude(id=2, points=points, hidden=nothing))
    assert isinstance(failed, Failed)
    assert "must hide at least one patch" in failed.sentence
    assert not failed.fault


def test_the_thread_aside_rests_until_it_is_let() -> None:
    done: list[str] = []
    told = Event()
    aside = Aside(told.set)

    def work(name: str) -> Callable[[Callable[[], None]], None]:
        def answer(rest: Callable[[], None]) -> None:
            done.append(f"{name} begins")
            rest()
            done.append(f"{name} ends")

        return answer

    aside.put(Occlude, work("first"))
    aside.put(Relate, work("second"))
    aside.put(Occlude, work("third"))  # in the place of the first, behind the second
    assert aside.busy
    assert not done
    while aside.busy:
        told.clear()
        aside.let()
        assert told.wait(timeout=20.0)
        aside.hold()
    assert done == ["second begins", "second ends", "third begins", "third ends"]
    aside.put(Relate, work("fourth"))
    aside.stop()
    assert not aside.busy
    assert len(done) == 4
