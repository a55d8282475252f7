import os
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from recon_model.data import pool as pools
from recon_model.data.pool import Pool, PoolSettings, cut, default_cache, make_shard
from recon_model.errors import ConfigError

SETTINGS = PoolSettings(names=("chair", "table"), num_points=128, num_groups=8, group_size=6, view_size=8)


@pytest.fixture(autouse=True)
def _small_shards(monkeypatch):
    monkeypatch.setattr(pools, "SHARD", 6)


def never(made: int) -> bool:
    raise AssertionError(f"asked to wait at {made}")


def test_a_cut_is_farthest_points_with_their_nearest_neighbours():
    points = np.random.default_rng(0).normal(size=(60, 3)).astype(np.float32)
    centres, relative = cut(points, 5, 4)
    assert np.array_equal(centres[0], points[0])
    chosen = [0]
    for centre in centres[1:]:
        away = np.min([((points - points[index]) ** 2).sum(1) for index in chosen], 0)
        chosen.append(int(away.argmax()))
        assert np.allclose(points[chosen[-1]], centre)
    for centre, patch in zip(centres, relative, strict=True):
        nearest = np.sort(((points - centre) ** 2).sum(1))[:4]
        assert np.allclose(np.sort((patch**2).sum(1)), nearest, atol=1e-6)


def test_a_shard_depends_on_its_settings_and_number_alone():
    first, again, next_one = make_shard(SETTINGS, 0), make_shard(SETTINGS, 0), make_shard(SETTINGS, 1)
    assert all(np.array_equal(a, b) for a, b in zip(first, again, strict=True))
    assert not np.array_equal(first.centres, next_one.centres)
    assert not np.array_equal(first.centres, make_shard(replace(SETTINGS, seed=1), 0).centres)


def test_a_shard_holds_balanced_clouds_in_the_unit_sphere():
    shard = make_shard(SETTINGS, 0)
    assert shard.labels.tolist() == [0, 1, 0, 1, 0, 1]
    assert shard.relative.shape == (6, 8, 6, 3)
    assert np.abs(shard.relative[:, :, 0]).max() < 1e-3  # the centre itself comes first
    assert np.sqrt((shard.centres.astype(float) ** 2).sum(-1)).max() <= 1.001
    assert all("chair" in caption for caption in shard.captions[::2])
    assert shard.views.max(axis=(1, 2)).min() > 100


def test_some_shapes_are_taken_for_solids(monkeypatch):
    taken = []
    monkeypatch.setattr(pools, "solid_surface", lambda cloud, cells, axes, count, rng: taken.append((cells, axes)) or cloud[:count])
    monkeypatch.setattr(pools, "SHARD", 300)
    make_shard(SETTINGS, 0)
    assert 66 < len(taken) < 114  # three deviations about 90
    assert 0.5 < np.mean([axes == 2 for _, axes in taken]) < 0.83
    assert {axes for _, axes in taken} == {2, 3}
    assert min(cells for cells, _ in taken) == pools.SOLID_CELLS[0]
    assert max(cells for cells, _ in taken) == pools.SOLID_CELLS[1]


def test_shards_are_kept_and_not_made_again(tmp_path, monkeypatch):
    made = Pool(SETTINGS, 2, tmp_path)
    first = made.shard(0, lambda ready: False)
    assert made.made() == 1
    monkeypatch.setattr(pools, "make_shard", None)
    assert np.array_equal(Pool(SETTINGS, 2, tmp_path).shard(0, never).centres, first.centres)


def test_the_cache_knows_settings_apart(tmp_path):
    assert Pool(SETTINGS, 1, tmp_path).folder != Pool(replace(SETTINGS, group_size=5), 1, tmp_path).folder


def test_waiting_can_be_given_up(tmp_path):
    assert Pool(SETTINGS, 1, tmp_path).shard(0, lambda ready: True) is None


@pytest.mark.parametrize("damage", ["nothing", "empty", "cut", "flipped", "lacking"])
def test_a_damaged_shard_is_made_again(tmp_path, damage):
    made = Pool(SETTINGS, 1, tmp_path)
    good = made.shard(0, lambda ready: False)
    file = made.folder / "000000.npz"
    whole = file.read_bytes()
    if damage == "lacking":
        np.savez(file, labels=good.labels)
    else:
        flipped = whole[:300] + bytes([whole[300] ^ 1]) + whole[301:]
        file.write_bytes({"nothing": b"nothing", "empty": b"", "cut": whole[: len(whole) // 2], "flipped": flipped}[damage])
    again = made.shard(0, never)
    assert all(np.array_equal(one, other) for one, other in zip(good, again, strict=True))
    with np.load(file) as kept:
        assert np.array_equal(kept["centres"], good.centres)


def test_a_shard_is_on_the_disk_before_it_has_its_name(tmp_path, monkeypatch):
    synced = []
    monkeypatch.setattr(os, "fsync", lambda number: synced.append(list(tmp_path.glob("*/0*.npz"))))
    Pool(SETTINGS, 1, tmp_path).shard(0, lambda ready: False)
    assert synced == [[]]


@pytest.mark.parametrize(("cores", "helpers"), [(2, 1), (4, 2)])
def test_the_helper_processes_make_the_pool(tmp_path, monkeypatch, cores, helpers):
    monkeypatch.setattr(os, "cpu_count", lambda: cores)
    monkeypatch.setattr(pools, "SHARD", 256)  # as the helpers, which know of no patch, have it
    made = Pool(replace(SETTINGS, view_size=0), 3, tmp_path)
    made.start()
    try:
        assert len(made._helpers) == helpers
        for helper in made._helpers:
            helper.join(60)
            assert helper.exitcode == 0
        assert made.made() == 3
    finally:
        made.close()
    assert np.array_equal(made.shard(2, never).centres, make_shard(made.settings, 2).centres)


def test_trainers_side_by_side_share_cores_and_shards(tmp_path, monkeypatch):
    taken = []

    class Helper:
        def __init__(self, target, args, daemon):
            taken.append(list(args[2]))

        def start(self):
            pass

    monkeypatch.setattr(pools.multiprocessing, "get_context", lambda _way: SimpleNamespace(Process=Helper))
    monkeypatch.setattr(os, "cpu_count", lambda: 10)
    monkeypatch.setenv("LOCAL_WORLD_SIZE", "3")
    for rank in range(3):
        monkeypatch.setenv("LOCAL_RANK", str(rank))
        Pool(SETTINGS, 13, tmp_path).start()
    assert len(taken) == 6  # two each of the eight cores that are left
    assert sorted(index for indices in taken for index in indices) == list(range(13))


def test_a_helper_without_its_parent_ends(tmp_path):
    pools._make_ahead(SETTINGS, tmp_path, range(3), parent=os.getpid())  # our parent is another process
    assert list(tmp_path.iterdir()) == []


def test_a_helper_works_where_no_process_can_be_nice(tmp_path, monkeypatch):
    monkeypatch.delattr(os, "nice")
    pools._make_ahead(SETTINGS, tmp_path, range(1), parent=os.getppid())
    assert [file.name for file in tmp_path.iterdir()] == ["000000.npz"]


def test_unknown_names_are_refused():
    with pytest.raises(ConfigError, match=r"names \(dragon\) are no synthetic categories; known are .*chair"):
        PoolSettings(names=("chair", "dragon"))


def test_the_cache_follows_the_environment(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert default_cache() == tmp_path / "recon-studio" / "pools"
