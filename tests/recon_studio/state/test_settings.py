"""Settings survive a run, and a damaged file never keeps the studio from starting."""

from pathlib import Path

import pytest

from recon_studio.state import settings
from recon_studio.state.settings import Settings


def test_what_is_saved_is_loaded(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "settings.json"
    mine = Settings(theme="dark", recent=("/a b/ü.ply",), geometry="QUJD", model_command="ssh box recon serve --role model")
    assert settings.save(path, mine) == ""
    assert settings.load(path) == (mine, "")
    assert [each.name for each in path.parent.iterdir()] == ["settings.json"]


def test_no_file_means_defaults_without_a_word(tmp_path: Path) -> None:
    assert settings.load(tmp_path / "none.json") == (Settings(), "")


@pytest.mark.parametrize("damage", [b"{", b"\xff\xfe", b"[]", b'{"theme": "pink"}', b'{"recent": [1]}', b""])
def test_a_damaged_file_is_kept_aside_and_announced(tmp_path: Path, damage: bytes) -> None:
    path = tmp_path / "settings.json"
    path.write_bytes(damage)
    loaded, sentence = settings.load(path)
    assert loaded == Settings()
    assert "damaged" in sentence
    assert (tmp_path / "settings.json.damaged").read_bytes() == damage
    assert settings.load(path) == (Settings(), "")


def test_fields_of_a_later_version_are_ignored(tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    path.write_text('{"theme": "dark", "later": 1}')
    assert settings.load(path) == (Settings(theme="dark"), "")


def test_a_folder_that_cannot_be_made_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert "could not be saved" in settings.save(tmp_path / "file" / "settings.json", Settings())
    assert "could not be read" in settings.load(tmp_path)[1]
