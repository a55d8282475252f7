"""Sessions come back as they were; what cannot come back is named, and what is damaged is told in one sentence."""

import os
import threading
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest
from pytestqt.qtbot import QtBot

from recon_model.serve.messages import Fix, LoadModel, Reconstruct
from recon_studio.controllers.errand import complete
from recon_studio.controllers.sessions import MOST_ATTEMPTS, Shelter
from recon_studio.controllers.studio import Start, Studio
from recon_studio.state import map as mapping
from recon_studio.state import session
from recon_studio.state.app_state import AppState, AttentionQuery, Mask
from recon_studio.state.listing import Listing
from recon_studio.state.map import MapSettings
from recon_studio.state.masking import Stroke
from recon_studio.state.session import Mapped, SavedItem, Session
from recon_studio.state.view_state import LAYOUTS
from recon_studio.state.wording import Search, Wording
from tests.fakes import GROUPS, FakeProcess, fake_backend, reply_to
from tests.recon_studio.controllers.test_errand import FakeWindow


class Rig:
    """A studio over prompt fakes."""

    def __init__(self, folder: Path, files: tuple[str, ...] = (), *, at_once: bool = True) -> None:
        backend, self.reader, self.model = fake_backend(prompt=True)
        self.studio = Studio(backend, Start(AppState(), files=files, samples=("/x/sample.ply",), shelter=Shelter(folder)))
        if at_once:
            self.studio.scribe.close()  # what is written is on the disk when the call returns
        self.studio.start()
        self.studio.start_reader()

    @property
    def state(self) -> AppState:
        return self.studio.store.state

    @property
    def said(self) -> list[str]:
        return [notice.sentence for notice in self.state.notices]

    def die(self) -> None:
        """As after SIGKILL: nothing is closed, and nobody holds the lock any more."""
        sessions = self.studio.sessions
        sessions._soon.stop()
        shelter = sessions._shelter
        assert shelter is not None
        assert shelter._lock is not None
        shelter._lock.unlock()
        shelter.file.rename(shelter.folder / "open-1.recon")
        sessions._shelter = None
        self.studio.close()


def _files(folder: Path, *names: str) -> tuple[str, ...]:
    for name in names:
        (folder / name).touch()
    return tuple(str(folder / name) for name in names)


def _work(rig: Rig, qtbot: QtBot) -> Session:
    qtbot.waitUntil(lambda: complete(rig.state))
    rig.studio.bench.set_ratio(0.5)
    rig.studio.words.set_names(("lamp", "vase"))
    qtbot.waitUntil(lambda: complete(rig.state))
    rig.studio.doctor.fix(Fix("strays"))
    rig.studio.doctor.set_up("-z")
    rig.studio.rival.open("default", lay_out=False)
    rig.studio.finder.find_phrase("a chair, - sofa")
    rig.studio.map.set_settings(MapSettings(perplexity=12.0, seed=7))
    rig.studio.map.colour_by("cluster")
    rig.studio.store.apply(lambda state: mapping.change(state, recalled=frozenset({rig.state.items[0].key})))
    qtbot.waitUntil(lambda: complete(rig.state) and rig.state.rival is not None and len(rig.state.cloud.points) == 36)
    rig.studio.bench.paint(Stroke("brush", 1, (0, 1, 2), True))
    rig.studio.bench.paint(Stroke("brush", 2, (3,), False))
    rig.studio.bench.set_query(AttentionQuery("img", 0, 0, 1))
    rig.studio.library.tag((rig.state.items[0].key,), "odd", True)
    rig.studio.store.apply(lambda state: replace(state, explain=replace(state.explain, page="curves", phrase="legs")))
    qtbot.waitUntil(lambda: complete(rig.state))
    return rig.studio.sessions.present()


@pytest.fixture
def rig(tmp_path: Path, qtbot: QtBot) -> Rig:
    return Rig(tmp_path / "shelter", _files(tmp_path, "a.ply", "b.ply"))


