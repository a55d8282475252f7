"""A short fit of nonsense on the real window: nothing raises, dies, is left or held up (long: ``tests.recon_studio.monkey``)."""

from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from tests.recon_studio.monkey import Monkey

pytestmark = pytest.mark.window
STEPS = 120
MOST_WORK_MS = 500
"""Of the processor's time in one turn of the event loop; twice of what the worst takes (another theme), for machines differ."""


def test_nonsense_does_no_harm(qapp: QApplication, tmp_path: Path) -> None:
    monkey = Monkey(tmp_path, seed=7, kills=False)
    try:
        report = monkey.run(steps=STEPS)
    finally:
        monkey.close()
    assert report.faults == [], report.last
    assert report.steps == STEPS
    assert [stall for stall in report.stalls if stall.worked_ms > MOST_WORK_MS] == []
