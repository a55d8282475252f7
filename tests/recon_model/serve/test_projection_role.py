"""The projection role: frames come while it works, pause holds it, stop ends it, and it lives in a process of its own."""

import io
import subprocess
import sys
from collections import deque

import numpy as np
import pytest

from recon_model.serve.framing import pack, read_frame
from recon_model.serve.inbox import Closed, Event
from recon_model.serve.messages import (
    Array,
    CloudsPlaced,
    Failed,
    PlaceClouds,
    Progress,
    Projected,
    ProjectionFrame,
    ProjectionSteered,
    ReadCloud,
    Ready,
    Reply,
    Request,
    Shutdown,
    StartProjection,
    SteerProjection,
    decode_reply,
    encode,
)
from recon_model.serve.projection import ProjectionService


class Script:
    """An inbox that gives its events one at a time; a function among them says from the replies so far whether the next may come."""

    def __init__(self, replies: list[Reply], *events: object) -> None:
        self.events = deque(events)
        self.replies = replies
        self.waits = 0

    def take(self, timeout_s: float | None = None) -> Event | None:
        self.waits += timeout_s is None
        if self.events and callable(self.events[0]):
            if timeout_s is not None and not self.events[0](self.replies):
                return None
            self.events.popleft()
        if not self.events:
            return Closed() if timeout_s is None else None
        return self.events.popleft()


def play(*events: object) -> tuple[list[Reply], Script]:
    replies: list[Reply] = []
    script = Script(replies, *events)
    ProjectionService(script, replies.append).run()
    return replies, script


def features(count: int = 60) -> Array:
    rng = np.random.default_rng(1)
    return Array.of((np.repeat(rng.normal(size=(3, 6)) * 8, count // 3, axis=0) + rng.normal(size=(count, 6))).astype(np.float32))


LABELS = Array.of(np.repeat(np.arange(3), 20))


def frames(replies: list[Reply]) -> list[ProjectionFrame]:
    return [reply for reply in replies if isinstance(reply, ProjectionFrame)]


def test_frames_come_and_the_last_word_has_the_numbers() -> None:
    replies, _ = play(StartProjection(id=3, features=features(), iterations=60, labels=LABELS, frame_ms=0, clusters=3))
    assert isinstance(replies[0], Progress)
    assert [frame.iteration for frame in frames(replies)] == [*range(5, 65, 5), 60]
    last = replies[-1]
    assert isinstance(last, Projected)
    np.testing.assert_array_equal(last.coordinates.numpy(), frames(replies)[-1].coordinates.numpy())
    assert (last.id, last.iteration, last.stopped) == (3, 60, False)
    assert last.features_accuracy == 1.0
    assert 0.5 < last.trustworthiness <= 1.0
    assert np.isfinite(last.divergence)
    assert np.bincount(last.clusters.numpy()).tolist() == [20, 20, 20]


def test_the_seed_brings_it_back_whatever_frames_were_asked() -> None:
    first, second = (play(StartProjection(id=1, features=features(), iterations=50, frame_ms=ms))[0][-1] for ms in (0, 10_000))
    assert first.coordinates == second.coordinates


def test_paused_it_waits_and_stopped_it_keeps_what_there_is() -> None:
    replies, script = play(
        StartProjection(id=1, features=features(), iterations=400, frame_ms=10_000),
        lambda said: len(frames(said)) >= 1,
        SteerProjection(id=2, command="pause"),
        PlaceClouds(id=5, features=features(), reference=features(), coordinates=Array.of(np.zeros((60, 2), np.float32))),
        SteerProjection(id=3, command="continue"),
        SteerProjection(id=4, command="stop"),
    )
    steered = [(reply.command, reply.running) for reply in replies if isinstance(reply, ProjectionSteered)]
    assert steered == [("pause", True), ("continue", True), ("stop", True)]
    assert script.waits >= 2  # it stood still until it was told to go on
    (last,) = (reply for reply in replies if isinstance(reply, Projected))
    assert last.stopped
    assert 0 < last.iteration < 400
    assert isinstance(replies[-1], CloudsPlaced)  # what came meanwhile was done afterwards
    assert replies[-1].id == 5


def test_pca_is_there_at_once_and_places_where_it_put() -> None:
    replies, _ = play(
        StartProjection(id=1, features=features(), method="pca", labels=LABELS),
        PlaceClouds(id=2, features=features(), reference=features(), coordinates=Array.of(np.zeros((60, 2), np.float32)), method="pca"),
    )
    done, placed = (reply for reply in replies if isinstance(reply, Projected | CloudsPlaced))
    assert 0.5 < done.explained <= 1.0
    assert not done.stopped
    np.testing.assert_allclose(placed.coordinates.numpy(), done.coordinates.numpy(), atol=1e-4)
    assert placed.neighbours.numpy()[:, 0].tolist() == list(range(60))


@pytest.mark.parametrize(
    ("request_", "sentence"),
    [
        (StartProjection(id=1, features=features(), method="umap"), "method ('umap') must be one of tsne, pca"),
        (StartProjection(id=1, features=features(), perplexity=1), "perplexity (1) must be"),
        (StartProjection(id=1, features=Array.of(np.full((9, 2), np.nan, np.float32))), "finite"),
        (StartProjection(id=1, features=features(), initial=LABELS), "initial (60,)"),
        (PlaceClouds(id=1, features=features(), reference=features(), coordinates=LABELS), "do not belong together"),
        (SteerProjection(id=1, command="dance"), "command ('dance') must be one of"),
        (ReadCloud(id=1, path="a"), "ReadCloud"),
    ],
)
def test_a_bad_request_is_a_sentence(request_: Request, sentence: str) -> None:
    replies, _ = play(request_)
    failed = replies[-1]
    assert isinstance(failed, Failed)
    assert sentence in failed.sentence
    assert not failed.fault


def test_nothing_to_steer_is_said() -> None:
    replies, _ = play(SteerProjection(id=7, command="stop"))
    assert replies == [ProjectionSteered(id=7, command="stop", running=False)]


def test_the_process_answers_and_never_imports_torch() -> None:
    requests = (StartProjection(id=1, features=features(), iterations=10), Shutdown(id=2))
    code = (
        "import sys\nfrom recon_model.serve.__main__ import main\nstatus = main(['--role', 'projection'])\n"
        "print(sorted({'torch', 'PySide6'} & set(sys.modules)), file=sys.stderr)\nsys.stderr.flush()\nimport os; os._exit(status)"
    )
    frames_in = b"".join(pack(encode(request)) for request in requests)
    done = subprocess.run([sys.executable, "-c", code], input=frames_in, capture_output=True, check=False)
    stream = io.BytesIO(done.stdout)
    replies = [decode_reply(body) for body in iter(lambda: read_frame(stream), None)]
    assert isinstance(replies[0], Ready)
    assert replies[0].role == "projection"
    assert done.stderr.decode().splitlines()[-1] == "[]"
    assert done.returncode == 0
