"""Starts a helper before anything heavy is imported here: torch is imported over there while the window is made over here."""

import os
import shlex
import sys
from pathlib import Path

from PySide6.QtCore import QProcess, QProcessEnvironment

import recon_model
from recon_model.errors import ConfigError


def helper_command(role: str, setting: str = "") -> tuple[str, ...]:
    """Returns the command that runs a helper: the environment's, else the setting's, else this Python.

    ``RECON_STUDIO_MODEL_COMMAND`` and ``RECON_STUDIO_READER_COMMAND`` hold a whole command line, such as
    ``ssh gpu-box recon serve --role model``.

    Raises:
        ConfigError: the command line has an open quote.
    """
    name = f"RECON_STUDIO_{role.upper()}_COMMAND"
    line = os.environ.get(name, "") or setting
    if not line.strip():
        # -P: a file in the working directory must not pass for one of our modules.
        return (sys.executable, "-P", "-m", "recon_model.serve", "--role", role)
    try:
        return tuple(shlex.split(line, posix=os.name != "nt"))
    except ValueError as error:
        raise ConfigError(f"The {role} command ({line!r}) cannot be split into words: {error}.") from error


def helper_environment() -> dict[str, str]:
    """Returns what a helper's environment has beyond ours: no network, and our own copy of the library on its path."""
    root = str(Path(recon_model.__file__).resolve().parent.parent)
    paths = [root, *filter(None, [os.environ.get("PYTHONPATH", "")])]
    return {"HF_HUB_OFFLINE": "1", "PYTHONPATH": os.pathsep.join(paths)}


def launch(command: tuple[str, ...], environment: dict[str, str]) -> QProcess:
    """Starts a command with additions to our environment; what it says waits in the pipe until someone listens."""
    process = prepared(command, environment)
    process.start()
    return process


def prepared(command: tuple[str, ...], environment: dict[str, str]) -> QProcess:
    """Returns a command with additions to our environment, not started yet."""
    process = QProcess()
    whole = QProcessEnvironment.systemEnvironment()
    for name, value in environment.items():
        whole.insert(name, value)
    process.setProcessEnvironment(whole)
    process.setProgram(command[0])
    process.setArguments(list(command[1:]))
    return process