def test_a_session_saved_and_opened_is_the_same(rig: Rig, tmp_path: Path, qtbot: QtBot) -> None:
    before = _work(rig, qtbot)
    rig.studio.sessions.save(str(tmp_path / "mine"))
    assert rig.state.session == str(tmp_path / "mine.recon")
    assert rig.state.recent[0] == str(tmp_path / "mine.recon")
    rig.studio.sessions.start_afresh()
    assert rig.state.items == ()
    rig.studio._open_dropped([str(tmp_path / "mine.recon")])
    qtbot.waitUntil(lambda: complete(rig.state) and rig.studio.sessions._pending is None)
    qtbot.waitUntil(lambda: rig.studio.sessions.present() == before)
    assert rig.state.reconstruction.hidden.tolist() == list(before.mask.hidden)
    qtbot.waitUntil(lambda: rig.state.rival is not None and len(rig.state.cloud.points) == 36)  # as the fix leaves it
    assert (rig.state.doctor.treatment.up, rig.state.rival.source) == ("-z", "default")
    assert rig.state.words.search == Search("words", "a chair, - sofa")
    assert (rig.state.map.settings.seed, rig.state.map.colour_by) == (7, "cluster")
    assert rig.state.views.tiles == LAYOUTS["four"]  # model B came back without views that no one had asked for
    asked = [request.hidden is not None for request in rig.model.sent if isinstance(request, Reconstruct)]
    assert asked[-1]
    rig.studio.store.undo()
    rig.studio.store.undo()
    assert rig.state.mask.hidden[3]  # undo reaches back into what was done before
    rig.studio.close()


def test_a_session_opened_while_it_is_still_being_saved_is_the_one_saved(tmp_path: Path, qtbot: QtBot) -> None:
    rig, spins = Rig(tmp_path / "shelter", _files(tmp_path, "a.ply"), at_once=False), threading.Event()
    qtbot.waitUntil(lambda: complete(rig.state))
    session.save(tmp_path / "mine.recon", Session())  # an older one, empty
    rig.studio.scribe.write(lambda: spins.wait(30))
    rig.studio.sessions.save(str(tmp_path / "mine.recon"))
    rig.studio._open_dropped([str(tmp_path / "mine.recon"), *_files(tmp_path, "b.ply")])
    assert [item.name for item in rig.state.items] == ["a.ply"]  # the window has gone on
    spins.set()
    qtbot.waitUntil(lambda: rig.state.session == str(tmp_path / "mine.recon") and complete(rig.state))
    assert [item.name for item in rig.state.items] == ["a.ply", "b.ply"]
    rig.studio.close()


def test_what_was_killed_is_taken_up_and_what_was_closed_can_be(tmp_path: Path, qtbot: QtBot) -> None:
    shelter, files = tmp_path / "shelter", _files(tmp_path, "a.ply", "b.ply")
    first = Rig(shelter, files)
    before = _work(first, qtbot)
    with qtbot.waitSignal(first.studio.sessions.kept):
        first.studio.sessions.keep()
    first.die()
    second = Rig(shelter)
    qtbot.waitUntil(lambda: complete(second.state) and second.studio.sessions._pending is None)
    assert second.studio.sessions.present() == before
    assert second.said == ["ReCon Studio ended unexpectedly; what was open is restored (2 clouds)."]
    second.studio.close()
    third = Rig(shelter)
    qtbot.waitUntil(lambda: complete(third.state))
    assert [item.name for item in third.state.items] == ["sample.ply"]
    third.studio.sessions.reopen_last()
    qtbot.waitUntil(lambda: third.studio.sessions.present() == before)
    third.studio.close()


def test_a_window_killed_while_taking_up_loses_nothing_yet_does_not_try_for_ever(tmp_path: Path, qtbot: QtBot) -> None:
    shelter = tmp_path / "shelter"
    shelter.mkdir()
    kept = Session(items=(SavedItem(*_files(tmp_path, "a.ply"), "a.ply"),), mask=Mask(hidden=(True,) * 7 + (False,)))
    session.save(shelter / "open-1.recon", kept)
    for attempt in range(MOST_ATTEMPTS):
        rig = Rig(shelter)
        assert [item.name for item in rig.state.items] == ["a.ply"]
        assert rig.studio.sessions.present().mask == kept.mask
        rig.die()
        left = session.load(shelter / "open-1.recon")
        assert isinstance(left, Session)
        assert (left.attempts, left.mask) == (attempt + 1, kept.mask)
    rig = Rig(shelter)
    qtbot.waitUntil(lambda: complete(rig.state))
    assert [item.name for item in rig.state.items] == ["sample.ply"]
    assert "restored twice" in rig.said[0]
    rig.studio.close()


