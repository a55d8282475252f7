import os
import sys
from pathlib import Path

import numpy as np
import pytest

from recon_model.data.clouds import read
from recon_model.data.writers import write_ply
from recon_model.errors import InputError, ServeError
from recon_model.serve.client import CRASHED, ReaderProcess

# A helper that is ready, takes one request and then does what the test wants.
_HELPER = """
import os, sys
from recon_model.serve.framing import pack, read_frame
from recon_model.serve.messages import Ready, encode
sys.stdout.buffer.write(pack(encode(Ready(id=0, role="parser", versions={{}}))))
sys.stdout.buffer.flush()
read_frame(sys.stdin.buffer)
{act}
"""


def helper(act: str) -> list[str]:
    return [sys.executable, "-c", _HELPER.format(act=act)]


def test_a_cloud_comes_through_whole(tmp_path: Path) -> None:
    generator = np.random.default_rng(0)
    write_ply(tmp_path / "a.ply", generator.random((500, 3)), generator.integers(0, 256, (500, 3), dtype=np.uint8))
    here = read(tmp_path / "a.ply", max_points=50, seed=3)
    with ReaderProcess() as reader:
        there = reader.read(tmp_path / "a.ply", max_points=50, seed=3)
    np.testing.assert_array_equal(there.points, here.points)
    assert here.colours is not None
    np.testing.assert_array_equal(there.colours, here.colours)
    assert there.normals is None
    same = ("path", "format", "kind", "vertex_count", "face_count", "origin", "notes")
    assert [getattr(there, name) for name in same] == [getattr(here, name) for name in same]


def test_a_data_set_comes_through_as_one(tmp_path: Path) -> None:
    points = np.random.default_rng(0).normal(size=(5, 30, 3))
    np.savez(tmp_path / "set.npz", points=points, labels=np.array([0, 1, 0, 1, 1]), names=np.array(["chair", "cup"]))
    with ReaderProcess() as reader:
        there = reader.read(tmp_path / "set.npz", member=3)
    assert (there.clouds, there.names) == (5, ("chair", "cup"))
    assert there.labels is not None
    assert there.labels.tolist() == [0, 1, 0, 1, 1]


def test_a_file_that_takes_too_long_is_given_up_and_the_next_one_opens(tmp_path: Path) -> None:
    flag = tmp_path / "first"
    # Hangs the first time, in a loop; the second helper finds the flag and serves.
    slow = f"""
import sys
from pathlib import Path
from recon_model.serve import parser
real = parser.clouds.read
def read(path, **rest):
    flag = Path({str(flag)!r})
    if not flag.exists():
        flag.touch()
        sys.setswitchinterval(1000)
        while True: pass
    return real(path, **rest)
parser.clouds.read = read
parser.main([str(2 << 30)])
"""
    write_ply(tmp_path / "a.ply", np.eye(3))
    with ReaderProcess(timeout_s=1.0, command=[sys.executable, "-c", slow]) as reader:
        before = reader.pid
        with pytest.raises(InputError, match=r"^a\.ply: opening it took longer than 1 s and was stopped"):
            reader.read(tmp_path / "a.ply")
        assert reader.pid != before
        assert reader.read(tmp_path / "a.ply").vertex_count == 3


@pytest.mark.parametrize(
    ("act", "says"),
    [
        ("os.abort()", f"{CRASHED} \\(SIGABRT\\), which has been restarted; the file is damaged"),
        ("import ctypes; ctypes.string_at(0)", f"{CRASHED} \\(SIGSEGV\\)"),
        ("os._exit(3)", f"{CRASHED} \\(exit status 3\\)"),
        ("os.kill(os.getpid(), 9)", r"needed more than the 2\.1 GB"),
        ("os.write(1, b'1234 and half a frame'); os._exit(0)", CRASHED),
    ],
)
def test_a_death_becomes_one_sentence(act: str, says: str) -> None:
    with ReaderProcess(command=helper(act)) as reader:
        for _ in range(2):
            with pytest.raises(InputError, match=rf"^a\.ply: .*{says}"):
                reader.read("a.ply")


def test_a_death_between_files_goes_unnoticed(tmp_path: Path) -> None:
    write_ply(tmp_path / "a.ply", np.eye(3))
    with ReaderProcess() as reader:
        assert reader.read(tmp_path / "a.ply").vertex_count == 3
        os.kill(reader.pid, 9)
        os.waitid(os.P_PID, reader.pid, os.WEXITED | os.WNOWAIT)
        assert reader.read(tmp_path / "a.ply").vertex_count == 3


def test_a_helper_that_cannot_start_is_our_fault() -> None:
    with (
        ReaderProcess(command=[sys.executable, "-c", "raise SystemExit(1)"]) as reader,
        pytest.raises(ServeError, match="cannot be started"),
    ):
        reader.read("a.ply")


def test_a_name_that_is_no_unicode_is_refused() -> None:
    with ReaderProcess() as reader, pytest.raises(InputError, match=r"^a\?\.ply: the file's name is not written in Unicode"):
        reader.read("a\udcff.ply")
