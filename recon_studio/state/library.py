"""What the library shows: rows made of items and folders, searched, tagged, folded and stepped through. Pure."""

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from recon_model.counts import grouped
from recon_studio.state.app_state import AppState, Item
from recon_studio.state.listing import Listing


@dataclass(frozen=True)
class Row:
    """One line of the library: an item, or the heading of a folder."""

    key: str  # the item's, or the folder's path
    name: str
    item: Item | None = None  # None: a heading
    depth: int = 0
    count: int = 0  # items beneath a heading that the search leaves
    open: bool | None = None  # None: there is nothing to open or shut


def rows(items: Sequence[Item], listing: Listing) -> tuple[Row, ...]:
    """Returns the lines to show: items in their order, under a heading for each folder where there are several.

    While something is searched for, everything found is shown, whatever is folded away.
    """
    words = listing.search.lower().split()
    kept = [item for item in items if not words or matches(item, words)]
    opened = listing.opened if not words else None
    folders = {os.path.dirname(item.path) for item in items}  # noqa: PTH120 - thousands of them
    if len(folders) < 2:
        return tuple(_lines(kept, opened, 0))
    inside: dict[str, list[Item]] = {}
    for item in kept:
        inside.setdefault(os.path.dirname(item.path), []).append(item)  # noqa: PTH120
    names = short_names(sorted(folders))
    shown: list[Row] = []
    for folder, members in inside.items():
        is_open = bool(words) or folder not in listing.shut
        shown.append(Row(folder, names[folder], None, 0, len(members), is_open))
        if is_open:
            shown += _lines(members, opened, 1)
    return tuple(shown)


def _lines(items: Iterable[Item], opened: frozenset[str] | None, depth: int) -> Iterable[Row]:
    """Yields the items' rows, each set's clouds right behind it and only while it is open (None: all are)."""
    for item in items:
        if item.member >= 0:
            if opened is None or item.path in opened:
                yield Row(item.key, item.name, item, depth + 1)
        else:
            several = None if item.clouds < 2 else opened is None or item.key in opened
            yield Row(item.key, item.name, item, depth, item.clouds if item.clouds > 1 else 0, several)


def short_names(folders: Sequence[str]) -> dict[str, str]:
    """Returns what to call each folder: its path below what all have in common, or else its own name."""
    if not folders:
        return {}
    try:
        common = os.path.commonpath(folders)
    except ValueError:  # on several drives
        return {folder: folder for folder in folders}
    return {
        folder: os.path.basename(folder) or folder if folder == common else os.path.relpath(folder, common)  # noqa: PTH119
        for folder in folders
    }


def matches(item: Item, words: Iterable[str]) -> bool:
    """Says whether each word (in lower case) is in the item's name, label or folder, or is "#" and the start of one of its tags."""
    where = f"{item.key}\n{item.name}\n{item.label}".lower()
    tags = [tag.lower() for tag in item.tags]
    return all(any(tag.startswith(word[1:]) for tag in tags) if word.startswith("#") else word in where for word in words)


def set_search(state: AppState, text: str) -> AppState:
    """Shows only what these words find."""
    return replace(state, listing=replace(state.listing, search=text))


def toggle(state: AppState, key: str) -> AppState:
    """Opens or shuts a folder or a data set."""
    listing = state.listing
    item = next((each for each in state.items if each.key == key), None)
    if item is None:
        return replace(state, listing=replace(listing, shut=listing.shut ^ {key}))
    return replace(state, listing=replace(listing, opened=listing.opened ^ {key}))


def step(state: AppState, by: int) -> str | None:
    """Returns the key of the item so many shown rows away from the current one; None where the list ends."""
    keys = [row.key for row in rows(state.items, state.listing) if row.item is not None]
    if not keys:
        return None
    if state.current not in keys:
        return keys[0 if by > 0 else -1]
    place = keys.index(state.current) + by
    return keys[place] if 0 <= place < len(keys) else None


def members_of(item: Item, labels: Sequence[int] | None, names: Sequence[str]) -> tuple[Item, ...]:
    """Returns an item for each cloud of a file that holds several."""
    made = []
    for number in range(item.clouds):
        label = names[labels[number]] if labels is not None and number < len(labels) else ""
        name = f"{label} {number + 1}" if label else f"{item.name} {number + 1}"
        made.append(
            Item(
                f"{item.key}#{number}", name, "ready", f"cloud {grouped(number + 1)} of {grouped(item.clouds)}", member=number, label=label
            )
        )
    return tuple(made)


def add_members(state: AppState, key: str, members: Iterable[Item]) -> AppState:
    """Puts the clouds of a file behind it; those already there stay as they are."""
    known = {item.key for item in state.items}
    fresh = [member for member in members if member.key not in known]
    place = next((at for at, item in enumerate(state.items) if item.key == key), None)
    if place is None or not fresh:
        return state
    last = place + 1
    while last < len(state.items) and state.items[last].member >= 0 and state.items[last].path == key:
        last += 1
    return replace(state, items=(*state.items[:last], *fresh, *state.items[last:]))


def set_tag(state: AppState, keys: Iterable[str], tag: str, given: bool) -> AppState:
    """Gives items a tag, or takes it from them. Tags are one word each: spaces become hyphens."""
    word = "-".join(tag.replace("#", " ").split())
    chosen = set(keys)
    if not word or not chosen:
        return state

    def tagged(item: Item) -> Item:
        if item.key not in chosen or (word in item.tags) == given:
            return item
        tags = {*item.tags, word} if given else {each for each in item.tags if each != word}
        return replace(item, tags=tuple(sorted(tags)))

    return replace(state, items=tuple(tagged(item) for item in state.items))


def tags(items: Iterable[Item]) -> dict[str, int]:
    """Returns every tag in use, in alphabetical order, with the number of items that have it."""
    counts: dict[str, int] = {}
    for item in items:
        for tag in item.tags:
            counts[tag] = counts.get(tag, 0) + 1
    return dict(sorted(counts.items()))
