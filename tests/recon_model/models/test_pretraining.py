import pytest
import torch

from recon_model import losses, presets
from recon_model.config import ModelConfig
from recon_model.errors import ConfigError
from recon_model.geometry.patches import Patches, cut
from recon_model.models.classifier import Classifier
from recon_model.models.encoder import Encoder
from recon_model.models.pretraining import Pretraining
from recon_model.models.segmenter import Segmenter
from recon_model.models.zero_shot import ZeroShot
from recon_model.nn.attention import AttentionRecord
from recon_model.nn.masking import select, select_visible


def _config(**changes: object) -> ModelConfig:
    small = {"width": 24, "depth": 3, "heads": 3, "decoder_depth": 2, "decoder_heads": 2, "num_groups": 10, "group_size": 6}
    sizes = {"num_points": 90, "patch_widths": (8, 12, 16), "position_width": 8, "image_dim": 5, "text_dim": 7}
    return ModelConfig(**{**small, **sizes, **changes})  # type: ignore[arg-type]


def _patches(batch: int = 3) -> Patches:
    return cut(torch.randn(batch, 90, 3, generator=torch.Generator().manual_seed(1)), 10, 6)


def _model(**changes: object) -> Pretraining:
    torch.manual_seed(0)
    model = Pretraining(_config(**changes))
    for name, parameter in model.named_parameters():
        if "norm" not in name:
            torch.nn.init.normal_(parameter, std=0.3)
    return model


RAGGED = torch.zeros(3, 10, dtype=torch.bool)
RAGGED[0, [1, 4]] = True
RAGGED[1, [0, 2, 3, 5, 6, 7, 9]] = True


def _one(patches: Patches, index: int) -> Patches:
    return Patches(*(part[index : index + 1] for part in patches))


@pytest.mark.parametrize(("name", "whole", "encoder"), [("tiny", 13.15, 11.09), ("small", 22.94, 19.40), ("base", 50.78, 43.107)])
def test_published_parameter_counts(name: str, whole: float, encoder: float) -> None:
    with torch.device("meta"):
        model = Pretraining(presets.preset(name))
    assert _millions(model) == pytest.approx(whole, abs=0.0055)
    assert _millions(model.encoder) == pytest.approx(encoder, abs=0.0055)


def test_published_parameter_counts_of_the_tasks() -> None:
    with torch.device("meta"):
        clip = presets.base(image_dim=512)
        counts = [_millions(m) for m in (Classifier(clip, 15), Classifier(clip, 40), Classifier(clip, 40, "linear"), ZeroShot(clip))]
        parts = _millions(Segmenter(clip))
    assert counts == pytest.approx([43.571, 43.578, 43.169, 43.501], abs=0.0006)
    assert parts == pytest.approx(48.54, abs=0.006)


def _millions(model: torch.nn.Module) -> float:
    return sum(parameter.numel() for parameter in model.parameters()) / 1e6


def test_ragged_masks_give_each_cloud_what_it_gets_alone() -> None:
    model, patches = _model().eval(), _patches()
    together, encoded = model.reconstruct(patches, RAGGED), model.encode(patches, RAGGED)
    for index in range(3):
        alone, single = (
            model.reconstruct(_one(patches, index), RAGGED[index : index + 1]),
            model.encode(_one(patches, index), RAGGED[index : index + 1]),
        )
        assert torch.allclose(together.of_cloud(index), alone.points[0], atol=1e-5)
        assert torch.allclose(encoded.queries[index], single.queries[0], atol=1e-5)
        assert torch.allclose(encoded.patches[index, : single.patches.shape[1]], single.patches[0], atol=1e-5)
    assert together.of_cloud(2).shape == (0, 6, 3)


def test_ragged_losses_weigh_every_hidden_patch_alike() -> None:
    model, patches = _model().eval(), _patches()
    found = model.losses(patches, RAGGED)["reconstruction"]
    alone = [model.losses(_one(patches, index), RAGGED[index : index + 1])["reconstruction"] for index in (0, 1)]
    assert torch.allclose(found, (2 * alone[0] + 7 * alone[1]) / 9, rtol=1e-4)


