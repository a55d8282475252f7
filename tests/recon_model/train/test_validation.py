from types import SimpleNamespace

import pytest
import torch
from torch import nn
from torch.nn.functional import normalize

from recon_model.geometry.patches import Patches
from recon_model.models.zero_shot import TeacherFeatures
from recon_model.train.sources import Batch
from recon_model.train.validation import Validation, calibrate, validate
from tests.recon_model.train.runs import pretrainer

NAMES, DIM, SIZE = 5, 8, 400


class Oracle(nn.Module):
    """Its text query knows the names, as far as noise lets it; its image query knows nothing and is three times as loud."""

    config = SimpleNamespace(zero_shot_ratio=1.0)

    def __init__(self, words: torch.Tensor, labels: torch.Tensor, noise: float) -> None:
        super().__init__()
        generator = torch.Generator().manual_seed(0)
        self.text = words[labels] + noise * torch.randn(SIZE, DIM, generator=generator)
        self.image = 3 * torch.randn(SIZE, DIM, generator=generator)

    def teacher_features(self, patches: Patches) -> TeacherFeatures:
        return TeacherFeatures(self.image, self.text)


def batch(labels: torch.Tensor) -> Batch:
    return Batch(Patches(torch.zeros(SIZE, 2, 3), torch.empty(0), torch.zeros(SIZE, 2, 4, 3)), labels, [""] * SIZE, None)


def test_calibration_trusts_the_better_query_and_lower_certainty_gets_a_higher_temperature():
    words = normalize(torch.randn(NAMES, DIM, generator=torch.Generator().manual_seed(1)), dim=-1)
    labels = torch.arange(SIZE) % NAMES
    clear, noisy = (calibrate(Oracle(words, labels, noise), [batch(labels)], words) for noise in (0.1, 0.5))
    assert clear.ratio == noisy.ratio == 5.0
    assert clear.top1 > noisy.top1 > 0.3
    assert clear.temperature < noisy.temperature


def test_validation_leaves_the_model_in_training_and_gives_the_same_twice(tmp_path):
    made = pretrainer(tmp_path)
    held_out = made.source.validation(lambda ready, wanted: False)
    first, again = (validate(made.model, held_out, made.task.targets.classifier, 0.6, 0) for _ in range(2))
    assert first == again
    assert made.model.training
    assert set(first.parts) == {"reconstruction"}


def test_a_run_in_bfloat16_is_judged_as_its_model_will_answer(tmp_path, monkeypatch):
    monkeypatch.setattr("recon_model.models.inference.multiplies_bfloat16", lambda _device: True)
    found = {}
    for precision in ("bf16-mixed", "32-true"):
        made = pretrainer(tmp_path, model={"width": 128}, precision=precision)
        exact = validate(made.model, made.source.validation(lambda *_: False), made.task.targets.classifier, 0.6, made.recipe.seed)
        before = {name: value.clone() for name, value in made.model.state_dict().items()}
        found[precision] = made.task.judge(made.source.validation(lambda *_: False)).figures["validation"]["reconstruction"]
        assert found[precision] == pytest.approx(exact.parts["reconstruction"], rel=0.01)
        assert made.model.training
        assert all(torch.equal(value, before[name]) for name, value in made.model.state_dict().items())
    assert found["bf16-mixed"] != found["32-true"]


def test_the_best_has_the_highest_accuracy_or_without_names_the_lowest_loss():
    assert Validation(0.9, {"reconstruction": 9.0}).score() > Validation(0.8, {"reconstruction": 1.0}).score()
    assert Validation(None, {"reconstruction": 1.0}).score() > Validation(None, {"reconstruction": 2.0}).score()


def rotated(xz: torch.Tensor, angle: float) -> torch.Tensor:
    turned = torch.view_as_complex(xz.contiguous()) * torch.exp(torch.tensor(1j * angle))
    return torch.view_as_real(turned)
