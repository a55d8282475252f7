"""Remembered prompts are what the tower would have said, and are forgotten when the tower changes."""

import shutil
import subprocess
import sys

import pytest
import torch
from safetensors import safe_open
from safetensors.torch import save

from recon_model.assets import asset_path
from recon_model.teachers import memory as memory_module
from recon_model.teachers.clip import Clip
from recon_model.teachers.memory import FILE, PromptMemory, remember
from recon_model.teachers.prompts import classifier
from recon_model.templates import EVERYDAY, PLAIN, PUBLISHED


class Letters:
    def encode_text(self, texts):
        return torch.tensor([[float(len(text)), float(text.count("a"))] for text in texts])


class Recalling(Letters):
    """A tower that knows "car" by heart, wrongly, so that one can tell where a row came from."""

    def remembered(self, name, templates):
        return torch.tensor([-1.0, -2.0]) if name == "car" else None


def test_known_rows_are_taken_and_the_rest_is_encoded_in_order():
    rows = classifier(Recalling(), ["bed", "car", "banana"], PLAIN)
    assert rows.tolist() == [[3.0, 0.0], [-1.0, -2.0], [6.0, 3.0]]
    assert classifier(Recalling(), ["car"], PLAIN).tolist() == [[-1.0, -2.0]]


def test_memory_survives_its_file_and_knows_its_owner(tmp_path):
    (tmp_path / FILE).write_bytes(remember(Letters(), "print", ["night_stand", "car"]))
    memory = PromptMemory.load(tmp_path, "print")
    assert len(memory) == 6
    assert memory.row(" night stand", EVERYDAY).tolist() == classifier(Letters(), ["night stand"], EVERYDAY)[0].tolist()
    assert memory.row("sofa", EVERYDAY) is None
    assert memory.row("car", ("an unheard {}",)) is None
    assert len(PromptMemory.load(tmp_path, "another")) == 0
    assert len(PromptMemory.load(tmp_path / "nowhere", "print")) == 0


def test_three_bytes_of_four_say_a_number_and_whole_numbers_are_still_read():
    rows = torch.randn(5, 7, generator=torch.Generator().manual_seed(0)) * 30
    kept = memory_module._shortened(rows)
    assert (kept.dtype, kept.shape) == (torch.uint8, (5, 7, 3))
    torch.testing.assert_close(memory_module._whole(kept), rows, rtol=2**-15, atol=0)
    assert memory_module._whole(rows) is rows


def test_packed_rows_come_back_to_the_bit_and_are_smaller():
    rows = memory_module._shortened(torch.randn(50, 384, generator=torch.Generator().manual_seed(0)))
    packed = memory_module._packed(rows)
    assert torch.equal(memory_module._unpacked(packed, 50), rows)
    assert len(packed) < 0.85 * rows.numel()


@pytest.mark.parametrize(
    "harm", [lambda rows: rows[:9], lambda rows: rows.flip(0), lambda rows: memory_module._packed(rows.new_zeros(9, 9999, 3))]
)
def test_a_damaged_memory_is_forgotten_and_a_swollen_one_not_unfolded(tmp_path, harm):
    file = tmp_path / FILE
    file.write_bytes(remember(Letters(), "print", ["night stand", "car"]))
    with safe_open(file, framework="pt") as opened:
        rows, notes = {key: opened.get_tensor(key) for key in opened.keys()}, opened.metadata()  # noqa: SIM118 - a handle, not a mapping
    file.write_bytes(save({**rows, "plain": harm(rows["plain"]).contiguous()}, notes))
    assert len(PromptMemory.load(tmp_path, "print")) == 0


@pytest.mark.parametrize("templates", [PLAIN, EVERYDAY, PUBLISHED], ids=["plain", "everyday", "published"])
def test_the_shipped_memory_is_what_the_shipped_tower_says(tmp_path, templates):
    names = ["chair", "night stand", "bathtub"]
    forgetful = shutil.copytree(asset_path("clip"), tmp_path / "clip", ignore=shutil.ignore_patterns(FILE))
    clip = Clip.load()
    assert all(clip.remembered(name, templates) is not None for name in names)
    torch.testing.assert_close(classifier(clip, names, templates), classifier(Clip.load(forgetful), names, templates), rtol=1e-4, atol=1e-3)


def test_remembered_names_need_no_open_clip():
    script = (
        "import sys\n"
        "from recon_model.teachers.clip import Clip\n"
        "from recon_model.teachers.prompts import classifier\n"
        "from recon_model.templates import PUBLISHED\n"
        "rows = classifier(Clip.load(), ['chair', 'table'], PUBLISHED)\n"
        "print(len(rows), 'open_clip' in sys.modules, 'torchvision' in sys.modules)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.split() == ["2", "False", "False"]