def test_hidden_patches_do_not_leak_into_what_is_rebuilt() -> None:
    model, patches = _model().eval(), _patches()
    spoiled = patches._replace(relative=torch.where(RAGGED[..., None, None], torch.full_like(patches.relative, 9.0), patches.relative))
    assert torch.equal(model.reconstruct(patches, RAGGED).points, model.reconstruct(spoiled, RAGGED).points)


def test_asking_for_attention_changes_nothing() -> None:
    model, patches = _model().eval(), _patches()
    record = AttentionRecord([0, -1])
    asked = model.reconstruct(patches, RAGGED, record=record)
    assert torch.equal(asked.points, model.reconstruct(patches, RAGGED).points)
    assert set(record.cross) == set(record.patches) == {0, 2}
    assert set(record.decoder) == {0, 1}
    assert record.cross[2].shape == (3, 3, 3, 10)
    assert record.patches[0].shape == (3, 3, 10, 10)
    assert record.decoder[1].shape == (3, 2, 17, 17)
    for weights in (*record.cross.values(), *record.patches.values(), *record.decoder.values()):
        assert torch.allclose(weights.sum(-1), torch.ones(weights.shape[:-1]), atol=1e-5)
    assert record.cross[2][0, :, :, 8:].abs().max() == 0


def test_contrastive_losses_never_reach_the_patches() -> None:
    model, patches = _model(), _patches()
    found = model.losses(patches, RAGGED, image_feature=torch.randn(3, 5), text_feature=torch.randn(3, 7))
    losses.total({name: found[name] for name in ("csc_img", "csc_text")}).backward()
    reached = {
        name for name, parameter in model.encoder.named_parameters() if parameter.grad is not None and parameter.grad.abs().max() > 0
    }
    assert not {name for name in reached if name.startswith(("patch_embedding", "position"))}
    assert not {name for name in reached if ".attention." in name or ".mlp." in name or ".norm2." in name}
    assert {"img_token", "img_position", "text_token", "text_position", "norm.weight", "blocks.0.cross_attention.q.weight"} <= reached
    assert not reached & {"cls_token", "cls_position"}


def test_without_the_stop_gradient_they_do() -> None:
    model, patches = _model(stop_gradient=False), _patches()
    model.losses(patches, None, text_feature=torch.randn(3, 7))["csc_text"].backward()
    assert model.encoder.patch_embedding.layer1.weight.grad.abs().max() > 0


def test_self_contrast_reaches_cls_and_needs_to_know_the_texts() -> None:
    model, patches = _model(self_contrastive=True), _patches()
    with pytest.raises(ConfigError, match="text_ids"):
        model.losses(patches, RAGGED)
    model.losses(patches, RAGGED, text_ids=torch.tensor([0, 1, 0]))["smc"].backward()
    assert model.encoder.cls_token.grad.abs().max() > 0


def test_scales_change_units_only() -> None:
    # The same cloud at half the size with both scales doubled is the same input to the network.
    plain, scaled = _model().eval(), _model(patch_scale=2.0, centre_scale=2.0).eval()
    patches = _patches()
    halved = Patches(patches.centres / 2, patches.members, patches.relative / 2)
    assert torch.allclose(scaled.reconstruct(halved, RAGGED).points * 2, plain.reconstruct(patches, RAGGED).points, atol=1e-5)
    assert torch.allclose(scaled.losses(halved, RAGGED)["reconstruction"], plain.losses(patches, RAGGED)["reconstruction"], rtol=1e-5)


def test_embedding_visible_patches_only_changes_training_statistics_and_nothing_else() -> None:
    every, visible, patches = _model(), _model(embed_visible_only=True), _patches()
    assert torch.equal(every.eval().encode(patches, RAGGED).queries, visible.eval().encode(patches, RAGGED).queries)
    visible.train().encode(patches, RAGGED)
    mean = visible.encoder.patch_embedding.layer1(patches.relative[~RAGGED]).flatten(0, 1).mean(0)
    assert torch.allclose(visible.encoder.patch_embedding.norm1.running_mean, 0.1 * mean, atol=1e-6)


