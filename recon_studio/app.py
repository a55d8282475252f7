"""The command ``recon-studio``: reads the command line, starts the helpers, shows the window. It wires, and decides nothing."""

import argparse
import ctypes
import os
import signal
import sys
import traceback
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

from recon_model.assets import asset_path
from recon_model.errors import InputError, ReconError, sentence

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

    from recon_studio.controllers.studio import Start, Studio
    from recon_studio.state.settings import Settings
    from recon_studio.views.main_window import MainWindow

DONE, FAULT, BAD_INPUT = 0, 1, 2
_MMAP_THRESHOLD, _LARGE = -3, 1 << 20  # of glibc's mallopt; bytes


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the studio.

    Returns:
        0 when all went well, 2 for bad usage or input (one sentence on stderr), 1 for a fault of ours.
    """
    options = _parser().parse_args(arguments)
    try:
        _check(options)
        return _run(options)
    except ReconError as error:
        print(f"recon-studio: {sentence(error)}", file=sys.stderr)
        return BAD_INPUT


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="recon-studio", description="See what a 3D foundation model sees.")
    parser.add_argument(
        "files", nargs="*", metavar="FILE", help="point clouds, meshes, folders or a session to open; none: the samples that ship"
    )
    parser.add_argument("--names", metavar="A,B,C", help="names to rank, separated by commas")
    parser.add_argument("--model", metavar="PATH", help="checkpoint to load instead of the default model")
    parser.add_argument("--mask-ratio", type=float, metavar="R", help="share of patches to hide, 0 to below 1")
    parser.add_argument("--seed", type=int, metavar="S", help="which patches are hidden")
    parser.add_argument("--theme", choices=("light", "dark"), help="how the window looks")
    parser.add_argument("--size", metavar="WxH", help="size of the window in pixels")
    parser.add_argument("--screenshot", metavar="PNG", help="save a picture of the window once everything is shown")
    parser.add_argument("--exit", action="store_true", help="leave once everything is shown (and saved)")
    parser.add_argument("--first-steps", metavar="DIR", help="open, mask, reconstruct, attend, classify; save a picture of each; leave")
    return parser


def _check(options: argparse.Namespace) -> None:
    """Refuses what cannot be meant; everything is looked at before the first process is started."""
    for path in options.files:
        if not Path(path).exists():
            raise InputError(f"The file '{path}' does not exist.")
    if options.mask_ratio is not None and not 0.0 <= options.mask_ratio < 1.0:
        raise InputError(f"--mask-ratio ({options.mask_ratio}) must be at least 0 and below 1.")
    if options.seed is not None and not 0 <= options.seed < 2**31:
        raise InputError(f"--seed ({options.seed}) must be at least 0 and below {2**31}.")
    if options.screenshot is not None and not Path(options.screenshot).absolute().parent.is_dir():
        raise InputError(f"The folder of --screenshot ({options.screenshot}) does not exist.")
    if options.model is not None and options.model != "default" and not Path(options.model).exists():
        raise InputError(f"The model '{options.model}' does not exist.")
    _size(options)
    options.samples = tuple(str(path) for path in sorted(asset_path("clouds").glob("*.ply"), key=_sample_order))


def _sample_order(path: Path) -> tuple[bool, str]:
    """Sorts the samples by name, behind the one whose name is on offer from the start."""
    return path.name != "chair.ply", path.name


def _size(options: argparse.Namespace) -> tuple[int, int] | None:
    if options.size is None:
        return None
    parts = options.size.lower().split("x")
    if len(parts) != 2 or not all(part.isdigit() and 0 < int(part) < 20_000 for part in parts):
        raise InputError(f"--size ({options.size}) must be a width and a height such as 1440x900.")
    return int(parts[0]), int(parts[1])


def _guard(pyside: str, python: tuple[int, int]) -> None:
    """Refuses a pair of versions that is known to abort.

    PySide6 6.12 frees None once too often on Python 3.11 and older: after some thousand setter calls the process is gone.
    """
    if python < (3, 12) and tuple(int(part) for part in pyside.split(".")[:2]) >= (6, 12):
        raise InputError(
            f"PySide6 {pyside} aborts on Python {python[0]}.{python[1]}; install 'PySide6-Essentials<6.12' or use Python 3.12 or newer."
        )


def give_memory_back() -> None:
    """Has every array and image of a megabyte or more mapped by itself, so that its memory goes back when it is freed.

    glibc raises that limit to the largest block freed so far, some 30 MB in the end: large blocks then lie among the small ones, and the
    holes that they leave are the window's for good.
    """
    if sys.platform.startswith("linux"):
        set_option = getattr(ctypes.CDLL(None), "mallopt", None)  # musl has none
        if set_option is not None:
            set_option(_MMAP_THRESHOLD, _LARGE)


def _require_display() -> None:
    """Refuses where Qt would abort for want of a screen."""
    names = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    if sys.platform.startswith("linux") and not any(os.environ.get(name) for name in names):
        raise InputError("There is no display here; start it on a desktop, or as 'xvfb-run recon-studio …' (package xvfb).")


def _run(options: argparse.Namespace) -> int:
    import PySide6

    _guard(PySide6.__version__, sys.version_info[:2])
    _require_display()
    give_memory_back()
    from PySide6.QtCore import QStandardPaths
    from PySide6.QtWidgets import QApplication

    from recon_studio.backend.launch import helper_command, helper_environment, launch, prepared
    from recon_studio.state import settings as remembered

    signal.signal(signal.SIGINT, signal.SIG_DFL)  # Ctrl+C in the terminal ends us; the helpers end when their pipe closes
    app = QApplication([sys.argv[0]])
    app.setApplicationName("recon-studio")
    app.setApplicationDisplayName("ReCon Studio")
    config = Path(QStandardPaths.writableLocation(QStandardPaths.StandardLocation.AppConfigLocation))
    data = Path(QStandardPaths.writableLocation(QStandardPaths.StandardLocation.AppLocalDataLocation))
    logs = data / "logs"
    settings, complaint = remembered.load(config / "settings.json")
    commands = {"model": helper_command("model", settings.model_command), "reader": helper_command("reader", settings.reader_command)}
    model = launch(commands["model"], helper_environment())
    reader = prepared(commands["reader"], helper_environment())

    from recon_studio.backend.client import Backend
    from recon_studio.backend.process import HelperProcess
    from recon_studio.controllers.keeper import SettingsKeeper
    from recon_studio.controllers.sessions import Shelter
    from recon_studio.controllers.studio import Studio
    from recon_studio.state.glances import GlanceCache

    alone = bool(options.first_steps or options.exit)
    # A run without a person leaves no trace in what the person's own runs remember.
    keeper = None if alone else SettingsKeeper(config / "settings.json", settings, app)
    projection = prepared(helper_command("projection"), helper_environment())  # started when the map is entered
    helpers = {"model": model, "reader": reader, "projection": projection}
    backend = Backend({role: HelperProcess(process) for role, process in helpers.items()}, logs)
    cache = Path(QStandardPaths.writableLocation(QStandardPaths.StandardLocation.CacheLocation))
    start = replace(_start(options, settings, complaint), cache=cache / "embeddings")
    if not alone:
        start = replace(start, glances=GlanceCache(cache / "glances"), shelter=None if options.screenshot else Shelter(data / "sessions"))
    studio = Studio(backend, start, keeper, app)
    studio.start()
    sys.excepthook = _announce_faults(studio, logs)
    try:
        return _show(app, studio, options, settings)
    finally:
        sys.excepthook = sys.__excepthook__
        studio.close()


def _show(app: "QApplication", studio: "Studio", options: argparse.Namespace, settings: "Settings") -> int:
    from recon_studio.controllers.timing import FirstPaint, Timing
    from recon_studio.views.main_window import MainWindow

    window = MainWindow()
    _place(window, _size(options), settings.geometry)
    studio.connect_window(window)
    keeper = studio.keeper
    if keeper is not None:
        window.guide.settled.connect(keeper.remember_tour)
        window.closing.connect(lambda: keeper.remember_geometry(window.saveGeometry().toBase64().toStdString()))
    timing = Timing(studio.store, window) if os.environ.get("RECON_STUDIO_TIMING") == "1" else None
    _send_on_errand(app, studio, window, options)

    def painted() -> None:
        if timing is not None:
            timing.visible()
        studio.start_reader()
        if keeper is not None and not keeper.settings.toured and not options.screenshot:
            window.guide.offer()
        window.start_views()

    window.show()
    FirstPaint(window, painted)
    try:
        return app.exec()
    finally:
        window.close()


def _place(window: "MainWindow", size: tuple[int, int] | None, geometry: str) -> None:
    from PySide6.QtCore import QByteArray

    if size is not None:
        window.resize(*size)
    elif geometry:
        window.restoreGeometry(QByteArray.fromBase64(geometry.encode("ascii", "ignore")))


def _start(options: argparse.Namespace, settings: "Settings", complaint: str) -> "Start":
    from recon_studio.controllers.studio import Start
    from recon_studio.state import actions
    from recon_studio.state.app_state import AppState, Notice

    state: AppState = AppState(recent=settings.recent, theme=options.theme or settings.theme, views=settings.views)
    if options.names is not None:
        state = actions.set_names(state, options.names.split(","))
    if options.mask_ratio is not None:
        state = replace(state, mask=replace(state.mask, ratio=options.mask_ratio))
    if options.seed is not None:
        state = replace(state, mask=replace(state.mask, seed=options.seed))
    if complaint:
        state = actions.notify(state, Notice(complaint, "warning"))
    return Start(state, files=tuple(options.files), samples=options.samples, model=options.model or settings.model, runs=settings.runs)


def _send_on_errand(app: "QApplication", studio: "Studio", window: "MainWindow", options: argparse.Namespace) -> None:
    """Sets a script going where the command line asks for one."""
    if not (options.first_steps or options.screenshot or options.exit):
        return
    from recon_studio.controllers.errand import Errand, first_steps, one_picture

    script = first_steps(studio, window, Path(options.first_steps)) if options.first_steps else one_picture(window, options.screenshot)
    errand = Errand(studio, window, script, window)

    def finished(code: int, why: str) -> None:
        if why:
            print(f"recon-studio: {why}", file=sys.stderr)
        if options.exit or options.first_steps:
            app.exit(code)

    errand.finished.connect(finished)


def _announce_faults(studio: "Studio", logs: Path) -> Any:
    """Returns a hook that turns a fault of ours into a notice and a log, for a window must not die of one bad click."""
    from recon_studio.state import actions
    from recon_studio.state.app_state import Notice

    def hook(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        text = "".join(traceback.format_exception(kind, error, trace))
        try:
            logs.mkdir(parents=True, exist_ok=True)
            (logs / "window.log").write_text(text, encoding="utf-8")
        except OSError:
            sys.stderr.write(text)
        studio.store.apply(lambda state: actions.notify(state, Notice(sentence(error), "error")))

    return hook


if __name__ == "__main__":
    sys.exit(main())
