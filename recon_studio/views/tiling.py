"""How one to six views share their space, and where each lies in the one image that is drawn for all."""

from collections.abc import Mapping

from PySide6.QtWidgets import QGridLayout, QWidget

COLUMNS = 12  # of the grid: rows of one, two and three views all divide it


def rows_of(count: int) -> tuple[tuple[int, ...], ...]:
    """Returns which views stand in which row: one row for up to two, else two, the longer one above."""
    if count <= 2:
        return (tuple(range(count)),)
    first = (count + 1) // 2
    return (tuple(range(first)), tuple(range(first, count)))


def arrange(grid: QGridLayout, tiles: tuple[QWidget, ...], rows: tuple[tuple[int, ...], ...]) -> None:
    """Lays out the tiles named by ``rows`` and hides all others."""
    for tile in tiles:
        grid.removeWidget(tile)
    for line, row in enumerate(rows):
        span = COLUMNS // len(row)
        for place, index in enumerate(row):
            grid.addWidget(tiles[index], line, span * place, 1, span)
    for column in range(COLUMNS):
        grid.setColumnStretch(column, 1)
    for line in range(2):
        grid.setRowStretch(line, 1 if line < len(rows) else 0)
    shown = {index for row in rows for index in row}
    for index, tile in enumerate(tiles):
        tile.setVisible(index in shown)


def atlas(rows: tuple[tuple[int, ...], ...], sizes: Mapping[int, tuple[int, int]]) -> dict[int, tuple[int, int, int, int]]:
    """Returns x, y, width and height of each view in one image, packed as they stand; views without a size are left out."""
    places: dict[int, tuple[int, int, int, int]] = {}
    y = 0
    for row in rows:
        x, tallest = 0, 0
        for index in row:
            if index in sizes:
                width, height = sizes[index]
                places[index] = (x, y, width, height)
                x, tallest = x + width, max(tallest, height)
        y += tallest
    return places
