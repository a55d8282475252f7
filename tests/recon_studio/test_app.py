"""The command ``recon-studio``: what it says, what it returns, what it never loads."""

import itertools
import json
import os
import platform
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtGui import QImage

from recon_model.errors import InputError
from recon_studio import app
from tests.recon_studio.shapes import chair, write_broken_ply, write_ply

HEAVY = ("torch", "torchvision", "open_clip", "pyvista", "vtkmodules", "sklearn", "PySide6.QtWidgets")


def _python(code: str, *arguments: str, home: Path, **environment: str) -> "subprocess.CompletedProcess[str]":
    env = {**os.environ, "XDG_CONFIG_HOME": str(home), "XDG_DATA_HOME": str(home), **environment}
    return subprocess.run([sys.executable, "-c", code, *arguments], env=env, capture_output=True, text=True, timeout=180, check=False)


RUN = "import sys; from recon_studio.app import main; sys.exit(main(sys.argv[1:]))"
RUN_AND_LIST = (
    "import sys, json; from recon_studio.app import main; code = main(sys.argv[1:]);"
    "print(json.dumps({'modules': sorted(m for m in sys.modules if '.' not in m)})); sys.exit(code)"
)


def test_importing_the_app_loads_nothing_heavy(tmp_path: Path) -> None:
    done = _python("import sys, json, recon_studio.app; print(json.dumps(sorted(sys.modules)))", home=tmp_path)
    loaded = json.loads(done.stdout)
    assert [name for name in HEAVY if name in loaded] == []


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="other C libraries keep no such limit")
def test_large_blocks_go_back_whatever_was_freed_before(tmp_path: Path) -> None:
    code = """
import ctypes, sys
from recon_studio.app import give_memory_back
class Info(ctypes.Structure):
    _fields_ = [(name, ctypes.c_size_t) for name in "arena ordblks smblks hblks hblkhd usmblks fsmblks uordblks fordblks keepcost".split()]
library = ctypes.CDLL(None)
library.mallinfo2.restype, library.malloc.restype, library.malloc.argtypes = Info, ctypes.c_void_p, [ctypes.c_size_t]
library.free.argtypes = [ctypes.c_void_p]
if sys.argv[1] == "asked":
    give_memory_back()
library.free(library.malloc(30 << 20))
before = library.mallinfo2().hblkhd
library.malloc(4 << 20)
print(library.mallinfo2().hblkhd - before >= 4 << 20)
"""
    assert _python(code, "asked", home=tmp_path).stdout.strip() == "True"
    assert _python(code, "not", home=tmp_path).stdout.strip() == "False"  # else there is nothing to do any more


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["no such file.ply"], "recon-studio: The file 'no such file.ply' does not exist."),
        (["--mask-ratio", "1.5"], "recon-studio: --mask-ratio (1.5) must be at least 0 and below 1."),
        (["--seed", "-1"], "recon-studio: --seed (-1) must be at least 0 and below 2147483648."),
        (["--size", "big"], "recon-studio: --size (big) must be a width and a height such as 1440x900."),
        (["--screenshot", "/no/such/folder/x.png"], "recon-studio: The folder of --screenshot (/no/such/folder/x.png) does not exist."),
        (["--model", "/no/such/model"], "recon-studio: The model '/no/such/model' does not exist."),
    ],
)
def test_bad_usage_is_one_sentence_and_two(arguments: list[str], sentence: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert app.main(arguments) == app.BAD_INPUT
    assert capsys.readouterr().err.strip() == sentence


def test_a_pair_of_versions_that_aborts_is_refused() -> None:
    for pyside, python in (("6.11.3", (3, 11)), ("6.12.0", (3, 12)), ("6.8.0.2", (3, 11))):
        app._guard(pyside, python)
    for pyside in ("6.12.0", "6.13.1", "7.0.0"):
        with pytest.raises(InputError, match=f"PySide6 {pyside} aborts on Python 3.11"):
            app._guard(pyside, (3, 11))


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="other systems always have a screen")
def test_no_display_is_a_sentence(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    assert app.main([]) == app.BAD_INPUT
    assert capsys.readouterr().err.startswith("recon-studio: There is no display here;")


@pytest.mark.window
def test_a_picture_is_taken_and_the_window_leaves(tmp_path: Path) -> None:
    path = write_ply(tmp_path / "chair.ply", chair(2000))
    picture = tmp_path / "out.png"
    options = ["--names", "chair,table", "--seed", "3", "--mask-ratio", "0.5", "--theme", "dark", "--size", "1200x760"]
    done = _python(RUN_AND_LIST, str(path), *options, "--screenshot", str(picture), "--exit", home=tmp_path, RECON_STUDIO_TIMING="1")
    assert (done.returncode, done.stderr) == (0, "")
    image = QImage(str(picture))
    assert (image.width(), image.height()) == (1200, 760)
    assert image.pixelColor(2, 400).lightness() < 80
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert [line["event"] for line in lines[:2]] == ["visible", "first_reconstruction"]
    assert 0 < lines[0]["seconds"] < lines[1]["seconds"]
    assert {"torch", "open_clip", "sklearn"} & set(lines[2]["modules"]) == set()
    assert not (tmp_path / "recon-studio" / "settings.json").exists()  # no person was here


@pytest.mark.window
def test_a_bad_file_ends_a_picture_with_its_sentence(tmp_path: Path) -> None:
    path = write_broken_ply(tmp_path / "broken.ply")
    done = _python(RUN, str(path), "--screenshot", str(tmp_path / "out.png"), "--exit", home=tmp_path)
    assert done.returncode == app.BAD_INPUT
    assert done.stderr.startswith("recon-studio: broken.ply")
    assert len(done.stderr.splitlines()) == 1
    assert not (tmp_path / "out.png").exists()


@pytest.mark.window
def test_the_first_steps_are_taken_and_told(tmp_path: Path) -> None:
    done = _python(RUN, "--first-steps", str(tmp_path / "out"), home=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    steps = ["1-open", "2-reconstruct", "3-attention", "4-words"]
    assert [line.split(":")[0] for line in done.stdout.splitlines()] == steps
    pictures = [QImage(str(tmp_path / "out" / f"{step}.png")) for step in steps]
    assert all(not picture.isNull() for picture in pictures)
    assert all(one != other for one, other in itertools.pairwise(pictures))
    assert "75 %" not in done.stdout.splitlines()[0]
    assert "patches hidden" in done.stdout.splitlines()[1]
