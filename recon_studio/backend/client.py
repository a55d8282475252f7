"""The studio's side of the seam: its helper processes behind one door."""

import itertools
from pathlib import Path

import msgspec
from PySide6.QtCore import QObject, Signal

from recon_model.serve.messages import (
    ExamineCloud,
    Glance,
    PlaceClouds,
    ReadCloud,
    ReadMembers,
    ReadPicture,
    Request,
    StartProjection,
    SteerProjection,
    WriteCloud,
)
from recon_studio.backend.lanes import Kind
from recon_studio.backend.supervisor import Process, Supervisor

ROLES = ("model", "reader")
"""Helpers that every window has; others may be given, and are started when they are first needed."""
THE_READERS = (ReadCloud, Glance, WriteCloud, ReadMembers, ReadPicture, ExamineCloud)
"""Kinds of request that the reader does; the model does all that no other helper does."""
THE_PROJECTIONS = (StartProjection, SteerProjection, PlaceClouds)


class Backend(QObject):
    """Sends requests to the helper that can do them and tells what comes back. Nothing here blocks.

    Signals carry the request they concern, so that whoever asked knows its own.
    """

    answered = Signal(object, object)  # Request, Reply (Failed included)
    progressed = Signal(object, object)  # Request, Progress or ProjectionFrame
    dropped = Signal(object)  # Request that will not be answered
    sent = Signal(object)  # Request
    status_changed = Signal(str, str)  # role, BackendStatus
    announced = Signal(object)  # Notice

    def __init__(self, processes: dict[str, Process], log_folder: Path | None = None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._ids = itertools.count(1)
        self.supervisors: dict[str, Supervisor] = {}
        self._begun: set[str] = set()
        for role in processes:
            log = log_folder / f"{role}.log" if log_folder is not None else None
            supervisor = Supervisor(role, processes[role], log, self)
            for name in ("answered", "progressed", "dropped", "sent", "status_changed", "announced"):
                getattr(supervisor, name).connect(getattr(self, name))
            self.supervisors[role] = supervisor

    def start(self, *roles: str) -> None:
        """Starts these helpers; requests to others wait until they are started too."""
        for role in roles:
            self._begun.add(role)
            self.supervisors[role].start()

    def begin(self, role: str) -> None:
        """Starts a helper unless it was started before."""
        if role not in self._begun:
            self.start(role)

    def submit(self, request: Request) -> int:
        """Gives a request an id and passes it on; of several of a kind that wait only the newest is kept (less ``ALL_COUNT``).

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

    def forget(self, request_id: int) -> None:
        """Lets one request, waiting or under way, go unanswered."""
        for supervisor in self.supervisors.values():
            supervisor.forget(request_id)

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
            supervisor.ensure_gone()

    def _role(self, kind: Kind) -> Supervisor:
        if kind in THE_PROJECTIONS:
            return self.supervisors["projection"]
        return self.supervisors["reader" if kind in THE_READERS else "model"]
