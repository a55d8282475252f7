"""What a session keeps: all that a user did and that opening the same files would not bring back. One JSON file, with a version."""

import os
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import cache
from pathlib import Path

import msgspec

from recon_model.config import HARMLESS, Damage, DamageKind
from recon_model.counts import counted, grouped
from recon_studio.state import actions, doctoring, words
from recon_studio.state import map as mapping
from recon_studio.state.app_state import AppState, AttentionQuery, Item, Mask, Room, Theme, Tool
from recon_studio.state.doctor import Treatment
from recon_studio.state.explain import Colouring, Explain, Measured, Method, Page
from recon_studio.state.files import replace_file
from recon_studio.state.history import History
from recon_studio.state.listing import Listing
from recon_studio.state.map import MapSettings, MapState
from recon_studio.state.view_state import ViewState
from recon_studio.state.wording import Search, Wording

SUFFIX = ".recon"
VERSION = 1
MOST_BYTES = 256 << 20
KEPT_STEPS = 40
"""Steps to undo and to redo that are kept."""


class SavedItem(msgspec.Struct, frozen=True, omit_defaults=True):
    """One cloud of the library."""

    key: str
    name: str
    tags: tuple[str, ...] = ()
    clouds: int = 1
    member: int = -1
    label: str = ""


class Explaining(msgspec.Struct, frozen=True):
    """What is asked of the model beyond the bench, without its answers."""

    colouring: Colouring = "attention"
    open: bool = False
    page: Page = "matrix"
    phrase: str = ""
    method: Method = "integrated"
    measured: Measured = "error"
    damage: Damage = HARMLESS
    varied: DamageKind = "drop"

    @classmethod
    def of(cls, explain: Explain) -> "Explaining":
        """Returns the questions among what is explained."""
        return cls(**{name: getattr(explain, name) for name in cls.__struct_fields__})

    def put_into(self, explain: Explain) -> Explain:
        """Asks these questions."""
        return replace(explain, withstood=None, **msgspec.structs.asdict(self))


class Mapped(msgspec.Struct, frozen=True, omit_defaults=True):
    """How the map is made and coloured, and what is chosen on it; where its clouds lie, the seed brings back."""

    settings: MapSettings = MapSettings()
    colour_by: mapping.ColourBy = "label"
    names_shown: bool = True
    selected: tuple[str, ...] = ()  # keys of clouds

    @classmethod
    def of(cls, shown: MapState) -> "Mapped":
        """Returns what is to be kept of a map."""
        return cls(shown.settings, shown.colour_by, shown.names_shown, mapping.selected_keys(shown))

    def put_into(self, state: AppState) -> AppState:
        """Prepares a map like it; nothing is laid out yet."""
        recalled = frozenset(self.selected)
        return mapping.change(state, settings=self.settings, colour_by=self.colour_by, names_shown=self.names_shown, recalled=recalled)


class Session(msgspec.Struct, frozen=True, kw_only=True):
    """A session; a field this version does not know is ignored, one it lacks takes its default."""

    kind: str = "ReCon Studio session"
    version: int = VERSION
    base: str = ""  # the folder it was saved in, for files that moved along with it
    items: tuple[SavedItem, ...] = ()
    current: str | None = None
    listing: Listing = Listing()
    model: str = "default"
    rival: str = ""  # what model B was loaded from; empty where there is none
    mask: Mask = Mask()
    treatment: Treatment = Treatment()  # the current cloud's fixes, and its way up
    query: AttentionQuery = AttentionQuery()
    selected_patch: int | None = None
    wording: Wording | None = None  # names and templates
    search: Search | None = None  # what the library is searched for
    map: Mapped = Mapped()
    room: Room = "bench"
    theme: Theme = "light"
    tool: Tool = "turn"
    leaks: bool = False
    views: ViewState = ViewState()
    explain: Explaining = Explaining()
    history: History = History()
    attempts: int = 0  # how often it was restored and did not live long enough to be saved again


def of(state: AppState, model: str, history: History) -> Session:
    """Returns what is to be kept of a state.

    Args:
        state: the state.
        model: "default" or the path of the checkpoint that is loaded, or about to be.
        history: what undo and redo would do; the latest ``KEPT_STEPS`` of each are kept.
    """
    return Session(
        items=tuple(SavedItem(item.key, item.name, item.tags, item.clouds, item.member, item.label) for item in state.items),
        current=state.current,
        listing=state.listing,
        model=model,
        rival=state.rival.source if state.rival is not None else "",
        mask=state.mask,
        treatment=state.doctor.treatment,
        query=state.query,
        selected_patch=state.selected_patch,
        wording=state.words.wording,
        search=state.words.search,
        map=Mapped.of(state.map),
        room=state.room,
        theme=state.theme,
        tool=state.tool,
        leaks=state.leaks,
        views=replace(state.views, turning=False),
        explain=Explaining.of(state.explain),
        history=History(history.past[-KEPT_STEPS:], history.future[-KEPT_STEPS:]),
    )


