"""Keeps one helper process alive: sends what its lanes hold, times reads, announces deaths, restarts, gives up in the end."""

import time
from collections.abc import Iterable
from pathlib import Path
from typing import Protocol

from PySide6.QtCore import QObject, QTimer, Signal, SignalInstance

from recon_model.errors import ServeError
from recon_model.serve.messages import Failed, LoadModel, Progress, ProjectionFrame, ReadCloud, Ready, Reply, Request, WriteCloud
from recon_studio.backend.lanes import ALL_COUNT, Kind, Lanes
from recon_studio.state.app_state import BackendStatus, Notice

READ_LIMIT_MS = 10_000
RESTART_DELAYS_MS = (0, 500, 2000)
"""Waits before each restart; one more death in a row and the helper is given up."""
LONG_LIFE_SECONDS = 10.0
"""A helper that lived this long after it was ready died of something new."""
LEAVE_MS, WRITE_MS = 1000, 30_000
"""How long a helper may take to leave: one that still writes files is left the time for that."""
MOST_DEATHS = {"reader": 1, "model": 2, "projection": 1}
"""Deaths over one request after which it is given up: a file that kills the reader would only kill it again."""


class Process(Protocol):
    """What a supervisor needs of a helper process; tests give it a scripted one."""

    received: SignalInstance
    stopped: SignalInstance
    unstartable: SignalInstance

    @property
    def running(self) -> bool:
        """Whether it can be written to."""
        ...

    @property
    def stderr_lines(self) -> tuple[str, ...]:
        """What it last wrote to stderr."""
        ...

    def start(self) -> None:
        """Starts it, or emits ``unstartable``."""

    def send(self, request: Request) -> None:
        """Writes a request without blocking; raises UnicodeError or ServeError where it cannot be packed."""

    def kill(self) -> None:
        """Ends it at once; ``stopped`` follows."""

    def ask_to_leave(self) -> None:
        """Asks it to exit; no signal follows any more."""

    def ensure_gone(self, patience_ms: int) -> None:
        """Returns when it is gone: by itself, or ended after so long."""


