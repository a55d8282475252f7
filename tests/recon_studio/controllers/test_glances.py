"""Glances: what is in sight comes first, nothing is looked at twice, and a changed file is looked at again."""

import os
from pathlib import Path

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from recon_model.serve.messages import Glance as Ask
from recon_model.serve.messages import ReadCloud
from recon_studio.backend.client import ROLES
from recon_studio.controllers.glances import LARGEST, GlanceController
from recon_studio.controllers.store import Store
from recon_studio.state import actions
from recon_studio.state.app_state import AppState, Item
from recon_studio.state.glances import Glance, GlanceCache, packed
from tests.fakes import FakeProcess, at_once, fake_backend


class Rig:
    def __init__(self, folder: Path, count: int = 4, *, held: bool = False) -> None:
        self.backend, self.reader, _ = fake_backend()
        items = []
        for number in range(count):
            path = folder / f"{number}.ply"
            if not path.exists():
                path.touch()
            items.append(Item(str(path), path.name))
        self.keys = [item.key for item in items]
        self.store = Store(AppState(items=tuple(items)))
        self.cache = GlanceCache(folder / "cache")
        self.glances = GlanceController(self.store, self.backend, at_once(), self.cache, held=held)
        self.pictures: dict[str, np.ndarray] = {}
        self.glances.pictured.connect(self.pictures.__setitem__)
        self.backend.start(*ROLES)
        self.reader.ready()


def _asked(reader: FakeProcess) -> list[str]:
    return [Path(request.path).stem for request in reader.sent if isinstance(request, Ask)]


def test_what_is_in_sight_is_looked_at_first(tmp_path: Path, qtbot: QtBot) -> None:
    rig = Rig(tmp_path)
    rig.glances.look_through(rig.keys)
    qtbot.waitUntil(lambda: bool(rig.reader.inbox))
    rig.glances.want((rig.keys[3], rig.keys[2]), 32)
    rig.reader.prompt = True
    rig.reader.answer()
    qtbot.waitUntil(lambda: len(_asked(rig.reader)) == 4)
    assert _asked(rig.reader) == ["0", "3", "2", "1"]
    qtbot.waitUntil(lambda: all(item.status == "ready" for item in rig.store.state.items))
    assert sorted(rig.pictures) == sorted(rig.keys[2:])
    assert rig.pictures[rig.keys[3]].shape == (32, 32, 3)
    assert rig.store.state.items[0].sentence == "40 points"


def test_another_run_looks_at_nothing_again_but_what_has_changed(tmp_path: Path, qtbot: QtBot) -> None:
    first = Rig(tmp_path)
    first.reader.prompt = True
    first.glances.look_through(first.keys)
    qtbot.waitUntil(lambda: len(_asked(first.reader)) == 4 and not first.reader.inbox)
    os.utime(first.keys[1], (5, 5))
    second = Rig(tmp_path)
    second.reader.prompt = True
    second.glances.want(second.keys, 16)
    qtbot.waitUntil(lambda: len(second.pictures) == 4)
    assert _asked(second.reader) == ["1"]


def test_a_file_that_cannot_be_read_says_so_and_is_not_asked_for_again(tmp_path: Path, qtbot: QtBot) -> None:
    rig = Rig(tmp_path)
    broken = Item(str(tmp_path / "broken.ply"), "broken.ply")
    rig.store.apply(lambda state: actions.add_items(state, (broken,)))
    rig.reader.prompt = True
    rig.glances.want((broken.key,), 16)
    qtbot.waitUntil(lambda: rig.store.state.items[-1].status == "failed")
    assert rig.store.state.items[-1].sentence == "broken.ply ends in the middle of its header."
    rig.glances.want((broken.key,), 16)
    assert _asked(rig.reader) == ["broken"]
    assert rig.store.state.notices == ()


def test_large_files_wait_until_they_are_opened(tmp_path: Path, qtbot: QtBot) -> None:
    rig = Rig(tmp_path, 2)
    with Path(rig.keys[0]).open("wb") as stream:
        stream.truncate(LARGEST + 1)
    rig.reader.prompt = True
    rig.glances.look_through(rig.keys)
    qtbot.waitUntil(lambda: rig.store.state.items[1].status == "ready")
    assert _asked(rig.reader) == ["1"]
    assert rig.store.state.items[0].status == "queued"


def test_at_the_start_nothing_is_looked_at_before_the_first_cloud_is_seen_to(tmp_path: Path, qtbot: QtBot) -> None:
    rig = Rig(tmp_path, held=True)
    rig.glances.want(rig.keys, 16)
    assert not rig.glances._turn.isActive()
    rig.store.apply(lambda state: actions.set_status(state, "model", "failed"))
    qtbot.waitUntil(lambda: bool(rig.reader.inbox))
    assert not any(isinstance(request, ReadCloud) for request in rig.reader.sent)


@pytest.mark.parametrize("bad", [b"", b"\x81", b"nonsense" * 50])
def test_a_damaged_cache_is_no_cache(tmp_path: Path, bad: bytes) -> None:
    cache, path = GlanceCache(tmp_path / "cache"), tmp_path / "a.ply"
    path.write_bytes(b"x")
    stat = path.stat()
    good = Glance(path=str(path), member=0, modified=stat.st_mtime_ns, size=1, kind="points", vertices=9, points=packed(np.eye(3) * 7))
    cache.save(good)
    assert cache.load(str(path), 0) == good
    assert good.cloud()[0].tolist() == np.eye(3).tolist()
    assert cache.load(str(path), 1) is None
    next((tmp_path / "cache").iterdir()).write_bytes(bad)
    assert cache.load(str(path), 0) is None
    for number in range(5):
        cache.save(Glance(path=f"{number}", member=0, modified=1, size=1, kind="points", vertices=9, points=b""))
    cache.prune(3)
    assert len(list((tmp_path / "cache").iterdir())) == 3
    GlanceCache(path / "under a file").save(good)  # cannot be written, and nobody is bothered


def test_what_left_the_library_is_forgotten(tmp_path: Path, qtbot: QtBot) -> None:
    rig = Rig(tmp_path)
    stat = Path(rig.keys[0]).stat()
    several = Glance(
        path=rig.keys[0],
        member=0,
        modified=stat.st_mtime_ns,
        size=stat.st_size,
        kind="points",
        vertices=9,
        points=packed(np.eye(3)),
        clouds=3,
    )
    rig.cache.save(several)
    rig.glances.look_through(rig.keys[:1])
    qtbot.waitUntil(lambda: rig.glances.contents(rig.keys[0]) is not None)
    rig.store.apply(lambda state: actions.remove_item(state, rig.keys[0]))
    assert rig.glances.contents(rig.keys[0]) is None
