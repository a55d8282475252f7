from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import torch

from recon_model.assets import asset_path
from recon_model.checkpoint import format as folder_format
from recon_model.devices import find_device
from recon_model.errors import CheckpointError, ConfigError, InputError, TeacherError
from recon_model.geometry.patches import Patches, cut
from recon_model.lexicon import Name
from recon_model.models.pretraining import Pretraining
from recon_model.models.upright import Judged, Upright, UprightShape
from recon_model.predictor import Predictor
from recon_model.presets import preset
from recon_model.results import Prepared
from recon_model.teachers.ranking import Familiar, energy
from tests import naive

pytestmark = pytest.mark.usefixtures("one_thread")

Floats = npt.NDArray[np.float32]


@pytest.fixture(scope="module")
def predictor(small_checkpoint: Path) -> Predictor:
    return Predictor.load(small_checkpoint, "cpu")


@pytest.fixture
def prepared(predictor: Predictor, blob: Floats) -> Prepared:
    return predictor.prepare(blob)


def test_preparing_cuts_the_unit_cloud_into_patches(prepared: Prepared, blob: Floats) -> None:
    np.testing.assert_allclose(prepared.points, (blob[prepared.indices] - prepared.centre) / prepared.scale, atol=1e-6)
    patches = cut(torch.tensor(prepared.points).unsqueeze(0), 16, 8)
    np.testing.assert_array_equal(prepared.centres, patches.centres[0].numpy())
    np.testing.assert_array_equal(prepared.members, patches.members[0].numpy())


def test_points_go_into_prepared_coordinates_and_back(predictor: Predictor, blob: Floats) -> None:
    lying = predictor.prepare(blob, up="-z")
    np.testing.assert_allclose(lying.inward(blob[lying.indices]), lying.points, atol=1e-6)
    np.testing.assert_allclose(lying.outward(lying.inward(blob)), blob, atol=1e-5)


def test_reconstruction_is_that_of_the_model_and_its_error_that_of_the_slow_twin(predictor: Predictor, prepared: Prepared) -> None:
    result = predictor.reconstruct(prepared, mask_ratio=0.5, seed=3)
    hidden = np.flatnonzero(result.hidden)
    assert len(hidden) == 8
    patches = cut(torch.tensor(prepared.points).unsqueeze(0), 16, 8)
    with torch.no_grad():
        expected = predictor.model.reconstruct(patches, torch.tensor(result.hidden).unsqueeze(0)).of_cloud(0)
    np.testing.assert_allclose(result.rebuilt, expected.numpy(), atol=1e-6)
    for place, patch in enumerate(hidden):
        there, back = naive.chamfer(torch.tensor(result.rebuilt[place]), torch.tensor(prepared.points[prepared.members[patch]]))
        assert result.chamfer[place] == pytest.approx(float(there.mean() + back.mean()), rel=1e-4)


def test_the_mask_follows_ratio_strategy_and_seed_alone(predictor: Predictor, prepared: Prepared) -> None:
    masks = [predictor.reconstruct(prepared, seed=seed).hidden for seed in (0, 0, 1)]
    np.testing.assert_array_equal(masks[0], masks[1])
    assert (masks[0] != masks[2]).any()
    block = predictor.reconstruct(prepared, strategy="block", mask_ratio=0.25, seed=0).hidden
    chosen = prepared.centres[block]
    # A block is the patches nearest to one of them.
    assert any(
        set(np.argsort(np.linalg.norm(prepared.centres - centre, axis=1))[:4].tolist()) == set(np.flatnonzero(block).tolist())
        for centre in chosen
    )


def test_asking_leaves_global_randomness_alone(predictor: Predictor, prepared: Prepared) -> None:
    before, legacy = torch.get_rng_state(), np.random.get_state()[1].copy()  # noqa: NPY002
    predictor.reconstruct(prepared, seed=9)
    predictor.prepare(np.random.default_rng(0).random((9000, 3)))
    assert torch.equal(torch.get_rng_state(), before)
    np.testing.assert_array_equal(np.random.get_state()[1], legacy)  # noqa: NPY002


@pytest.mark.parametrize("count", [0, 1, 15])
def test_a_mask_may_be_given_patch_by_patch(predictor: Predictor, prepared: Prepared, count: int) -> None:
    hidden = np.arange(16) < count
    result = predictor.reconstruct(prepared, hidden=hidden)
    np.testing.assert_array_equal(result.hidden, hidden)
    assert result.rebuilt.shape == (count, 8, 3)
    assert result.chamfer.shape == (count,)


def test_points_alone_do_for_a_prepared_cloud(predictor: Predictor, prepared: Prepared) -> None:
    np.testing.assert_array_equal(predictor.reconstruct(prepared.points, seed=1).rebuilt, predictor.reconstruct(prepared, seed=1).rebuilt)


