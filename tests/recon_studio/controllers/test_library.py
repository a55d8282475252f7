"""Files come in by the thousand, broken ones say why, and the window is never held up."""

import os
from pathlib import Path

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from recon_model.data.readers import sniff
from recon_model.serve.messages import Glance, ReadCloud
from recon_studio.backend.client import ROLES
from recon_studio.controllers import glances, library
from recon_studio.controllers.glances import GlanceController
from recon_studio.controllers.library import SLICE_FILES, LibraryController
from recon_studio.controllers.store import Store
from recon_studio.controllers.walk import EXTENSIONS, cloud_files
from recon_studio.state.app_state import AppState, Item
from recon_studio.state.library import rows
from tests.fakes import FakeProcess, at_once, fake_backend

Rig = tuple[LibraryController, Store, FakeProcess]


@pytest.fixture
def rig(qtbot: QtBot) -> Rig:
    backend, reader, _ = fake_backend(prompt=True)
    store = Store()
    controller = LibraryController(store, backend, GlanceController(store, backend, at_once()))
    controller.setProperty("backend", backend)  # keeps it alive as long
    backend.start(*ROLES)
    return controller, store, reader


def _statuses(state: AppState) -> dict[str, str]:
    return {item.name: item.status for item in state.items}


def test_a_folder_is_listed_in_order_and_looked_through(rig: Rig, tmp_path: Path, qtbot: QtBot) -> None:
    controller, store, reader = rig
    for name in ("b.ply", "a.PCD", "notes.md", "broken.obj", ".hidden.ply", "deep/c.xyz", ".git/x.ply"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("x")
    controller.open_paths([str(tmp_path)])
    qtbot.waitUntil(lambda: len(store.state.items) == 4 and "queued" not in _statuses(store.state).values())
    assert _statuses(store.state) == {"a.PCD": "ready", "b.ply": "ready", "broken.obj": "failed", "c.xyz": "ready"}
    assert store.state.cloud.key == str(tmp_path / "a.PCD")
    assert store.state.recent == (str(tmp_path),)
    assert store.state.notices == ()  # a folder's bad files speak in the list, not in the user's face
    failed = store.state.items[2]
    assert failed.sentence == "broken.obj ends in the middle of its header."
    assert [item.sentence for item in store.state.items if item.status == "ready"] == ["40 points"] * 3
    assert {(type(request), request.max_points) for request in reader.sent} == {(ReadCloud, library.READ_POINTS), (Glance, glances.POINTS)}


def test_a_chosen_bad_file_says_why_and_empties_the_views(rig: Rig, qtbot: QtBot) -> None:
    controller, store, _ = rig
    controller.open_paths(["/x/a.ply", "/x/broken.ply"])
    qtbot.waitUntil(lambda: store.state.cloud is not None)
    controller.choose("/x/broken.ply")
    qtbot.waitUntil(lambda: bool(store.state.notices))
    assert store.state.cloud is None
    assert store.state.current == "/x/broken.ply"
    assert store.state.notices[-1].sentence == "broken.ply ends in the middle of its header."
    assert store.state.notices[-1].level == "error"


def test_dropping_a_file_again_shows_it_without_a_second_row(rig: Rig, qtbot: QtBot) -> None:
    controller, store, _ = rig
    controller.open_paths(["/x/a.ply"])
    qtbot.waitUntil(lambda: store.state.current == "/x/a.ply")
    controller.open_paths(["/x/b.ply"])
    qtbot.waitUntil(lambda: store.state.current == "/x/b.ply")
    controller.open_paths(["/x/a.ply", "/x/./a.ply"])
    qtbot.waitUntil(lambda: store.state.current == "/x/a.ply")
    assert len(store.state.items) == 2
    assert store.state.recent[0] == "/x/a.ply"


def test_a_folder_without_clouds_is_a_sentence(rig: Rig, tmp_path: Path, qtbot: QtBot) -> None:
    controller, store, _ = rig
    (tmp_path / "readme.md").write_text("x")
    controller.open_paths([str(tmp_path)])
    qtbot.waitUntil(lambda: bool(store.state.notices))
    assert store.state.notices[0].sentence == f"'{tmp_path.name}' holds no file of a kind known here."


def test_names_that_are_not_utf_8_are_kept_out_and_told(rig: Rig, tmp_path: Path, qtbot: QtBot) -> None:
    controller, store, _ = rig
    foreign = os.fsdecode(b"ch\xe2ise.ply")
    for name in ("a.ply", foreign, "z.ply"):
        (tmp_path / name).touch()
    controller.open_paths([str(tmp_path), f"/x/{foreign}", "/x/ch\ufffdise.ply"])  # as Qt has what a file manager drops
    qtbot.waitUntil(lambda: bool(store.state.notices))
    assert store.state.notices[0].sentence == "3 files are left out, for their names are not UTF-8; rename them."
    assert store.state.recent == (str(tmp_path),)
    qtbot.waitUntil(lambda: _statuses(store.state) == {"a.ply": "ready", "z.ply": "ready"})
    controller.open_paths([str(tmp_path / foreign)])
    qtbot.waitUntil(lambda: len(store.state.notices) == 2)
    assert store.state.notices[1].sentence == "1 file is left out, for its name is not UTF-8; rename it."


def test_thousands_of_files_are_listed_in_slices(rig: Rig, tmp_path: Path, qtbot: QtBot) -> None:
    controller, store, _ = rig
    for folder in range(10):
        (tmp_path / f"{folder}").mkdir()
        for number in range(300):
            (tmp_path / f"{folder}" / f"{number:04}.ply").touch()
    lengths = [0]
    store.changed.connect(lambda _old, new: lengths.append(len(new.items)))
    controller.open_paths([str(tmp_path)])
    qtbot.waitUntil(lambda: len(store.state.items) == 3000 and not controller._slice.isActive(), timeout=20_000)
    controller.close()
    steps = np.diff(lengths)
    assert steps.max() <= SLICE_FILES  # between two slices the window is free
    assert len({item.key for item in store.state.items}) == 3000


def test_quick_steps_read_only_the_last_and_leave_no_row_reading(qtbot: QtBot) -> None:
    backend, reader, _ = fake_backend()
    store = Store()
    controller = LibraryController(store, backend)
    backend.start(*ROLES)
    reader.ready()
    controller.open_paths([f"/x/{n}.ply" for n in range(6)])
    qtbot.waitUntil(lambda: len(store.state.items) == 6)
    for n in (1, 2, 3, 4, 5):
        controller.choose(f"/x/{n}.ply")
    reader.answer()
    reader.answer()
    assert [request.path for request in reader.sent[:2]] == ["/x/0.ply", "/x/5.ply"]
    assert store.state.cloud.key == "/x/5.ply"
    assert [item.status for item in store.state.items if item.status == "reading"] == []


def test_a_slow_file_empties_the_views_meanwhile(qtbot: QtBot) -> None:
    backend, reader, _ = fake_backend()
    store = Store()
    controller = LibraryController(store, backend)
    backend.start(*ROLES)
    reader.ready()
    controller.open_paths(["/x/a.ply", "/x/b.ply"])
    qtbot.waitUntil(lambda: bool(reader.inbox))
    reader.answer()
    controller.choose("/x/b.ply")
    assert store.state.cloud.key == "/x/a.ply"
    qtbot.waitUntil(lambda: store.state.cloud is None)
    reader.answer()
    assert store.state.cloud.key == "/x/b.ply"


def test_removing_the_one_shown_shows_its_neighbour(rig: Rig, qtbot: QtBot) -> None:
    controller, store, _ = rig
    controller.open_paths(["/x/a.ply", "/x/b.ply"])
    qtbot.waitUntil(lambda: len(store.state.items) == 2 and store.state.cloud is not None)
    controller.remove("/x/a.ply")
    qtbot.waitUntil(lambda: store.state.cloud is not None and store.state.cloud.key == "/x/b.ply")
    controller.remove("/x/b.ply")
    assert (store.state.items, store.state.current, store.state.cloud) == ((), None, None)


def test_a_failed_file_can_be_tried_again(rig: Rig, qtbot: QtBot) -> None:
    controller, store, reader = rig
    controller.open_paths(["/x/broken.ply"])
    qtbot.waitUntil(lambda: bool(store.state.notices))
    reads = len(reader.sent)
    controller.choose("/x/broken.ply")
    assert len(reader.sent) == reads + 1
    assert all(isinstance(request, ReadCloud) for request in reader.sent)


def test_links_to_folders_do_not_loop(tmp_path: Path) -> None:
    (tmp_path / "a.ply").touch()
    (tmp_path / "loop").symlink_to(tmp_path, target_is_directory=True)
    assert [path for path in cloud_files([str(tmp_path)]) if path] == [str(tmp_path / "a.ply")]


def test_a_relative_path_is_listed_by_its_absolute_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert list(cloud_files(["x.whatever"])) == [str(tmp_path / "x.whatever")]


def test_every_kind_the_readers_know_is_looked_for_in_folders() -> None:
    assert set(sniff.EXTENSIONS) == EXTENSIONS


def test_an_opened_set_lists_its_clouds_and_shows_any_of_them(rig: Rig, qtbot: QtBot) -> None:
    controller, store, reader = rig
    controller.open_paths(["/x/things.npz", "/x/b.ply"])
    qtbot.waitUntil(lambda: len(store.state.items) == 2 and store.state.items[0].clouds == 3)
    controller.toggle("/x/things.npz")
    assert [item.name for item in store.state.items] == ["things.npz", "chair 1", "bed 2", "chair 3", "b.ply"]
    controller.choose("/x/things.npz#1")
    qtbot.waitUntil(lambda: store.state.cloud is not None and store.state.cloud.key == "/x/things.npz#1")
    read = [request for request in reader.sent if isinstance(request, ReadCloud)]
    assert [(request.path, request.member) for request in read] == [("/x/things.npz", 0), ("/x/things.npz", 1)]
    assert store.state.items[2].sentence == "cloud 2 of 3"
    controller.toggle("/x/things.npz")
    controller.toggle("/x/things.npz")
    assert len(store.state.items) == 5  # opened again, nothing is listed twice
    controller.remove("/x/things.npz")
    qtbot.waitUntil(lambda: store.state.cloud is not None and store.state.cloud.key == "/x/b.ply")
    assert [item.key for item in store.state.items] == ["/x/b.ply"]


def test_a_set_opened_before_it_was_looked_at_is_listed_when_it_is_known(qtbot: QtBot) -> None:
    backend, reader, _ = fake_backend()
    store = Store(AppState(items=(Item("/x/things.npz", "things.npz", "ready", clouds=3),)))
    controller = LibraryController(store, backend, GlanceController(store, backend, at_once()))
    backend.start(*ROLES)
    reader.ready()
    controller.toggle("/x/things.npz")
    qtbot.waitUntil(lambda: bool(reader.inbox))
    assert len(store.state.items) == 1
    reader.answer()
    assert [item.label for item in store.state.items] == ["", "chair", "bed", "chair"]
    controller.close()


def test_one_cloud_of_a_set_never_opened_can_be_shown(rig: Rig, qtbot: QtBot) -> None:
    controller, store, _ = rig
    controller.open_paths(["/x/things.npz"])
    qtbot.waitUntil(lambda: len(store.state.items) == 1)
    controller.choose("/x/things.npz#2")
    assert store.state.current == "/x/things.npz#2"
    qtbot.waitUntil(lambda: store.state.cloud is not None and store.state.cloud.key == "/x/things.npz#2")
    qtbot.waitUntil(lambda: len(store.state.items) == 4)
    controller.choose("/x/none.npz#2")
    assert store.state.current == "/x/things.npz#2"


def test_stepping_goes_through_what_the_search_leaves(rig: Rig, qtbot: QtBot) -> None:
    controller, store, _ = rig
    controller.open_paths([f"/x/{name}.ply" for name in ("a", "chair", "b", "chairs")])
    qtbot.waitUntil(lambda: len(store.state.items) == 4 and store.state.cloud is not None)
    controller.search("chair")
    for step, current in ((1, "chair"), (1, "chairs"), (1, "chairs"), (-1, "chair")):
        controller.step(step)
        assert store.state.current == f"/x/{current}.ply"
    controller.remove_all()
    assert (store.state.items, store.state.cloud, store.state.current) == ((), None, None)
    controller.step(1)


def test_tags_are_given_found_and_taken(rig: Rig, qtbot: QtBot) -> None:
    controller, store, _ = rig
    controller.open_paths(["/x/a.ply", "/x/b.ply"])
    qtbot.waitUntil(lambda: len(store.state.items) == 2)
    controller.tag(("/x/b.ply",), "odd one", True)
    qtbot.waitUntil(lambda: [item.status for item in store.state.items] == ["ready", "ready"])
    assert [item.tags for item in store.state.items] == [(), ("odd-one",)]  # what a glance finds leaves tags alone
    controller.search("#odd")
    assert [row.key for row in rows(store.state.items, store.state.listing)] == ["/x/b.ply"]
    controller.tag(("/x/b.ply",), "odd-one", False)
    assert store.state.items[1].tags == ()
