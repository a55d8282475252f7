"""Clouds and phrases become features, file by file and batch by batch, as the command line computes them."""

from pathlib import Path

import numpy as np
import pytest

from recon_model.data.writers import write_ply
from recon_model.errors import CheckpointError, InputError
from recon_model.predictor import Predictor
from recon_model.serve import parser
from recon_model.serve.answers.embedding import embed_clouds, embed_texts
from recon_model.serve.messages import Array, EmbedClouds, EmbedTexts, Failed, MembersRead, ReadMembers
from recon_model.serve.messages.embedding import PREVIEW_POINTS

pytestmark = pytest.mark.usefixtures("one_thread")


@pytest.fixture(scope="module")
def model(small_checkpoint: Path) -> Predictor:
    return Predictor.load(small_checkpoint, "cpu")


def _clouds(count: int) -> list[np.ndarray]:
    rng = np.random.default_rng(3)
    return [rng.standard_normal((150 + 40 * row, 3)).astype(np.float32) for row in range(count)]


def test_a_batch_is_what_each_cloud_is_alone(model: Predictor) -> None:
    clouds = _clouds(3)
    reply = embed_clouds(model, EmbedClouds(id=7, clouds=tuple(map(Array.of, clouds))))
    assert (reply.id, reply.model, reply.failures) == (7, model.card["weights_sha256"], ("", "", ""))
    for row, cloud in enumerate(clouds):
        alone = model.embed([cloud])
        np.testing.assert_allclose(reply.features.numpy()[row], alone.features[0], atol=1e-5)
        np.testing.assert_allclose(reply.sides.sides().mean()[row], alone.projected[0], atol=1e-5)
        np.testing.assert_allclose(reply.images.numpy()[row], alone.images[0], atol=1e-5)
        prepared = model.prepare(cloud)
        assert reply.errors.numpy()[row] == pytest.approx(model.reconstruct(prepared).chamfer.mean(), rel=1e-4)
        preview = reply.previews.numpy()[row].astype(float) / 127.5 - 1
        assert preview.shape == (PREVIEW_POINTS, 3)
        apart = np.abs(preview[:, None] - prepared.points[None]).max(axis=2).min(axis=1)
        assert apart.max() < 1 / 127


def test_a_bad_cloud_does_not_spoil_its_batch(model: Predictor) -> None:
    good = _clouds(1)[0]
    bad = np.full((9, 3), np.nan, np.float32)
    reply = embed_clouds(model, EmbedClouds(id=1, clouds=(Array.of(bad), Array.of(good)), errors=False))
    assert "must be finite" in reply.failures[0]
    assert reply.failures[1] == ""
    assert reply.errors is None
    assert np.isnan(reply.features.numpy()[0]).all()
    alone = model.embed([good])
    np.testing.assert_allclose(reply.features.numpy()[1], alone.features[0], atol=1e-5)
    sides = reply.sides.sides()
    assert np.isnan(sides.of([0]).features).all()
    np.testing.assert_allclose(sides.of([1]).features, alone.sides.features, atol=1e-5)
    with pytest.raises(InputError, match="must be finite"):
        embed_clouds(model, EmbedClouds(id=2, clouds=(Array.of(bad),)))


def test_another_checkpoint_embeds_and_the_current_model_stays(model: Predictor, small_checkpoint: Path, tmp_path: Path) -> None:
    cloud = Array.of(_clouds(1)[0])
    ours = embed_clouds(model, EmbedClouds(id=1, clouds=(cloud,)))
    theirs = embed_clouds(model, EmbedClouds(id=1, clouds=(cloud,), checkpoint=str(small_checkpoint)))
    np.testing.assert_array_equal(ours.features.numpy(), theirs.features.numpy())
    with pytest.raises(CheckpointError, match="does not exist"):
        embed_clouds(model, EmbedClouds(id=1, clouds=(cloud,), checkpoint=str(tmp_path / "none")))


def test_phrases_are_compared_as_classify_compares_them(model: Predictor) -> None:
    cloud = _clouds(1)[0]
    names = ("chair", "airplane")  # known by heart: no text tower is opened
    words = embed_texts(model, EmbedTexts(id=1, names=names))
    assert words.temperature == pytest.approx(0.07)
    projected = model.embed([cloud]).projected[0]
    cosines = words.features.numpy() @ projected / np.linalg.norm(projected)
    scores = model.classify(model.prepare(cloud), names)
    expected = dict(zip(scores.names, scores.similarities, strict=True))
    np.testing.assert_allclose(cosines, [expected[name] for name in names], atol=1e-4)


def test_a_data_set_is_read_in_pieces_and_a_file_whole(tmp_path: Path) -> None:
    points = np.random.default_rng(0).standard_normal((5, 30, 3)).astype(np.float32)
    np.savez(tmp_path / "set.npz", points=points, labels=np.array([0, 1, 0, 1, 1]), names=np.array(["chair", "cup"]))
    read = parser.answer(ReadMembers(id=1, path=str(tmp_path / "set.npz"), start=1, count=3))
    assert isinstance(read, MembersRead)
    assert (read.total, read.start, read.labels) == (5, 1, ("cup", "chair", "cup"))
    np.testing.assert_array_equal(np.stack([each.numpy() for each in read.points]), points[1:4])
    write_ply(tmp_path / "one.ply", points[0])
    alone = parser.answer(ReadMembers(id=2, path=str(tmp_path / "one.ply")))
    assert isinstance(alone, MembersRead)
    assert (alone.total, alone.labels, alone.points[0].shape) == (1, ("",), (30, 3))
    np.save(tmp_path / "stack.npy", points)
    stacked = parser.answer(ReadMembers(id=4, path=str(tmp_path / "stack.npy"), start=3))
    assert isinstance(stacked, MembersRead)
    assert (stacked.total, stacked.start, stacked.labels) == (5, 3, ("", ""))
    middle = (points[4].min(0) + points[4].max(0)) / 2
    np.testing.assert_allclose(stacked.points[1].numpy(), points[4] - middle, atol=1e-5)
    np.savez(tmp_path / "bad.npz", points=points, labels=np.array([0, 1, 0, 1, 9]), names=np.array(["chair", "cup"]))
    failed = parser.answer(ReadMembers(id=3, path=str(tmp_path / "bad.npz")))
    assert isinstance(failed, Failed)
    assert "labels in" in failed.sentence
