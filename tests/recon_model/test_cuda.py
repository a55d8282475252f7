"""On a GPU everything answers as it does on the CPU, and a run goes on there as it began. Skipped where there is none."""

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import torch
from safetensors.torch import load_file
from torch import Tensor
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.nn.functional import normalize

from recon_model import losses
from recon_model.assets import asset_path
from recon_model.config import Damage
from recon_model.data.clouds import read
from recon_model.data.labelled import LabelledClouds
from recon_model.evaluate.reconstruction import reconstruction
from recon_model.evaluate.robustness import damaged_scores
from recon_model.evaluate.upright import upright
from recon_model.evaluate.zero_shot import zero_shot
from recon_model.geometry.neighbours import nearest
from recon_model.geometry.orientation import STANDING, UPS
from recon_model.geometry.patches import Patches, cut
from recon_model.geometry.sampling import farthest_points
from recon_model.models.pretraining import Pretraining
from recon_model.models.segmenter import Segmenter
from recon_model.predictor import Predictor
from recon_model.presets import preset
from recon_model.results import Prepared
from recon_model.serve.answers.training import list_devices
from recon_model.serve.framing import pack
from recon_model.serve.inbox import Inbox
from recon_model.serve.messages import Array, ListDevices, LoadModel, ModelLoaded, Reconstruct, Reconstructed, Reply, encode
from recon_model.serve.service import Service
from recon_model.teachers.clip import Clip
from recon_model.train import launch as launching
from recon_model.train.finetune import FinetuneRequest, finetune
from recon_model.train.labelled_source import LabelledSource
from recon_model.train.launch import Request, launch
from recon_model.train.sources import Batch, CloudSource
from recon_model.train.upright import train as train_upright
from tests.recon_model.train.runs import DIM, clouds, model_config
from tests.recon_model.train.test_launch import FakeClip

pytestmark = pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no CUDA device")

Floats = npt.NDArray[np.float32]

CUDA = torch.device("cuda")
NAMES = ("chair", "airplane", "car", "guitar", "lamp", "person", "table")
SHOWN = ("airplane", "car", "chair", "guitar", "lamp", "person")


@pytest.fixture(scope="module")
def cpu() -> Predictor:
    return Predictor.load("default", "cpu", precision="float32")


@pytest.fixture(scope="module")
def gpu() -> Predictor:
    return Predictor.load("default", "cuda", precision="float32")


@pytest.fixture(scope="module")
def chair(cpu: Predictor) -> Prepared:
    return cpu.prepare(read(asset_path("clouds", "chair.ply")).points)


@pytest.fixture(scope="module")
def shown() -> LabelledClouds:
    points = [read(asset_path("clouds", f"{name}.ply")).points for name in SHOWN]
    return LabelledClouds(points, np.arange(len(SHOWN)), SHOWN)


@pytest.fixture
def exactly() -> Iterator[None]:
    """The same numbers at every run: sums on a GPU have no fixed order otherwise, and AdamW makes steps of what is left of a zero."""
    torch.use_deterministic_algorithms(True, warn_only=True)
    with sdpa_kernel(SDPBackend.MATH):
        yield
    torch.use_deterministic_algorithms(False)


def there(patches: Patches) -> Patches:
    return Patches(*(part.to(CUDA) for part in patches))


def alike(found: Any, true: Any, atol: float = 1e-3) -> None:
    np.testing.assert_allclose(found, true, rtol=0, atol=atol)


def pointing(found: Floats, true: Floats) -> None:
    """Rows point the same way and are of the same length."""
    np.testing.assert_allclose(np.linalg.norm(found - true, axis=-1) / np.linalg.norm(true, axis=-1), 0, atol=1e-3)


# ---------------------------------------------------------------- geometry


