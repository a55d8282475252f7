import pytest
import torch

from recon_model.errors import ConfigError, InputError, TeacherError
from recon_model.lexicon import Name
from recon_model.teachers import vocabulary
from recon_model.teachers.clip import Clip
from recon_model.teachers.vocabulary import Vocabulary
from tests.recon_model.letters import letters

TEMPLATES = ("{}", "aa {}")


def make(monkeypatch: pytest.MonkeyPatch, teacher: Clip, taught_by: dict[str, str] | None = None) -> Vocabulary:
    monkeypatch.setattr(vocabulary.Clip, "load", classmethod(lambda cls, source="default", allow_download=False: teacher))
    return Vocabulary({"teacher": taught_by or teacher.entry, "templates": list(TEMPLATES)})


def test_a_row_sums_the_prompts_of_a_name_and_has_length_one(monkeypatch: pytest.MonkeyPatch) -> None:
    teacher, asked = letters()
    rows = make(monkeypatch, teacher).rows(["b", "bb"])
    # "b" and "aa b": two a, two b; "bb" and "aa bb": two a, four b.
    expected = torch.zeros(2, 26)
    expected[0, :2] = torch.tensor([2.0, 2.0]) / 8**0.5
    expected[1, :2] = torch.tensor([2.0, 4.0]) / 20**0.5
    torch.testing.assert_close(rows, expected)
    assert asked == ["b", "aa b", "bb", "aa bb"]


def test_only_new_names_reach_the_tower(monkeypatch: pytest.MonkeyPatch) -> None:
    teacher, asked = letters()
    words = make(monkeypatch, teacher)
    first = words.rows(["chair", "table"])
    asked.clear()
    torch.testing.assert_close(words.rows(["table", "sofa", "chair"])[[2, 0]], first)
    assert asked == ["sofa", "aa sofa"]


def test_a_classifier_is_built_once_for_names_and_templates(monkeypatch: pytest.MonkeyPatch) -> None:
    teacher, asked = letters()
    words = make(monkeypatch, teacher)
    names = (Name("b", ("bb",), ("c",)), Name("d"))
    first = words.classifier(names)
    assert len(first.rows) == 4
    asked.clear()
    assert words.classifier(names) is first
    assert words.classifier(names, ["x {}"]) is not first
    assert asked == ["x b", "x bb", "x c", "x d"]
    assert words.classifier([*names, "b c"]) is not first


def test_templates_of_ones_own_are_tidied_and_must_have_room_for_the_name(monkeypatch: pytest.MonkeyPatch) -> None:
    words = make(monkeypatch, letters()[0])
    assert words.templates([" a  {} ", "", "a {}", "{}"]) == ("a {}", "{}")
    with pytest.raises(ConfigError, match=r"template \('a thing'\) must hold \{\} where the name goes"):
        words.rows(["b"], ["{}", "a thing"])
    with pytest.raises(ConfigError, match=r"templates \(0\) must be at least one"):
        words.rows(["b"], [" "])


def test_more_sentences_than_can_be_read_at_once_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vocabulary, "MAX_PROMPTS", 5)
    words = make(monkeypatch, letters(remembers={("e", TEMPLATES): torch.ones(26)})[0])
    assert len(words.rows(["b", "c", "e"])) == 3
    assert len(words.rows(["b", "c", "d", "e"])) == 4  # only "d" is new
    with pytest.raises(InputError, match=r"names \(3 new ones\) in 2 templates make 6 sentences; at most 5"):
        words.rows(["x", "y", "z"])


def test_the_taught_names_must_be_ready_too_where_the_card_measures_by_them(monkeypatch: pytest.MonkeyPatch) -> None:
    teacher, _ = letters(remembers={("chair", TEMPLATES): torch.ones(26)})
    make(monkeypatch, teacher)
    card = {"teacher": teacher.entry, "templates": list(TEMPLATES), "data": {"names": ["chair", "sofa"]}}
    assert Vocabulary(card).ready(["chair"])
    assert not Vocabulary({**card, "unlike": {"score": "energy"}}).ready(["chair"])


def test_remembered_names_are_ready_without_the_tower(monkeypatch: pytest.MonkeyPatch) -> None:
    teacher, asked = letters(remembers={("chair", TEMPLATES): torch.ones(26)})
    words = make(monkeypatch, teacher)
    assert words.ready(["chair"])
    assert not words.ready(["chair", "sofa"])
    words.rows(["chair"])
    assert not asked
    words.settle()
    assert words.settled
    assert words.ready(["sofa"])


def test_another_teacher_is_refused_and_stays_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    words = make(monkeypatch, letters()[0], taught_by=letters("other")[0].entry)
    with pytest.raises(TeacherError, match=r"taught by the text teacher 'other' .* cannot work with 'letters'"):
        words.rows(["chair"])
    assert words.settled
    assert words.ready(["chair"])  # the answer, which is the sentence, comes at once


def test_a_published_teacher_that_is_absent_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def absent(source: str, allow_download: bool) -> Clip:
        raise TeacherError(f"The weights of '{source}' are not on this disk.")

    monkeypatch.setattr(vocabulary.Clip, "load", absent)
    words = Vocabulary({"teacher": {"name": "ViT-B-32-quickgelu/openai"}})
    assert not words.ready(["chair"])  # finding it would import open_clip, so somebody else should
    with pytest.raises(TeacherError, match="'ViT-B-32-quickgelu/openai' are not on this disk; 'recon classify --download-teacher'"):
        words.rows(["chair"])


def test_a_card_without_a_teacher_asks_for_one() -> None:
    with pytest.raises(TeacherError, match="names no teacher"):
        Vocabulary({}).rows(["chair"])


@pytest.mark.parametrize("names", [[], ["chair", " "]])
def test_names_must_be_there(monkeypatch: pytest.MonkeyPatch, names: list[str]) -> None:
    with pytest.raises(InputError, match="at least one name, and none may be blank"):
        make(monkeypatch, letters()[0]).rows(names)


def test_unknown_templates_are_refused_with_the_known_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ConfigError, match=r"templates \('poems'\) must be one of default, plain"):
        make(monkeypatch, letters()[0]).rows(["chair"], "poems")
