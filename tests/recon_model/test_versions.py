"""Versions are read, not guessed: of what is not installed there is none, and a checkout without metadata still starts."""

import sys

import numpy as np
import pytest

from recon_model import versions
from recon_model.cli.main import main


def test_what_is_not_installed_has_no_version():
    found = versions.versions(["numpy", "no-such-package"])
    assert found == {"python": sys.version.split()[0], "numpy": np.__version__}


def test_a_checkout_that_was_not_installed_says_so_and_starts(monkeypatch, capsys):
    def missing(name):
        raise versions.PackageNotFoundError(name)

    monkeypatch.setattr(versions, "version", missing)
    with pytest.raises(SystemExit) as ended:
        main(["--version"])
    assert ended.value.code == 0
    assert capsys.readouterr().out == "recon (not installed)\n"
