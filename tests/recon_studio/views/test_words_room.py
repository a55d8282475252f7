"""The Words room's cards show what the state says and emit what a person does."""

from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from recon_studio.state import words
from recon_studio.state.app_state import AppState, Score
from recon_studio.state.embeddings import EmbeddingWork
from recon_studio.state.wording import Found, Search
from recon_studio.views.cloud_rows import COLUMNS
from recon_studio.views.names_card import NamesCard
from recon_studio.views.parts import decimals
from recon_studio.views.theme import COLOURS
from recon_studio.views.words_room import WordsRoom
from tests.recon_studio.library_of import KEYS, embeddings, ranked_state, ranking
from tests.recon_studio.pointer import double_click


@pytest.fixture
def room(qtbot: QtBot) -> WordsRoom:
    made = WordsRoom()
    made.resize(1000, 700)
    qtbot.addWidget(made)
    made.show_state(None, ranked_state())
    made.show()
    qtbot.waitExposed(made)
    yield made
    made.shut()


def show(room: WordsRoom, old: AppState, new: AppState) -> AppState:
    room.show_state(old, new)
    return new


def cells(room: WordsRoom, column: str) -> list[str]:
    rows = room.library.rows.rows
    return [rows.data(rows.index(row, COLUMNS.index(column))) for row in range(rows.rowCount())]


# ---------------------------------------------------------------- names


def test_what_is_typed_is_sent_when_the_field_is_left(room: WordsRoom, qtbot: QtBot) -> None:
    editor = room.names.editor
    editor.setFocus()
    editor.selectAll()
    QTest.keyClicks(editor, "cat = kitten")
    with qtbot.waitSignal(room.textEdited) as sent:
        room.library.filter.setFocus()
    assert sent.args == ["cat = kitten"]


def test_lines_that_cannot_be_understood_are_named_and_underlined(room: WordsRoom) -> None:
    before = ranked_state()
    text = "cat\n= stool\ndog = puppy, - cat\n# note\n- hat"
    state = show(room, before, words.edit(before, text))
    assert room.names.editor.toPlainText() == text
    assert room.names.problems.text() == "Line 2: Before '=' must stand one name."
    assert room.names.editor.problems == {1: "Before '=' must stand one name."}
    assert room.names.count.text() == "2"
    lines = [room.names.editor.document().findBlockByNumber(line).layout().formats() for line in range(5)]
    assert not lines[0]
    assert any(part.format.underlineColor() == QColor(COLOURS["light"].error) for part in lines[1])
    tints = [part.format.foreground().color().name() for part in lines[2]]
    assert COLOURS["light"].warning in tints  # the negative
    assert COLOURS["light"].muted in tints  # the synonym
    show(room, state, words.edit(state, "cat"))
    assert not room.names.problems.isVisible()


def test_typing_is_not_interrupted_by_its_own_echo(qtbot: QtBot) -> None:
    card = NamesCard()
    qtbot.addWidget(card)
    state = ranked_state()
    card.show_state(None, state)
    card.editor.setPlainText("chair\nla")
    card.editor.send()
    card.editor.setPlainText("chair\nlamp")  # typed on before the answer came
    card.show_state(state, words.edit(state, "chair\nla"))
    assert card.editor.toPlainText() == "chair\nlamp"
    card.stop()


def test_undo_puts_the_text_back(room: WordsRoom) -> None:
    state = ranked_state()
    typed = show(room, state, words.edit(state, "cat"))
    assert room.names.editor.toPlainText() == "cat"
    show(room, typed, state)
    assert room.names.editor.toPlainText() == state.words.wording.text


def test_templates_are_chosen_shown_and_written(room: WordsRoom, qtbot: QtBot) -> None:
    state = ranked_state()
    assert room.names.preview.toPlainText() == "chair\na chair"
    assert room.names.sentences.text() == "2 sentences a name"
    with qtbot.waitSignal(room.templatesChosen) as chosen:
        room.names.templates.setCurrentIndex(3)
    assert chosen.args == ["published"]
    paper = show(room, state, words.choose_templates(state, "published"))
    assert room.names.preview.toPlainText().splitlines()[20] == "chair with white background."
    own = show(room, paper, words.choose_templates(paper, "own"))
    assert room.names.own.isVisible()
    room.names.own.setPlainText("a drawing")
    with qtbot.waitSignal(room.ownEdited) as sent:
        room.names.own.send()
    assert sent.args == ["a drawing"]
    show(room, own, words.edit_templates(own, "a drawing"))
    assert room.names.own_problem.text() == "template ('a drawing') must hold {} where the name goes."