def test_files_that_are_gone_are_named_and_keep_their_tags(rig: Rig, tmp_path: Path, qtbot: QtBot) -> None:
    _work(rig, qtbot)
    rig.studio.sessions.save(str(tmp_path / "mine.recon"))
    (tmp_path / "a.ply").unlink()
    rig.studio.sessions.open(str(tmp_path / "mine.recon"))
    qtbot.waitUntil(lambda: complete(rig.state))
    assert "1 of the session's 2 files is no longer there: a.ply." in rig.said
    assert [(item.status, item.tags) for item in rig.state.items] == [("failed", ("odd",)), ("ready", ())]
    assert rig.state.current == str(tmp_path / "b.ply")
    assert rig.state.names == ("lamp", "vase")
    assert rig.state.mask.hidden is None  # that mask was another cloud's
    rig.studio.close()


def test_files_that_moved_along_with_the_session_are_found_again(tmp_path: Path) -> None:
    old, new = str(tmp_path / "old"), tmp_path / "new"
    member = f"{old}/set.npz#3"
    kept = Session(
        base=old,
        items=(SavedItem(member, "chair 4", member=3), SavedItem("/else/b.ply", "b.ply")),
        current=member,
        listing=Listing(opened=frozenset({f"{old}/set.npz"}), shut=frozenset({"/else"})),
        map=Mapped(selected=(member, "/else/b.ply")),
        search=Search("shape", member),
        model=f"{old}/best.pth",
        rival="default",
    )
    there = {str(new / "set.npz"), str(new / "best.pth"), "/else/b.ply"}
    found, missing = session.moved(kept, new, lambda path: path in there)
    assert missing == ()
    assert found.current == f"{new}/set.npz#3"
    assert [saved.key for saved in found.items] == [f"{new}/set.npz#3", "/else/b.ply"]
    assert session.moved(kept, new, lambda _: False)[1] == (f"{old}/set.npz", "/else/b.ply")
    assert (found.listing.opened, found.listing.shut) == ({f"{new}/set.npz"}, {"/else"})
    assert (found.map.selected, found.search) == ((f"{new}/set.npz#3", "/else/b.ply"), Search("shape", f"{new}/set.npz#3"))
    assert (found.model, found.rival) == (f"{new}/best.pth", "default")
    many = [f"/x/{number}.ply" for number in range(7)]
    assert session.missing_words(many, 9).endswith("files are no longer there: 0.ply, 1.ply, 2.ply, 3.ply, 4.ply and 2 more.")


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (b"", "The session mine.recon is damaged"),
        (b'{"kind": "a poem"}', "mine.recon is no session of ReCon Studio."),
        (b'{"kind": "ReCon Studio session", "version": 99}', "was saved by a newer ReCon Studio (version 99"),
        (b'{"kind": "ReCon Studio session", "version": 1, "mask": {"ratio": "much"}}', "The session mine.recon is damaged"),
        (b'{"kind": "ReCon Studio session", "version": 1, "views": {"tiles": []}}', "The session mine.recon is damaged"),
    ],
)
def test_what_is_no_session_is_refused_in_one_sentence(rig: Rig, tmp_path: Path, qtbot: QtBot, body: bytes, sentence: str) -> None:
    qtbot.waitUntil(lambda: complete(rig.state))
    before = rig.state.items
    (tmp_path / "mine.recon").write_bytes(body)
    rig.studio.sessions.open(str(tmp_path / "mine.recon"))
    assert sentence in rig.said[-1]
    assert rig.state.items is before
    rig.studio.close()


def test_another_version_may_know_more_or_less(tmp_path: Path) -> None:
    path = tmp_path / "a.recon"
    path.write_bytes(b'{"kind": "ReCon Studio session", "version": 1, "wording": {"text": "chair"}, "weather": "fine"}')
    assert session.load(path) == Session(wording=Wording("chair"))


def test_a_mask_of_another_model_is_let_go(rig: Rig, tmp_path: Path, qtbot: QtBot) -> None:
    kept = msgspec.structs.replace(_work(rig, qtbot), mask=Mask(hidden=(True, False) * 32), model=str(tmp_path / "gone.safetensors"))
    session.save(tmp_path / "other.recon", kept)
    rig.studio.sessions.open(str(tmp_path / "other.recon"))
    qtbot.waitUntil(lambda: complete(rig.state) and rig.studio.sessions._pending is None)
    assert rig.state.mask.hidden is None
    assert any("is no longer there; the one inside is used" in sentence for sentence in rig.said)
    assert [request.source for request in rig.model.sent if isinstance(request, LoadModel)] == ["default"]
    rig.studio.close()