def test_what_is_hidden_does_not_leak_into_the_rest(predictor: Predictor, prepared: Prepared) -> None:
    """Moving points that lie in hidden patches only, other than centres, changes nothing that is rebuilt."""
    hidden = predictor.reconstruct(prepared, strategy="block", mask_ratio=0.5, seed=2).hidden
    seen = set(prepared.members[~hidden].ravel().tolist())
    centre_points = set(prepared.members[:, 0].tolist())
    free = sorted(set(prepared.members[hidden].ravel().tolist()) - seen - centre_points)
    assert free
    moved = prepared.points.copy()
    moved[free] += 1e-4 * np.random.default_rng(0).standard_normal((len(free), 3)).astype(np.float32)
    np.testing.assert_allclose(
        predictor.reconstruct(moved, hidden=hidden).rebuilt, predictor.reconstruct(prepared, hidden=hidden).rebuilt, atol=1e-6
    )


def test_attention_is_asked_of_the_visible_patches(predictor: Predictor, prepared: Prepared) -> None:
    hidden = predictor.reconstruct(prepared, seed=4).hidden
    for token in ("cls", "img", "text", "patch"):
        weights = predictor.attend(prepared, hidden, token=token, patch=int(np.flatnonzero(~hidden)[0]), layer=1)
        assert weights.shape == (16,)
        assert not weights[hidden].any()
        assert weights.sum() == pytest.approx(1.0, abs=1e-5)


def test_a_batch_gives_each_cloud_its_own_features(predictor: Predictor, blob: Floats) -> None:
    clouds = [blob, blob[::-1][:90], blob * [1.0, 3.0, 1.0]]
    together = predictor.embed(clouds)
    assert together.features.shape == (3, 64)
    assert together.projected is not None
    for place, cloud in enumerate(clouds):
        alone = predictor.embed([predictor.prepare(cloud)])
        np.testing.assert_allclose(together.features[place], alone.features[0], atol=1e-4)
        assert alone.projected is not None
        np.testing.assert_allclose(together.projected[place], alone.projected[0], atol=1e-4)


def test_the_feature_pools_queries_and_patches_as_published(predictor: Predictor, prepared: Prepared) -> None:
    with torch.no_grad():
        encoded = predictor.model.encode(cut(torch.tensor(prepared.points).unsqueeze(0), 16, 8))
    queries, patches = encoded.queries[0], encoded.patches[0]
    expected = torch.cat([queries.max(0).values, patches.max(0).values + patches.mean(0)])
    np.testing.assert_allclose(predictor.embed([prepared]).features[0], expected.numpy(), atol=1e-5)


def test_what_pictures_are_compared_with_is_the_image_query_alone(predictor: Predictor, prepared: Prepared) -> None:
    embedding = predictor.embed([prepared])
    with torch.no_grad():
        teachers = predictor.model.teacher_features(cut(torch.tensor(prepared.points).unsqueeze(0), 16, 8))
    assert embedding.images is not None
    np.testing.assert_allclose(embedding.images, teachers.image.numpy(), atol=1e-5)


def test_names_are_ranked_by_cosine(predictor: Predictor, prepared: Prepared) -> None:
    names = ("chair", "airplane", "bathtub", "dog")
    scores = predictor.classify(prepared, names)
    feature = predictor.embed([prepared]).projected
    assert feature is not None
    words = predictor.vocabulary.rows(names).numpy()
    cosines = dict(zip(names, (words @ feature[0]) / np.linalg.norm(feature[0]), strict=True))
    assert scores.names == tuple(sorted(names, key=lambda name: -cosines[name]))
    np.testing.assert_allclose(scores.similarities, [cosines[name] for name in scores.names], atol=1e-5)
    shares = np.exp(scores.similarities.astype(np.float64) / 0.07)
    np.testing.assert_allclose(scores.probabilities, shares / shares.sum(), rtol=1e-3)


def test_many_clouds_are_ranked_as_each_alone(predictor: Predictor, blob: Floats) -> None:
    names = [Name("chair", ("stool",), ("sofa",)), "dog", "airplane"]
    clouds = [blob, blob[::-1][:90], blob * [1.0, 3.0, 1.0]]
    ranking = predictor.rank(predictor.embed(clouds).sides, names)
    for row, cloud in enumerate(clouds):
        alone = predictor.classify(predictor.prepare(cloud), names)
        assert ranking.names[ranking.best[row]] == alone.names[0]
        ranked = dict(zip(alone.names, alone.similarities, strict=True))
        np.testing.assert_allclose(ranking.similarities[row], [ranked[name] for name in ("chair", "dog", "airplane")], atol=1e-4)
        assert ranking.entropy[row] == pytest.approx(alone.entropy, abs=1e-2)


