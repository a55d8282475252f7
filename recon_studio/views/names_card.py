"""The left of the Words room: the names, one a line, with what is wrong with a line beneath; and the sentences they are put into."""

from PySide6.QtCore import QSignalBlocker, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QFocusEvent, QHelpEvent, QSyntaxHighlighter, QTextCharFormat, QTextDocument
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QPlainTextEdit, QToolTip, QVBoxLayout

from recon_model.counts import counted, grouped
from recon_model.lexicon import Lexicon
from recon_model.templates import SETS
from recon_studio.state.app_state import AppState, Theme
from recon_studio.state.wording import CHOICES, OWN
from recon_studio.state.words import example, shown_templates
from recon_studio.views.parts import Card, label
from recon_studio.views.theme import COLOURS, GRID

PAUSE_MS = 350
"""After the last key before the names are sent."""
SHOWN_PROBLEMS = 3
HELP = (
    "<b>chair = armchair, stool</b> &nbsp;the phrase that fits best counts<br>"
    "<b>chair = armchair, - sofa</b> &nbsp;a sofa is no chair<br>"
    "<b>- a pile of rubbish</b> &nbsp;against every name"
)
CHOICE_WORDS = {
    "default": "As the model was taught",
    "plain": "The name alone",
    "everyday": "Everyday",
    "published": "The paper's 60",
    OWN: "My own",
}
assert tuple(CHOICE_WORDS) == CHOICES


class _Marks(QSyntaxHighlighter):
    """Pales what is not a name, and underlines lines that cannot be understood."""

    def __init__(self, document: QTextDocument) -> None:
        super().__init__(document)
        self.theme: Theme = "light"
        self.lexicon = Lexicon((), ())

    def highlightBlock(self, text: str) -> None:
        """Dresses one line."""
        colours = COLOURS[self.theme]
        pale, against, wrong = QTextCharFormat(), QTextCharFormat(), QTextCharFormat()
        pale.setForeground(QColor(colours.muted))
        against.setForeground(QColor(colours.warning))
        wrong.setUnderlineStyle(QTextCharFormat.UnderlineStyle.WaveUnderline)
        wrong.setUnderlineColor(QColor(colours.error))
        line = self.currentBlock().blockNumber()
        stripped = text.strip()
        if stripped.startswith("#"):
            self.setFormat(0, len(text), pale)
        elif stripped.startswith("-"):
            self.setFormat(0, len(text), against)
        elif "=" in text:
            start = text.index("=")
            self.setFormat(start, len(text) - start, pale)
            for part in _negatives(text, start):
                self.setFormat(*part, against)
        if any(problem.line == line for problem in self.lexicon.problems):
            for place in range(len(text)):
                marked = QTextCharFormat(self.format(place))
                marked.setUnderlineStyle(wrong.underlineStyle())
                marked.setUnderlineColor(wrong.underlineColor())
                self.setFormat(place, 1, marked)


def _negatives(text: str, start: int) -> list[tuple[int, int]]:
    """Places and lengths of a line's negatives."""
    found, place = [], start + 1
    for part in text[place:].split(","):
        if part.strip().startswith("-"):
            found.append((place, len(part)))
        place += len(part) + 1
    return found