def test_a_session_of_another_model_waits_for_it(rig: Rig, tmp_path: Path, qtbot: QtBot) -> None:
    mask, other = Mask(hidden=(True, False) * GROUPS), _files(tmp_path, "other.pth")[0]
    kept = msgspec.structs.replace(_work(rig, qtbot), mask=mask, selected_patch=GROUPS, model=other)
    session.save(tmp_path / "other.recon", kept)
    rig.model.prompt = False
    rig.studio.sessions.open(str(tmp_path / "other.recon"))
    qtbot.waitUntil(lambda: rig.state.cloud is not None)
    rig.studio.sessions._put_back()
    assert rig.studio.sessions.present() == kept  # what is kept meanwhile loses nothing
    rig.studio.model.load("default")
    rig.studio.model.load(other)
    assert rig.studio.sessions.present().model == other
    assert isinstance(rig.model.inbox[0], LoadModel)
    for _ in range(2):  # the newest waits until the one under way is there
        at = next(place for place, request in enumerate(rig.model.inbox) if isinstance(request, LoadModel))
        load = rig.model.inbox.pop(at)
        rig.model.received.emit(msgspec.structs.replace(reply_to(load), num_groups=2 * GROUPS))
    qtbot.waitUntil(lambda: rig.studio.sessions._pending is None)
    assert (rig.state.mask, rig.state.selected_patch) == (mask, GROUPS)
    rig.studio.close()


def test_a_session_taken_up_at_the_start_does_not_wait_for_the_model(tmp_path: Path, qtbot: QtBot) -> None:
    shelter, mask = tmp_path / "shelter", Mask(hidden=(True, False) * GROUPS)
    key, other = _files(tmp_path, "a.ply", "other.pth")
    session.save(shelter / "open-1.recon", Session(items=(SavedItem(key, "a.ply"),), current=key, mask=mask, model=other))
    rig = Rig(shelter)
    rig.model.prompt = False
    qtbot.waitUntil(lambda: rig.studio.sessions._pending is None)
    assert (rig.state.mask, rig.state.model) == (mask, None)
    rig.model.answer(msgspec.structs.replace(reply_to(rig.model.inbox[0]), num_groups=2 * GROUPS))
    assert (rig.state.mask, rig.state.model.name) == (mask, other)
    rig.studio.close()


def test_a_session_on_the_command_line_waits_for_the_second_model(tmp_path: Path, qtbot: QtBot) -> None:
    mask = Mask(hidden=(True, False) * GROUPS)
    key, other = _files(tmp_path, "a.ply", "other.pth")
    session.save(tmp_path / "mine.recon", Session(items=(SavedItem(key, "a.ply"),), current=key, mask=mask, model=other))
    rig = Rig(tmp_path / "shelter", (str(tmp_path / "mine.recon"),))
    rig.model.prompt = False
    qtbot.waitUntil(lambda: rig.state.cloud is not None)
    rig.studio.sessions._put_back()
    rig.model.answer()  # the model inside, which was asked for first
    load = next(request for request in rig.model.inbox if isinstance(request, LoadModel))
    rig.model.received.emit(msgspec.structs.replace(reply_to(load), num_groups=2 * GROUPS))
    qtbot.waitUntil(lambda: rig.studio.sessions._pending is None)
    assert (rig.state.mask, rig.state.model.name) == (mask, other)
    rig.studio.close()


