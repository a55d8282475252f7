"""What the text tower is taught with, each piece held against a slower or hand-made twin."""

import gzip
import random
from collections import Counter
from dataclasses import replace
from pathlib import Path

import open_clip
import pytest
import torch
from open_clip.tokenizer import SimpleTokenizer
from torch import nn

from recon_model.errors import InputError, TeacherError
from recon_model.teachers.build_text import main, parser
from recon_model.teachers.distillation import corpus, folder, learning, merges, minilm, wordnet

NOUNS = """\
  1 This file opens with a licence
00000001 06 n 02 night_table 0 bedside_table 0 001 @ 00000002 n 0000 | a small table; placed near a bed; "a lamp stood on it"
00000002 06 n 01 shelf 0 000 | a flat board for holding things
00000003 05 n 01 Fido 0 000 | a dog
00000004 09 n 01 idea 0 000 | a thought
"""


@pytest.fixture
def database(tmp_path):
    (tmp_path / "data.noun").write_text(NOUNS)
    (tmp_path / "data.verb").write_text('1 29 v 01 sit 0 000 01 + 02 00 | be seated; "sit down"\n')
    (tmp_path / "data.adj").write_text("1 00 a 01 red 0 000 | of the colour of blood\n")
    (tmp_path / "index.verb").write_text("  1 licence\nsit v 1 1 @ 1 0 00865794\nrun v 1 1 @ 1 0 1\nabase v 1 1 @ 1 0 2\n")
    (tmp_path / "index.adj").write_text("red a 1 1 @ 1 0 3\n")
    (tmp_path / "noun.exc").write_text("shelves shelf\n")
    (tmp_path / "cntlist.rev").write_text(
        "run%2:38:00:: 1 9\nsit%2:35:00:: 1 4\nsit%2:35:01:: 2 7\nred%3:00:01:: 1 5\nshelf%1:06:00:: 1 3\n"
    )
    return wordnet.read(tmp_path)


def test_wordnet_is_read_as_its_manual_says(database):
    keys = ("night_table%1:06:00::", "bedside_table%1:06:00::")
    assert database.nouns[0] == wordnet.Synset(("night table", "bedside table"), 6, "a small table", keys)
    assert database.verbs == ["sit", "run"]  # by use over all senses; "abase" was never met
    assert database.adjectives == ["red"]
    assert database.plurals == {"shelf": "shelves"}
    assert database.uses["shelf"] == 3
    assert database.glosses == ["a thought", "be seated", "of the colour of blood"]


def test_a_noun_means_what_it_is_met_with_most_and_a_made_thing_counts_double(tmp_path, database):
    (tmp_path / "data.noun").write_text(
        "1 06 n 01 horse 0 000 | a frame for wood\n2 05 n 01 horse 0 000 | an animal to ride\n"
        "3 08 n 01 chest 0 000 | the front of the trunk\n4 06 n 01 chest 1 000 | a box with a lid\n5 09 n 01 idea 0 000 | a thought\n"
    )
    (tmp_path / "cntlist.rev").write_text("horse%1:05:00:: 1 103\nhorse%1:06:00:: 2 1\nchest%1:08:00:: 1 34\nchest%1:06:01:: 2 19\n")
    assert wordnet.read(tmp_path).meanings == {
        "horse": (("an animal to ride", 104), ("a frame for wood", 4)),
        "chest": (("a box with a lid", 40), ("the front of the trunk", 35)),
    }
    assert database.meanings["shelf"] == (("a flat board for holding things", 8),)


def test_a_folder_without_wordnet_is_refused(tmp_path):
    with pytest.raises(InputError, match=r"lacks data\.noun"):
        wordnet.read(tmp_path)


@pytest.mark.parametrize(
    ("one", "many"),
    [("chair", "chairs"), ("bench", "benches"), ("lady", "ladies"), ("key", "keys"), ("book shelf", "book shelves"), ("box", "boxes")],
)
def test_plurals(one, many):
    assert corpus.plural(one, {"shelf": "shelves"}) == many


def test_the_corpus_is_the_same_for_the_same_seed_and_says_nothing_twice(database):
    first, second, other = (corpus.write(database, random.Random(seed)) for seed in (0, 0, 1))
    assert first == second
    assert first != other
    assert max(Counter(text.text for text in first).values()) == 1
    assert {f"published {index}" for index in range(60)} <= {text.form for text in first}
    assert corpus.Text("nightstand", corpus.PLAIN_FORM, means="night stand", own=False) in first
    assert not any("Fido" in text.text for text in first)
    shelves = [text for text in first if "shelf" in text.text or "shelves" in text.text]
    assert database.meanings["shelf"] in {text.meanings for text in shelves if text.form == "plural"}


