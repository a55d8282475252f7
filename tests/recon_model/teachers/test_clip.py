"""The shipped towers: they open offline, read anything, stay what their card says, and refuse to stand in for another teacher."""

import json
import shutil

import pytest
import torch
from open_clip.tokenizer import get_clean_fn
from torch.nn import functional

from recon_model.assets import asset_path
from recon_model.errors import InputError, TeacherError
from recon_model.teachers.clip import Clip
from recon_model.teachers.prompts import classifier
from recon_model.templates import PUBLISHED, fill
from tests.recon_model.teachers import paraphrases

STRANGE = [
    "",
    " ",
    "🪑🛋️",
    "椅子",
    "стул",
    "x" * 5000,
    "chair " * 400,
    "naïve café",
    "<end_of_text>",
    "a\x00b",
    "ʇɐɥɔ",
    "&amp;lt;",
    "\ud7ff\uffff",
]


@pytest.fixture(scope="module")
def clip():
    return Clip.load()


@pytest.fixture
def copy(tmp_path):
    """A copy of the shipped folder that a test may spoil."""
    return shutil.copytree(asset_path("clip"), tmp_path / "clip")


def score(clip, pairs):
    names = functional.normalize(clip.encode_text(paraphrases.NAMES), dim=-1)
    said = clip.encode_text([text for text, _ in pairs])
    guesses = (said @ names.T).argmax(dim=1).tolist()
    return sum(paraphrases.NAMES[guess] == name for guess, (_, name) in zip(guesses, pairs, strict=True)) / len(pairs)


def test_the_card_tells_the_truth_about_the_weights(clip):
    card = json.loads((asset_path("clip") / "card.json").read_text())
    assert clip.text_fingerprint == card["text"]["fingerprint"]
    assert clip.image_fingerprint == card["image"]["fingerprint"]
    assert clip.fingerprint not in (clip.text_fingerprint, clip.image_fingerprint)


def test_shipped_files_stay_small():
    assert sum(path.stat().st_size for path in asset_path("clip").iterdir()) < 20e6


def test_features_are_raw_and_of_clips_length(clip):
    features = clip.encode_text(paraphrases.NAMES)
    assert features.shape == (len(paraphrases.NAMES), clip.embed_dim)
    assert features.dtype == torch.float32
    assert 7 < features.norm(dim=-1).mean() < 13


def test_a_text_means_the_same_alone_and_in_company(clip):
    together = clip.encode_text(["a chair", "a table with four legs", "bed"])
    alone = torch.cat([clip.encode_text([text]) for text in ("a chair", "a table with four legs", "bed")])
    torch.testing.assert_close(together, alone, rtol=1e-4, atol=1e-4)
    assert torch.equal(together, clip.encode_text(["a chair", "a table with four legs", "bed"]))


def test_leaving_out_the_padding_changes_nothing(clip):
    texts = ["bed", "a chair with a very long description of its five legs and its many cushions, all of them red or green"]
    tower = clip._opened()
    with torch.inference_mode():
        whole = tower.model.encode_text(tower.tokenizer(texts))
    torch.testing.assert_close(clip.encode_text(texts), whole, atol=1e-5, rtol=1e-5)
    torch.testing.assert_close(clip.encode_text(texts[:1]), whole[:1], atol=1e-5, rtol=1e-5)


def test_no_text_at_all_gives_no_rows(clip):
    assert clip.encode_text([]).shape == (0, clip.embed_dim)
    assert clip.encode_image(torch.zeros(0, 64, 64)).shape == (0, clip.embed_dim)


@pytest.mark.parametrize("text", STRANGE, ids=range(len(STRANGE)))
def test_any_text_can_be_read(clip, text):
    feature = clip.encode_text([text])
    assert feature.shape == (1, clip.embed_dim)
    assert torch.isfinite(feature).all()


def test_every_token_is_in_the_vocabulary(clip):
    tower = clip._opened()
    tokens = tower.tokenizer([*STRANGE, *(fill(template, name) for template in PUBLISHED for name in paraphrases.NAMES)])
    assert tokens.shape[1] == tower.model.context_length
    assert int(tokens.max()) == tower.model.vocab_size - 1  # the end mark, which pooling looks for, is the last word
    assert (tokens == tower.model.vocab_size - 1).any(dim=1).all()


@pytest.mark.parametrize(
    "text", ["a  Photo of\ta chair ", "a 3D scan: (one) chair's leg, 50%", "fish &amp; chips", "sofa\u0301 \u201cbed\u201d", "a\nb"]
)
def test_plain_text_is_cleaned_as_open_clip_cleans_it(clip, text):
    tokenizer = clip._opened().tokenizer
    assert tokenizer.clean_fn(text) == get_clean_fn("lower")(text)


def test_no_published_prompt_is_cut(clip):
    tower = clip._opened()
    tokens = tower.tokenizer([fill(template, "chest of drawers") for template in PUBLISHED])
    end = tower.model.vocab_size - 1
    assert (tokens == end).float().argmax(dim=1).max() < tower.model.context_length - 1


