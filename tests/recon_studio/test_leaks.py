"""Opening and closing clouds, panels and windows for hours must not eat the machine: memory and objects are counted over many cycles.

``RECON_LEAK_CYCLES=200 python -m pytest tests/recon_studio/test_leaks.py -s`` is the long version, and prints what it counted.
"""

import gc
import os
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QObject
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from recon_studio.controllers.errand import complete
from recon_studio.views.export import PictureDialog
from tests.recon_studio.monkey import resident_mb
from tests.recon_studio.rig import SLOW_MS, Rig
from tests.recon_studio.shapes import chair, write_ply

pytestmark = pytest.mark.window
CYCLES = int(os.environ.get("RECON_LEAK_CYCLES", "8"))
WARM = 4
"""Cycles before counting: caches fill."""
MOST_MB = 50.0
"""Over 200 cycles; a short run may take as much of it as its length, and 12 MB of noise."""


def _objects(rig: Rig) -> int:
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    gc.collect()
    return len(rig.window.findChildren(QObject)) + len(rig.studio.findChildren(QObject)) + len(QApplication.topLevelWidgets())


def _open_and_close(rig: Rig, files: list[str], qtbot: QtBot) -> None:
    rig.studio.library.open_paths(files)
    qtbot.waitUntil(lambda: complete(rig.state), timeout=SLOW_MS)
    rig.studio.bench.edit_mask("invert")
    rig.window.open_palette()
    rig.window.palette_of_actions.hide()
    rig.window.guide.take()
    rig.window.guide.tour.leave()
    rig.window.exporter.ask_picture()
    for dialog in rig.window.findChildren(PictureDialog):
        dialog.reject()
    rig.window.themeChanged.emit("dark" if rig.state.theme == "light" else "light")
    qtbot.waitUntil(lambda: complete(rig.state), timeout=SLOW_MS)
    rig.window.bench.render_sharp()
    rig.studio.library.remove_all()
    qtbot.waitUntil(lambda: rig.state.cloud is None and rig.state.items == ())


def test_clouds_and_panels_opened_and_closed_over_and_over_leave_nothing(qapp: QApplication, tmp_path: Path, qtbot: QtBot) -> None:
    files = [str(write_ply(tmp_path / f"{name}.ply", chair(8000))) for name in "ab"]
    rig = Rig(None)
    try:
        for _ in range(WARM):
            _open_and_close(rig, files, qtbot)
        objects, memory = _objects(rig), resident_mb()
        for _ in range(CYCLES):
            _open_and_close(rig, files, qtbot)
        grown, more = resident_mb() - memory, _objects(rig) - objects
        print(f"{CYCLES} cycles: {grown:+.1f} MB, {more:+d} objects")
        assert more <= 2
        assert grown < MOST_MB * CYCLES / 200 + 12.0
    finally:
        rig.window.close()
        rig.window.deleteLater()
    left = [widget for widget in QApplication.topLevelWidgets() if isinstance(widget, QWidget) and widget.isVisible()]
    assert left == []
