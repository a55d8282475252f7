from recon_studio.state.app_state import AppState, Item
from recon_studio.state.library import add_members, matches, members_of, rows, set_tag, short_names, step, tags, toggle
from recon_studio.state.listing import Listing

SET = Item("/data/things.npz", "things.npz", "ready", clouds=3)
ITEMS = (
    Item("/data/train/chair/a.ply", "a.ply"),
    Item("/data/train/chair/b.ply", "b.ply", tags=("good",)),
    Item("/data/test/bed/c.ply", "c.ply"),
    SET,
    *members_of(SET, [0, 1, 0], ("chair", "bed")),
)


def _shown(listing: Listing, items: tuple[Item, ...] = ITEMS) -> list[str]:
    return [f"{'  ' * row.depth}{row.name}" for row in rows(items, listing)]


def test_items_of_several_folders_stand_under_headings_that_fold() -> None:
    assert _shown(Listing()) == ["train/chair", "  a.ply", "  b.ply", "test/bed", "  c.ply", "data", "  things.npz"]
    assert _shown(Listing(shut=frozenset({"/data/train/chair", "/data"}))) == ["train/chair", "test/bed", "  c.ply", "data"]
    assert _shown(Listing(), ITEMS[:2]) == ["a.ply", "b.ply"]  # one folder needs no heading
    assert [row.count for row in rows(ITEMS, Listing()) if row.item is None] == [2, 1, 4]


def test_a_set_shows_its_clouds_only_while_it_is_open() -> None:
    opened = _shown(Listing(opened=frozenset({SET.key})))
    assert opened[-4:] == ["  things.npz", "    chair 1", "    bed 2", "    chair 3"]


def test_a_search_finds_what_is_folded_away_and_by_name_label_folder_and_tag() -> None:
    shut = frozenset({"/data/train/chair", "/data"})
    assert _shown(Listing("chair", shut)) == ["train/chair", "  a.ply", "  b.ply", "data", "    chair 1", "    chair 3"]
    assert _shown(Listing("TEST bed", shut)) == ["test/bed", "  c.ply"]
    assert _shown(Listing("#goo", shut)) == ["train/chair", "  b.ply"]
    assert _shown(Listing("#good #bad")) == []
    assert not matches(ITEMS[0], ["#good"])


def test_names_of_folders_say_what_tells_them_apart() -> None:
    assert short_names(["/data/a/x", "/data/b"]) == {"/data/a/x": "a/x", "/data/b": "b"}
    assert short_names(["/data/a", "/data"]) == {"/data/a": "a", "/data": "data"}
    assert short_names([]) == {}


def test_steps_follow_the_rows_and_end_with_them() -> None:
    state = AppState(items=ITEMS, current=ITEMS[1].key, listing=Listing(shut=frozenset({"/data/test/bed"})))
    assert step(state, 1) == SET.key
    assert step(state, -1) == ITEMS[0].key
    assert step(state, -2) is None
    assert step(toggle(state, SET.key), 2) == f"{SET.key}#0"
    assert step(AppState(items=ITEMS, current=None), 1) == ITEMS[0].key
    assert step(AppState(), 1) is None


def test_members_are_listed_once_and_behind_their_file() -> None:
    last = Item("/z.ply", "z.ply")
    state = AppState(items=(SET, last))
    members = members_of(SET, None, ())
    twice = add_members(add_members(state, SET.key, members[:2]), SET.key, members)
    assert twice.items == (SET, *members, last)
    assert [member.name for member in members] == ["things.npz 1", "things.npz 2", "things.npz 3"]
    assert add_members(state, "/none", members) is state
    assert members[1].path == SET.key


def test_tags_are_single_words() -> None:
    state = set_tag(AppState(items=ITEMS), [ITEMS[0].key, ITEMS[2].key], " #look  again ", True)
    assert tags(state.items) == {"good": 1, "look-again": 2}
    assert set_tag(state, [ITEMS[0].key], "look-again", True).items == state.items
    assert tags(set_tag(state, [ITEMS[0].key, ITEMS[2].key], "look-again", False).items) == {"good": 1}
    assert set_tag(state, [ITEMS[0].key], " # ", True) is state
