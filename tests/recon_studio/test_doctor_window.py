"""The input doctor and the robustness sliders in the whole window: a chair that lies, stood up by hand, then damaged and mended."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from recon_model.assets import asset_path
from recon_model.data.clouds import read
from recon_model.geometry.orientation import STANDING, UPS
from recon_studio.state import trying
from tests.recon_studio.rig import SLOW_MS, Rig, drawn, press
from tests.recon_studio.shapes import write_ply

pytestmark = pytest.mark.window

UP = "+x"  # of the chair that lies


@pytest.fixture
def rig(qtbot: QtBot, tmp_path: Path) -> Iterator[Rig]:
    standing = read(asset_path("clouds", "chair.ply")).points
    made = Rig(write_ply(tmp_path / "lying.ply", standing @ STANDING[UPS.index(UP)].astype(np.float32)))
    yield made
    made.window.close()
    made.window.deleteLater()


def _cosine(rig: Rig) -> float:
    return next(score.similarity for score in rig.state.scores if score.name == "chair")


def _tall(rig: Rig) -> bool:
    extent = np.ptp(rig.state.prepared.points, axis=0)
    return bool(extent.argmax() == 1)


def test_a_chair_that_lies_is_stood_up_by_a_click_and_its_name_withstands_much(rig: Rig, qtbot: QtBot) -> None:
    card = rig.window.input
    rig.settle(qtbot)
    qtbot.waitUntil(lambda: rig.state.doctor.report is not None, timeout=SLOW_MS)
    # What the model thinks of each way up is said and drawn, and what was done about it.
    assert rig.state.prepared.up == UP
    assert f"The cloud was stood up: {UP} of the file looks like up" in card.notes.text()
    chances = card.up.chances
    assert chances.isVisible()
    assert chances.in_words().startswith(f"{UP} ")
    assert chances.accessibleDescription().count("%") == 6
    assert _tall(rig)
    # Laid back by hand, by the keyboard: the file's own +y.
    box = card.up.box
    box.setFocus()
    QTest.keyClick(box, Qt.Key.Key_Down)
    qtbot.waitUntil(lambda: rig.state.prepared is not None and rig.state.prepared.up == "+y", timeout=SLOW_MS)
    rig.settle(qtbot)
    lying = _cosine(rig)
    assert not _tall(rig)
    assert "The cloud was stood up" not in card.notes.text()
    # The 24 sides say where it would be called what; a click on one that stands says which way is up.
    QTest.mouseClick(card.sides, Qt.MouseButton.LeftButton)
    dialog = card._sides
    assert dialog is not None
    qtbot.waitUntil(lambda: dialog.sides[0].isEnabled() and not dialog._missing, timeout=SLOW_MS)
    assert "as it stands, and on" in dialog.verdict.text()
    best = max((side for side in dialog.sides), key=lambda side: side.accessibleName().startswith(f"{UP} up: chair"))
    assert best.accessibleName().startswith(f"{UP} up: chair")
    QTest.mouseClick(best, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: rig.state.prepared is not None and rig.state.prepared.up == UP, timeout=SLOW_MS)
    dialog.close()
    rig.settle(qtbot)
    assert rig.state.scores[0].name == "chair"
    assert _cosine(rig) > lying + 0.2  # the answer has changed
    assert _tall(rig)
    assert "as you said" in card.notes.text()
    _damage(rig, qtbot)


def _damage(rig: Rig, qtbot: QtBot) -> None:
    whole, mask, cloud = drawn(rig.view(0)), rig.state.mask, rig.state.cloud
    QTest.mouseClick(rig.window.input.trial, Qt.MouseButton.LeftButton)
    page = rig.window.bench_room.drawer.robustness
    qtbot.waitUntil(page.figure.isVisible, timeout=SLOW_MS)
    rig.settle(qtbot)
    assert "'chair'" in rig.window.bench_room.drawer.caption.text()
    slider = page.sliders["drop"]
    slider.setFocus()
    QTest.keyClick(slider, Qt.Key.Key_End)
    qtbot.waitUntil(lambda: (found := trying.withstood(rig.state)) is not None and found.asked.damage.drop == 0.98, timeout=SLOW_MS)
    found = trying.withstood(rig.state)
    assert found.count == round(0.02 * len(cloud.points))
    assert rig.window.bench.tiles[0].view.title == "Input, damaged"
    assert drawn(rig.view(0)) < whole
    assert "chair" in page.verdict.text()
    assert f"{found.names[0]}" in page.verdict.text()
    after = dict(zip(found.names, found.similarities.tolist(), strict=True))["chair"]
    assert after < _cosine(rig)  # what is left of it is less of a chair
    # It was a preview only, and one step back takes it away.
    assert (rig.state.mask, rig.state.cloud) == (mask, cloud)
    press(rig.window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert slider.value() == 0
    assert rig.window.bench.tiles[0].view.title == "Input"