@pytest.mark.parametrize("skip", [False, True])
@pytest.mark.parametrize(("batch", "size", "count"), [(5, 700, 64), (1, 70_000, 48)])
def test_farthest_points_are_the_same(batch: int, size: int, count: int, skip: bool) -> None:
    points = torch.randn(batch, size, 3, generator=torch.Generator().manual_seed(3)) * 0.2
    found = farthest_points(points.to(CUDA), count, skip)
    assert found.device.type == "cuda"
    assert torch.equal(found.cpu(), farthest_points(points, count, skip))


def test_patches_hold_the_same_points() -> None:
    points = torch.randn(4, 900, 3, generator=torch.Generator().manual_seed(4))
    neighbours, true = nearest(points[:, :50].to(CUDA), points.to(CUDA), 20).cpu(), nearest(points[:, :50], points, 20)
    assert torch.equal(neighbours.sort().values, true.sort().values)
    found, whole = cut(points.to(CUDA), 32, 16), cut(points, 32, 16)
    assert torch.equal(found.centres.cpu(), whole.centres)
    assert torch.equal(found.members.cpu().sort().values, whole.members.sort().values)
    assert torch.equal(found.members[..., 0].cpu(), whole.members[..., 0])
    torch.testing.assert_close(found.relative.cpu(), whole.relative)


def test_float32_is_not_rounded_on_the_way() -> None:
    """Convolutions on a GPU round to TF32, a thousand times coarser, unless they are told not to."""
    torch.manual_seed(0)
    embedding = Pretraining(preset("studio")).eval().encoder.patch_embedding
    relative = torch.randn(2, 64, 16, 3, generator=torch.Generator().manual_seed(1))
    with torch.no_grad():
        true = embedding(relative)
        found = embedding.to(CUDA)(relative.to(CUDA)).cpu()
    assert (found - true).norm() < 1e-5 * true.norm()


# ---------------------------------------------------------------- the model that ships inside


def test_a_cloud_is_prepared_alike(cpu: Predictor, gpu: Predictor, shown: LabelledClouds) -> None:
    assert (gpu.about.device, gpu.about.precision) == (torch.cuda.get_device_name(), "float32")
    for points in shown.points:
        found, true = gpu.prepare(points), cpu.prepare(points)
        assert found.stance.up == true.stance.up
        alike(found.stance.chances, true.stance.chances, 1e-2)
        np.testing.assert_array_equal(found.points, true.points)
        np.testing.assert_array_equal(np.sort(found.members), np.sort(true.members))
        alike(gpu.centres(found), found.centres, 0)


@pytest.mark.parametrize("strategy", ["random", "block"])
def test_it_rebuilds_alike(cpu: Predictor, gpu: Predictor, chair: Prepared, strategy: str) -> None:
    found, true = (made.reconstruct(chair, strategy=strategy, seed=5) for made in (gpu, cpu))
    np.testing.assert_array_equal(found.hidden, true.hidden)
    alike(found.rebuilt, true.rebuilt, 2e-3)
    alike(found.chamfer, true.chamfer)
    nothing = gpu.reconstruct(chair, hidden=np.zeros(len(found.hidden), np.bool_))
    assert nothing.rebuilt.shape[0] == 0


def test_it_looks_where_it_looks_on_the_cpu(cpu: Predictor, gpu: Predictor, chair: Prepared) -> None:
    hidden = cpu.reconstruct(chair).hidden
    patch = {"patch": int(np.flatnonzero(~hidden)[3]), "mask": int(np.flatnonzero(hidden)[3])}
    for token in ("cls", "img", "text", "patch", "mask"):
        asked: dict[str, Any] = {"token": token, "patch": patch.get(token, 0)}
        alike(gpu.attend(chair, hidden, **asked), cpu.attend(chair, hidden, **asked))


def test_it_embeds_alike(cpu: Predictor, gpu: Predictor, chair: Prepared, shown: LabelledClouds) -> None:
    """Raw clouds, which are stood up together, beside one that is prepared."""
    found, true = (made.embed([*shown.points, chair], errors=True) for made in (gpu, cpu))
    for name in ("features", "projected", "images"):
        pointing(getattr(found, name), getattr(true, name))
    alike(found.errors, true.errors)