# ---------------------------------------------------------------- the ranking


def test_the_ranking_says_what_decided_and_what_it_is_worth(room: WordsRoom) -> None:
    before = ranked_state()
    scores = (Score("chair", 0.5, 0.7, "stool"), Score("lamp", 0.3, 0.3, "lamp", 0.1, "torch"))
    state = show(room, before, words.show_verdict(before, scores, 0.4, 0.88, 0.3))
    facts = room.ranking.facts
    assert (facts.value("Margin"), facts.value("Entropy"), facts.value("Unlike")) == ("40.0 points", "0.88 of 1.00 bits", "30 %")
    assert room.ranking.unlike.text() == ""
    state = show(room, state, words.show_verdict(state, scores[:1], None, 0.0, 0.97))
    assert facts.value("Margin") == "–"
    assert room.ranking.unlike.text().startswith("Unlike anything this model was taught: 97 % of known shapes")
    show(room, state, words.show_verdict(state, scores, 0.4, 0.88, 0.3, ("toilet", 0.7)))
    assert room.ranking.unlike.text() == "Of all the names it was taught, “toilet” fits clearly better: cosine 0.70."
    show(room, state, words.show_verdict(state, scores, 0.4, 0.88, 0.3, None, ("-z", 0.83)))
    assert room.ranking.unlike.text().startswith("Named as if -z of the file were up (83 % sure, given these names).")
    old = replace(state, model=replace(state.model, card={}))
    show(room, state, words.show_verdict(old, scores, 0.4, 0.88, None))
    assert "holds no scale" in room.ranking.unlike.text()
    assert facts.value("Unlike") == "–"


def test_a_number_never_reads_minus_zero() -> None:
    assert [decimals(value) for value in (-0.001, -0.256, 0.5)] == ["0.00", "−0.26", "0.50"]


# ---------------------------------------------------------------- the library


def test_the_table_shows_the_library_and_its_top1(room: WordsRoom) -> None:
    assert cells(room, "cloud") == ["a.ply", "b.ply", "set.npz 1", "set.npz 2", "set.npz 3", "c.ply"]
    assert cells(room, "name") == ["chair", "night stand", "sofa", "chair", "lamp", "lamp"]
    assert cells(room, "score")[0] == "0.90"
    assert cells(room, "unlike")[-1] == "97 %"
    assert room.library.count.text() == "6 clouds · right name first for 50.0 % of 4 labelled"
    rows = room.library.rows.rows
    tints = [rows.data(rows.index(row, COLUMNS.index("name")), Qt.ItemDataRole.ForegroundRole) for row in range(6)]
    assert [tint is not None for tint in tints] == [False, False, True, False, True, False]
    assert room.library.rows.isColumnHidden(COLUMNS.index("match"))


