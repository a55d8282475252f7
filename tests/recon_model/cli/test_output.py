"""How commands write, apart from any command."""

import errno
import io

import pytest

from recon_model.cli.output import tell


def test_a_line_is_there_at_once(tmp_path, monkeypatch):
    with (tmp_path / "out").open("w", buffering=1 << 16) as file:
        monkeypatch.setattr("sys.stdout", file)
        tell("epoch 1 of 3")
        assert (tmp_path / "out").read_text() == "epoch 1 of 3\n"


@pytest.mark.parametrize("gone", [BrokenPipeError(), OSError(errno.EIO, "the terminal was closed")])
def test_work_goes_on_when_nobody_reads_any_longer(monkeypatch, gone):
    tried = []

    class Closed(io.StringIO):
        def write(self, text):
            tried.append(text)
            raise gone

    monkeypatch.setattr("sys.stdout", Closed())
    tell("epoch 1 of 3")
    tell("epoch 2 of 3")
    assert tried == ["epoch 1 of 3", "epoch 2 of 3"]
