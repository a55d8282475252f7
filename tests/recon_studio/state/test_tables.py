"""Tables and commands say what is shown, in the file's own coordinates, and bring it about again."""

import csv
import io
import shlex
from dataclasses import asdict, replace

import numpy as np
import pytest

from recon_model.cli.main import build_parser
from recon_model.cli.names import asked_names
from recon_model.cli.treatment import read_fix
from recon_model.config import Damage
from recon_model.serve.messages import Fix
from recon_studio.state import doctoring, explaining, session, tables, trying, words
from recon_studio.state.app_state import AppState, AttentionQuery, Mask
from recon_studio.state.doctor import Treatment
from recon_studio.state.history import History
from recon_studio.state.replay import Replay, Take, seen
from recon_studio.state.report import Picture, page, printed
from recon_studio.state.wording import Wording
from tests.recon_studio.scenery import CORNERS, GROUPS, HIDDEN, answered_state, explained_state


def _rows(body: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(body.decode("utf-8"), newline="")))


def test_the_table_of_patches_is_in_the_files_coordinates() -> None:
    rows = _rows(tables.patches(answered_state()).csv())
    assert len(rows) == GROUPS
    places = np.array([[float(row[axis]) for axis in "xyz"] for row in rows])
    np.testing.assert_allclose(places, CORNERS * 10 + np.array([5, 6, 7]), atol=1e-5)
    assert [row["hidden"] for row in rows] == [f"{int(flag)}" for flag in HIDDEN]
    assert [row["squared_chamfer"] != "" for row in rows] == HIDDEN.tolist()
    assert [row["attention"] == "" for row in rows] == HIDDEN.tolist()
    assert float(rows[3]["squared_chamfer"]) == pytest.approx(0.004)
    assert tables.patches(AppState()).rows == ()


def test_a_cloud_that_was_stood_up_is_told_as_its_file_has_it() -> None:
    state = answered_state()
    turn = np.array([[1, 0, 0], [0, 0, 1], [0, -1, 0]], dtype=np.float32)  # z is up
    stood = replace(state.prepared, rotation=turn, up="+z", centres=CORNERS @ turn.T, points=state.prepared.points @ turn.T)
    assert tables.patches(replace(state, prepared=stood)).rows[3][1:4] == pytest.approx(tables.patches(state).rows[3][1:4], abs=1e-5)


def test_names_are_told_with_what_they_scored() -> None:
    rows = _rows(tables.names(answered_state()).csv())
    assert [(row["rank"], row["name"]) for row in rows] == [("1", "chair"), ("2", "table")]
    assert float(rows[0]["cosine"]) == 0.31


def test_commands_say_how_and_are_understood() -> None:
    state = answered_state()
    draw, names = tables.recipe(state, "default")
    assert draw == "recon reconstruct /clouds/corners.ply --mask-ratio 0.4 --strategy random --seed 2 --out out"
    assert names == "recon classify /clouds/corners.ply --names chair,table"
    hidden = replace(state, mask=Mask(hidden=tuple(HIDDEN.tolist())))
    assert "--hidden 0,3,5 --model '/m y.pth'" in tables.recipe(hidden, "/m y.pth")[0]
    assert "--hidden none" in tables.recipe(replace(state, mask=Mask(hidden=(False,) * 8)), "default")[0]
    assert tables.recipe(AppState(), "default") == ()
    fixes = (Fix("strays"), Fix("floor", up="+z"), Fix("crop", low=(-1.0, -2.0, -3.0), high=(1.0, 2.0, 3.5)))
    mended = replace(doctoring.treat(state, Treatment(fixes, "-z")), cloud=replace(state.cloud, origin=(10.0, 0.0, 5.0)))
    for line in tables.recipe(mended, "default"):
        assert "--fix strays --fix floor:+z --fix crop:9,-2,2,11,2,8.5 --up=-z" in line
        words = shlex.split(line)[1:]
        given = build_parser(words[0]).parse_args(words)
        assert tuple(read_fix(text, (10.0, 0.0, 5.0)) for text in given.fix) == fixes
        assert given.up == "-z"
    for line in (draw, names, tables.recipe(hidden, "default")[0]):
        words = shlex.split(line)[1:]
        assert build_parser(words[0]).parse_args(words).command == words[0]


