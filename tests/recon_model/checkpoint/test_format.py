import json
from pathlib import Path

import pytest
import torch

from recon_model.checkpoint import format as folder_format
from recon_model.errors import CheckpointError

STATE = {"a": torch.arange(6.0).reshape(2, 3).T, "count": torch.tensor(3)}


def test_round_trip(tmp_path: Path) -> None:
    folder_format.save(tmp_path / "x", STATE, {"name": "Ünïcode"})
    state, card = folder_format.load(tmp_path / "x")
    assert all(torch.equal(state[name], tensor) for name, tensor in STATE.items())
    assert (card["name"], card["format"]) == ("Ünïcode", 1)
    assert sorted(path.name for path in (tmp_path / "x").iterdir()) == ["card.json", "model.safetensors"]


def test_a_failed_save_leaves_the_old_checkpoint(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder_format.save(tmp_path, STATE, {"name": "old"})

    def full(descriptor: int) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(folder_format.os, "fsync", full)
    with pytest.raises(OSError, match="no space"):
        folder_format.save(tmp_path, {"a": torch.zeros(1)}, {"name": "new"})
    assert folder_format.load(tmp_path)[1]["name"] == "old"
    assert len(list(tmp_path.iterdir())) == 2


def test_weights_of_another_card_are_refused(tmp_path: Path) -> None:
    folder_format.save(tmp_path / "one", STATE, {})
    folder_format.save(tmp_path / "two", {"a": torch.zeros(1)}, {})
    (tmp_path / "two" / "model.safetensors").replace(tmp_path / "one" / "model.safetensors")
    with pytest.raises(CheckpointError, match=r"not the one its card.json was written for"):
        folder_format.load(tmp_path / "one")


def test_damage_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match=r"no readable card.json"):
        folder_format.load(tmp_path)
    folder_format.save(tmp_path, STATE, {})
    good = (tmp_path / "model.safetensors").read_bytes()
    (tmp_path / "model.safetensors").write_bytes(good[:20])
    with pytest.raises(CheckpointError, match=r"damaged model.safetensors"):
        folder_format.load(tmp_path)
    (tmp_path / "card.json").write_text(json.dumps({"format": 7}))
    with pytest.raises(CheckpointError, match="of format 7; this version reads format 1"):
        folder_format.load(tmp_path)
    (tmp_path / "card.json").write_text("{")
    with pytest.raises(CheckpointError, match=r"damaged card.json"):
        folder_format.load(tmp_path)
