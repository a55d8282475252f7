"""Names and pictures against many clouds, as the model role answers them; pictures as the reader does."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from recon_model.data.synthetic.views import depth_views
from recon_model.errors import CheckpointError
from recon_model.lexicon import Name
from recon_model.predictor import Predictor
from recon_model.serve import parser
from recon_model.serve.answers.words import find_by_picture, find_by_words, rank
from recon_model.serve.messages import Array, Failed, FindByPicture, FindByWords, PackedSides, PictureRead, RankClouds, ReadPicture
from recon_model.serve.service import _ready
from recon_model.sides import Sides

pytestmark = pytest.mark.usefixtures("one_thread")

NAMES = (Name("chair", ("bench",), ("dog",)), Name("airplane"))


@pytest.fixture(scope="module")
def model(small_checkpoint: Path) -> Predictor:
    return Predictor.load(small_checkpoint, "cpu")


def _features(count: int = 5) -> np.ndarray:
    return np.random.default_rng(4).standard_normal((count, 384)).astype(np.float32)


def test_many_clouds_are_ranked_at_once(model: Predictor) -> None:
    features = _features()
    reply = rank(model, RankClouds(id=3, sides=PackedSides.of(Sides.single(features)), names=NAMES, templates="plain"))
    expected = model.rank(Sides.single(features), NAMES, "plain")
    assert (reply.id, reply.names, reply.unlike) == (3, ("chair", "airplane"), None)
    np.testing.assert_array_equal(reply.scores.numpy(), expected.similarities)
    np.testing.assert_array_equal(reply.best.numpy(), expected.best)
    np.testing.assert_array_equal(reply.entropies.numpy(), expected.entropy)


def test_a_phrase_finds_what_it_names_as_the_ranking_would(model: Predictor) -> None:
    features = _features()
    reply = find_by_words(model, FindByWords(id=4, projected=Array.of(features), names=NAMES[:1], templates=("a {}",)))
    np.testing.assert_allclose(reply.likeness.numpy(), model.rank(Sides.single(features), NAMES[:1], ["a {}"]).similarities[:, 0])


def test_a_picture_finds_the_cloud_that_would_look_like_it(model: Predictor) -> None:
    view = (depth_views(np.random.default_rng(0).uniform(-0.5, 0.5, (3000, 3)), 1, 64, np.random.default_rng(1))[0] * 255).astype(np.uint8)
    pixels = np.repeat(view[..., None], 3, 2)
    images = _features()
    images[3] = model.vocabulary.see(pixels)[0].numpy() * 7
    request = FindByPicture(id=5, images=Array.of(images), pixels=Array.of(pixels))
    reply = find_by_picture(model, request)
    assert reply.likeness.numpy().argmax() == 3
    assert reply.likeness.numpy()[3] == pytest.approx(1.0, abs=1e-4)
    assert reply.note == ""
    with pytest.raises(CheckpointError, match="expects image features of 12 channels; its teacher gives 384"):
        find_by_picture(model, FindByPicture(id=6, images=Array.of(images[:, :12]), pixels=Array.of(pixels)))


def test_a_picture_waits_for_the_towers(small_checkpoint: Path) -> None:
    fresh = Predictor.load(small_checkpoint, "cpu")
    request = FindByPicture(id=1, images=Array.of(_features()), pixels=Array.of(np.zeros((4, 4, 3), np.uint8)))
    assert not _ready(fresh, request)
    assert _ready(fresh, FindByWords(id=2, projected=Array.of(_features()), names=("chair",), templates="plain"))
    fresh.vocabulary.settle()
    assert _ready(fresh, request)


def test_the_parser_decodes_pictures_and_refuses_what_is_none(tmp_path: Path) -> None:
    Image.new("RGB", (30, 20), (200, 100, 50)).save(tmp_path / "x.png")
    reply = parser.answer(ReadPicture(id=8, path=str(tmp_path / "x.png"), side=15))
    assert isinstance(reply, PictureRead)
    assert (reply.width, reply.height) == (30, 20)
    np.testing.assert_array_equal(reply.pixels.numpy(), np.full((10, 15, 3), (200, 100, 50), np.uint8))
    (tmp_path / "y.png").write_bytes(b"ply\n")
    reply = parser.answer(ReadPicture(id=9, path=str(tmp_path / "y.png")))
    assert isinstance(reply, Failed)
    assert not reply.fault
    assert reply.sentence.startswith("y.png: it is no picture that can be read")
