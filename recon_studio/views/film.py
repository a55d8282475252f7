"""Films of a time-lapse: frames taken one a turn of the event loop, and written as GIF or MP4 on a thread."""

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from threading import Thread
from typing import IO, Any
from uuid import uuid4

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QWidget

from recon_studio.views.dialogs import ask_target

PACE_MS = 700
"""Between two frames, while a time-lapse plays and in films."""
WAIT_MS = 15
"""Before a frame is asked for again that was not drawn yet; while another room is shown it never is."""
COLOURS = 128
"""Of a GIF."""
KINDS = "Animated GIF (*.gif);;MP4 video (*.mp4)"
NO_FFMPEG = "MP4 needs ffmpeg: install it, or the package imageio-ffmpeg (pip install 'recon-studio[video]'); GIF needs nothing."

Pixels = npt.NDArray[np.uint8]


class Film(QObject):
    """One film being made.

    Args:
        path: ends in .gif or .mp4.
        count: frames.
        take: returns a frame, or None while it is not drawn yet; asked again a little later.
        taken: called when the last frame was taken.
    """

    finished = Signal(str, str)  # path, and a sentence where it failed

    def __init__(
        self, path: str, count: int, take: Callable[[int], QImage | None], taken: Callable[[], None], parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._path, self._count, self._take, self._taken = path, count, take, taken
        self._frames: list[Pixels] = []
        self._thread: Thread | None = None
        self._turn = QTimer(self, interval=0)
        self._turn.timeout.connect(self._next)
        self._turn.start()

    def join(self) -> None:
        """Takes no further frame, and waits until what is being written is written."""
        self._turn.stop()
        if self._thread is not None:
            self._thread.join()

    def give_up(self, complaint: str) -> None:
        """Takes no further frame and writes nothing."""
        self._turn.stop()
        self.finished.emit(self._path, complaint)

    def _next(self) -> None:
        image = self._take(len(self._frames))
        self._turn.setInterval(0 if image is not None else WAIT_MS)
        if image is None:
            return
        self._frames.append(_pixels(image))
        if len(self._frames) == self._count:
            self._turn.stop()
            self._taken()
            self._thread = Thread(target=self._write, name="film", daemon=True)
            self._thread.start()

    def _write(self) -> None:
        target = Path(self._path)
        temporary = target.with_name(f".{target.stem}.{uuid4().hex}{target.suffix}")
        height, width = (min(frame.shape[side] for frame in self._frames) for side in (0, 1))
        frames = [frame[:height, :width] for frame in self._frames]
        self._frames.clear()  # once written they are of no more use, and they are large
        try:
            (_write_mp4 if target.suffix.lower() == ".mp4" else _write_gif)(temporary, frames)
            temporary.replace(target)
        except OSError as error:
            temporary.unlink(missing_ok=True)
            self.finished.emit(self._path, f"'{self._path}' could not be written ({error.strerror or error}).")
            return
        self.finished.emit(self._path, "")


def ask_film(parent: QWidget, title: str) -> str:
    """Lets the user choose where a film goes, and as what; empty when they change their mind."""
    return ask_target(parent, title, "time-lapse.gif", KINDS)


def _write_gif(path: Path, frames: list[Pixels]) -> None:
    from PIL import Image

    first, *others = (Image.fromarray(frame).quantize(COLOURS) for frame in frames)
    first.save(path, "GIF", save_all=True, append_images=others, duration=PACE_MS, loop=0)


def _write_mp4(path: Path, frames: list[Pixels]) -> None:
    """Encodes by ffmpeg in a process of its own: its licence and its crashes stay there."""
    program = ffmpeg()
    if not program:
        raise OSError(NO_FFMPEG.rstrip("."))
    height, width = (side // 2 * 2 for side in frames[0].shape[:2])  # chroma is kept at half the size
    raw = ("-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{width}x{height}", "-r", f"1000/{PACE_MS}", "-i", "-")
    coded = ("-vf", "fps=10", "-c:v", "libx264", "-crf", "18", "-pix_fmt", "yuv420p", "-movflags", "+faststart")
    command = [program, "-hide_banner", "-loglevel", "error", "-y", *raw, *coded, str(path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as process:
        _feed(process, (frame[:height, :width] for frame in frames))
        complaint = _text(process.stderr)
    if process.returncode != 0:
        raise OSError(complaint.splitlines()[-1] if complaint else f"ffmpeg ended with {process.returncode}")


def _feed(process: "subprocess.Popen[bytes]", frames: Any) -> None:
    assert process.stdin is not None
    try:
        for frame in frames:
            process.stdin.write(np.ascontiguousarray(frame).data)
        process.stdin.close()
    except BrokenPipeError:
        return  # what ffmpeg has to say about it is on its stderr


def _text(stream: IO[bytes] | None) -> str:
    return stream.read().decode("utf-8", "replace").strip() if stream is not None else ""


def ffmpeg() -> str:
    """The system's ffmpeg, else the one that imageio-ffmpeg brings; empty where there is neither."""
    found = shutil.which("ffmpeg")
    if found:
        return found
    try:
        from imageio_ffmpeg import get_ffmpeg_exe

        return str(get_ffmpeg_exe())
    except (ImportError, RuntimeError):
        return ""


def _pixels(image: QImage) -> Pixels:
    plain = image.convertToFormat(QImage.Format.Format_RGB888)
    rows = np.frombuffer(plain.constBits(), np.uint8).reshape(plain.height(), plain.bytesPerLine())
    return rows[:, : 3 * plain.width()].reshape(plain.height(), plain.width(), 3).copy()