def test_paraphrases_find_their_name(clip):
    assert score(clip, paraphrases.DESCRIPTIONS) >= FLOORS["descriptions"]
    assert score(clip, paraphrases.SYNONYMS) >= FLOORS["synonyms"]
    assert score(clip, paraphrases.PLURALS) >= FLOORS["plurals"]


FLOORS = {"descriptions": 0.6, "synonyms": 0.75, "plurals": 0.9}


def test_names_are_told_apart(clip):
    names = functional.normalize(clip.encode_text(paraphrases.NAMES), dim=-1)
    others = (names @ names.T)[~torch.eye(len(names), dtype=torch.bool)]
    assert others.mean() < 0.2
    assert others.max() < 0.9


def test_both_spellings_of_a_compound_mean_the_same(clip):
    together, apart, joined = functional.normalize(clip.encode_text(["nightstand", "night stand", "night-stand"]), dim=-1)
    assert together @ apart > 0.85
    assert joined @ apart > 0.85


def test_summed_prompts_point_where_the_bare_name_points(clip):
    names = list(paraphrases.NAMES)
    sums = functional.normalize(classifier(clip, names, PUBLISHED), dim=-1)
    assert torch.equal((sums @ functional.normalize(clip.encode_text(names), dim=-1).T).argmax(dim=1), torch.arange(len(names)))


def test_pictures_of_any_size_and_depths_are_read_alike(clip):
    depths = torch.rand(2, clip.image_size, clip.image_size, generator=torch.Generator().manual_seed(0))
    features = clip.encode_image(depths)
    assert features.shape == (2, clip.embed_dim)
    assert torch.equal(features, clip.encode_image(depths[:, None].expand(-1, 3, -1, -1)))
    assert clip.encode_image(torch.zeros(1, 3, 100, 80)).shape == (1, clip.embed_dim)
    with pytest.raises(InputError, match=r"pictures \(2, 5\) must have the shape"):
        clip.encode_image(torch.zeros(2, 5))


def test_loading_twice_gives_the_same_bits(clip, copy):
    other = Clip.load(copy)
    assert torch.equal(clip.encode_text(["a chair"]), other.encode_text(["a chair"]))
    assert other.entry == clip.entry


def test_its_own_model_is_accepted_and_another_is_refused(clip):
    clip.check(clip.entry, image=True)
    other = {"name": "ViT-B-32-quickgelu/openai", "text_fingerprint": "0" * 64, "image_fingerprint": clip.image_fingerprint}
    with pytest.raises(TeacherError, match=rf"text teacher 'ViT-B-32-quickgelu/openai' \(0{{12}}\) and cannot work with '{clip.name}'"):
        clip.check(other)
    with pytest.raises(TeacherError, match="'unknown'"):
        clip.check({})


def test_pictures_need_the_image_side_too(clip):
    later = {**clip.entry, "image_fingerprint": "1" * 64}
    clip.check(later)
    with pytest.raises(TeacherError, match="image teacher"):
        clip.check(later, image=True)


def test_a_folder_that_lacks_something_is_named(copy, tmp_path):
    (copy / "bpe.txt.gz").unlink()
    with pytest.raises(TeacherError, match=r"lacks bpe\.txt\.gz"):
        Clip.load(copy)
    with pytest.raises(TeacherError, match="must be 'default', a folder, or"):
        Clip.load(tmp_path / "nowhere")


@pytest.mark.parametrize("name", ["open_clip_config.json", "open_clip_model.safetensors", "card.json", "bpe.txt.gz"])
def test_a_damaged_folder_is_one_sentence(copy, name):
    (copy / name).write_bytes(b"\x07 not what it was")
    with pytest.raises(TeacherError, match=r"cannot be read"):
        Clip.load(copy)


def test_merges_of_another_tower_are_refused(copy):
    import gzip

    lines = gzip.decompress((copy / "bpe.txt.gz").read_bytes()).split(b"\n")
    (copy / "bpe.txt.gz").write_bytes(gzip.compress(b"\n".join(lines[:-5])))
    with pytest.raises(TeacherError, match="but its merges make"):
        Clip.load(copy).encode_text(["chair"])


def test_published_weights_that_are_absent_are_not_fetched(monkeypatch, tmp_path):
    import huggingface_hub.constants

    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_CACHE", str(tmp_path))
    with pytest.raises(TeacherError, match="not on this disk, and fetching them was not asked for"):
        Clip.load("ViT-B-32-quickgelu/openai")


def test_the_wrong_activation_is_refused_before_anything_is_read():
    with pytest.raises(TeacherError, match="use 'ViT-B-32-quickgelu'"):
        Clip.load("ViT-B-32/openai")


def test_an_unknown_tag_lists_the_known_ones():
    with pytest.raises(TeacherError, match="of ViT-B-32 there are openai"):
        Clip.load("ViT-B-32/nobody")