def test_it_names_alike(cpu: Predictor, gpu: Predictor, shown: LabelledClouds) -> None:
    for points in shown.points:
        found, true = (made.classify(cpu.prepare(points), NAMES) for made in (gpu, cpu))
        assert found.names[0] == true.names[0]
        alike([found.similarities[found.names.index(name)] for name in true.names], true.similarities, 1e-2)
        assert found.unlike == pytest.approx(true.unlike, abs=1e-2)
    damage = Damage(drop=0.3, turn=40.0)
    found, true = (damaged_scores(made, shown.points[2], NAMES, "default", damage)[0] for made in (gpu, cpu))
    assert found.names[0] == true.names[0]


def test_new_words_are_read_and_found_alike(cpu: Predictor, gpu: Predictor, chair: Prepared) -> None:
    names = ("a garden seat that creaks", "an otter")
    alike(gpu.words(names)[0], cpu.words(names)[0], 1e-5)
    found, true = (made.explain(chair).score(names[0], against=names[1:]) for made in (gpu, cpu))
    assert found == pytest.approx(true, abs=1e-3)


def test_the_teacher_speaks_alike() -> None:
    texts, pictures = ["a chair", "an otter that swims"], torch.rand(3, 64, 64, generator=torch.Generator().manual_seed(0))
    true = Clip.load()
    told, seen = true.encode_text(texts), true.encode_image(pictures)
    found = Clip.load().to(CUDA)
    assert (found.encode_text(texts).cpu() - told).norm() < 1e-3 * told.norm()
    assert (found.encode_image(pictures).cpu() - seen).norm() < 1e-2 * seen.norm()  # convolutions in TF32


def test_in_bfloat16_it_answers_alike_but_for_rounding(cpu: Predictor, chair: Prepared) -> None:
    fast = Predictor.load("default", "cuda")
    assert fast.about.precision == "bfloat16"
    found, true = (made.reconstruct(chair) for made in (fast, cpu))
    np.testing.assert_array_equal(found.hidden, true.hidden)
    patches = chair.points[chair.members[true.hidden]]
    assert 0 < np.linalg.norm(found.rebuilt - true.rebuilt) / np.linalg.norm(patches - patches.mean(1, keepdims=True)) < 0.02
    first, second = (made.embed([chair]).projected for made in (fast, cpu))
    assert first is not None
    assert second is not None
    assert (first * second).sum() / np.linalg.norm(first) / np.linalg.norm(second) > 1 - 1e-3
    assert fast.classify(chair, NAMES).names[0] == cpu.classify(chair, NAMES).names[0]
    alike(fast.attend(chair), cpu.attend(chair))  # what explains is asked in float32
    assert fast.prepare(chair.points).stance.up == cpu.prepare(chair.points).stance.up


# ---------------------------------------------------------------- why it answers so


def test_attention_and_its_rollout_agree(cpu: Predictor, gpu: Predictor, chair: Prepared) -> None:
    hidden = cpu.reconstruct(chair).hidden
    found, true = (made.explain(chair, hidden) for made in (gpu, cpu))
    for name in ("cross", "patches", "decoder"):
        alike(getattr(found.attention(decoder=True), name), getattr(true.attention(decoder=True), name))
    for name in ("queries", "patches", "masks"):
        alike(getattr(found.rollout(), name), getattr(true.rollout(), name))
    assert found.coverage().sentence == true.coverage().sentence


def test_occlusion_and_errors_agree(cpu: Predictor, gpu: Predictor, chair: Prepared) -> None:
    hidden = cpu.reconstruct(chair).hidden
    found, true = (made.explain(chair, hidden) for made in (gpu, cpu))
    alike(found.occlusion("chair").effect, true.occlusion("chair").effect)
    alike(found.occlusion("chair", against=("table", "lamp")).effect, true.occlusion("chair", against=("table", "lamp")).effect)
    alike(found.occlusion().effect, true.occlusion().effect, 1e-4)
    alike(found.errors_alone(), true.errors_alone(), 1e-4)
    asked: dict[str, Any] = {"ratios": (0.3, 0.6), "seeds": (0, 1)}
    alike(found.errors_by_ratio(**asked).errors, true.errors_by_ratio(**asked).errors, 1e-4)


