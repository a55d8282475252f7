"""The command palette: every action of the window by a few letters of its name, with its key, and why it cannot be had where it cannot."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QAbstractListModel, QEvent, QModelIndex, QObject, QPersistentModelIndex, QPoint, QRect, QSize, Qt
from PySide6.QtGui import QAction, QColor, QFontMetrics, QKeyEvent, QPainter
from PySide6.QtWidgets import QFrame, QLineEdit, QListView, QStyle, QStyledItemDelegate, QVBoxLayout, QWidget
from PySide6.QtWidgets import QStyleOptionViewItem as Option

from recon_studio.state.app_state import Theme
from recon_studio.views.theme import COLOURS, GRID, SMALL, icon, text_font

WIDTH, ROW, MOST_ROWS = 76 * GRID, 5 * GRID, 9
COMMAND = int(Qt.ItemDataRole.UserRole)
Index = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True)
class Command:
    """One action as the palette lists it."""

    action: QAction
    text: str
    menu: str  # where it is found otherwise
    tip: str

    @property
    def why_not(self) -> str:
        """Why it cannot be had now; empty where it can."""
        if self.action.isEnabled():
            return ""
        return self.action.toolTip().partition("\n")[2] or "It cannot be done now."


def score(words: str, text: str) -> float | None:
    """Says how well letters match a text, in which they must occur in this order: the more the better, None where they do not.

    Letters that begin a word, or follow the last one at once, count more; letters passed over count a little against it.
    """
    letters, where = words.lower().replace(" ", ""), text.lower()
    best: float | None = 0.0 if not letters else None
    for start in [at for at, letter in enumerate(where) if letters and letter == letters[0]]:
        total, last = 0.0, start - 1
        for letter in letters:
            at = where.find(letter, last + 1)
            if at < 0:
                break
            begins = at == 0 or not where[at - 1].isalnum()
            total += 3.0 if begins or start < at == last + 1 else 0.5
            total -= 0.05 * (at - last - 1)
            last = at
        else:
            best = total if best is None else max(best, total)
    return best


def found(commands: Sequence[Command], words: str) -> list[Command]:
    """Returns the commands that words find, the best first: by name, by menu and name, or by what the tip says."""
    ranked: list[tuple[float, int, Command]] = []
    for place, command in enumerate(commands):
        by_name, by_menu = score(words, command.text), score(words, f"{command.menu} {command.text}")
        told = len(words) > 2 and words.lower() in command.tip.lower()
        best = max(
            [part for part in (by_name, None if by_menu is None else by_menu - 1.0, 0.5 if told else None) if part is not None],
            default=None,
        )
        if best is not None:
            ranked.append((-best, place, command))
    return [command for _, _, command in sorted(ranked, key=lambda each: each[:2])]


class _Model(QAbstractListModel):
    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.commands: list[Command] = []

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        return 0 if parent.isValid() else len(self.commands)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid():
            return None
        command = self.commands[index.row()]
        if role == COMMAND:
            return command
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return command.text
        return f"{command.tip}\n{command.why_not}".strip() if role == Qt.ItemDataRole.ToolTipRole else None

    def show(self, commands: list[Command]) -> None:
        self.beginResetModel()
        self.commands = commands
        self.endResetModel()


class _Row(QStyledItemDelegate):
    theme: Theme = "light"

    def sizeHint(self, _option: Option, _index: Index) -> QSize:
        """Returns a row's height."""
        return QSize(0, ROW)

    def paint(self, painter: QPainter, option: Option, index: Index) -> None:
        """Paints the name, what it does or why it cannot be done, and the key."""
        command: Command = index.data(COMMAND)
        colours = COLOURS[self.theme]
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area: QRect = option.rect
        if option.state & QStyle.StateFlag.State_Selected:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(colours.soft))
            painter.drawRoundedRect(area.adjusted(0, 1, 0, -1), 6, 6)
        area = area.adjusted(12, 0, -12, 0)
        painter.setFont(text_font(SMALL))
        small = QFontMetrics(painter.font())
        key = command.action.shortcut().toString()
        painter.setPen(QColor(colours.muted))
        painter.drawText(area, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, key)
        room = area.width() - small.horizontalAdvance(key) - GRID
        why_not = command.why_not
        painter.setPen(QColor(colours.warning if why_not else colours.muted))
        below = small.elidedText(why_not or command.tip, Qt.TextElideMode.ElideRight, room)
        painter.drawText(QRect(area.x(), area.y() + 20, room, 16), Qt.AlignmentFlag.AlignVCenter, below)
        painter.setFont(text_font())
        painter.setPen(QColor(colours.muted if why_not else colours.text))
        name = f"{command.menu} › {command.text}" if command.menu else command.text
        above = QFontMetrics(painter.font()).elidedText(name, Qt.TextElideMode.ElideRight, room)
        painter.drawText(QRect(area.x(), area.y() + 3, room, 18), Qt.AlignmentFlag.AlignVCenter, above)
        painter.restore()