def listed(state: AppState, session: Session, missing: Iterable[str]) -> AppState:
    """Returns the state with the session's library, names and ways of looking; the cloud it was at is yet to be opened.

    Args:
        state: what is shown now; its helpers, model, notices and recent files stay.
        session: what was kept.
        missing: paths that are gone; their items stay, and say so.
    """
    gone = set(missing)

    def item(saved: SavedItem) -> Item:
        made = Item(saved.key, saved.name, "queued", tags=saved.tags, clouds=saved.clouds, member=saved.member, label=saved.label)
        if made.path in gone:
            return replace(made, status="failed", sentence=f"{Path(made.path).name}: there is no such file.")
        return replace(made, status="ready", sentence=f"cloud {grouped(made.member + 1)}") if made.member >= 0 else made

    before = words.reword(state, session.wording) if session.wording is not None else state
    return replace(
        session.map.put_into(words.search(before, session.search)),
        items=tuple(item(saved) for saved in session.items),
        current=None,
        listing=session.listing,
        mask=replace(session.mask, hidden=None),
        room=session.room,
        theme=session.theme,
        leaks=session.leaks,
        views=session.views,
        explain=session.explain.put_into(state.explain),
    )


def resumed(state: AppState, session: Session) -> AppState:
    """Returns the state with what belongs to the session's current cloud, once that is shown again."""
    back = replace(
        doctoring.treat(state, session.treatment),
        mask=session.mask,
        query=session.query,
        selected_patch=session.selected_patch,
        tool=session.tool,
        views=replace(session.views, turning=False),
    )
    return actions.within_model(back)


def encode(session: Session, *, pretty: bool = True) -> bytes:
    """Returns the session's file, in lines that a person can read where it is to be ``pretty``."""
    body = msgspec.json.encode(session, order="deterministic")
    return msgspec.json.format(body, indent=1) if pretty else body


def save(path: Path, session: Session, *, pretty: bool = True) -> str:
    """Writes a session, whole or not at all; returns a sentence when that fails, else nothing."""
    try:
        replace_file(path, encode(session, pretty=pretty))
    except OSError as error:
        return f"The session could not be saved as {path.name} ({error.strerror})."
    except UnicodeEncodeError:
        return f"The session could not be saved as {path.name} (a name in it is not UTF-8)."
    return ""


def load(path: Path) -> Session | str:
    """Reads a session; returns a sentence where it is none, is damaged, or is of a newer version."""
    try:
        if path.stat().st_size > MOST_BYTES:
            return f"{path.name} is too large to be a session."
        raw = path.read_bytes()
    except OSError as error:
        return f"The session {path.name} could not be read ({error.strerror})."
    try:
        head = msgspec.json.decode(raw, type=dict[str, msgspec.Raw])
        if bytes(head.get("kind", b"")) != b'"ReCon Studio session"':
            return f"{path.name} is no session of ReCon Studio."
        version = msgspec.json.decode(head.get("version", b"0"), type=int)
        if version > VERSION:
            return f"{path.name} was saved by a newer ReCon Studio (version {version} of sessions; this one reads up to {VERSION})."
        return msgspec.json.decode(raw, type=Session)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        return f"The session {path.name} is damaged ({str(error).splitlines()[0][:120]})."


def moved(session: Session, folder: Path, exists: Callable[[str], bool] = os.path.exists) -> tuple[Session, tuple[str, ...]]:
    """Returns the session with files found again that moved along with it, and the paths of those that are nowhere.

    Args:
        session: as it was read.
        folder: where it was read from.
        exists: says whether there is such a file.
    """

    @cache
    def now(path: str) -> str:
        """Where a file is now: as it was, beside the session, or nowhere."""
        beside = os.path.join(folder, path[len(session.base) + 1 :])  # noqa: PTH118
        came_along = bool(session.base) and path.startswith(session.base + os.sep)
        return path if exists(path) else beside if came_along and exists(beside) else ""

    def renamed(key: str) -> str:
        path, mark, member = key.rpartition("#")
        return f"{now(path)}#{member}" if mark and now(path) else now(key) or key

    paths = dict.fromkeys(Item(saved.key, saved.name, member=saved.member).path for saved in session.items)
    missing = tuple(path for path in paths if not now(path))
    listing, search = session.listing, session.search
    return msgspec.structs.replace(
        session,
        items=tuple(msgspec.structs.replace(saved, key=renamed(saved.key)) for saved in session.items),
        current=renamed(session.current) if session.current is not None else None,
        listing=replace(listing, shut=frozenset(map(renamed, listing.shut)), opened=frozenset(map(renamed, listing.opened))),
        map=msgspec.structs.replace(session.map, selected=tuple(map(renamed, session.map.selected))),
        search=replace(search, what=renamed(search.what)) if search is not None and search.kind != "words" else search,
        model=renamed(session.model),
        rival=renamed(session.rival),
    ), missing


def missing_words(missing: Iterable[str], of_all: int) -> str:
    """Returns one sentence that names files which are gone; nothing where none is."""
    names = [Path(path).name for path in missing]
    if not names:
        return ""
    listed_names = ", ".join(names[:5]) + (f" and {grouped(len(names) - 5)} more" if len(names) > 5 else "")
    gone = f"{grouped(len(names))} of the session's {counted(of_all, 'file')} {'is' if len(names) == 1 else 'are'} no longer there"
    return f"{gone}: {listed_names}."
