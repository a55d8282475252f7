"""The model role as the window meets it: a real process, real pipes."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any, cast

import numpy as np
import numpy.typing as npt
import pytest

from recon_model.lexicon import Name
from recon_model.serve.framing import pack, read_frame
from recon_model.serve.messages import (
    Array,
    AttendAll,
    AttendedAll,
    ClassifyByWords,
    CloudPrepared,
    CloudsRanked,
    Failed,
    LoadModel,
    ModelLoaded,
    OpenRival,
    PackedSides,
    PrepareCloud,
    RankClouds,
    ReadCloud,
    Ready,
    Reconstruct,
    Reconstructed,
    Reply,
    Request,
    Scores,
    Shutdown,
    decode_reply,
    encode,
)
from recon_model.sides import Sides

ROOT = Path(__file__).resolve().parents[3]
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}


class Helper:
    """A model process and both ends of its pipes."""

    def __init__(self, *command: str) -> None:
        self.process = subprocess.Popen(
            command or (sys.executable, "-P", "-m", "recon_model.serve", "--role", "model"),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=ENVIRONMENT,
        )
        self.incoming = cast(IO[bytes], self.process.stdin)
        self.outgoing = cast(Any, self.process.stdout)

    def send(self, *requests: Request) -> None:
        self.incoming.write(b"".join(pack(encode(request)) for request in requests))
        self.incoming.flush()

    def receive(self) -> Reply:
        body = read_frame(self.outgoing)
        assert body is not None, self.errors()
        return decode_reply(body)

    def ask(self, request: Request) -> Reply:
        self.send(request)
        return self.receive()

    def rest(self) -> list[Reply]:
        """Closes the pipe and returns everything that still comes."""
        self.incoming.close()
        return [decode_reply(body) for body in iter(lambda: read_frame(self.outgoing), None)]

    def errors(self) -> str:
        assert self.process.stderr is not None
        return self.process.stderr.read().decode()

    def end(self) -> None:
        self.process.kill()
        self.process.wait()
        for pipe in (self.incoming, self.outgoing, self.process.stderr):
            if pipe is not None:
                pipe.close()


@pytest.fixture
def started() -> Iterator[Helper]:
    helper = Helper()
    yield helper
    helper.end()


@pytest.fixture(scope="module")
def helper(small_checkpoint: Path) -> Iterator[Helper]:
    """One process for all tests that leave it as they found it."""
    helper = Helper()
    ready = helper.receive()
    assert isinstance(ready, Ready)
    assert ready.role == "model"
    assert {"python", "torch", "numpy"} <= set(ready.versions)
    loaded = helper.ask(LoadModel(id=1, source=str(small_checkpoint), device="cpu"))
    assert isinstance(loaded, ModelLoaded)
    assert (loaded.name, loaded.depth, loaded.heads, loaded.num_groups) == ("small", 3, 2, 16)
    yield helper
    helper.end()


@pytest.fixture(scope="module")
def cloud(helper: Helper) -> npt.NDArray[np.float32]:
    points = np.random.default_rng(0).standard_normal((700, 3)).astype(np.float32) * 4 + 100
    prepared = helper.ask(PrepareCloud(id=2, points=Array.of(points)))
    assert isinstance(prepared, CloudPrepared)
    unit = prepared.points.numpy()
    np.testing.assert_allclose(unit, (points[prepared.indices.numpy()] - prepared.centre) / prepared.scale, atol=1e-5)
    assert prepared.members.shape == (16, 8)
    return cast(npt.NDArray[np.float32], unit)


def test_a_cloud_goes_the_whole_way(helper: Helper, cloud: npt.NDArray[np.float32]) -> None:
    points = Array.of(cloud)
    rebuilt = helper.ask(Reconstruct(id=3, points=points, mask_ratio=0.5, seed=7))
    assert isinstance(rebuilt, Reconstructed)
    assert rebuilt.id == 3
    hidden = rebuilt.hidden.numpy()
    assert hidden.sum() == 8
    assert rebuilt.rebuilt.shape == (8, 8, 3)
    attended = helper.ask(AttendAll(id=4, points=points, hidden=rebuilt.hidden))
    assert isinstance(attended, AttendedAll)
    assert attended.visible.numpy().tolist() == np.flatnonzero(~hidden).tolist()
    np.testing.assert_allclose(attended.cross.numpy().sum(-1), np.ones((3, 2, 3)), atol=1e-5)
    scores = helper.ask(ClassifyByWords(id=5, points=points, names=("chair", "dog", "airplane"), templates="plain"))
    assert isinstance(scores, Scores), scores  # remembered names: no tower is opened, no Progress comes
    assert sorted(scores.names) == ["airplane", "chair", "dog"]
    assert (np.diff(scores.scores.numpy()) <= 0).all()
    assert scores.probabilities.numpy().sum() == pytest.approx(1.0, abs=1e-5)
    named = (Name("chair", ("bench",), ("dog",)), "airplane")
    scores = helper.ask(ClassifyByWords(id=6, points=points, names=named, templates="plain"))
    assert isinstance(scores, Scores)
    feature = np.random.default_rng(1).standard_normal((3, 384)).astype(np.float32)
    ranked = helper.ask(RankClouds(id=7, sides=PackedSides.of(Sides.single(feature)), names=named, templates="plain"))
    assert isinstance(ranked, CloudsRanked)
    assert ranked.names == ("chair", "airplane")
    assert ranked.scores.numpy().shape == (3, 2)
    np.testing.assert_array_equal(ranked.best.numpy(), ranked.scores.numpy().argmax(1))
    assert (scores.unlike, ranked.unlike) == (None, None)  # the card holds no scale


def test_the_same_request_has_the_same_answer(helper: Helper, cloud: npt.NDArray[np.float32]) -> None:
    first, second = (helper.ask(Reconstruct(id=number, points=Array.of(cloud), seed=5)) for number in (10, 11))
    assert isinstance(first, Reconstructed)
    assert isinstance(second, Reconstructed)
    assert (first.hidden, first.rebuilt, first.chamfer) == (second.hidden, second.rebuilt, second.chamfer)


@pytest.mark.parametrize(
    ("request_", "sentence"),
    [
        (PrepareCloud(id=20, points=Array.of(np.zeros((0, 3), np.float32))), "with at least one point"),
        (Reconstruct(id=21, points=Array.of(np.zeros((5, 3), np.float32))), "points (5) must be the 128 of a prepared cloud"),
        (LoadModel(id=22, source="/nowhere"), "Model '/nowhere' does not exist"),
        (PrepareCloud(id=23, points=Array(dtype="<f4", shape=(9, 3), data=b"1234")), "does not fill"),
        (ReadCloud(id=24, path="chair.ply"), "ReadCloud"),
    ],
)
def test_a_bad_request_fails_in_a_sentence_and_the_next_is_answered(
    helper: Helper, cloud: npt.NDArray[np.float32], request_: Request, sentence: str
) -> None:
    failed = helper.ask(request_)
    assert isinstance(failed, Failed)
    assert failed.id == request_.id
    assert sentence in failed.sentence
    assert not failed.fault
    assert isinstance(helper.ask(Reconstruct(id=30, points=Array.of(cloud))), Reconstructed)


def test_requests_that_came_before_the_end_are_answered(started: Helper, small_checkpoint: Path) -> None:
    points = np.random.default_rng(1).standard_normal((128, 3)).astype(np.float32)
    started.send(LoadModel(id=1, source=str(small_checkpoint), device="cpu"), PrepareCloud(id=2, points=Array.of(points)))
    # All wait while torch is imported: of the reconstructions only the newest is worth doing.
    started.send(*(Reconstruct(id=3 + number, points=Array.of(points), seed=number) for number in range(5)))
    assert [(type(reply), reply.id) for reply in started.rest()] == [
        (Ready, 0),
        (ModelLoaded, 1),
        (CloudPrepared, 2),
        (Reconstructed, 7),
    ]
    assert started.process.wait() == 0
    assert started.errors() == ""


def test_shutdown_ends_it_with_the_pipe_still_open(started: Helper, small_checkpoint: Path) -> None:
    started.send(LoadModel(id=1, source=str(small_checkpoint)), Shutdown(id=2))
    assert [type(started.receive()), type(started.receive())] == [Ready, ModelLoaded]
    assert started.process.wait() == 0


@pytest.mark.parametrize("command", [(), (sys.executable, "-P", "-m", "recon_model.cli.main", "serve", "--role", "model")])
def test_a_bad_frame_ends_it_with_a_sentence(command: tuple[str, ...], small_checkpoint: Path) -> None:
    helper = Helper(*command)
    try:
        helper.send(LoadModel(id=1, source=str(small_checkpoint)))
        helper.incoming.write(b"\x03\x00\x00\x00abc")
        replies = helper.rest()
        assert [type(reply) for reply in replies] == [Ready, ModelLoaded]
        assert helper.process.wait() == 1
        errors = helper.errors()
        assert errors.startswith("a request could not be read")
        assert errors.count("\n") == 1
    finally:
        helper.end()


@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
def test_both_models_answer_in_the_precision_asked_for(precision: str, small_checkpoint: Path) -> None:
    helper = Helper(sys.executable, "-P", "-m", "recon_model.cli.main", "serve", "--role", "model", "--precision", precision)
    try:
        helper.send(LoadModel(id=1, source=str(small_checkpoint)), OpenRival(id=2, source=str(small_checkpoint)))
        replies = helper.rest()
        assert [reply.precision for reply in replies if isinstance(reply, ModelLoaded)] == [precision, precision]
    finally:
        helper.end()


def test_what_a_library_prints_stays_off_the_pipe(tmp_path: Path) -> None:
    """The protocol's descriptor is our own: prints, also from C, end on stderr."""
    program = (
        "import os, sys\n"
        "from recon_model.serve.framing import private_pipes\n"
        "incoming, outgoing = private_pipes()\n"
        "print('from python', flush=True)\n"
        "os.write(1, b'from below')\n"
        "assert sys.stdin.read() == '' and os.read(0, 10) == b''\n"
        "outgoing.write(incoming.read())\n"
        "outgoing.flush()\n"
    )
    done = subprocess.run([sys.executable, "-P", "-c", program], input=b"frame", capture_output=True, env=ENVIRONMENT, check=False)
    assert done.stdout == b"frame", done.stderr
    assert done.stderr == b"from python\nfrom below"


@pytest.mark.skipif(os.name == "nt", reason="no SIGKILL")
def test_a_killed_helper_is_the_end_of_its_stream(started: Helper) -> None:
    assert isinstance(started.receive(), Ready)
    started.process.send_signal(signal.SIGKILL)
    assert read_frame(started.outgoing) is None
    assert started.process.wait() == -signal.SIGKILL


def test_without_a_role_there_is_a_usage() -> None:
    done = subprocess.run([sys.executable, "-P", "-m", "recon_model.serve"], capture_output=True, env=ENVIRONMENT, check=False)
    assert done.returncode == 2
    assert b"--role" in done.stderr
