"""What is written can be read again: by our own readers, with the numbers that were shown."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QBuffer, QIODevice
from PySide6.QtGui import QColor, QImage
from pytestqt.qtbot import QtBot

from recon_model.data import clouds
from recon_model.serve.messages import CloudWritten, WriteCloud
from recon_model.serve.reader import _written
from recon_studio.backend.client import ROLES
from recon_studio.controllers.export import ExportController, cloud_request, reconstruction_request
from recon_studio.controllers.library import LibraryController
from recon_studio.controllers.model import ModelController
from recon_studio.controllers.rival import RivalController
from recon_studio.controllers.sessions import SessionController
from recon_studio.controllers.store import Store
from recon_studio.state.app_state import AppState
from recon_studio.state.replay import Replay, Take
from recon_studio.state.report import Picture
from tests.fakes import FakeProcess, at_once, fake_backend
from tests.recon_studio.scenery import GROUPS, HIDDEN, SIZE, answered_state, explained_state, opened_state


def _vertices(path: str) -> np.ndarray:
    head, body = Path(path).read_bytes().split(b"end_header\n", 1)
    kinds = {"float": "<f4", "double": "<f8", "int": "<i4", "uchar": "u1"}
    fields = [line.split()[1:] for line in head.decode().splitlines() if line.startswith("property")]
    return np.frombuffer(body, np.dtype([(name, kinds[kind]) for kind, name in fields]))


def test_a_cloud_is_written_with_what_is_known_of_each_points_patch(tmp_path: Path) -> None:
    state, path = answered_state(), str(tmp_path / "out.ply")
    request = cloud_request(state, path)
    assert request is not None
    assert isinstance(_written(request), CloudWritten)
    rows = _vertices(path)
    assert rows["patch"].tolist() == np.repeat(np.arange(GROUPS), SIZE).tolist()
    assert rows["hidden"].tolist() == np.repeat(HIDDEN, SIZE).astype(int).tolist()
    assert np.isnan(rows["error"]).tolist() == np.repeat(~HIDDEN, SIZE).tolist()
    assert rows["error"][3 * SIZE] == np.float32(0.004)
    np.testing.assert_allclose(rows["x"], state.cloud.points[:, 0].astype(np.float64) + 4.0)
    again = clouds.read(path)
    np.testing.assert_allclose(again.points + np.array(again.origin), state.cloud.points + np.array([4.0, 4.0, 4.0]), atol=1e-5)


def test_before_the_model_has_answered_the_cloud_can_be_written_all_the_same(tmp_path: Path) -> None:
    request = cloud_request(opened_state(), str(tmp_path / "out.ply"))
    assert request is not None
    _written(request)
    assert _vertices(request.path).dtype.names == ("x", "y", "z", "patch")
    assert cloud_request(AppState(), "x") is None
    assert reconstruction_request(opened_state(), "x") is None


def test_a_reconstruction_is_written_beside_what_was_visible(tmp_path: Path) -> None:
    state = answered_state()
    request = reconstruction_request(state, str(tmp_path / "out.ply"))
    assert request is not None
    _written(request)
    rows = _vertices(request.path)
    assert rows["rebuilt"].sum() == HIDDEN.sum() * SIZE
    new = rows[rows["rebuilt"] == 1]
    assert set(new["patch"]) == set(np.flatnonzero(HIDDEN))
    truth = state.cloud.points[state.prepared.members[3]] + 4.0 + np.array([2.5, 0, 0])  # a quarter along x, ten to one
    np.testing.assert_allclose(np.stack([new[axis][new["patch"] == 3] for axis in "xyz"], axis=1), truth, atol=1e-4)
    assert not (new["red"] == new["red"][0]).all()


@pytest.fixture
def rig(qtbot: QtBot) -> Iterator[tuple[ExportController, Store, FakeProcess]]:
    backend, reader, _ = fake_backend()
    store = Store(answered_state())
    scribe = at_once()
    library, model, rival = (make(store, backend) for make in (LibraryController, ModelController, RivalController))
    sessions = SessionController(store, library, model, rival, scribe, None)
    export = ExportController(store, backend, sessions, scribe)
    export.setProperty("kept", backend)
    backend.start(*ROLES)
    reader.ready()
    yield export, store, reader
    export.close()


def test_files_are_told_of_and_failures_too(rig: tuple[ExportController, Store, FakeProcess], tmp_path: Path) -> None:
    export, store, reader = rig
    export.patches(str(tmp_path / "patches.csv"))
    export.names(str(tmp_path / "none" / "names.csv"))
    export.page(str(tmp_path / "bench.html"), [Picture("Seen", "", b"x")], [])
    (tmp_path / "file").touch()
    export.names(str(tmp_path / "file" / "names.csv"))
    said = [notice.sentence for notice in store.state.notices]
    assert said[0].startswith("patches.csv was written (")
    assert said[1].startswith("names.csv was written (")  # the folder is made
    assert said[2].startswith("bench.html was written (")
    assert "names.csv could not be written" in said[3]
    assert (tmp_path / "bench.html").read_text().startswith("<!DOCTYPE html>")
    export.cloud(str(tmp_path / "cloud.ply"))
    export.reconstruction(str(tmp_path / "cloud.ply"))
    assert isinstance(reader.inbox[0], WriteCloud)
    reader.answer(CloudWritten(id=reader.inbox[0].id, path=str(tmp_path / "cloud.ply"), bytes=12_345))
    assert store.state.notices[-1].sentence.startswith("cloud.ply was written (12 kB)")
    reader.fail("cloud.ply: the file cannot be written (full).")
    assert store.state.notices[-1].level == "error"


def test_a_pdf_is_laid_out_elsewhere_and_told_of(rig: tuple[ExportController, Store, FakeProcess], qtbot: QtBot, tmp_path: Path) -> None:
    export, store, _ = rig
    image = QImage(1040, 840, QImage.Format.Format_RGB32)
    image.fill(QColor("#2f5fd0"))
    held = QBuffer()
    held.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(held, "PNG")
    export.page(str(tmp_path / "bench.pdf"), [Picture("Seen", "half", bytes(held.data().data()))] * 2, [])
    assert not store.state.notices  # nothing is waited for
    qtbot.waitUntil(lambda: bool(store.state.notices), timeout=30_000)
    assert store.state.notices[-1].sentence.startswith("bench.pdf was written (")
    body = (tmp_path / "bench.pdf").read_bytes()
    assert body.startswith(b"%PDF-")
    assert body.count(b"/Subtype /Image") >= 1
    assert b"/MediaBox [0 0 595" in body  # A4
    (tmp_path / "file").touch()
    export.page(str(tmp_path / "file" / "bench.pdf"), [], [])
    qtbot.waitUntil(lambda: len(store.state.notices) == 2, timeout=30_000)
    assert "bench.pdf could not be written" in store.state.notices[-1].sentence


def test_the_page_has_the_numbers_of_the_checkpoint_in_its_pictures(
    rig: tuple[ExportController, Store, FakeProcess], tmp_path: Path
) -> None:
    export, store, _ = rig
    state = explained_state()
    rebuilt = replace(state.reconstruction, chamfer=state.reconstruction.chamfer * 100)
    take = Take("epoch 10", state.prepared, rebuilt, state.explain.maps, same_mask=True)
    store.apply(lambda _: replace(state, replay=Replay("/r", ("/r/epoch-0010.safetensors",), state.cloud, state.prepared, b"", (take,))))
    export.page(str(tmp_path / "bench.html"), [], [])
    text = (tmp_path / "bench.html").read_text()
    assert "0.2333 (both ways" in text
    assert "epoch 10 of a run" in text