class Undecided(Upright):
    """Stands in for a judge that finds two sides nearly as likely, the others not at all."""

    def judge(self, model: Pretraining, patches: Patches) -> Judged:
        return super().judge(model, patches)._replace(chances=torch.tensor([0.55, 0, 0.45, 0, 0, 0]).repeat(len(patches.centres), 1))


def test_names_on_offer_decide_which_side_counts(predictor: Predictor, blob: Floats) -> None:
    """By Bayes' rule: the chance of a side times the share that the names have in all that is known, here from each side alone."""
    taught, offered = ["chair", "airplane", "bathtub", "dog"], ["airplane", "dog"]
    judge = Undecided(UprightShape(predictor.config.width, predictor.config.text_dim, len(taught)))
    judge.bank.copy_(predictor.vocabulary.rows(taught))
    doubting = Predictor(predictor.model, predictor.card, device=predictor.device, upright=judge)
    cosines = {}
    sides = [predictor.embed([predictor.prepare(blob, up=up)]).projected for up in ("+y", "+x")]
    for names in (taught, offered):
        rows = predictor.vocabulary.rows(names).numpy()
        fits = [np.exp(rows @ (side[0] / np.linalg.norm(side)) / 0.07).sum() for side in sides]
        cosines[len(names)] = fits
    odds = np.array([0.55, 0.45]) * np.array(cosines[2]) / np.array(cosines[4])
    expected = (odds[:, None] * np.concatenate(sides)).sum(0) / odds.sum()
    assert abs(odds[0] / odds.sum() - 0.55) > 1e-4  # else nothing is decided here
    found = doubting.classify(doubting.prepare(blob), offered)
    similar = dict(zip(found.names, found.similarities, strict=True))
    unit = expected / np.linalg.norm(expected)
    np.testing.assert_allclose([similar[name] for name in offered], predictor.vocabulary.rows(offered).numpy() @ unit, atol=1e-5)
    embedding = doubting.embed([blob])
    np.testing.assert_allclose(doubting.rank(embedding.sides, offered).similarities[0], [similar[name] for name in offered], atol=1e-5)
    words = doubting.vocabulary.rows(offered).numpy()
    np.testing.assert_allclose(doubting.similarities(embedding.sides, words)[0], [similar[name] for name in offered], atol=1e-5)
    everything = doubting.rank(embedding.sides, taught)  # then the names say nothing about how it stands
    plain = doubting.similarities(embedding.projected, doubting.vocabulary.rows(taught).numpy())
    np.testing.assert_allclose(everything.similarities, plain, atol=1e-5)


def test_unlike_is_read_off_the_scale_on_the_card_whatever_names_are_on_offer(predictor: Predictor, prepared: Prepared) -> None:
    assert predictor.classify(prepared, ["chair"]).unlike is None
    assert predictor.classify(prepared, ["chair"]).closest is None
    assert predictor.rank(predictor.embed([prepared]).sides, ["chair"]).unlike is None
    taught = ["bed", "lamp", "dog"]
    cosines = predictor.similarities(predictor.embed([prepared]).projected, predictor.vocabulary.rows(taught).numpy())
    own = float(energy(cosines, 0.07)[0])
    scale = Familiar(np.array([own - 3.0, own - 1.0, own + 1.0]))  # half of the known clouds fit better, and half of the other half
    card = {**predictor.card, "data": {"names": taught}, "unlike": scale.entry(1)}
    other = Predictor(predictor.model, card, device=predictor.device)
    for names in (["chair"], ["bed", "table"]):
        scores = other.classify(prepared, names)
        assert scores.unlike == pytest.approx(0.75, abs=0.01)
        assert scores.closest == (taught[int(cosines[0].argmax())], pytest.approx(float(cosines.max()), abs=1e-3))
    assert other.rank(other.embed([prepared]).sides, ["chair"]).unlike == pytest.approx(0.75, abs=0.01)


@pytest.mark.parametrize(
    ("changes", "error", "sentence"),
    [
        ({"mask_ratio": 1.0}, ConfigError, r"mask_ratio \(1.0\) must be at least 0 and below 1"),
        ({"strategy": "spiral"}, ConfigError, r"mask_strategy \('spiral'\) must be one of random, block"),
        ({"seed": -1}, ConfigError, r"seed \(-1\) must be at least 0"),
        ({"hidden": np.ones(16, bool)}, InputError, r"hidden \(16 of 16 patches\) must leave at least one patch visible"),
        ({"hidden": np.ones(15, bool)}, InputError, r"hidden \(15,\) of bool must be \(16,\) of bool"),
        ({"hidden": np.zeros(16)}, InputError, r"hidden \(16,\) of float64 must be \(16,\) of bool"),
    ],
)
def test_bad_masks_are_refused(predictor: Predictor, prepared: Prepared, changes: dict[str, Any], error: type, sentence: str) -> None:
    with pytest.raises(error, match=sentence):
        predictor.reconstruct(prepared, **changes)


