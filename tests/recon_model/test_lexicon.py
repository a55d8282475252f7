"""The syntax of names: what a line means, and that nothing a person wrote is lost."""

import pytest

from recon_model.lexicon import MAX_NAMES, Name, by_words_alone, in_lines, merge, parse, phrases, untaught

TEXT = """\
# seats
chair = armchair, stool, - sofa
table

- rubbish,  a pile of dust
night  stand = bedside table
bed, desk ; lamp
"""


def test_a_text_says_names_synonyms_and_negatives() -> None:
    lexicon = parse(TEXT)
    assert lexicon.problems == ()
    chair, table, stand, *rest = lexicon.names
    assert chair == Name("chair", ("armchair", "stool"), ("sofa", "rubbish", "a pile of dust"))
    assert table == Name("table", (), ("rubbish", "a pile of dust"))
    assert (stand.name, stand.phrases) == ("night stand", ("night stand", "bedside table"))
    assert [name.name for name in rest] == ["bed", "desk", "lamp"]


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("= stool", "Before '=' must stand one name."),
        ("chair, bench = stool", "Before '=' must stand one name, without commas."),
        ("chair = stool = bench", "A line may hold '=' once: a name, then other words for it."),
        ("-", "After '-' must stand what the names are not."),
        ("chair = -", "After '-' must stand what the name is not."),
        ("chair, - sofa", "A name's own '-' stands after '='"),
        ("chair = stool, - stool", "'stool' cannot be both for and against 'chair'."),
        ("x" * 201, "has 201 letters; a phrase may have 200."),
    ],
)
def test_a_line_that_cannot_be_understood_is_a_sentence_and_the_others_stay(line: str, sentence: str) -> None:
    lexicon = parse(f"lamp\n{line}\ntable")
    assert [name.name for name in lexicon.names] == ["lamp", "table"]
    (problem,) = lexicon.problems
    assert problem.line == 1
    assert sentence in problem.sentence


def test_a_name_stands_once_and_not_too_many_stand() -> None:
    lexicon = parse("chair\nlamp\nChair = stool")
    assert [name.name for name in lexicon.names] == ["chair", "lamp"]
    assert lexicon.problems[0].sentence == "'Chair' stands on line 1 already."
    many = parse("\n".join(f"thing {number}" for number in range(MAX_NAMES + 2)))
    assert len(many.names) == MAX_NAMES
    assert len(many.problems) == 2


def test_a_name_is_never_against_itself() -> None:
    assert parse("sofa\nchair\n- sofa").names == (Name("sofa"), Name("chair", (), ("sofa",)))


def test_every_phrase_is_read_once() -> None:
    names = (Name("chair", ("stool",), ("sofa",)), Name("sofa"), "stool")
    assert phrases(names) == ("chair", "stool", "sofa")


def test_names_written_down_are_read_back() -> None:
    names = parse(TEXT).names
    assert in_lines(names)[2:4] == ("night stand = bedside table, - rubbish, - a pile of dust", "bed = - rubbish, - a pile of dust")
    assert parse("\n".join(in_lines(names))).names == names
    assert in_lines(("bed", Name("desk"))) == ("bed", "desk")


def test_other_names_change_their_lines_only() -> None:
    assert merge(TEXT, [name.name for name in parse(TEXT).names]) == TEXT
    merged = merge(TEXT, ["lamp", "chair", "rocket"])
    assert [name.name for name in parse(merged).names] == ["lamp", "chair", "rocket"]
    assert "chair = armchair, stool, - sofa" in merged
    for kept in ("# seats", "- rubbish,  a pile of dust"):
        assert kept in merged
    assert "night" not in merged
    assert merge("chair, - sofa\nlamp", ["lamp", "table"]).splitlines() == ["lamp", "table", "chair, - sofa"]
    assert merge("", ["a b"]) == "a b\n"
    assert merge("chair", []) == ""


def test_names_no_shape_taught_are_told_apart_and_the_first_few_said() -> None:
    names = [Name("Nightstand"), "rabbit", Name("seat", ("chair",)), "chairs"]
    assert untaught(names, {"data": {"names": ["night stand", "chair"]}}) == ("rabbit", "chairs")
    assert untaught(names, {}) == untaught(names, {"data": None}) == ()
    assert by_words_alone(()) == ""
    assert by_words_alone(("a", "b")).endswith("these: a, b.")
    assert by_words_alone(tuple("abcdef")).endswith("these: a, b, c, d and 2 more.")
