"""The reader role end to end, and what its parsing process does for itself: limits, silence on the pipe, lean imports."""

import io
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from recon_model.data import clouds
from recon_model.data.writers import write_ply
from recon_model.errors import InputError, ServeError
from recon_model.serve import parser
from recon_model.serve.client import ReaderProcess
from recon_model.serve.framing import pack, read_frame
from recon_model.serve.messages import Array as Packed
from recon_model.serve.messages import Attend, CloudRead, Failed, ReadCloud, Ready, Reply, Request, Shutdown, decode_reply, encode
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
            Attend(id=9, points=Packed.of(points), hidden=hidden),
            Shutdown(id=10),
            ReadCloud(id=11, path=str(tmp_path / "a.ply")),
        ]
    )
    ready, opened, missing, foreign = replies
    assert status == 0
    assert isinstance(ready, Ready)
    assert ready.role == "reader"
    assert isinstance(opened, CloudRead)
    assert opened.id == 7
    np.testing.assert_array_equal(opened.points.numpy(), clouds.read(tmp_path / "a.ply").points)
    assert missing == Failed(id=8, sentence="none.ply: there is no such file.")
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
