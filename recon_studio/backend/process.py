"""One helper process as Qt sees it: typed requests in, typed replies out, its stderr kept for whoever asks."""

from collections import deque

from PySide6.QtCore import QObject, QProcess, Signal

from recon_model.errors import ServeError
from recon_model.serve.framing import FrameBuffer, pack
from recon_model.serve.messages import Request, Shutdown, decode_reply, encode

STDERR_LINES = 400
_TERMINATE_MS = 500


class HelperProcess(QObject):
    """A command that speaks our frames on its stdin and stdout. It can be started again after it stopped."""

    received = Signal(object)  # Reply
    stopped = Signal(str)  # how, in words: "exit 9"
    unstartable = Signal(str)  # why, in words

    def __init__(self, process: QProcess, parent: QObject | None = None) -> None:
        """Takes over a process from ``launch``, which may be running already; its first ``start`` then only begins to listen."""
        super().__init__(parent)
        self._frames = FrameBuffer()
        self._stderr: deque[str] = deque(maxlen=STDERR_LINES)
        self._broken = ""
        self._process = process
        process.setParent(self)
        process.readyReadStandardOutput.connect(self._read)
        process.readyReadStandardError.connect(self._read_stderr)
        process.finished.connect(self._finished)
        process.errorOccurred.connect(self._failed)

    @property
    def running(self) -> bool:
        """Whether it can be written to."""
        return self._process.state() != QProcess.ProcessState.NotRunning

    @property
    def pid(self) -> int:
        """Process id; 0 when it does not run."""
        return int(self._process.processId())

    @property
    def stderr_lines(self) -> tuple[str, ...]:
        """The last lines it wrote to stderr, over all its lives."""
        return tuple(self._stderr)

    def start(self) -> None:
        """Starts the command; ``unstartable`` tells when that is impossible."""
        self._frames = FrameBuffer()
        self._broken = ""
        if not self.running:
            self._process.start()

    def send(self, request: Request) -> None:
        """Writes one request; Qt keeps what the pipe cannot take yet, so this never blocks.

        Raises:
            UnicodeError: a name in it is not UTF-8.
            ServeError: it is larger than a frame may be.
        """
        self._process.write(pack(encode(request)))

    def kill(self) -> None:
        """Ends it at once; ``stopped`` follows."""
        self._process.kill()

    def ask_to_leave(self) -> None:
        """Asks it to exit; no signal follows any more."""
        self.blockSignals(True)
        if self.running:
            self.send(Shutdown(id=0))
            self._process.closeWriteChannel()

    def ensure_gone(self, patience_ms: int) -> None:
        """Waits so long for it to exit, then terminates, then kills it; it is gone and reaped when this returns."""
        if self.running and not self._process.waitForFinished(patience_ms):
            self._process.terminate()
            if not self._process.waitForFinished(_TERMINATE_MS):
                self._process.kill()
                self._process.waitForFinished(-1)

    def _read(self) -> None:
        data = self._process.readAllStandardOutput().data()
        try:
            for body in self._frames.feed(bytes(data)):
                self.received.emit(decode_reply(body))
        except ServeError as error:
            self._broken = str(error)
            self._process.kill()

    def _read_stderr(self) -> None:
        text = bytes(self._process.readAllStandardError().data()).decode("utf-8", "replace")
        self._stderr.extend(line for line in text.splitlines() if line.strip())

    def _finished(self, code: int, _status: QProcess.ExitStatus) -> None:
        # After a signal Qt's exit code is the signal's number.
        self.stopped.emit(f"bad reply: {self._broken.rstrip('.')}" if self._broken else f"exit {code}")

    def _failed(self, error: QProcess.ProcessError) -> None:
        if error == QProcess.ProcessError.FailedToStart:
            self.unstartable.emit(f"{self._process.program()}: {self._process.errorString()}")