class LineEditor(QPlainTextEdit):
    """A field of lines that tells, after a pause or when it is left, what it holds."""

    edited = Signal(str)

    def __init__(self, name: str, tip: str) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self._tip = tip
        self.setToolTip(tip)
        self.setTabChangesFocus(True)
        self.problems: dict[int, str] = {}
        self._sent = ""
        self._pause = QTimer(self, singleShot=True, interval=PAUSE_MS)
        self._pause.timeout.connect(self.send)
        self.textChanged.connect(self._pause.start)

    def take(self, text: str) -> None:
        """Shows a text unless it is what the field has sent itself."""
        if text != self._sent or (text != self.toPlainText() and not self._pause.isActive()):
            self._sent = text
            if text != self.toPlainText():
                with QSignalBlocker(self):
                    self.setPlainText(text)
                self._pause.stop()

    def send(self) -> None:
        """Tells what the field holds now, if that is news."""
        self._pause.stop()
        text = self.toPlainText()
        if text != self._sent:
            self._sent = text
            self.edited.emit(text)

    def stop(self) -> None:
        """Forgets what was not sent yet."""
        self._pause.stop()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Leaving the field sends what was typed at once."""
        self.send()
        super().focusOutEvent(event)

    def viewportEvent(self, event: object) -> bool:
        """Says what is wrong with the line under the pointer."""
        if isinstance(event, QHelpEvent):
            line = self.cursorForPosition(event.pos()).blockNumber()
            QToolTip.showText(event.globalPos(), self.problems.get(line, self._tip), self)
            return True
        return super().viewportEvent(event)  # type: ignore[arg-type]


class NamesCard(Card):
    """Emits the text of the names, the choice of templates, and the text of one's own."""

    textEdited = Signal(str)
    templatesChosen = Signal(str)
    ownEdited = Signal(str)

    def __init__(self) -> None:
        super().__init__("Names")
        self.count = label("", "small")
        self.head.addWidget(self.count)
        self.editor = LineEditor("Names, one a line", "Names or phrases to choose among, one a line.")
        self.editor.setPlaceholderText("chair = armchair, stool\ntable\n- a pile of rubbish")
        self._marks = _Marks(self.editor.document())
        self.editor.edited.connect(self.textEdited)
        self.problems = _wrapped("", "error")
        self.help = _wrapped(HELP, "small")
        self.help.setTextFormat(Qt.TextFormat.RichText)
        self.help.setAccessibleName("How names are written")
        self.body.addWidget(self.editor, 3)
        self.body.addWidget(self.problems)
        self.body.addWidget(self.help)
        self.body.addLayout(self._make_templates(), 2)

    def _make_templates(self) -> QVBoxLayout:
        column = QVBoxLayout()
        column.setSpacing(GRID)
        column.setContentsMargins(0, GRID, 0, 0)
        row = QHBoxLayout()
        row.addWidget(label("Templates", "title"))
        row.addStretch(1)
        self.sentences = label("", "small")
        row.addWidget(self.sentences)
        column.addLayout(row)
        self.templates = QComboBox()
        self.templates.setAccessibleName("Templates the names are put into")
        for name, words in CHOICE_WORDS.items():
            self.templates.addItem(f"{words} ({len(SETS[name])})" if name in SETS and name != "published" else words, name)
        self.templates.setToolTip("The sentences each name is put into; their features are summed (ReCon §4.3).")
        self.templates.currentIndexChanged.connect(lambda: self.templatesChosen.emit(self.templates.currentData()))
        self.own = LineEditor("Templates of your own", "One template a line, with {} where the name goes.")
        self.own.edited.connect(self.ownEdited)
        self.own_problem = _wrapped("", "error")
        self.preview = QPlainTextEdit()
        self.preview.setReadOnly(True)
        self.preview.setAccessibleName("The first name in these templates")
        self.preview.setToolTip("What the text tower reads of the first name.")
        self.preview.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        column.addWidget(self.templates)
        column.addWidget(self.own, 1)
        column.addWidget(self.own_problem)
        column.addWidget(self.preview, 1)
        return column

    def show_state(self, old: AppState | None, new: AppState) -> None:
        """Draws the difference."""
        wording, theme_changed = new.words.wording, old is None or old.theme != new.theme
        if not theme_changed and old is not None and (old.words.wording, old.model) == (wording, new.model):
            return
        lexicon = wording.lexicon
        self.editor.take(wording.text)
        self._marks.theme, self._marks.lexicon = new.theme, lexicon
        if theme_changed or old is None or old.words.wording.text != wording.text:
            with QSignalBlocker(self.editor):
                self._marks.rehighlight()
        self.editor.problems = {problem.line: problem.sentence for problem in lexicon.problems}
        listed = [f"Line {problem.line + 1}: {problem.sentence}" for problem in lexicon.problems[:SHOWN_PROBLEMS]]
        if len(lexicon.problems) > SHOWN_PROBLEMS:
            listed.append(f"… and {len(lexicon.problems) - SHOWN_PROBLEMS} more.")
        self.problems.setText("\n".join(listed))
        self.problems.setVisible(bool(listed))
        self.count.setText(grouped(len(lexicon.names)))
        self._show_templates(new)

    def _show_templates(self, new: AppState) -> None:
        wording = new.words.wording
        with QSignalBlocker(self.templates):
            self.templates.setCurrentIndex(self.templates.findData(wording.templates))
        self.own.take(wording.own)
        problem = wording.template_problem()
        self.own_problem.setText(problem)
        self.own_problem.setVisible(bool(problem))
        own = wording.templates == OWN
        self.own.setVisible(own)
        templates = shown_templates(new)
        first = new.names[0] if new.names else "name"
        self.preview.setPlainText("\n".join(example(template, first) for template in templates))
        self.sentences.setText(f"{counted(len(templates), 'sentence')} a name")

    def stop(self) -> None:
        """Forgets what was not sent yet."""
        self.editor.stop()
        self.own.stop()


def _wrapped(text: str, kind: str) -> QLabel:
    made = label(text, kind)
    made.setWordWrap(True)
    return made