def test_word_pieces_take_the_longest_piece_first(tmp_path):
    (tmp_path / "vocab.txt").write_text("\n".join(["[UNK]", "[CLS]", "[SEP]", "night", "##stand", "##s", "cafe", ",", "_"]))
    pieces = minilm.WordPiece(tmp_path / "vocab.txt")
    assert pieces("Nightstands, Café") == [1, 3, 4, 5, 7, 6, 2]
    assert pieces("night_night zebra") == [1, 3, 8, 3, 0, 2]


def bert(dim: int, hidden: int, layers: int) -> tuple[dict[str, torch.Tensor], nn.TransformerEncoder]:
    """Random BERT weights, and torch's own post-norm encoder holding the same."""
    twin = nn.TransformerEncoder(
        nn.TransformerEncoderLayer(dim, minilm.HEADS, hidden, 0.0, "gelu", 1e-12, batch_first=True), layers, enable_nested_tensor=False
    ).eval()
    weights = {}
    for index, layer in enumerate(twin.layers):
        at = f"encoder.layer.{index}"
        for part, weight, bias in zip(
            ("query", "key", "value"), layer.self_attn.in_proj_weight.chunk(3), layer.self_attn.in_proj_bias.chunk(3), strict=True
        ):
            weights |= {f"{at}.attention.self.{part}.weight": weight, f"{at}.attention.self.{part}.bias": bias}
        for name, module in {
            "attention.output.dense": layer.self_attn.out_proj,
            "attention.output.LayerNorm": layer.norm1,
            "intermediate.dense": layer.linear1,
            "output.dense": layer.linear2,
            "output.LayerNorm": layer.norm2,
        }.items():
            weights |= {f"{at}.{name}.weight": module.weight, f"{at}.{name}.bias": module.bias}
    return {name: value.detach() for name, value in weights.items()}, twin


def test_minilm_agrees_with_torchs_own_encoder(tmp_path):
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        dim = minilm.MiniLM.dim
        weights, twin = bert(dim, 64, minilm.LAYERS)
        weights |= {
            "embeddings.word_embeddings.weight": torch.randn(8, dim),
            "embeddings.position_embeddings.weight": torch.randn(16, dim) * 0.1,
            "embeddings.token_type_embeddings.weight": torch.randn(2, dim) * 0.1,
            "embeddings.LayerNorm.weight": torch.ones(dim),
            "embeddings.LayerNorm.bias": torch.zeros(dim),
        }
    (tmp_path / "vocab.txt").write_text("\n".join(["[UNK]", "[CLS]", "[SEP]", "a", "chair", "bed", "red", "big"]))
    teacher = minilm.MiniLM(weights, minilm.WordPiece(tmp_path / "vocab.txt"))
    texts = ["a big red chair", "bed", "a bed", "a chair"]
    got = teacher.encode(texts)
    for text, row in zip(texts, got, strict=True):
        ids = teacher.word_pieces(text)
        x = weights["embeddings.word_embeddings.weight"][ids] + weights["embeddings.position_embeddings.weight"][: len(ids)]
        x = nn.functional.layer_norm(x + weights["embeddings.token_type_embeddings.weight"][0], (dim,), eps=1e-12)
        with torch.no_grad():
            wanted = nn.functional.normalize(twin(x[None])[0].mean(dim=0), dim=0)
        assert wanted @ row > 0.999  # bf16


def test_other_weights_are_refused_as_teacher(tmp_path):
    with pytest.raises(InputError, match=r"must hold model\.safetensors"):
        minilm.MiniLM.load(tmp_path)
    (tmp_path / "model.safetensors").write_bytes(b"weights")
    (tmp_path / "vocab.txt").write_text("")
    with pytest.raises(TeacherError, match="but must have 53aa5117"):
        minilm.MiniLM.load(tmp_path)


def test_split_is_clips_own_byte_pair_encoding():
    clip = SimpleTokenizer()
    for word in ("chair", "nightstand", "banana", "mississippi", "aaaaaa", "x"):
        letters = [*word[:-1], word[-1] + "</w>"]
        assert " ".join(merges.split(letters, clip.bpe_ranks)) == clip.bpe(word)