@pytest.mark.parametrize("method", ["gradient", "integrated"])
def test_relevance_agrees(cpu: Predictor, gpu: Predictor, chair: Prepared, method: Any) -> None:
    hidden = cpu.reconstruct(chair, mask_ratio=0.2).hidden
    found, true = (made.explain(chair, hidden).relevance("chair", against=("table",), method=method) for made in (gpu, cpu))
    assert found.score == pytest.approx(true.score, abs=1e-3)
    assert np.linalg.norm(found.values - true.values) < 0.02 * np.linalg.norm(true.values)
    assert not found.values[hidden].any()


def test_curves_agree(cpu: Predictor, gpu: Predictor, chair: Prepared) -> None:
    hidden = cpu.reconstruct(chair).hidden
    own = np.random.default_rng(0).random(len(hidden))
    for phrase in ("chair", None):
        asked: dict[str, Any] = {"orders": ("random",), "own": own, "seeds": (0, 1), "steps": 6}
        for found, true in zip(*(made.explain(chair, hidden).curves(phrase, **asked) for made in (gpu, cpu)), strict=True):
            np.testing.assert_array_equal(found.patches, true.patches)
            alike(found.deletion, true.deletion)
            alike(found.insertion, true.insertion)
    # Orders that are computed may differ where two patches are equally important.
    asked = {"orders": ("attention", "error", "relevance", "occlusion"), "steps": 6}
    for found, true in zip(*(made.explain(chair, hidden).curves("chair", **asked) for made in (gpu, cpu)), strict=True):
        alike(found.deletion_area, true.deletion_area, 2e-2)


# ---------------------------------------------------------------- measuring


def test_protocols_measure_alike(cpu: Predictor, gpu: Predictor, shown: LabelledClouds) -> None:
    found, true = (reconstruction(made, shown, "shown") for made in (gpu, cpu))
    assert found["chamfer"] == pytest.approx(true["chamfer"], rel=1e-2)
    assert found["baselines"] == pytest.approx(true["baselines"], rel=1e-3)
    found, true = (upright(made, shown, "shown") for made in (gpu, cpu))
    assert found["by_up"] == pytest.approx(true["by_up"], abs=0.17)  # one cloud of six may stand on the edge
    found, true = (zero_shot(made, shown, "shown", votes=2) for made in (gpu, cpu))
    assert found["confusion"] == true["confusion"]


def test_the_judge_of_what_stands_sees_alike(cpu: Predictor, gpu: Predictor, chair: Prepared) -> None:
    assert cpu.upright is not None
    assert gpu.upright is not None
    laid = np.stack([np.ascontiguousarray(chair.points @ matrix.astype(np.float32)) for matrix in STANDING])
    patches = cut(torch.from_numpy(laid), cpu.config.num_groups, cpu.config.group_size)
    found, true = gpu.upright.judge(gpu.model, there(patches)).chances, cpu.upright.judge(cpu.model, patches).chances
    assert found.device.type == "cuda"
    alike(found.cpu().numpy(), true.numpy(), 1e-2)
    assert found.shape == (len(UPS), len(UPS))


# ---------------------------------------------------------------- learning


