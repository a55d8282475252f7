"""Rules every test lives by: no thread outlives its test, nothing reaches for the network."""

import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

os.environ.setdefault("HF_HUB_OFFLINE", "1")

SHARED = Path(__file__).resolve().parents[2] / "shared"


@pytest.fixture(autouse=True)
def _no_leaked_threads() -> Iterator[None]:
    before = set(threading.enumerate())
    yield
    leaked = [thread for thread in threading.enumerate() if thread not in before]
    for thread in leaked:
        thread.join(timeout=5.0)
    names = [thread.name for thread in leaked if thread.is_alive()]
    assert not names, f"threads outlived the test: {names}"


@pytest.fixture
def shared() -> Path:
    """The folder of golden numbers, real objects and hostile files beside the checkout; skips where there is none."""
    if not SHARED.is_dir():
        pytest.skip("no ../shared beside this checkout")
    return SHARED