class Palette(QFrame):
    """A field and what it finds, over the window until something is chosen or Escape is pressed."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self._over = parent
        self.setProperty("card", "true")
        self.setAccessibleName("Command palette")
        self._commands: list[Command] = []
        self._used: list[QAction] = []  # the latest first
        column = QVBoxLayout(self)
        column.setContentsMargins(GRID, GRID, GRID, GRID)
        column.setSpacing(GRID)
        self.field = QLineEdit()
        self.field.setAccessibleName("What do you want to do?")
        self.field.setPlaceholderText("What do you want to do?")
        self.field.setToolTip("A few letters of an action; Up and Down choose, Enter does it, Esc closes.")
        self.field.textChanged.connect(self._find)
        self.field.installEventFilter(self)
        self._glass = self.field.addAction(icon("search", "light"), QLineEdit.ActionPosition.LeadingPosition)
        self._model = _Model(self)
        self.list = QListView()
        self.list.setAccessibleName("Actions found")
        self.list.setModel(self._model)
        self._row = _Row(self.list)
        self.list.setItemDelegate(self._row)
        self.list.setUniformItemSizes(True)
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # the field keeps the keyboard and moves through the list
        self.list.clicked.connect(lambda _index: self._run())
        column.addWidget(self.field)
        column.addWidget(self.list)

    def ask(self, commands: Sequence[Command], theme: Theme) -> None:
        """Opens over the window, empty, the actions used last in front."""
        self._commands = sorted(commands, key=lambda each: self._used.index(each.action) if each.action in self._used else len(self._used))
        self._row.theme = theme
        self._glass.setIcon(icon("search", theme, colour=COLOURS[theme].muted))
        self.field.clear()
        self._find("")
        over = self._over
        width = min(WIDTH, over.width() - 4 * GRID)
        self.setFixedWidth(width)
        self.move(over.mapToGlobal(QPoint((over.width() - width) // 2, 8 * GRID)))
        self.show()
        self.field.setFocus(Qt.FocusReason.PopupFocusReason)

    @property
    def commands(self) -> tuple[Command, ...]:
        """What is found now, the best first."""
        return tuple(self._model.commands)

    def _find(self, words: str) -> None:
        self._model.show(found(self._commands, words))
        rows = min(len(self._model.commands), MOST_ROWS)
        self.list.setFixedHeight(max(rows, 1) * ROW + 2)
        self.adjustSize()
        self._go_to(0)

    def _go_to(self, row: int) -> None:
        self.list.setCurrentIndex(self._model.index(max(0, min(row, len(self._model.commands) - 1))))

    def _run(self) -> None:
        command: Command | None = self.list.currentIndex().data(COMMAND)
        if command is None or command.why_not:
            return  # the row says why
        self._used = [command.action, *(action for action in self._used if action is not command.action)]
        self.hide()
        command.action.trigger()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Moves through the list and chooses while the field has the keyboard."""
        if watched is self.field and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            steps = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_PageDown: MOST_ROWS, Qt.Key.Key_PageUp: -MOST_ROWS}
            key = Qt.Key(event.key())
            if key in steps:
                self._go_to(self.list.currentIndex().row() + steps[key])
                return True
            if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self._run()
                return True
        return super().eventFilter(watched, event)
