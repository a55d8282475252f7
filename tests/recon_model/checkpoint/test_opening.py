import hashlib
from pathlib import Path

import numpy as np
import pytest
import torch

from recon_model.checkpoint import format as folder_format
from recon_model.checkpoint import release
from recon_model.checkpoint.opening import RELEASE_TEACHER, open_pretraining, read
from recon_model.config import ModelConfig
from recon_model.errors import CheckpointError
from recon_model.geometry.patches import cut
from recon_model.models.pretraining import Pretraining

pytestmark = pytest.mark.usefixtures("one_thread")


@pytest.fixture
def released(tmp_path: Path) -> tuple[Path, Pretraining]:
    """A file as the authors' code writes it, one head wide, and the model that is in it."""
    with torch.random.fork_rng():
        torch.manual_seed(1)
        model = Pretraining(
            ModelConfig(width=64, depth=2, heads=1, decoder_depth=1, decoder_heads=1, image_dim=512, patch_widths=(8, 16, 32))
        )
    path = tmp_path / "ckpt.pth"
    release.save(path, model.state_dict(), "pretraining", epoch=7)
    return path, model.eval()


def test_the_authors_file_opens_with_a_card(released: tuple[Path, Pretraining]) -> None:
    path, model = released
    opened = open_pretraining(path)
    assert opened.card["teacher"] == {"name": RELEASE_TEACHER}
    assert opened.card["epoch"] == 7
    assert opened.lacking == ()
    assert "100.0% of the encoder" in opened.notes[-1]
    patches = cut(torch.tensor(np.random.default_rng(0).random((1, 1024, 3)), dtype=torch.float32), 64, 32)
    with torch.no_grad():
        torch.testing.assert_close(opened.model.eval().encode(patches).queries, model.encode(patches).queries)


def test_a_file_without_decoder_says_what_is_lacking(released: tuple[Path, Pretraining], tmp_path: Path) -> None:
    path = tmp_path / "zero_shot.pth"
    state = {name: value for name, value in released[1].state_dict().items() if not name.startswith(("decoder.", "self_proj."))}
    release.save(path, state, "zero_shot")
    opened = open_pretraining(path)
    assert opened.card["kind"] == "zero_shot"
    assert opened.lacking == ("decoder",)


def test_an_encoder_with_one_tensor_gone_is_refused(small_checkpoint: Path, tmp_path: Path) -> None:
    state, card = read(small_checkpoint).state, read(small_checkpoint).card
    folder_format.save(tmp_path / "m", {name: value for name, value in state.items() if name != "encoder.cls_token"}, card)
    with pytest.raises(CheckpointError, match=r"must bring its whole encoder .* missing or misshapen: encoder\.cls_token"):
        open_pretraining(tmp_path / "m")


def test_a_card_with_an_unknown_setting_is_refused(small_checkpoint: Path, tmp_path: Path) -> None:
    state, card = folder_format.load(small_checkpoint)
    folder_format.save(tmp_path / "m", state, {**card, "config": {**card["config"], "colour": 3}})
    with pytest.raises(CheckpointError, match=r"card whose config cannot be used .*does not know colour"):
        open_pretraining(tmp_path / "m")


def test_opening_draws_no_random_numbers_and_fills_half_precision_up(small_checkpoint: Path, tmp_path: Path) -> None:
    state, card = folder_format.load(small_checkpoint)
    halved = {name: value.half() if value.is_floating_point() else value for name, value in state.items()}
    folder_format.save(tmp_path / "m", halved, card)
    before = torch.get_rng_state()
    model = open_pretraining(tmp_path / "m").model
    assert torch.equal(torch.get_rng_state(), before)
    for name, value in model.state_dict().items():
        assert value.dtype == state[name].dtype
        torch.testing.assert_close(value, halved[name].to(value.dtype))


def test_a_runs_best_model_opens_by_its_folder_or_its_file(small_checkpoint: Path, tmp_path: Path) -> None:
    state, card = folder_format.load(small_checkpoint)
    folder_format.save_single(tmp_path / "best.safetensors", state, {**card, "name": "a run"})
    opened = [open_pretraining(source) for source in (tmp_path, tmp_path / "best.safetensors")]
    assert [found.card["name"] for found in opened] == ["a run", "a run"]
    assert opened[0].card["weights_sha256"] == hashlib.sha256((tmp_path / "best.safetensors").read_bytes()).hexdigest()


def test_the_weights_file_of_a_folder_means_the_folder(small_checkpoint: Path) -> None:
    by_file, by_folder = read(small_checkpoint / folder_format.WEIGHTS), read(small_checkpoint)
    assert by_file.card == by_folder.card
    assert by_file.state.keys() == by_folder.state.keys()