def test_losses_and_gradients_are_those_of_the_cpu() -> None:
    config = preset("base", depth=2, decoder_depth=1, num_points=128, num_groups=16, group_size=8, self_contrastive=True)
    torch.manual_seed(0)
    model = Pretraining(config).train()
    twin = Pretraining(config).train()
    twin.load_state_dict(model.state_dict())
    twin.to(CUDA)
    draw = torch.Generator().manual_seed(1)
    patches = cut(torch.randn(6, 128, 3, generator=draw), 16, 8)
    hidden = torch.rand(6, 16, generator=draw).argsort(1) < torch.tensor([[9], [9], [4], [12], [9], [1]])  # padding on either side
    text, image = torch.randn(6, config.text_dim, generator=draw), torch.randn(6, config.image_dim, generator=draw)
    ids = torch.tensor([0, 1, 0, 2, 2, 1])

    def learn(made: Pretraining, device: torch.device, cloud: Patches) -> dict[str, Tensor]:
        asked = {"text_feature": text.to(device), "image_feature": image.to(device), "text_ids": ids.to(device)}
        found = made.losses(cloud, hidden.to(device), **asked)
        losses.total(found).backward()
        return {name: value.detach().cpu() for name, value in found.items()}

    torch.testing.assert_close(learn(twin, CUDA, there(patches)), learn(model, torch.device("cpu"), patches), rtol=1e-3, atol=1e-4)
    true = {name: value.grad for name, value in model.named_parameters() if value.grad is not None}
    whole = torch.stack([grad.norm() for grad in true.values()]).norm()
    for name, value in twin.named_parameters():
        if name in true:  # what a BatchNorm takes away again is rounding alone
            assert value.grad is not None
            apart = (value.grad.cpu() - true[name]).norm()
            assert apart < 0.02 * true[name].norm() + 1e-4 * whole, name


def test_parts_are_told_alike() -> None:
    torch.manual_seed(0)
    model = Segmenter(model_config(depth=3), 5, 2).eval()
    points = torch.randn(2, 64, 3, generator=torch.Generator().manual_seed(2))
    patches, category = cut(points, 8, 6), torch.tensor([0, 1])
    with torch.no_grad():
        true = model(points, patches, category)
        found = model.to(CUDA)(points.to(CUDA), there(patches), category.to(CUDA))
    torch.testing.assert_close(found.cpu(), true, rtol=1e-3, atol=1e-3)


def test_a_judge_is_taught_there() -> None:
    torch.manual_seed(0)
    model = Pretraining(model_config()).eval().to(CUDA)
    bank = normalize(torch.randn(4, DIM), dim=-1)
    shapes = [cut(torch.randn(8, 64, 3), 8, 6) for _ in range(5)]
    batches = [Batch(patches, torch.arange(8) % 3, [""] * 8, None) for patches in shapes]
    judge, figures = train_upright(model, bank, 0.07, batches, seed=3)
    assert judge.bank.device.type == "cuda"
    assert 0 <= figures["kept_standing"] <= 1


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr(launching, "Clip", FakeClip)
    made = clouds()
    np.savez(tmp_path / "data.npz", points=made.points, labels=made.labels, names=np.array(made.names))
    return str(tmp_path / "data.npz")


SMALL = {"num_points": 64, "num_groups": 8, "group_size": 6, "width": 24, "depth": 2, "decoder_depth": 1, "drop_path": 0.3}
SHORT = {"epochs": 3, "steps_per_epoch": 4, "batch_size": 8, "precision": "32-true", "names": (), "log_every": 1}


def stop_at(monkeypatch: pytest.MonkeyPatch, source: type[CloudSource] | type[LabelledSource], folder: Path) -> None:
    """Asks a run to stop when a batch in its middle is made."""
    make = source.batch

    def batch(self: Any, epoch: int, step: int) -> Batch:
        if (epoch, step) == (1, 1):
            (folder / "stop").touch()
        return make(self, epoch, step)

    monkeypatch.setattr(source, "batch", batch)


def the_same(one: Path, other: Path) -> None:
    found, true = load_file(one / "last.safetensors"), load_file(other / "last.safetensors")
    assert found.keys() == true.keys()
    apart = {name: float((found[name].double() - true[name].double()).abs().max()) for name in true}
    assert max(apart.values()) < 1e-5, {name: gap for name, gap in apart.items() if gap >= 1e-5}


