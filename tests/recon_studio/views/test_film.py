"""Films are whole or not there, hold every frame, and say what they lack."""

import subprocess
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QTimer
from PySide6.QtGui import QColor, QImage
from pytestqt.qtbot import QtBot

from recon_studio.views import film
from recon_studio.views.film import NO_FFMPEG, Film

TONES = (40, 120, 220)


def make(path: Path, qtbot: QtBot) -> list[str]:
    """Makes a film of three grey frames, of which the second comes late; returns what was said in the end."""
    late = iter((None, None))

    def take(at: int) -> QImage | None:
        if at == 1 and next(late, "") is None:
            return None
        image = QImage(65, 33, QImage.Format.Format_RGB32)
        image.fill(QColor(TONES[at], TONES[at], TONES[at]))
        return image

    taken: list[int] = []
    made = Film(str(path), 3, take, lambda: taken.append(1))
    with qtbot.waitSignal(made.finished, timeout=60_000) as told:
        pass
    made.join()
    assert taken == [1]
    assert made._frames == []  # whatever is written, or cannot be, they are let go
    return list(told.args)


def test_a_frame_that_is_not_drawn_is_not_asked_for_at_every_turn(tmp_path: Path, qtbot: QtBot) -> None:
    """It may be long: while another room is shown nothing is drawn."""
    asked: list[int] = []
    made = Film(str(tmp_path / "a.gif"), 3, asked.append, lambda: None)
    turns: list[int] = []
    clock = QTimer(interval=0)
    clock.timeout.connect(lambda: turns.append(1))
    clock.start()
    qtbot.waitUntil(lambda: len(asked) >= 5)
    clock.stop()
    made.join()
    assert set(asked) == {0}
    assert len(turns) > 5 * len(asked)


def test_a_gif_holds_every_frame(tmp_path: Path, qtbot: QtBot) -> None:
    assert make(tmp_path / "a.gif", qtbot) == [str(tmp_path / "a.gif"), ""]
    with Image.open(tmp_path / "a.gif") as gif:
        assert gif.n_frames == 3
        for at, tone in enumerate(TONES):
            gif.seek(at)
            assert abs(int(np.median(np.asarray(gif.convert("L")))) - tone) < 4
    assert [each.name for each in tmp_path.iterdir()] == ["a.gif"]


@pytest.mark.skipif(not film.ffmpeg(), reason="neither ffmpeg nor imageio-ffmpeg is here")
def test_an_mp4_plays_the_frames_at_their_pace(tmp_path: Path, qtbot: QtBot) -> None:
    assert make(tmp_path / "a.mp4", qtbot) == [str(tmp_path / "a.mp4"), ""]
    command = (film.ffmpeg(), "-loglevel", "error", "-i", str(tmp_path / "a.mp4"), "-f", "rawvideo", "-pix_fmt", "gray", "-")
    raw = subprocess.run(command, capture_output=True, check=True, timeout=60).stdout
    frames = np.frombuffer(raw, np.uint8).reshape(-1, 32, 64)  # ten a second, of an even size
    assert len(frames) == pytest.approx(3 * film.PACE_MS / 100, abs=1)
    assert all(abs(float(frames[at].mean()) - tone) < 4 for at, tone in zip((2, 10, -1), TONES, strict=True))


def test_what_is_missing_is_said_and_nothing_stays(tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(film, "ffmpeg", lambda: "")
    _, complaint = make(tmp_path / "a.mp4", qtbot)
    assert NO_FFMPEG.rstrip(".") in complaint
    assert make(tmp_path / "nowhere" / "a.gif", qtbot)[1].endswith("could not be written (No such file or directory).")
    assert list(tmp_path.iterdir()) == []