def test_headings_sort_and_text_filters(room: WordsRoom) -> None:
    heading = room.library.rows.horizontalHeader()
    place = QPoint(heading.sectionViewportPosition(COLUMNS.index("score")) + 20, heading.height() // 2)
    QTest.mouseClick(heading.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert cells(room, "cloud")[0] == "c.ply"
    QTest.mouseClick(heading.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert cells(room, "cloud")[0] == "a.ply"
    QTest.keyClicks(room.library.filter, "set")
    assert cells(room, "cloud") == ["set.npz 1", "set.npz 2", "set.npz 3"]
    assert room.library.count.text().startswith("3 of 6 clouds")


def test_the_table_stays_where_it_is_while_the_library_grows(room: WordsRoom, qtbot: QtBot) -> None:
    few = embeddings(5)
    state = show(room, ranked_state(), words.show_ranking(replace(ranked_state(), embeddings=few), ranking(few)))
    rows = room.library.rows
    rows.setMaximumHeight(100)
    bar = rows.verticalScrollBar()
    qtbot.waitUntil(lambda: bar.maximum() > 60)
    for selected in ("", KEYS[0]):
        rows.selectRow(0) if selected else rows.clearSelection()
        bar.setValue(60)
        told = show(room, state, replace(state, embedding=EmbeddingWork(5, 6)))
        assert (rows.rows.rowCount(), rows.selected(), bar.value()) == (5, selected, 60)
        more = show(room, told, words.show_ranking(replace(told, embeddings=embeddings()), ranking(embeddings())))
        assert (rows.rows.rowCount(), rows.selected(), bar.value()) == (6, selected, 60)
        state = show(room, more, state)
    rows.clearSelection()
    bar.setValue(60)
    rows.horizontalHeader().setSortIndicator(COLUMNS.index("score"), Qt.SortOrder.AscendingOrder)
    assert bar.value() == 0


def test_a_double_click_and_return_open_a_cloud(room: WordsRoom, qtbot: QtBot) -> None:
    table = room.library.rows
    place = table.visualRect(table.rows.index(1, 0)).center()
    with qtbot.waitSignal(room.cloudOpened) as opened:
        double_click(table.viewport(), place)
    assert opened.args == [KEYS[1]]
    with qtbot.waitSignal(room.cloudOpened) as opened:
        QTest.keyClick(table, Qt.Key.Key_Return)
    assert opened.args == [KEYS[1]]


def test_a_cell_of_the_matrix_narrows_the_table(room: WordsRoom, qtbot: QtBot) -> None:
    state = ranked_state()
    room.library.as_matrix.click()
    matrix = room.library.matrix
    assert matrix.isVisible()
    assert matrix.in_words(0, 3) == "1 of 2 clouds labelled chair was called sofa (50 %).\nA click or Enter shows them."
    with qtbot.assertNotEmitted(room.cellChosen):
        QTest.mouseClick(matrix, Qt.MouseButton.LeftButton, pos=matrix.cell_rect(0, 2).center())  # an empty one
    with qtbot.waitSignal(room.cellChosen) as chosen:
        QTest.mouseClick(matrix, Qt.MouseButton.LeftButton, pos=matrix.cell_rect(0, 3).center())
    assert chosen.args == [("chair", "sofa")]
    narrowed = show(room, state, words.narrow(state, ("chair", "sofa")))
    assert room.library.rows.isVisible()
    assert cells(room, "cloud") == ["set.npz 1"]
    assert room.library.wanted_words.text() == "Only clouds labelled chair that were called sofa."
    with qtbot.waitSignal(room.cellChosen) as let_go:
        room.library.forget.click()
    assert let_go.args == [None]
    show(room, narrowed, state)
    assert len(cells(room, "cloud")) == 6


def test_without_labels_on_offer_the_matrix_says_why_not(room: WordsRoom) -> None:
    state = ranked_state()
    show(room, state, words.show_ranking(state, None))
    assert not room.library.as_matrix.isEnabled()
    assert "Nothing is ranked yet." in room.library.as_matrix.toolTip()


def test_a_search_is_asked_shown_and_cleared(room: WordsRoom, qtbot: QtBot) -> None:
    state = ranked_state()
    field = room.library.phrase
    field.setFocus()
    QTest.keyClicks(field, "a bench")
    with qtbot.waitSignal(room.phraseSearched) as asked:
        QTest.keyClick(field, Qt.Key.Key_Return)
    assert asked.args == ["a bench"]
    wanted = Search("words", "a bench")
    looking = show(room, state, words.search(state, wanted))
    assert room.library.wanted_words.text() == "Looking for what is like “a bench”…"
    likeness = state.words.ranking.share[::-1].copy()
    show(room, looking, words.show_found(looking, Found(wanted, state.embeddings, likeness)))
    assert room.library.wanted_words.text() == "Most like “a bench” first."
    assert cells(room, "match") == ["0.90", "0.76", "0.62", "0.48", "0.34", "0.20"]
    with qtbot.waitSignal(room.searchCleared):
        field.clear()


def test_neighbours_are_of_the_selected_row_or_else_the_current_cloud(room: WordsRoom, qtbot: QtBot) -> None:
    with qtbot.waitSignal(room.alikeSearched) as asked:
        room.library.alike.click()
    assert asked.args == ["/x/a.ply"]
    room.library.rows.selectRow(2)
    assert "set.npz 1" in room.library.alike.toolTip()
    with qtbot.waitSignal(room.alikeSearched) as asked:
        room.library.alike.click()
    assert asked.args == [KEYS[2]]


def test_an_empty_room_says_what_to_do(room: WordsRoom, qtbot: QtBot) -> None:
    state = replace(words.show_ranking(ranked_state(), None), embeddings=None)
    show(room, ranked_state(), state)
    assert room.library.why_empty.text().startswith("To rank 3 files by these names")
    with qtbot.waitSignal(room.embedRequested):
        room.library.embed.click()
    show(room, state, replace(state, model=None))
    assert room.library.why_empty.text() == "Waits for the model to load."
    assert not room.library.embed.isEnabled()


def test_the_csv_is_what_is_shown(room: WordsRoom) -> None:
    QTest.keyClicks(room.library.filter, "lamp")
    lines = room.library.csv()().splitlines()
    assert lines[0].startswith("file,member,cloud,label,name,score")
    assert [line.split(",")[2] for line in lines[1:]] == ["set.npz 3", "c.ply"]