@pytest.mark.filterwarnings("ignore")  # what has no fixed order is told as a warning
@pytest.mark.usefixtures("exactly")
def test_pretraining_that_is_interrupted_ends_as_one_that_is_not(tmp_path: Path, data: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def asked(name: str) -> Request:
        return Request(
            out=tmp_path / name, preset="quick", data=data, device="cuda", recipe_changes=SHORT, model_changes={**SMALL, "heads": 2}
        )

    assert launch(asked("whole")) == "done"
    with monkeypatch.context() as meanwhile:
        stop_at(meanwhile, CloudSource, tmp_path / "parted")
        assert launch(asked("parted")) == "stopped"
    assert launch(Request(out=tmp_path / "parted", resume=True, device="cuda")) == "done"
    the_same(tmp_path / "parted", tmp_path / "whole")


@pytest.mark.filterwarnings("ignore")
@pytest.mark.usefixtures("exactly")
def test_finetuning_that_is_interrupted_ends_as_one_that_is_not(
    tmp_path: Path, data: str, small_checkpoint: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    changes = {"epochs": 3, "batch_size": 8, "warmup_epochs": 1.0, "learning_rate": 2e-3}

    def asked(name: str) -> FinetuneRequest:
        return FinetuneRequest(
            out=tmp_path / name, data=data, init=str(small_checkpoint), mode="full", device="cuda", recipe_changes=changes
        )

    assert finetune(asked("whole")) == "done"
    with monkeypatch.context() as meanwhile:
        stop_at(meanwhile, LabelledSource, tmp_path / "parted")
        assert finetune(asked("parted")) == "stopped"
    assert finetune(FinetuneRequest(out=tmp_path / "parted", resume=True, device="cuda")) == "done"
    the_same(tmp_path / "parted", tmp_path / "whole")
    points = [np.asarray(cloud, np.float32) for cloud in clouds().points[:4]]
    found, true = (Predictor.load(tmp_path / "whole" / "last.safetensors", place, precision="float32") for place in ("cuda", "cpu"))
    assert found.labels == true.labels == ("rod", "disc")
    alike(found.embed(points).labels, true.embed(points).labels)


def test_the_studios_recipe_runs_in_half_precision(tmp_path: Path, data: str) -> None:
    """With looks at clouds lying down, steps without a decoder, and figures that stay on the device until they are logged."""
    recipe = {**SHORT, "precision": "bf16-mixed", "wrong_ups": 2, "reconstruct_share": 0.5, "show_whole": True, "epochs": 2}
    asked = Request(
        out=tmp_path / "run", preset="studio", data=data, device="cuda", recipe_changes=recipe, model_changes={**SMALL, "heads": 3}
    )
    assert launch(asked) == "done"
    rebuilt = np.load(tmp_path / "run" / "probes" / "epoch-0002.npy", allow_pickle=False)
    assert np.isfinite(rebuilt).all()


# ---------------------------------------------------------------- the model process


def test_the_model_role_answers_from_the_gpu(cpu: Predictor, chair: Prepared) -> None:
    points, sent = Array.of(chair.points), list[Reply]()
    asked = (LoadModel(id=1, source="default", device="cuda"), Reconstruct(id=2, points=points, mask_ratio=0.5, seed=7))
    inbox = Inbox(io.BytesIO(b"".join(pack(encode(request)) for request in asked)))
    inbox._thread.join()
    threads = torch.get_num_threads()
    Service(inbox, sent.append, precision="float32").run()
    torch.set_num_threads(threads)
    loaded, rebuilt = sent
    assert isinstance(loaded, ModelLoaded), loaded
    assert loaded.device == torch.cuda.get_device_name()
    assert isinstance(rebuilt, Reconstructed), rebuilt
    true = cpu.reconstruct(chair, mask_ratio=0.5, seed=7)
    np.testing.assert_array_equal(rebuilt.hidden.numpy(), true.hidden)
    alike(rebuilt.rebuilt.numpy(), true.rebuilt, 2e-3)


def test_the_gpu_is_listed_before_the_cpu(gpu: Predictor) -> None:
    first = list_devices(gpu, ListDevices(id=1)).devices[0]
    assert (first.name, first.words) == ("cuda:0", torch.cuda.get_device_name(0))
    assert 0 < first.free <= first.total