def test_clouds_that_were_not_prepared_are_refused(predictor: Predictor, blob: Floats) -> None:
    with pytest.raises(InputError, match=r"points \(500\) must be the 128 of a prepared cloud"):
        predictor.reconstruct(blob)
    with pytest.raises(InputError, match=r"clouds \(0\) must hold at least one"):
        predictor.embed([])


def changed_card(source: Path, target: Path, **changes: Any) -> Path:
    state, card = folder_format.load(source)
    folder_format.save(target, state, {**card, **changes})
    return target


def test_a_model_refuses_words_of_another_teacher(small_checkpoint: Path, tmp_path: Path, blob: Floats) -> None:
    entry = {"name": "elsewhere", "text_fingerprint": "0" * 64, "image_fingerprint": "0" * 64}
    predictor = Predictor.load(changed_card(small_checkpoint, tmp_path / "m", teacher=entry), "cpu")
    prepared = predictor.prepare(blob)
    assert predictor.reconstruct(prepared).rebuilt.shape == (9, 8, 3)
    with pytest.raises(TeacherError, match="taught by the text teacher 'elsewhere'"):
        predictor.classify(prepared, ["chair"])


def test_a_model_without_decoder_or_projections_says_so_and_does_the_rest(small_checkpoint: Path, tmp_path: Path, blob: Floats) -> None:
    state, card = folder_format.load(small_checkpoint)
    folder_format.save(tmp_path / "m", {name: value for name, value in state.items() if name.startswith("encoder.")}, card)
    predictor = Predictor.load(tmp_path / "m", "cpu")
    prepared = predictor.prepare(blob)
    with pytest.raises(CheckpointError, match="has no decoder, so it cannot reconstruct"):
        predictor.reconstruct(prepared)
    with pytest.raises(CheckpointError, match="has no image_proj and text_proj, so it cannot name clouds"):
        predictor.classify(prepared, ["chair"])
    assert predictor.embed([prepared]).projected is None
    assert any("Missing in the file" in note for note in predictor.about.notes)


def test_models_that_are_not_there_are_refused(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match="does not exist"):
        Predictor.load(tmp_path / "nothing.pth")
    with pytest.raises(CheckpointError, match=r"no readable card\.json"):
        Predictor.load(tmp_path)


def test_devices_are_found_by_name() -> None:
    assert find_device("cpu") == torch.device("cpu")
    assert find_device("auto").type in ("cpu", "cuda", "mps")
    for name in ("tpu", "cuda:x", "cpu:1", ""):
        with pytest.raises(ConfigError, match=r"must be auto, cpu, cuda, cuda:N or mps"):
            find_device(name)
    with pytest.raises(ConfigError, match="is not available on this machine"):
        find_device("cuda:99")


def test_the_model_that_ships_rebuilds_and_names_a_sample() -> None:
    try:
        asset_path("default")
        sample = sorted(asset_path("clouds").glob("*chair*.ply"))[0]
    except (InputError, IndexError):
        pytest.skip("no default model or no sample chair yet")
    from recon_model.data.clouds import read

    predictor = Predictor.load("default", "cpu")
    prepared = predictor.prepare(read(sample).points)
    result = predictor.reconstruct(prepared, seed=0)
    # Better than putting every patch's points at its centre, by far.
    centre = prepared.centres[result.hidden][:, None]
    true = prepared.points[prepared.members[result.hidden]]
    collapsed = 2 * np.square(true - centre).sum(-1).mean()
    assert result.chamfer.mean() < 0.5 * collapsed
    assert predictor.classify(prepared, ["airplane", "chair", "bathtub", "guitar", "bed"]).names[0] == "chair"


@pytest.mark.parametrize("size", ["tiny", "studio"])
@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
def test_the_fast_path_rebuilds_what_the_plain_one_does(size: str, precision: str) -> None:
    torch.manual_seed(0)
    model = Pretraining(preset(size, depth=2, decoder_depth=1, num_points=256, num_groups=16, group_size=8)).eval()
    predictor = Predictor(model, {"name": size}, device=torch.device("cpu"), precision=precision)
    prepared = predictor.prepare(np.random.default_rng(0).normal(size=(256, 3)))
    for seed in range(3):  # the second and third mask meet patches that are embedded already
        fast = predictor.reconstruct(prepared, seed=seed)
        with torch.no_grad():
            plain = naive.rebuild(model, torch.from_numpy(prepared.points), torch.from_numpy(fast.hidden))
        if precision == "float32":
            np.testing.assert_allclose(fast.rebuilt, plain.numpy(), atol=2e-5)
        else:
            moved = fast.rebuilt - prepared.centres[fast.hidden][:, None]
            assert 0 < np.linalg.norm(fast.rebuilt - plain.numpy()) / np.linalg.norm(moved) < 0.01
