"""Clouds and phrases become features, file by file and batch by batch, as the command line computes them."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from recon_model.data.readers import arrays
from recon_model.data.writers import write_ply
from recon_model.errors import CheckpointError, InputError
from recon_model.predictor import Predictor
from recon_model.serve import parser
from recon_model.serve.answers import embedding
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


@pytest.mark.parametrize("precision", ["float32", "auto"])
def test_a_checkpoint_is_opened_in_the_precision_that_was_asked_for(
    small_checkpoint: Path, monkeypatch: pytest.MonkeyPatch, precision: str
) -> None:
    model = Predictor.load(small_checkpoint, "cpu", precision=precision)
    asked = []
    load = Predictor.load
    monkeypatch.setattr(Predictor, "load", lambda *at, **how: asked.append(how) or load(*at, **how))
    embedding._checkpoint.cache_clear()
    for _ in range(2):
        embed_clouds(model, EmbedClouds(id=1, clouds=(Array.of(_clouds(1)[0]),), checkpoint=str(small_checkpoint)))
    assert asked == [{"precision": precision}]
    embedding._checkpoint.cache_clear()


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
    (tmp_path / "bad.npz").write_bytes((tmp_path / "set.npz").read_bytes()[:200])
    failed = parser.answer(ReadMembers(id=3, path=str(tmp_path / "bad.npz")))
    assert isinstance(failed, Failed)
    assert "bad.npz" in failed.sentence


LABELS, NAMES = np.array([0, 1, 0, 1, 1]), np.array(["chair", "cup"])
SET = np.random.default_rng(0).standard_normal((5, 30, 6)).astype(np.float32)
GAPS = np.where(np.arange(450).reshape(5, 30, 3) == 7, np.nan, SET[:, :, :3])


@pytest.mark.parametrize(
    ("points", "labels", "told"),
    [
        (SET, LABELS, ("chair", "cup", "chair")),
        (GAPS, LABELS, ("chair", "cup", "chair")),
        (SET[:, :, :3], np.array([0, 1, -1, 1, 1]), ("", "", "")),
        (SET[:, :, :3], np.array([0, 1, 0, 1, 9]), ("", "", "")),
        (SET[:, :, :3], LABELS[:, None], ("", "", "")),
    ],
)
def test_what_is_no_labelled_set_to_the_letter_is_read_as_a_stack(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, points: np.ndarray, labels: np.ndarray, told: tuple[str, ...]
) -> None:
    np.savez(tmp_path / "set.npz", points=points, labels=labels, names=NAMES)
    tries = []
    load = parser.load_labelled
    monkeypatch.setattr(parser, "load_labelled", lambda path: tries.append(path) or load(path))
    for _ in range(3):
        read = parser.answer(ReadMembers(id=1, path=str(tmp_path / "set.npz"), count=3))
        assert isinstance(read, MembersRead)
        assert (read.total, read.labels) == (5, told)
    assert len(tries) == 1
    here = points[1, :, :3]
    np.testing.assert_allclose(read.points[1].numpy(), here - (here.min(0) + here.max(0)) / 2, atol=1e-6)


def test_a_compressed_stack_is_unpacked_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    unpacked = []
    member = arrays._member
    monkeypatch.setattr(arrays, "_member", lambda source, *rest: unpacked.append(source.path.name) or member(source, *rest))
    for name in ("a", "b"):
        np.savez_compressed(tmp_path / f"{name}.npz", points=SET[:, :, :3] + ord(name))
    for name, start in (("a", 0), ("a", 3), ("b", 0), ("a", 1)):
        read = parser.answer(ReadMembers(id=1, path=str(tmp_path / f"{name}.npz"), start=start, count=2))
        assert isinstance(read, MembersRead)
        here = SET[start + 1, :, :3]
        np.testing.assert_allclose(read.points[1].numpy(), here - (here.min(0) + here.max(0)) / 2, atol=1e-4)
    assert unpacked == ["a.npz", "b.npz", "a.npz"]
    assert len(arrays._last) == 1
    np.savez_compressed(tmp_path / "a.npz", points=-SET[:, :, :3])  # another content under the same name
    read = parser.answer(ReadMembers(id=1, path=str(tmp_path / "a.npz"), count=1))
    assert isinstance(read, MembersRead)
    np.testing.assert_allclose(read.points[0].numpy(), (SET[0].min(0) + SET[0].max(0))[:3] / 2 - SET[0, :, :3], atol=1e-6)
    monkeypatch.setattr(arrays, "_KEPT", 1000)
    parser.answer(ReadMembers(id=1, path=str(tmp_path / "a.npz"), count=2))
    assert unpacked[4:] == ["a.npz", "a.npz"], "what is too large to keep is unpacked for each"


def test_a_stack_that_takes_long_comes_in_smaller_pieces(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    np.save(tmp_path / "stack.npy", SET[:, :, :3])
    read = parser.clouds.read
    monkeypatch.setattr(parser.clouds, "read", lambda *at, **how: replace(read(*at, **how), seconds=0.9))
    some = parser.answer(ReadMembers(id=1, path=str(tmp_path / "stack.npy"), start=1))
    assert isinstance(some, MembersRead)
    assert (some.total, some.start, len(some.points), len(some.labels)) == (5, 1, 2, 2)