def test_half_and_double_precision_follow_the_input() -> None:
    model, patches = _model().eval().double(), _patches()
    assert model.encode(Patches(patches.centres.double(), patches.members, patches.relative.double())).queries.dtype == torch.float64


def test_zero_shot_feature_mixes_both_queries() -> None:
    patches = _patches()
    model = _model(image_dim=7).eval()
    features = model.teacher_features(patches)
    assert torch.allclose(model.zero_shot_feature(patches), 0.2 * features.text + features.image)
    assert torch.allclose(model.zero_shot_feature(patches, 3.0), 3.0 * features.text + features.image)
    with pytest.raises(ConfigError, match=r"image_dim \(5\) must equal text_dim \(7\)"):
        _model().zero_shot_feature(patches)


def test_initialisation_as_published() -> None:
    torch.manual_seed(0)
    model = Pretraining(presets.tiny(depth=1, decoder_depth=1))
    weight = model.text_proj.weight.detach()
    assert weight.mean() == pytest.approx(0.02, abs=1e-3)
    assert weight.std() == pytest.approx(0.01, rel=0.05)
    assert model.text_proj.bias.abs().max() == 0
    assert model.encoder.cls_token.detach().std() == pytest.approx(0.02, rel=0.2)


def test_stochastic_depth_rises_linearly() -> None:
    assert [block.drop.rate for block in Encoder(_config(drop_path=0.2)).blocks] == pytest.approx([0.0, 0.1, 0.2])


def test_mixed_precision_trains_and_agrees_roughly() -> None:
    model, patches = _model(embed_visible_only=True), _patches()
    teacher = {"image_feature": torch.randn(3, 5), "text_feature": torch.randn(3, 7)}
    exact = model.losses(patches, RAGGED, **teacher)
    with torch.autocast("cpu", torch.bfloat16):
        rough = model.losses(patches, RAGGED, **teacher)
    losses.total(rough).backward()
    assert {name: loss.dtype for name, loss in rough.items()} == dict.fromkeys(exact, torch.float32)
    for name, loss in exact.items():
        assert rough[name].item() == pytest.approx(loss.item(), rel=0.1)
    assert model.encoder.patch_embedding.layer1.weight.grad.isfinite().all()


@torch.no_grad()
def test_patches_embedded_beforehand_serve_every_mask() -> None:
    model, patches = _model().eval(), _patches()
    everything = torch.zeros(3, 10, dtype=torch.bool)
    embedded = model.encoder.embed(patches, select_visible(everything, patches.centres))
    expected, found = model.encode(patches, RAGGED), model.encoder(patches, RAGGED, embedded=embedded)
    torch.testing.assert_close(found.queries, expected.queries, atol=1e-5, rtol=1e-5)
    torch.testing.assert_close(found.patches, expected.patches, atol=1e-5, rtol=1e-5)


@torch.no_grad()
def test_a_patch_may_be_neither_seen_nor_rebuilt() -> None:
    model, patches = _model().eval(), _patches()
    wanted = torch.zeros(3, 10, dtype=torch.bool)
    wanted[:, [1, 4]] = True
    unseen = wanted.clone()
    unseen[1, [0, 7]] = True  # only what is seen is padded then
    encoded = model.encode(patches, unseen)
    together = model.decoder(encoded.patches, patches.centres, encoded.visible, select(wanted))
    for index in range(3):
        cloud = _one(patches, index)
        encoded = model.encode(cloud, unseen[index : index + 1])
        alone = model.decoder(encoded.patches, cloud.centres, encoded.visible, select(wanted[index : index + 1]))
        torch.testing.assert_close(together[index], alone[0], atol=1e-5, rtol=1e-4)
