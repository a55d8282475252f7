"""The command line inside this process, and files for it."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from recon_model.cli.main import main

Run = Callable[..., tuple[int, str, str]]
"""Takes arguments; returns the exit status and what stood on stdout and stderr."""


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    def call(*arguments: object) -> tuple[int, str, str]:
        try:
            status = main([str(argument) for argument in arguments])
        except SystemExit as leaving:
            status = int(leaving.code or 0)
        captured = capsys.readouterr()
        return status, captured.out, captured.err

    return call


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with two clouds, one of them in a subfolder, a damaged file and one that is no cloud."""
    folder = tmp_path_factory.mktemp("files")
    rng = np.random.default_rng(0)
    np.savetxt(folder / "box.xyz", rng.uniform(-1, 1, (300, 3)) * [1, 2, 3] + [5e5, 0, 0])
    (folder / "rods").mkdir()
    np.savetxt(folder / "rods" / "rod.xyz", rng.uniform(-1, 1, (300, 3)) * [0.1, 0.1, 3])
    (folder / "bad.ply").write_bytes(b"ply\nformat ascii 1.0\nelement vertex 5\nproperty float x\nend_header\n1\n")
    (folder / "notes.md").write_text("not a cloud")
    return folder