def test_skipped_merges_leave_parts_that_still_spell_the_word():
    clip = SimpleTokenizer()
    rng = random.Random(0)
    cuts = {merges.split([*"nightstan", "d</w>"], clip.bpe_ranks, skip=0.5, rng=rng) for _ in range(20)}
    assert len(cuts) > 3
    assert {"".join(cut) for cut in cuts} == {"nightstand</w>"}


def test_the_merges_used_most_are_kept_in_clips_order_and_read_back(tmp_path):
    texts = ["chair", "chairs", "a chair", "zygote"]
    kept = merges.choose(texts, 8)
    clip = SimpleTokenizer()
    assert [clip.bpe_ranks[pair] for pair in kept] == sorted(clip.bpe_ranks[pair] for pair in kept)
    merges.save(kept, tmp_path / folder.MERGES)
    sizes = {"vocab_size": 8 + merges.SPARE_WORDS, "embed_dim": 8, "width": 64, "layers": 1, "context_length": 8}
    folder.write_json(tmp_path / folder.CONFIG, folder.architecture(**sizes))
    tokenizer = merges.tokenizer_of(tmp_path, 8)
    assert tokenizer.vocab_size == sizes["vocab_size"]
    assert tokenizer.bpe("chair") == "chair</w>"
    assert not gzip.decompress((tmp_path / folder.MERGES).read_bytes()).endswith(b"\n")


class Compass:
    """A teacher whose every sentence shares one direction with all others of its form."""

    def encode(self, texts):
        return nn.functional.normalize(torch.stack([self.one(text) for text in texts]), dim=-1) if texts else torch.empty(0, 16)

    def one(self, text):
        row = torch.zeros(16)
        row[int(text.rsplit(" ", 1)[-1]) % 8] = 1.0
        row[8 if text.startswith("photo") else 9] = 3.0
        return row


def test_targets_lose_what_their_form_shares():
    texts = [corpus.Text(f"noun {index}", corpus.PLAIN_FORM) for index in range(160)]
    texts += [corpus.Text(f"photo of {index}", "photo") for index in range(160)]
    texts += [corpus.Text("alias 3", corpus.PLAIN_FORM, means="noun 5", own=False)]
    wanted = learning.targets(texts, Compass())
    assert wanted[3] @ wanted[160 + 3] > 0.99
    assert wanted[3] @ wanted[160 + 5] < 0.0
    assert wanted[-1] @ wanted[5] > 0.99


def test_targets_of_words_lean_towards_what_they_mean():
    """Two words of one meaning come closer to each other and to it; of two meanings the one met more often counts more."""
    defined = [corpus.Text(f"noun {index}", corpus.PLAIN_FORM, meanings=((f"sense {index % 8 // 2}", 1),)) for index in range(160)]
    defined[5] = replace(defined[5], meanings=(("sense 2", 3), ("sense 7", 1)))
    plain = learning.targets([replace(text, meanings=()) for text in defined], Compass())
    wanted = learning.targets(defined, Compass())
    assert wanted[4] @ wanted[5] > plain[4] @ plain[5] + 0.1
    assert wanted[4] @ plain[2] > plain[4] @ plain[2] + 0.1  # "sense 2" says what "noun 2" says
    assert wanted[4] @ plain[4] > 0.5
    assert wanted[5] @ plain[2] > wanted[5] @ plain[7] + 0.1 > plain[5] @ plain[7] + 0.1


@pytest.fixture
def small(tmp_path):
    kept = merges.choose(["a chair", "a table", "bed with a lamp"], 10)
    merges.save(kept, tmp_path / folder.MERGES)
    sizes = {"vocab_size": 10 + merges.SPARE_WORDS, "embed_dim": 16, "width": 64, "layers": 2, "context_length": 12}
    folder.write_json(tmp_path / folder.CONFIG, folder.architecture(**sizes))
    return folder.create(tmp_path, 0), merges.tokenizer_of(tmp_path, 12)


def test_new_towers_are_those_open_clip_would_make_and_nothing_is_warned_of(small, tmp_path, caplog):
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(3)
        theirs = open_clip.create_model(f"local-dir:{tmp_path}", load_weights=False).state_dict()
    caplog.clear()  # open_clip warned of the weights that are still missing
    ours = folder.create(tmp_path, 3).state_dict()
    assert caplog.text == ""
    assert list(ours) == list(theirs)
    assert all(torch.equal(ours[name], theirs[name]) for name in theirs)