class Supervisor(QObject):
    """One helper and what it was asked."""

    answered = Signal(object, object)  # Request, Reply
    progressed = Signal(object, object)  # Request, Progress or ProjectionFrame
    dropped = Signal(object)  # a Request that will not be answered, for a newer one took its place or no one wants it
    sent = Signal(object)  # Request
    status_changed = Signal(str, str)  # role, BackendStatus
    announced = Signal(object)  # Notice

    def __init__(self, role: str, process: Process, log: Path | None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.role = role
        self.status: BackendStatus = "starting"
        self.process = process
        self._log = log
        self._lanes = Lanes()
        self._opening: LoadModel | None = None  # what a fresh helper is told before anything else
        self._replayed: int | None = None
        self._deaths = 0
        self._ready_at: float | None = None
        self._death = ""  # how it died, while it is being restarted and the user is to hear of it
        self._verdict = ""  # why we killed it ourselves
        self._clock = QTimer(self, singleShot=True, interval=READ_LIMIT_MS)
        self._clock.timeout.connect(self._read_too_long)
        self._restart = QTimer(self, singleShot=True)
        self._restart.timeout.connect(self._start)
        process.received.connect(self._received)
        process.stopped.connect(self._stopped)
        process.unstartable.connect(self._unstartable)

    # ------------------------------------------------------------ what it is asked

    def start(self) -> None:
        """Starts the helper for the first time."""
        self._start()

    def retry(self) -> None:
        """Starts a helper that was given up once more; what waits is then sent."""
        if self.status == "failed":
            self._deaths = 0
            self._death = ""
            self._set_status("starting")
            self._start()

    def submit(self, request: Request) -> None:
        """Sends a request, or keeps it until its kind is free and the helper runs; it replaces an older one that waits."""
        to_send, replaced = self._lanes.put(request, running=self.process.running and not self._verdict)
        if replaced is not None:
            self.dropped.emit(replaced)
        if to_send is not None:
            self._send(to_send)

    def abandon(self, *kinds: Kind) -> None:
        """Lets requests of these kinds go unanswered."""
        self._drop(self._lanes.abandon(kinds))

    def forget(self, request_id: int) -> None:
        """Lets one request go unanswered."""
        self._drop(self._lanes.forget(request_id))

    def _drop(self, requests: Iterable[Request]) -> None:
        for request in requests:
            self.dropped.emit(request)
        self._show_busy()

    def cancel(self, request_id: int) -> None:
        """Ends what one line of the activity bar stands for; a file being read is stopped by stopping the reader."""
        flight = self._lanes.find(request_id)
        kind = type(flight.request) if flight is not None else None
        if kind is None:
            return
        if kind is ReadCloud:
            self._verdict = "Reading it was cancelled."
            self.process.kill()
        elif kind in ALL_COUNT:
            self.forget(request_id)
        else:
            self.abandon(kind)

    def close(self) -> None:
        """Asks the helper to leave, when it has written all files that it is asked for; ``ensure_gone`` waits for it."""
        self.blockSignals(True)
        if self.process.running:
            for request in self._lanes.waiting(WriteCloud):
                self._send(request)
        self._clock.stop()
        self._restart.stop()
        self.process.ask_to_leave()

    def ensure_gone(self) -> None:
        """Returns when the helper is gone."""
        writing = self._lanes.flight(WriteCloud)
        self.process.ensure_gone(WRITE_MS if writing is not None and writing.wanted else LEAVE_MS)

    # ------------------------------------------------------------ what it does

    def _start(self) -> None:
        self._ready_at = None
        self.process.start()
        if not self.process.running:
            return  # unstartable has told why
        requests = self._lanes.resend()
        if self._opening is not None and not any(isinstance(request, LoadModel) for request in requests):
            self._replayed = self._opening.id
            self.process.send(self._opening)
        for request in sorted(requests, key=lambda each: not isinstance(each, LoadModel)):
            self._send(request)

    def _send(self, request: Request) -> None:
        try:
            self.process.send(request)
        except (UnicodeError, ServeError) as error:
            # Answered from the event loop, as by the helper: whoever asks does not know its number yet.
            refused = Failed(id=request.id, sentence=_unpackable(error, self.role))
            QTimer.singleShot(0, self, lambda: self._received(refused))
            return
        self.sent.emit(request)
        self._time_reading()
        self._show_busy()

    def _time_reading(self) -> None:
        # The limit is for the file: a reader that is still starting is not charged to it.
        if self._ready_at is not None and self._lanes.flight(ReadCloud) is not None:
            self._clock.start()

    def _received(self, reply: Reply) -> None:
        if isinstance(reply, Ready):
            self._ready_at = time.monotonic()
            self._announce_restart()
            self._time_reading()
            self._set_status("ready")
            self._show_busy()
        elif isinstance(reply, Progress | ProjectionFrame):
            flight = self._lanes.find(reply.id)
            if flight is not None and flight.wanted:
                self.progressed.emit(flight.request, reply)
        elif reply.id == self._replayed:
            self._replayed = None
            if isinstance(reply, Failed):
                self.announced.emit(Notice(reply.sentence, "error"))
        else:
            self._land(reply)

    def _land(self, reply: Reply) -> None:
        flight, following = self._lanes.land(reply.id)
        if flight is None:
            return  # an answer to nothing we remember asking
        self._deaths = 0
        if isinstance(flight.request, ReadCloud):
            self._clock.stop()
        if isinstance(flight.request, LoadModel) and not isinstance(reply, Failed):
            self._opening = flight.request
        if following is not None:
            self._send(following)
        self._show_busy()
        if flight.wanted:
            self.answered.emit(flight.request, reply)

    # ------------------------------------------------------------ when it dies

    def _read_too_long(self) -> None:
        self._verdict = f"Reading it took longer than {READ_LIMIT_MS // 1000} seconds and was stopped."
        self.process.kill()

    def _stopped(self, how: str) -> None:
        self._clock.stop()
        self._replayed = None
        verdict, self._verdict = self._verdict, ""
        given_up, dropped = self._lanes.crash(most_deaths=MOST_DEATHS[self.role], guilty=ReadCloud if verdict else None)
        for request in dropped:
            self.dropped.emit(request)
        if not verdict:
            self._count_death()
        if self._deaths > len(RESTART_DELAYS_MS):
            self._give_up(f"The {self.role} process stopped {self._deaths} times in a row ({how}) and is not started again by itself")
        else:
            # A file that stopped the reader is told of by its own sentence.
            self._death = "" if verdict or (given_up is not None and self.role == "reader") else how
            self._set_status("restarting")
            self._restart.start(RESTART_DELAYS_MS[max(self._deaths - 1, 0)])
        if given_up is not None:
            self.answered.emit(given_up, Failed(id=given_up.id, sentence=self._blame(given_up, how, verdict), fault=self.role == "model"))

    def _count_death(self) -> None:
        if self._ready_at is not None and time.monotonic() - self._ready_at > LONG_LIFE_SECONDS:
            self._deaths = 0
        self._deaths += 1
        self._write_log()

    def _blame(self, request: Request, how: str, verdict: str) -> str:
        if isinstance(request, ReadCloud):
            return f"{Path(request.path).name} could not be read: {verdict or f'the reader process stopped over it ({how}).'}"
        deaths = MOST_DEATHS[self.role]
        return f"The {self.role} process stopped {deaths} times over the same {type(request).__name__} request ({how}); it was given up."

    def _unstartable(self, why: str) -> None:
        self._give_up(f"The {self.role} process could not be started ({why.rstrip('.')})")

    def _give_up(self, what: str) -> None:
        where = f" Details are in {self._log}." if self._log is not None and self._log.exists() else ""
        self._set_status("failed")
        self.announced.emit(Notice(f"{what}; mend the cause and retry.{where}", "error"))

    def _announce_restart(self) -> None:
        if self._death:
            sentence = f"The {self.role} process stopped ({self._death}) and was started again; nothing was lost."
            self._death = ""
            self.announced.emit(Notice(sentence, "warning"))

    def _write_log(self) -> None:
        if self._log is None:
            return
        try:
            self._log.parent.mkdir(parents=True, exist_ok=True)
            self._log.write_text("\n".join(self.process.stderr_lines) + "\n", encoding="utf-8")
        except OSError:
            self._log = None  # a log that cannot be written is not worth a word while a process has just died

    def _show_busy(self) -> None:
        if self.status in ("ready", "busy"):
            self._set_status("busy" if self._lanes.busy else "ready")

    def _set_status(self, status: BackendStatus) -> None:
        if status != self.status:
            self.status = status
            self.status_changed.emit(self.role, status)


def _unpackable(error: UnicodeError | ServeError, role: str) -> str:
    """Says why a request cannot be sent."""
    if not isinstance(error, UnicodeEncodeError):
        return str(error)
    name = Path(error.object).name.encode("utf-8", "replace").decode()
    return f"{name} has a name that is not UTF-8 and cannot be handed to the {role} process; give it another."
