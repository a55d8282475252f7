"""A short fit of nonsense on the real window: nothing raises, nothing dies, nothing is left (long: ``tests.recon_studio.monkey``)."""

from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from tests.recon_studio.monkey import Monkey

pytestmark = pytest.mark.window
STEPS = 120


def test_nonsense_does_no_harm(qapp: QApplication, tmp_path: Path) -> None:
    monkey = Monkey(tmp_path, seed=7, kills=False)
    try:
        report = monkey.run(steps=STEPS)
    finally:
        monkey.close()
    assert report.faults == [], report.last
    assert report.steps == STEPS