def test_short_batches_give_what_open_clip_gives(small):
    model, tokenizer = small
    full = tokenizer(["a chair", "bed"])
    short = full[:, : int((full == tokenizer.eot_token_id).float().argmax(dim=1).max()) + 1]
    assert short.shape[1] < full.shape[1]
    with torch.no_grad():
        torch.testing.assert_close(learning.text_features(model, short), model.encode_text(full), rtol=1e-4, atol=1e-5)


def test_a_tower_learns_what_it_is_told_and_only_its_text_side_moves(small):
    model, tokenizer = small
    texts = [
        corpus.Text(text, corpus.PLAIN_FORM)
        for text in ("a chair", "a table", "bed", "lamp", "bed with a lamp", "a bed", "a lamp", "chair")
    ]
    wanted = nn.functional.normalize(torch.randn(8, 16, generator=torch.Generator().manual_seed(1)), dim=-1)
    before = {name: value.clone() for name, value in model.state_dict().items()}
    schedule = learning.Schedule(epochs=60, batch=8, warm_up=5, loose=0.0)
    lines = list(learning.train(model, texts, wanted, tokenizer, schedule, random.Random(0)))
    assert len(lines) == 60
    with torch.no_grad():
        features = model.encode_text(tokenizer([text.text for text in texts]))
    assert learning.recall(features, wanted)["R@1"] == 1.0
    moved = {name for name, value in model.state_dict().items() if not torch.equal(value, before[name])}
    assert "token_embedding.weight" in moved
    assert not any(name.startswith("visual.") for name in moved)


def test_texts_are_cut_once_but_for_the_share_that_is_cut_anew(small):
    _, tokenizer = small
    texts = [corpus.Text(text, corpus.PLAIN_FORM) for text in ("a chair", "It's a chair &amp; a table", "bed with a lamp " * 4)]
    whole = tokenizer([text.text for text in texts])
    whole[:, -1] = torch.where(whole[:, -1] > 0, tokenizer.eot_token_id, 0)
    assert torch.equal(learning.Lessons(texts, tokenizer, 0.0, random.Random(0), 12).epoch(), whole)
    lessons = [learning.Lessons(texts * 50, tokenizer, 0.5, random.Random(0), 12) for _ in range(2)]
    first, second = lessons[0].epoch(), lessons[0].epoch()
    assert not torch.equal(first, second)
    assert 0.2 < (first == whole.repeat(50, 1)).all(dim=1).float().mean() < 1.0
    assert torch.equal(lessons[1].epoch(), first)


def test_batches_hold_every_text_once_among_texts_of_like_length():
    """Held against a slow twin: the texts shuffled, sorted inside chunks of sixteen batches, and the batches shuffled."""
    size = 4
    lengths = [random.Random(index).randint(2, 9) for index in range(150)]
    ids = torch.zeros(150, 9, dtype=torch.long)
    for row, length in enumerate(lengths):
        ids[row, :length] = torch.arange(1, length + 1)
    rng = random.Random(0)
    order = list(range(150))
    rng.shuffle(order)
    chunks = [sorted(order[start : start + 16 * size], key=lengths.__getitem__) for start in range(0, 150, 16 * size)]
    wanted = [chunk[start : start + size] for chunk in chunks for start in range(0, len(chunk), size)]
    rng.shuffle(wanted)
    found = list(learning.batches(ids, size, random.Random(0), torch.device("cpu")))
    assert [rows.tolist() for rows, _ in found] == wanted
    for rows, batch in found:
        assert torch.equal(batch, ids[rows, : max(lengths[row] for row in rows.tolist())])


def test_options_are_read():
    options = parser().parse_args(["--minilm", "a", "--out", "b", "--device", "cuda:1", "--batch", "64", "--learning-rate", "1e-3"])
    assert (options.device, options.batch, options.learning_rate) == ("cuda:1", 64, 1e-3)


def test_norm_is_set_without_turning_anything():
    features = torch.randn(50, 16, generator=torch.Generator().manual_seed(0))
    projection = torch.eye(16)
    learning.set_norm([projection], features)
    assert (features @ projection).norm(dim=-1).mean().item() == pytest.approx(learning.FEATURE_NORM, rel=1e-4)


def test_the_command_says_in_one_sentence_what_it_lacks(tmp_path, capsys):
    assert main(["--minilm", str(tmp_path), "--out", str(tmp_path / "out")]) == 2
    assert "must hold model.safetensors" in capsys.readouterr().err


def test_paths_are_whole_when_the_working_directory_changes(small, tmp_path, monkeypatch):
    monkeypatch.chdir(Path("/"))
    assert merges.tokenizer_of(tmp_path, 12).vocab_size == 10 + merges.SPARE_WORDS
