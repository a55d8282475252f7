"""The reader role end to end, and what its parsing process does for itself: limits, silence on the pipe, lean imports."""

import io
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from recon_model.data import clouds
from recon_model.data.writers import write_ply
from recon_model.errors import InputError, ServeError
from recon_model.serve import parser, reader
from recon_model.serve.client import ReaderProcess
from recon_model.serve.framing import pack, read_frame
from recon_model.serve.messages import Array as Packed
from recon_model.serve.messages import (
    AttendAll,
    CloudRead,
    CloudWritten,
    Failed,
    Glance,
    ReadCloud,
    ReadPicture,
    Ready,
    Reply,
    Request,
    Shutdown,
    WriteCloud,
    decode_reply,
    encode,
)
from tests import files


def conversation(requests: list[Request]) -> tuple[list[Reply], int]:
    """Says everything to the role at once and returns its replies and exit status."""
    frames = b"".join(pack(encode(request)) for request in requests)
    done = subprocess.run([sys.executable, "-m", "recon_model.serve", "--role", "reader"], input=frames, capture_output=True, check=False)
    stream = io.BytesIO(done.stdout)
    replies = []
    while (body := read_frame(stream)) is not None:
        replies.append(decode_reply(body))
    return replies, done.returncode


def test_the_role_answers_in_order_until_told_to_stop(tmp_path: Path) -> None:
    points = np.random.default_rng(0).normal(size=(100, 3)).astype(np.float32)
    write_ply(tmp_path / "a.ply", points)
    hidden = Packed.of(np.zeros(4, bool))
    replies, status = conversation(
        [
            ReadCloud(id=7, path=str(tmp_path / "a.ply")),
            ReadCloud(id=8, path=str(tmp_path / "none.ply")),
            ReadPicture(id=12, path=str(tmp_path / "a.ply")),
            AttendAll(id=9, points=Packed.of(points), hidden=hidden),
            Shutdown(id=10),
            ReadCloud(id=11, path=str(tmp_path / "a.ply")),
        ]
    )
    ready, opened, missing, picture, foreign = replies
    assert status == 0
    assert isinstance(ready, Ready)
    assert ready.role == "reader"
    assert isinstance(opened, CloudRead)
    assert opened.id == 7
    np.testing.assert_array_equal(opened.points.numpy(), clouds.read(tmp_path / "a.ply").points)
    assert missing == Failed(id=8, sentence="none.ply: there is no such file.")
    assert isinstance(picture, Failed)
    assert "it is no picture" in picture.sentence
    assert isinstance(foreign, Failed)
    assert foreign.fault


def test_reading_loads_neither_torch_nor_what_the_format_does_not_need() -> None:
    heavy = "{'torch', 'trimesh', 'laspy', 'lazrs', 'pye57', 'h5py', 'scipy', 'sklearn', 'open_clip'}"
    code = f"import sys, recon_model.serve.reader, recon_model.serve.parser; print(sorted({heavy} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True).stdout == "[]\n"


def test_a_fault_of_ours_is_owned_up_to(monkeypatch: pytest.MonkeyPatch) -> None:
    def wrong(*_: object, **__: object) -> clouds.Cloud:
        raise ZeroDivisionError("a slip")

    monkeypatch.setattr(clouds, "read", wrong)
    reply = parser.answer(ReadCloud(id=3, path="a.ply"))
    assert isinstance(reply, Failed)
    assert reply.fault
    assert "ZeroDivisionError: a slip" in reply.sentence


def test_a_parser_knows_only_files() -> None:
    with pytest.raises(ServeError, match="knows nothing of Shutdown"):
        parser.serve(io.BytesIO(pack(encode(Shutdown(id=1)))), io.BytesIO())


def changed_parser(change: str) -> list[str]:
    """A parsing process whose way of opening files was replaced by ``change``, the body of ``read(path)``."""
    code = f"import os, re, sys\nfrom recon_model.serve import parser\nreal = parser.clouds.read\ndef read(path, **rest):\n    {change}\n"
    return [sys.executable, "-c", code + "parser.clouds.read = read\nparser.main([str(2 << 30)])"]


def test_what_a_library_prints_does_not_reach_the_pipe(tmp_path: Path) -> None:
    write_ply(tmp_path / "a.ply", np.eye(3))
    noisy = "print('noise'); os.write(1, b'noise'); os.system('echo noise'); sys.stdin.read(); return real(path, **rest)"
    with ReaderProcess(command=changed_parser(noisy)) as reader:
        assert [reader.read(tmp_path / "a.ply").vertex_count for _ in range(2)] == [3, 3]


