"""Names, phrases and their options as commands take them."""

from pathlib import Path

import pytest

from recon_model.cli.names import read_names
from tests.recon_model.cli.conftest import Run


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_names_are_read_as_any_editor_saves_them(tmp_path: Path, encoding: str) -> None:
    file = tmp_path / "names.txt"
    for text in ("chair = armchair\nsofa\n", "# mine\nchair\nsofa\n"):
        file.write_text(text, encoding=encoding)
        assert [name.name for name in read_names(file)] == ["chair", "sofa"]


def test_where_nothing_is_drawn_no_seed_is_taken(run: Run, tmp_path: Path) -> None:
    status, _, err = run("evaluate", "words", "--data", tmp_path / "list.csv", "--seed", "1")
    assert (status, "unrecognized arguments: --seed 1" in err) == (2, True)
