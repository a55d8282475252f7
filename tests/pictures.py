"""Takes the pictures of the documents: every room, light and dark, at the sizes of a small and of a large screen.

``python -m tests.pictures [--out docs/pictures] [--run RUN]``; without a run folder that keeps checkpoints, a quick look is trained first,
which takes some minutes. All is real: the helpers, the model inside, synthetic clouds.
"""

import argparse
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image
from PySide6.QtCore import QDeadlineTimer, QEventLoop, QTimer
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication

from benchmarks.display import virtual_display
from recon_model.assets import asset_path
from recon_model.data.synthetic import sample_shape
from recon_studio.backend.client import Backend
from recon_studio.backend.launch import helper_command, helper_environment, launch, prepared
from recon_studio.backend.process import HelperProcess
from recon_studio.controllers.errand import complete
from recon_studio.controllers.studio import Start, Studio
from recon_studio.state import actions, explaining
from recon_studio.state.app_state import AppState, Theme
from recon_studio.state.map import MapSettings
from recon_studio.views.main_window import MainWindow

SIZES = ((1280, 800), (1920, 1080))
THEMES: tuple[Theme, ...] = ("light", "dark")
KINDS = ("chair", "airplane", "bottle", "guitar", "car", "table", "lamp", "mug")
CLOUDS = 240
NAMES = ", ".join(KINDS)
QUALITY = 82
SCREEN = "2048x1280x24"
PATIENCE_MS = 300_000


