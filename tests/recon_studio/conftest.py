"""A screen for every test of the window: the one at hand, else Xvfb, else (without 3D) Qt's off-screen one."""

import os
from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QApplication

from benchmarks.display import virtual_display


@pytest.fixture(scope="session", autouse=True)
def display() -> Iterator[bool]:
    """Whether a window with 3D views can be opened."""
    with virtual_display() as there:
        if not there:
            os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
        yield there
        # The toolkit goes before its screen: a lost connection would end the test run with an error.
        application = QApplication.instance()
        if application is not None:
            application.shutdown()


@pytest.fixture(autouse=True)
def _window_needs_display(request: pytest.FixtureRequest, display: bool) -> None:
    if request.node.get_closest_marker("window") is not None and not display:
        pytest.skip("no display and no Xvfb")