def test_a_trial_is_quoted_with_the_names_as_they_were_written() -> None:
    state = explaining.turn_to(answered_state(), "robustness")
    *_, line = tables.recipe(state, "default")
    assert line == "recon robustness /clouds/corners.ply --names chair,table --vary drop"
    damage = Damage(jitter=0.02, occlude=0.3, part="side", side=45, seed=2)
    worded = words.reword(
        trying.vary(trying.set_damage(state, damage), "tilt"), Wording("chair = stool, - sofa\ntable", "own", "a {}\none {}")
    )
    _, names, line = tables.recipe(worded, "/m")
    given = build_parser("robustness").parse_args(shlex.split(line)[1:])
    assert asked_names(given) == worded.words.wording.lexicon.names
    assert (given.template, given.vary, given.model) == (["a {}", "one {}"], ["tilt"], "/m")
    assert Damage(**{name: getattr(given, name) for name in asdict(damage)}) == damage
    assert asked_names(build_parser("classify").parse_args(shlex.split(names)[1:])) == asked_names(given)
    published = words.reword(state, Wording("chair", "published"))
    assert tables.recipe(published, "default")[1].endswith("--names chair --templates published")
    assert not any("robustness" in line for line in tables.recipe(explaining.open_drawer(state, False), "default"))
    assert len(tables.recipe(words.reword(state, Wording("chair", "own", "no place")), "default")) == 1


def test_the_page_holds_pictures_numbers_and_the_way_back() -> None:
    state = answered_state()
    evil = replace(state, items=(replace(state.items[0], name="<script>alert(1)</script>"),))
    kept = session.encode(session.of(evil, "default", History()))
    text = page(evil, [Picture("Seen", "3 <of> 8", b"\x89PNG")], [], model="default", session=kept, version="9.9", when="today")
    assert "<script" not in text
    assert "&lt;script&gt;" in text
    assert 'src="data:image/png;base64,iVBORw=="' in text
    assert "3 of 8 (random, ratio 0.4, seed 2)" in text
    assert "recon reconstruct /clouds/corners.ply" in text
    assert 'download="&lt;script&gt;' in text
    assert text.count("<tr>") == 1 + GROUPS + 1 + 2
    assert "http" not in text.replace("http-equiv", "")  # it needs nothing from anywhere
    assert "Nothing is open" in page(AppState(), [], [], model="default", session=b"{}", version="9", when="now")


def test_what_is_printed_says_the_same_in_tables_alone() -> None:
    state = answered_state()
    evil = replace(state, items=(replace(state.items[0], name="<script>alert(1)</script>"),))
    text = printed(evil, [Picture("Seen", "", b"")] * 3, [], model="default", version="9.9", when="today")
    assert "<script" not in text
    assert [text.count(f'src="view:{number}"') for number in range(4)] == [1, 1, 1, 0]
    assert text.count("<table>") == text.count("</table>") == 5
    for said in ("3 of 8 (random, ratio 0.4, seed 2)", "recon reconstruct /clouds/corners.ply", "chair", "0.310", "9.9 showed it, today"):
        assert said in text
    assert "Nothing is open" in printed(AppState(), [], [], model="default", version="9", when="now")


def test_attention_of_a_mask_token_is_told_of_hidden_patches_too() -> None:
    state = explained_state()
    assert np.isnan(tables.patch_weights(state)).tolist() == HIDDEN.tolist()
    asked = explaining.look(replace(state, query=AttentionQuery("mask", layer=1)))
    np.testing.assert_array_equal(tables.patch_weights(asked), asked.attention.weights)
    assert asked.attention.weights[HIDDEN].all()
    assert tables.patches(asked).rows[0][-1] == pytest.approx(float(asked.attention.weights[0]))


def test_what_a_checkpoint_rebuilt_is_told_as_its_own() -> None:
    state = explained_state()
    rebuilt = replace(state.reconstruction, chamfer=state.reconstruction.chamfer * 100)
    take = Take("epoch 10", state.prepared, rebuilt, state.explain.maps, same_mask=True)
    run = Replay("/r", ("/r/epoch-0002.safetensors", "/r/epoch-0010.safetensors"), state.cloud, state.prepared, b"", (take, take), at=1)
    bench = replace(state, replay=run)
    texts = [
        page(seen(bench), [], [], model="/m.pth", session=b"{}", version="9.9", when="now"),
        printed(seen(bench), [], [], model="/m.pth", version="9.9", when="now"),
    ]
    for text in texts:
        assert "epoch 10 of a run, not by the model below: /r/epoch-0010.safetensors" in text
        assert "0.2333 (both ways" in text
        assert "--seed 2 --model /r/epoch-0010.safetensors --out out" in text
        assert "recon classify /clouds/corners.ply --names chair,table --model /m.pth" in text
    assert "of a run" not in page(state, [], [], model="/m.pth", session=b"{}", version="9.9", when="now")