def test_a_model_is_kept_by_its_absolute_path(rig: Rig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    rig.studio.model.load("runs/best.pth")
    assert rig.studio.sessions.present().model == str(tmp_path / "runs" / "best.pth")  # before it is there, too
    rig.studio.model.load("default")
    assert rig.studio.sessions.present().model == "default"
    rig.studio.close()


def test_a_model_that_cannot_be_loaded_keeps_no_session_waiting(rig: Rig, tmp_path: Path, qtbot: QtBot) -> None:
    before = _work(rig, qtbot)
    session.save(tmp_path / "other.recon", msgspec.structs.replace(before, model=_files(tmp_path, "other.pth")[0]))
    rig.model.prompt = False
    rig.studio.sessions.open(str(tmp_path / "other.recon"))
    qtbot.waitUntil(lambda: rig.state.cloud is not None)
    rig.model.fail("other.pth is no model.")
    qtbot.waitUntil(lambda: rig.studio.sessions._pending is None)
    assert rig.state.mask == before.mask
    assert rig.studio.sessions.present().model == "default"
    rig.studio.close()


@pytest.mark.parametrize("how", ["start_afresh", "libraryEmptied", "open"])
def test_what_is_replaced_is_set_aside_and_comes_back(rig: Rig, tmp_path: Path, qtbot: QtBot, how: str) -> None:
    before, sessions = _work(rig, qtbot), rig.studio.sessions
    sessions.save(str(tmp_path / "mine.recon"))
    session.save(tmp_path / "other.recon", Session(items=(SavedItem(*_files(tmp_path, "c.ply"), "c.ply"),)))
    if how == "libraryEmptied":
        window = FakeWindow()
        rig.studio.connect_window(window)
        window.libraryEmptied.emit()
    else:
        getattr(sessions, how)(*[str(tmp_path / "other.recon")] * (how == "open"))
    assert rig.said[-1].endswith("File › Reopen the last session brings it back.")
    replaced = [item.name for item in rig.state.items]
    assert replaced == ["c.ply"] * (how == "open")
    if not replaced:
        sessions.start_afresh()  # an empty library takes no other's place
    sessions.reopen_last()
    qtbot.waitUntil(lambda: sessions._pending is None and sessions.present() == before)
    assert rig.state.session == ""  # saving asks where: no other session's file is written over
    sessions.reopen_last()
    assert [item.name for item in rig.state.items] == (replaced or ["a.ply", "b.ply"])
    rig.studio.close()


def test_a_window_closed_empty_takes_no_other_sessions_place(rig: Rig, tmp_path: Path, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: complete(rig.state))
    rig.studio.sessions.start_afresh()
    rig.studio.close()
    left = session.load(tmp_path / "shelter" / "last.recon")
    assert isinstance(left, Session)
    assert [saved.name for saved in left.items] == ["a.ply", "b.ply"]
    assert [path.name for path in (tmp_path / "shelter").iterdir()] == ["last.recon"]


def test_a_name_that_no_file_can_keep_is_told(tmp_path: Path) -> None:
    foreign = Session(items=(SavedItem("/x/ch\udce2ise.ply", "ch\udce2ise.ply"),))
    assert session.save(tmp_path / "a.recon", foreign) == "The session could not be saved as a.recon (a name in it is not UTF-8)."
    assert list(tmp_path.iterdir()) == []


def test_files_on_the_command_line_come_first_and_the_rest_is_offered(tmp_path: Path, qtbot: QtBot) -> None:
    shelter = tmp_path / "shelter"
    shelter.mkdir()
    session.save(shelter / "open-1.recon", Session(items=(SavedItem("/x/old.ply", "old.ply"),)))
    rig = Rig(shelter, _files(tmp_path, "a.ply"))
    qtbot.waitUntil(lambda: complete(rig.state))
    assert [item.name for item in rig.state.items] == ["a.ply"]
    assert "File › Reopen the last session" in rig.said[0]
    assert isinstance(session.load(shelter / "last.recon"), Session)
    rig.studio.close()


def test_two_windows_keep_out_of_each_others_way(tmp_path: Path) -> None:
    one = Shelter(tmp_path)
    one.file.write_bytes(b"mine")
    other = Shelter(tmp_path)
    other._name = "open-2"
    assert not other.adopt()  # its window is alive
    assert one.file.read_bytes() == b"mine"
    one.leave()
    assert one.last.read_bytes() == b"mine"
    other.leave()


def test_a_window_that_has_the_number_of_a_killed_one_takes_up_what_that_left(tmp_path: Path) -> None:
    one = Shelter(tmp_path)
    lock = one.file.with_suffix(".lock").read_bytes()
    one.leave()
    one.file.write_bytes(b"killed")  # in a container, where each window is number 1
    one.file.with_suffix(".lock").write_bytes(lock)
    again = Shelter(tmp_path)
    assert again.file.name == f"open-{os.getpid()}.recon"
    assert again.adopt()
    assert again.file.read_bytes() == b"killed"
    beside = Shelter(tmp_path)  # of that number, too, while the other lives
    assert beside.file != again.file
    assert not beside.adopt()
    again.leave()
    beside.leave()


def test_a_folder_that_cannot_be_written_keeps_nothing_and_says_so_once_asked(tmp_path: Path, qtbot: QtBot) -> None:
    (tmp_path / "file").touch()
    rig = Rig(tmp_path / "file" / "shelter", _files(tmp_path, "a.ply"))
    qtbot.waitUntil(lambda: complete(rig.state))
    rig.studio.sessions.keep()
    assert rig.said == []
    rig.studio.sessions.save(str(tmp_path / "file" / "x.recon"))
    assert "could not be saved as x.recon" in rig.said[-1]
    rig.studio.close()
    assert isinstance(rig.reader, FakeProcess)
