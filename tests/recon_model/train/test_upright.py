from collections.abc import Callable, Sequence

import numpy as np
import torch
from torch.nn.functional import normalize

from recon_model.geometry.patches import Patches, cut
from recon_model.models.pretraining import Pretraining
from recon_model.train.sources import Batch
from recon_model.train.upright import LOST, train
from tests.recon_model.train.runs import DIM, model_config


def _cones(count: int, seed: int) -> Batch:
    """Cones that stand on their base: any encoder, even an untrained one, sees the difference to lying ones."""
    rng = np.random.default_rng(seed)
    height = rng.random((count, 64))
    angle = rng.random((count, 64)) * 2 * np.pi
    points = np.stack([(1 - height) * np.cos(angle) * 0.4, height * 1.6 - 0.5, (1 - height) * np.sin(angle) * 0.4], -1)
    patches = cut(torch.from_numpy(points.astype(np.float32)), 8, 6)
    return Batch(patches, torch.arange(count) % 3, [""] * count, None)


def test_what_stands_is_told_from_what_lies() -> None:
    torch.manual_seed(0)
    model = Pretraining(model_config()).eval()
    bank = normalize(torch.randn(4, DIM), dim=-1)
    judge, figures = train(model, bank, 0.07, [_cones(24, seed) for seed in range(10)], seed=0)
    assert not judge.training
    assert figures["up_found"] > 0.8
    assert figures["kept_standing"] >= 1 - LOST
    fresh = _cones(40, 99).patches
    assert (judge.judge(model, fresh).chances.argmax(1) == 0).float().mean() > 0.9


def test_the_same_seed_teaches_the_same_judge() -> None:
    torch.manual_seed(0)
    model = Pretraining(model_config()).eval()
    bank, batches = normalize(torch.randn(4, DIM), dim=-1), [_cones(8, seed) for seed in range(5)]
    one, two = (train(model, bank, 0.07, batches, seed=3)[0] for _ in range(2))
    assert all(torch.equal(a, b) for a, b in zip(one.state_dict().values(), two.state_dict().values(), strict=True))


def _with_another(batches: Sequence[Batch], made_of: Callable[[Patches], Patches]) -> list[Batch]:
    """The same batches with the clouds of one name in three made into something else."""
    found = []
    for batch in batches:
        other, one = made_of(batch.patches), batch.labels == 1
        centres = torch.where(one[:, None, None], other.centres, batch.patches.centres)
        relative = torch.where(one[:, None, None, None], other.relative, batch.patches.relative)
        found.append(batch._replace(patches=batch.patches._replace(centres=centres, relative=relative)))
    return found


def test_names_it_was_not_taught_decide_how_much_the_pose_given_is_favoured() -> None:
    torch.manual_seed(0)
    model = Pretraining(model_config()).eval()
    bank = normalize(torch.randn(4, DIM), dim=-1)
    alike = [_cones(24, seed) for seed in range(10)]
    assert train(model, bank, 0.07, alike, seed=0)[0].prior == 1.0
    # One name is wide and stands on its tip: judges that only know the others would turn all of it, so the pose given must count for more.
    tip = torch.tensor([2.0, -1.0, 2.0])
    unlike = _with_another(alike, lambda patches: patches._replace(centres=patches.centres * tip, relative=patches.relative * tip))
    assert train(model, bank, 0.07, unlike, seed=0)[0].prior > 4.0


def test_a_name_whose_up_is_chance_does_not_decide_it() -> None:
    """Balls: those who do not know them turn nearly all, and so do those who do."""
    torch.manual_seed(0)
    model = Pretraining(model_config()).eval()
    bank = normalize(torch.randn(4, DIM), dim=-1)
    generator = torch.Generator().manual_seed(1)

    def balls(patches: Patches) -> Patches:
        centres = normalize(torch.randn(patches.centres.shape, generator=generator), dim=-1)
        return patches._replace(centres=centres, relative=0.2 * torch.randn(patches.relative.shape, generator=generator))

    alike = [_cones(24, seed) for seed in range(10)]
    assert train(model, bank, 0.07, _with_another(alike, balls), seed=0)[0].prior == 1.0
