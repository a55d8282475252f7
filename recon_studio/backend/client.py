"""The studio's side of the seam: two helper processes behind one door."""

import itertools
import os
import shlex
import sys
from pathlib import Path

import msgspec
from PySide6.QtCore import QObject, Signal

import recon_model
from recon_model.errors import ConfigError
from recon_model.serve.messages import ReadCloud, Request
from recon_studio.backend.lanes import Kind
from recon_studio.backend.process import HelperProcess
from recon_studio.backend.supervisor import Process, Supervisor

ROLES = ("model", "reader")
"""In the order they are started: the model takes longest to be ready."""


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


class Backend(QObject):
    """Sends requests to the helper that can do them and tells what comes back. Nothing here blocks.

    Signals carry the request they concern, so that whoever asked knows its own.
    """

    answered = Signal(object, object)  # Request, Reply (Failed included)
    progressed = Signal(object, object)  # Request, Progress
    dropped = Signal(object)  # Request that will not be answered
    sent = Signal(object)  # Request
    status_changed = Signal(str, str)  # role, BackendStatus
    announced = Signal(object)  # Notice

    def __init__(self, processes: dict[str, Process], log_folder: Path | None = None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._ids = itertools.count(1)
        self.supervisors: dict[str, Supervisor] = {}
        for role in ROLES:
            log = log_folder / f"{role}.log" if log_folder is not None else None
            supervisor = Supervisor(role, processes[role], log, self)
            for name in ("answered", "progressed", "dropped", "sent", "status_changed", "announced"):
                getattr(supervisor, name).connect(getattr(self, name))
            self.supervisors[role] = supervisor

    def start(self) -> None:
        """Starts the helpers."""
        for supervisor in self.supervisors.values():
            supervisor.start()

    def submit(self, request: Request) -> int:
        """Gives a request an id and passes it on; of several of a kind that wait only the newest is kept.

        Returns:
            The id.
        """
        numbered = msgspec.structs.replace(request, id=next(self._ids))
        self._role(type(request)).submit(numbered)
        return numbered.id

    def abandon(self, *kinds: Kind) -> None:
        """Lets requests of these kinds, waiting or under way, go unanswered."""
        for kind in kinds:
            self._role(kind).abandon(kind)

    def cancel(self, request_id: int) -> None:
        """Ends one request that is under way."""
        for supervisor in self.supervisors.values():
            supervisor.cancel(request_id)

    def retry(self, role: str) -> None:
        """Starts a helper that was given up once more."""
        self.supervisors[role].retry()

    def close(self) -> None:
        """Ends the helpers; none is left when this returns."""
        for supervisor in self.supervisors.values():
            supervisor.close()
        for supervisor in self.supervisors.values():
            supervisor.process.ensure_gone()

    def _role(self, kind: Kind) -> Supervisor:
        return self.supervisors["reader" if kind is ReadCloud else "model"]


def local_backend(settings_commands: dict[str, str], log_folder: Path | None, parent: QObject | None = None) -> Backend:
    """Returns a backend of real processes, not yet started; commands by role, empty for this Python.

    Raises:
        ConfigError: a command cannot be split into words.
    """
    processes: dict[str, Process] = {
        role: HelperProcess(helper_command(role, settings_commands.get(role, "")), helper_environment()) for role in ROLES
    }
    return Backend(processes, log_folder, parent)
