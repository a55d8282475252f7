"""Kill the window in the middle of work, open it again: nothing is lost. With the real helpers and a real SIGKILL."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.recon_studio.shapes import chair, write_ply

pytestmark = pytest.mark.window


def _start(home: Path, *arguments: str) -> "subprocess.Popen[str]":
    env = {**os.environ, **{f"XDG_{kind}_HOME": str(home / kind.lower()) for kind in ("CONFIG", "DATA", "CACHE")}}
    command = [sys.executable, "-m", "tests.recon_studio.worker", *arguments]
    return subprocess.Popen(command, env=env, stdout=subprocess.PIPE, text=True)


def _said(process: "subprocess.Popen[str]") -> dict[str, Any]:
    assert process.stdout is not None
    told: dict[str, Any] = json.loads(process.stdout.readline())
    return told


def test_a_killed_window_loses_nothing(tmp_path: Path) -> None:
    files = [str(write_ply(tmp_path / name, chair(count))) for name, count in (("a.ply", 900), ("b ü.ply", 1500))]
    with _start(tmp_path, "work", *files) as working:
        before = _said(working)
        working.send_signal(signal.SIGKILL)
    with _start(tmp_path, "report") as again:
        after = _said(again)
    assert again.returncode == 0
    for told in (before, after):
        told["session"].pop("attempts", None)
    assert after["session"] == before["session"]
    assert after["rebuilt"] == before["rebuilt"]
    assert {0, 5, 9} <= set(after["rebuilt"])  # the mask by hand is what the model was asked for again
    assert not {1, 2, 3, 4} & set(after["rebuilt"])
    assert sorted(after["names"]) == ["chair", "lamp", "vase"]
    assert after["points"] == before["points"] < 1500  # what the fix left
    assert (after["up"], after["rival"]) == (before["up"], before["rival"]) == ("+z", "default")
    assert after["session"]["explain"]["damage"]["drop"] == 0.5
    assert after["session"]["explain"]["varied"] == "tilt"
    assert after["undo"] == before["undo"] != ""
    assert after["notices"][0] == "ReCon Studio ended unexpectedly; what was open is restored (2 clouds)."
    shelter = next((tmp_path / "data").rglob("sessions"))
    assert [path.name for path in shelter.glob("*.recon")] == ["last.recon"]  # left in order this time