class Photographer:
    """A window with everything behind it, and what it takes to bring each room to look its best.

    Args:
        out: folder of the pictures.
        run: a run's folder.
        data: a labelled data set.
        home: for caches.
    """

    def __init__(self, out: Path, run: Path, data: Path, home: Path) -> None:
        self.out, self.run = out, run
        samples = home / "ReCon Studio" / "samples"
        samples.mkdir(parents=True, exist_ok=True)
        helpers = {role: launch(helper_command(role), helper_environment()) for role in ("model", "reader")}
        helpers["projection"] = prepared(helper_command("projection"), helper_environment())
        backend = Backend({role: HelperProcess(process) for role, process in helpers.items()})
        self.samples = [shutil.copy(path, samples) for path in sorted(asset_path("clouds").glob("*.ply"))]
        files = (*map(str, self.samples), str(data))
        self.studio = Studio(backend, Start(AppState(), files=files, cache=home / "cache", runs_home=home / "runs"))
        self.data = str(data)
        self.window = MainWindow()
        self.studio.connect_window(self.window)
        self.studio.start()
        self.studio.start_reader()
        self.window.resize(*SIZES[0])
        self.window.show()
        self.window.start_views()

    @property
    def state(self) -> AppState:
        """What is shown."""
        return self.studio.store.state

    def wait(self, until: Callable[[], bool], what: str) -> None:
        """Lets the window work until something is so."""
        deadline = QDeadlineTimer(PATIENCE_MS)
        while not until():
            if deadline.hasExpired():
                raise TimeoutError(f"Waited in vain for {what}.")
            QApplication.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents, 50)

    def rest(self, milliseconds: int = 400) -> None:
        """Lets what is on its way to the screen arrive."""
        over: list[bool] = []
        QTimer.singleShot(milliseconds, lambda: over.append(True))
        self.wait(lambda: bool(over), "a moment")

    def apply(self, action: Callable[[AppState], AppState]) -> None:
        """Changes the state."""
        self.studio.store.apply(action)

    # ------------------------------------------------------------ rooms

    def bench(self) -> None:
        """One cloud, four views."""
        self.apply(lambda state: actions.enter(explaining.open_drawer(state, False), "bench"))
        self.wait(lambda: complete(self.state), "the bench")

    def drawer(self) -> None:
        """The attention matrix under the views."""
        self.bench()
        self.apply(lambda state: explaining.turn_to(state, "matrix"))
        self.wait(lambda: complete(self.state), "the drawer")

    def library(self) -> None:
        """A data set opened in the list, and a search."""
        self.bench()
        self.studio.library.search("chair")
        self.studio.library.choose(str(next(path for path in self.samples if "chair" in str(path))))
        self.rest()
        self.wait(lambda: complete(self.state), "the library")

    def words(self) -> None:
        """The library ranked by names."""
        self.studio.library.search("")
        self.apply(lambda state: actions.enter(state, "words"))
        self.studio.embeddings.embed()
        self.wait(lambda: self.state.embedding is None and self.state.words.ranking is not None, "the ranking")
        ranked = lambda: self.state.words.ranking is not None and self.state.words.ranking.embeddings is self.state.embeddings  # noqa: E731
        self.wait(ranked, "the whole ranking")

    def map(self) -> None:
        """The library laid out by t-SNE."""
        self.apply(lambda state: actions.enter(state, "map"))
        self.wait(lambda: self.state.map.projection is not None and self.state.map.phase == "idle", "the first map")
        if self.state.map.projection.settings.method == "pca":  # type: ignore[union-attr]
            self.studio.map.set_settings(MapSettings())
            self.studio.map.start()
            self.wait(lambda: self.state.map.phase == "idle", "the map")

    def training(self) -> None:
        """A run that is done."""
        self.apply(lambda state: actions.enter(state, "training"))
        if not self.state.training.runs:
            self.studio.training.open(str(self.run))
        self.wait(lambda: bool(self.state.training.run and self.state.training.run.stored), "the run")
        self.rest(1500)  # its log is read a piece at a time

    def lapse(self) -> None:
        """The bench through the run's checkpoints."""
        self.bench()
        if self.state.replay is None:
            self.studio.replay.start(str(self.run))
        self.wait(lambda: bool(self.state.replay and not self.state.replay.doing), "the time-lapse")

    # ------------------------------------------------------------ pictures

    def take(self) -> None:
        """Takes all pictures."""
        self.wait(lambda: self.state.model is not None and complete(self.state), "the first cloud")
        self.studio.words.edit("\n".join(KINDS))
        self.studio.library.toggle(self.data)
        for name in ("bench", "drawer", "library", "words", "map", "training", "lapse"):
            getattr(self, name)()
            for size in SIZES:
                for theme in THEMES:
                    self.apply(lambda state, theme=theme: actions.set_theme(state, theme))  # type: ignore[misc]
                    self.window.resize(*size)
                    self.wait(lambda: self.window.updatesEnabled(), "the theme")
                    self.rest()
                    self.wait(self._pictured, "the small pictures")
                    self._save(f"{name}-{theme}-{size[0]}")
        self.window.close()

    def _pictured(self) -> bool:
        """Whether each row in sight has its picture."""
        rows = self.window.library.list
        return self.state.reader == "ready" and all(rows.painter.has(key) for key in rows.in_sight())

    def _save(self, name: str) -> None:
        if self.state.room == "bench":
            self.window.bench.render_sharp()
            self.rest(100)
        image = self.window.grab().toImage().convertToFormat(QImage.Format.Format_RGB888)
        rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
        pixels = rows[:, : 3 * image.width()].reshape(image.height(), image.width(), 3)
        Image.fromarray(pixels).save(self.out / f"{name}.webp", quality=QUALITY, method=6)
        print(f"{name}.webp")


def data_set(folder: Path) -> Path:
    """Writes synthetic clouds of a few kinds, labelled."""
    points, labels = [], []
    for number in range(CLOUDS):
        rng = np.random.default_rng((number, 12))
        points.append(sample_shape(KINDS[number % len(KINDS)], rng).sample(1024, rng)[0])
        labels.append(number % len(KINDS))
    path = folder / "ReCon Studio" / "data" / "shapes.npz"
    path.parent.mkdir(parents=True)
    np.savez(path, points=np.stack(points).astype(np.float32), labels=np.array(labels), names=np.array(KINDS))
    return path


def main() -> int:
    """Returns 0 when all pictures are there."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("docs/pictures"))
    parser.add_argument("--run", type=Path, help="a run's folder that keeps checkpoints")
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, virtual_display(SCREEN) as there:
        if not there:
            print("There is no display and no Xvfb.", file=sys.stderr)
            return 1
        run = args.run or Path(folder, "quick-look")
        if args.run is None:
            subprocess.run((sys.executable, "-m", "recon_model.cli.main", "pretrain", "--preset", "quick", "--out", str(run)), check=True)
        application = QApplication([])
        Photographer(args.out, run, data_set(Path(folder)), Path(folder)).take()
        application.shutdown()
    total = sum(path.stat().st_size for path in args.out.glob("*.webp"))
    print(f"{total / 2**20:.2f} MiB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