def test_the_alarm_ends_native_code_that_nobody_watches() -> None:
    # This pattern backtracks for ages inside the regular expression engine, which holds the interpreter all the while.
    stuck = "parser._alarm(0.3); re.match('(a+)+$', 'a' * 64 + 'b')"
    process = subprocess.Popen(changed_parser(stuck), stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    process.communicate(pack(encode(ReadCloud(id=1, path="a.ply"))), timeout=30)
    assert process.returncode == -14


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux limits the address space reliably")
def test_memory_is_limited(tmp_path: Path) -> None:
    with (tmp_path / "a.xyz").open("wb") as stream:
        stream.truncate(900_000_000)
    with ReaderProcess(memory=700_000_000) as reader, pytest.raises(InputError, match="memory"):
        reader.read(tmp_path / "a.xyz")


def test_the_sweep_passes_a_folder_of_good_and_bad_files(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_ply(tmp_path / "good.ply", np.eye(3))
    (tmp_path / "below").mkdir()
    (tmp_path / "below" / "bad.ply").write_bytes(b"ply\n")
    (tmp_path / "README.md").write_text("no cloud")
    (tmp_path / "manifest.csv").write_text("file,format,expect,vertices,bytes\ngood.ply,ply,reads,4,0\n")
    assert files.main([str(tmp_path)]) == 0
    printed = capsys.readouterr().out
    assert "2 files: 1 opened, 1 refused, 0 failed, 0 parsing processes lost" in printed
    assert "differs  good.ply: expected 4, got ply points, 3 vertices" in printed


def test_the_sweep_fails_where_the_role_dies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    write_ply(tmp_path / "good.ply", np.eye(3))
    monkeypatch.setattr(files, "_ROLE", changed_parser("os.abort()"))
    assert files.main([str(tmp_path)]) == 1
    assert "crash" in capsys.readouterr().out


def test_a_glance_never_stands_in_the_way_of_a_file_someone_waits_for(tmp_path: Path) -> None:
    points = np.random.default_rng(0).normal(size=(5000, 3)).astype(np.float32)
    write_ply(tmp_path / "a.ply", points)
    os.mkfifo(tmp_path / "b.npy")  # opens at once, and is refused
    path = str(tmp_path / "a.ply")
    asked = [Glance(id=1, path=path, max_points=64), ReadCloud(id=2, path=path), Glance(id=3, path=str(tmp_path / "b.npy"))]
    replies, status = conversation([*asked, Glance(id=4, path=path, max_points=8)])
    by_id = {reply.id: reply for reply in replies}
    assert status == 0
    assert sorted(by_id) == [0, 1, 2, 3, 4]
    assert [len(by_id[number].points.numpy()) for number in (1, 2, 4)] == [64, 5000, 8]
    assert isinstance(by_id[3], Failed)
    assert [reply.id for reply in replies if isinstance(reply, CloudRead) and reply.id != 2] == [1, 4]


def test_leaving_calls_off_a_glance_under_way(monkeypatch: pytest.MonkeyPatch) -> None:
    process = ReaderProcess(command=changed_parser("__import__('signal').pause()"))
    monkeypatch.setattr(reader, "ReaderProcess", lambda **_: process)
    said: list[bytes] = []
    mouth = reader._Mouth(io.BytesIO())
    monkeypatch.setattr(mouth, "say", said.append)
    glances = reader._Glances(mouth)
    glances.put(Glance(id=1, path="a.ply"))
    glances.put(Glance(id=2, path="b.ply"))
    glances.end(wait=False)
    assert all(isinstance(decode_reply(body), Failed) for body in said)
    assert process._process.poll() is not None


def test_one_cloud_of_a_labelled_set(tmp_path: Path) -> None:
    points = np.random.default_rng(0).normal(size=(5, 40, 3)).astype(np.float32)
    np.savez_compressed(tmp_path / "set.npz", points=points, labels=np.array([1, 0, 1, 1, 0]), names=np.array(["chair", "bed"]))
    with ReaderProcess() as process:
        reply = decode_reply(process.answer(ReadCloud(id=1, path=str(tmp_path / "set.npz"), member=3)))
        beyond = decode_reply(process.answer(Glance(id=2, path=str(tmp_path / "set.npz"), member=5)))
    assert isinstance(reply, CloudRead)
    np.testing.assert_allclose(reply.points.numpy() + np.array(reply.origin), points[3], atol=1e-6)
    assert reply.dataset is not None
    assert (reply.dataset.clouds, reply.dataset.names) == (5, ("chair", "bed"))
    assert reply.dataset.labels is not None
    assert reply.dataset.labels.numpy().tolist() == [1, 0, 1, 1, 0]
    assert "this is number 4 of them" in " ".join(reply.notes)
    assert beyond == Failed(id=2, sentence="set.npz: cloud 6 was asked for, but it holds 5 clouds.")


def test_labels_that_do_not_fit_the_clouds_are_left_out(tmp_path: Path) -> None:
    points = np.zeros((3, 40, 3), np.float32) + np.arange(40)[:, None]
    for labels, names in (([0, 1], ["a", "b"]), ([0, 1, 2], ["a", "b"]), ([0.0, 1.0, 0.0], ["a", "b"])):
        np.savez(tmp_path / "set.npz", points=points, labels=np.array(labels), names=np.array(names))
        cloud = clouds.read(tmp_path / "set.npz")
        assert (cloud.clouds, cloud.labels, cloud.names) == (3, None, ())
    with pytest.raises(InputError, match=r"a\.ply: cloud 2 was asked for, but it holds a single one"):
        write_ply(tmp_path / "a.ply", points[0])
        clouds.read(tmp_path / "a.ply", member=1)


def test_the_reader_writes_a_cloud_or_says_why_not(tmp_path: Path) -> None:
    points, patch = np.random.default_rng(0).normal(size=(50, 3)).astype(np.float32), np.arange(50, dtype=np.int32)
    colours = np.zeros((50, 3), np.uint8)
    ask = WriteCloud(
        id=1, path=str(tmp_path / "out.ply"), points=Packed.of(points), colours=Packed.of(colours), scalars={"patch": Packed.of(patch)}
    )
    bad = WriteCloud(id=2, path=str(tmp_path / "none" / "out.ply"), points=Packed.of(points))
    (_, written, failed), _ = conversation([ask, bad])
    assert written == CloudWritten(id=1, path=ask.path, bytes=(tmp_path / "out.ply").stat().st_size)
    np.testing.assert_allclose(clouds.read(ask.path).points + np.array(clouds.read(ask.path).origin), points, atol=1e-6)
    assert isinstance(failed, Failed)
    assert "out.ply: the file cannot be written" in failed.sentence
