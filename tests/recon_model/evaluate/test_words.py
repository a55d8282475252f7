import numpy as np
import pytest

from recon_model.errors import InputError
from recon_model.evaluate.words import Phrase, load_phrases, words
from tests.recon_model.teachers import paraphrases


class Teacher:
    """Knows letters: a text is the count of each; enough to find a name in a phrase that repeats it."""

    name = "letters"


class Fake:
    class about:
        name = "fake"

    class vocabulary:
        teacher = staticmethod(lambda: Teacher)
        templates = staticmethod(lambda name: ("{}",))

    @staticmethod
    def words(names, templates):
        rows = np.array([[text.count(chr(97 + letter)) for letter in range(26)] for text in names], np.float32)
        return rows / np.linalg.norm(rows, axis=1, keepdims=True), 0.07


def test_phrases_are_counted_by_kind_and_the_wrong_ones_told() -> None:
    phrases = [Phrase("bed bed", "bed", "same"), Phrase("chaair", "chair", "typo"), Phrase("bedd", "chair", "typo")]
    result = words(Fake(), phrases, "list")
    assert result["top1"] == pytest.approx(2 / 3)
    assert result["top3"] == 1.0
    assert result["by_kind"] == {"same": 1.0, "typo": 0.5}
    assert result["wrong"] == [["bedd", "chair", "bed"]]
    assert "3 phrases, 2 candidate names" in result["protocol"]


def test_the_list_that_is_kept_holds_a_hundred_phrases_none_of_which_is_its_name() -> None:
    phrases = load_phrases(paraphrases.FILE)
    assert len(phrases) == len({phrase.text for phrase in phrases}) == 100
    assert not [phrase for phrase in phrases if phrase.text == phrase.name]


def test_a_table_as_a_spreadsheet_saves_it_is_read(tmp_path) -> None:
    (tmp_path / "x.csv").write_text("phrase,name\nseat,chair\n", encoding="utf-8-sig")
    assert load_phrases(tmp_path / "x.csv") == [Phrase("seat", "chair", "")]


def test_a_table_without_the_columns_is_refused(tmp_path) -> None:
    (tmp_path / "x.csv").write_text("a,b\n1,2\n")
    with pytest.raises(InputError, match="must hold the columns phrase and name"):
        load_phrases(tmp_path / "x.csv")
    with pytest.raises(InputError, match="cannot be read as a table"):
        load_phrases(tmp_path / "none.csv")
